"""Which local names are known at a place, and what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen
from tree_sitter import Node

from .chunk import Block, Chunk, Function, Statement, captures

Kind = Literal["local", "function", "parameter", "self", "for", "numeric for"]

_ASSIGNED = """
(assignment_statement (variable_list name: (identifier) @target))
(function_declaration name: (identifier) @target)
"""


@frozen
class Local:
    """A local variable. visible: the offset from which its name is known in its block."""

    name: str
    kind: Kind
    attribute: str  # `const`, `close` or nothing
    visible: int
    block: Block

    @property
    def function(self) -> Function:
        """The function that has it as a local; an upvalue for functions inside of it."""
        return self.block.function


def locals_at(chunk: Chunk, offset: int) -> dict[str, Local]:
    """The locals and upvalues that a name means at an offset, innermost first."""
    return visible_in(chunk, chunk.block_at(offset), offset)


def visible_in(chunk: Chunk, block: Block | None, offset: int) -> dict[str, Local]:
    """The locals and upvalues that are known at an offset of a block, innermost first."""
    found: dict[str, Local] = {}
    while block is not None:
        for local in reversed(list(declarations(chunk, block, offset))):
            found.setdefault(local.name, local)
        block = block.parent
    return found


def varargs_at(chunk: Chunk, offset: int) -> bool:
    """Whether `...` means something at an offset."""
    return chunk.function_at(offset).vararg


def declarations(chunk: Chunk, block: Block, offset: int) -> Iterator[Local]:
    """The locals that a block itself declares before an offset, in order."""
    opens = _parameters(chunk, block) if block.kind == "function" else _loop_names(chunk, block)
    for kind, name in opens:
        yield Local(name, kind, "", block.open, block)
    for statement in block.statements:
        if statement.start >= offset:
            return
        for kind, name, attribute, visible in _declared(chunk, statement):
            if visible <= offset:
                yield Local(name, kind, attribute, visible, block)


def is_assigned(chunk: Chunk, local: Local) -> bool:
    """Whether a local may get another value after its declaration.

    Cautious: an assignment to a local of the same name that hides this one counts too.
    """
    targets = captures(local.block.node, _ASSIGNED).get("target", ())
    return any(chunk.text(node) == local.name for node in targets)


def _parameters(chunk: Chunk, block: Block) -> Iterator[tuple[Kind, str]]:
    name = block.node.child_by_field_name("name")
    if name is not None and name.type == "method_index_expression":
        yield "self", "self"
    parameters = block.node.child_by_field_name("parameters")
    for node in parameters.children_by_field_name("name") if parameters else ():
        yield "parameter", chunk.text(node)


def _loop_names(chunk: Chunk, block: Block) -> Iterator[tuple[Kind, str]]:
    clause = block.node.child_by_field_name("clause") if block.kind == "for" else None
    if clause is None:
        return
    if clause.type == "for_numeric_clause":
        name = clause.child_by_field_name("name")
        if name is not None:
            yield "numeric for", chunk.text(name)
        return
    for names in clause.children:
        if names.type == "variable_list":
            for name in names.children_by_field_name("name"):
                yield "for", chunk.text(name)


def _declared(chunk: Chunk, statement: Statement) -> Iterator[tuple[Kind, str, str, int]]:
    """Kind, name, attribute and first offset of the locals that a statement declares."""
    node = statement.node
    if statement.kind == "function_declaration" and node.children[0].type == "local":
        name = node.child_by_field_name("name")
        if name is not None:
            yield "function", chunk.text(name), "", name.end_byte
    elif statement.kind == "variable_declaration":
        names: list[tuple[str, str]] = []
        for child in _variable_list(node):
            if child.type == "identifier":
                names.append((chunk.text(child), ""))
            elif child.type == "attribute" and names:
                names[-1] = (names[-1][0], chunk.text(child).strip("<> \t\r\n"))
        for name_text, attribute in names:
            yield "local", name_text, attribute, statement.end


def _variable_list(declaration: Node) -> list[Node]:
    for child in declaration.children:
        if child.type == "variable_list":
            return child.children
        if child.type == "assignment_statement":
            return _variable_list(child)
    return []
