"""Expressions of breakpoints: whether they are Lua, what they need, how they are evaluated.

Some are compiled right into the program (see `in_place`). Every other one becomes a chunk of its
own, which gets the values of the locals it names and is called in protected mode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from attrs import frozen
from tree_sitter import Node

from llmspell.syntax.chunk import Chunk, captures
from llmspell.syntax.scopes import Local

Compiler = Callable[[bytes], bytes | str]
"""Compiles Lua text: gives what `string.dump` makes of it, or the compiler's message."""

_POSITION = re.compile(r'\A(?:(?:\[string ".*?"\]|[^:\n]*):\d+|line \d+): ', re.DOTALL)
_WRAP = "return (", "\n)"


class Malformed(Exception):
    """An expression is not Lua; the sentence is for the user."""


@frozen
class Scope:
    """What a place in a chunk knows: its locals and upvalues, and whether it has `...`."""

    chunk: Chunk
    names: Mapping[str, Local]
    varargs: bool


@frozen
class Expression:
    """An expression of a breakpoint, which is Lua for sure.

    names: the variables that it uses, locals of its own functions among them. varargs: whether
    it uses `...`. calls: whether it calls functions.
    """

    text: str
    node: Node
    chunk: Chunk
    names: frozenset[str]
    varargs: bool
    calls: bool

    def needs(self, scope: Scope) -> tuple[str, ...]:
        """The locals and upvalues to hand over at a place; `...` is the last if it is needed.

        Globals are looked up in the `_ENV` of the program where it has one of its own.
        Raises Malformed.
        """
        if self.varargs and not scope.varargs:
            raise Malformed("cannot use '...' outside a vararg function")
        known = [name for name in sorted(self.names) if name in scope.names]
        if "_ENV" in scope.names and "_ENV" not in known and len(known) < len(self.names):
            known.append("_ENV")
        return (*known, "...") if self.varargs else tuple(known)


def parse(text: str, compiler: Compiler) -> Expression:
    """An expression from its text. Raises Malformed with the compiler's message."""
    for prefix, suffix in (("return ", ""), _WRAP):
        message = compiler((prefix + text + suffix).encode("utf-8", "surrogateescape"))
        if isinstance(message, str):
            raise Malformed(_POSITION.sub("", message))
    chunk = Chunk((_WRAP[0] + text + _WRAP[1]).encode("utf-8", "surrogateescape"))
    node = chunk.root.named_descendant_for_byte_range(len(_WRAP[0]) - 1, len(chunk.source))
    while node is not None and node.type != "parenthesized_expression":
        children = [child for child in node.named_children if child.type != "comment"]
        node = children[0] if children else None
    if node is None:
        raise Malformed("this is not an expression")
    names, varargs = _uses(chunk)
    calls = bool(captures(chunk.root, "(function_call) @call"))
    return Expression(text, node, chunk, names, varargs, calls)


def evaluation(needs: Sequence[str], results: Iterable[str]) -> str:
    """A chunk that gives the values of expressions, called with the values of what they need."""
    values = ", ".join(f"({text}\n)" for text in results)
    if "..." in needs:
        return f"return (function({', '.join(needs)}) return {values} end)(...)"
    return f"local {', '.join(needs)} = ... return {values}" if needs else f"return {values}"


def _uses(chunk: Chunk) -> tuple[frozenset[str], bool]:
    """The names of variables in an expression, and whether it uses the `...` of its place."""
    names: set[str] = set()
    varargs = False
    pending = [chunk.root]
    while pending:
        node = pending.pop()
        if node.type == "identifier":
            names.add(chunk.text(node))
        elif node.type == "vararg_expression":
            varargs = varargs or chunk.function_at(node.start_byte).parent is None
        for index, child in enumerate(node.children):
            if not _is_member_name(node, index, child):
                pending.append(child)
    return frozenset(names), varargs


def _is_member_name(node: Node, index: int, child: Node) -> bool:
    """Whether a child is no expression: the name of a field, a parameter, an attribute, a label."""
    if node.type in ("attribute", "label_statement", "goto_statement", "parameters"):
        return True
    if child.type != "identifier":
        return False
    if node.type == "field":
        return node.field_name_for_child(index) == "name" and node.children[0].type != "["
    if node.type in ("dot_index_expression", "method_index_expression"):
        return node.field_name_for_child(index) != "table"
    return False
