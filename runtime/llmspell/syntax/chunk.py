"""A piece of Lua text as a tree: its functions, blocks and statements, and where they stand.

The tree comes from tree-sitter, which gives one for broken text too. Import this room only when
it is needed: an ordinary run of a spell does without it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache

import tree_sitter
import tree_sitter_lua
from attrs import define, field, frozen
from tree_sitter import Node

from .lines import Lines

STATEMENTS = frozenset(
    {
        "assignment_statement", "break_statement", "do_statement", "empty_statement",
        "for_statement", "function_call", "function_declaration", "goto_statement",
        "if_statement", "label_statement", "repeat_statement", "return_statement",
        "variable_declaration", "while_statement",
    }
)  # fmt: skip
VOID = frozenset({"empty_statement", "label_statement"})  # statements that do nothing

_STRUCTURE = """
(chunk (_) @statement) (block (_) @statement) (ERROR (_) @statement)
[(do_statement) (while_statement) (for_statement) (repeat_statement) (if_statement)
 (function_definition) (function_declaration)] @owner
"""

# What tree-sitter-lua 0.5 does not read as Lua does: carriage returns as line breaks, and NUL and
# bytes that are not UTF-8 inside strings. All are replaced by as many bytes, so offsets stay.
_CARRIAGE_RETURN = re.compile(rb"\r\n|\n\r|\r")
_PLAIN = bytes.maketrans(bytes([0, *range(0x80, 0x100)]), b"?" * 0x81)


@define(eq=False)
class Function:
    """A function; number 0 is the chunk itself. Numbers follow the order in the text.

    name: as written after `function`; empty for the chunk and for anonymous functions.
    """

    index: int
    start: int
    end: int
    name: str
    vararg: bool
    parent: Function | None
    node: Node
    body: Block = field(init=False, repr=False)


@define(eq=False)
class Block:
    """A list of statements with a scope of its own.

    kind: `chunk function do while for repeat if elseif else`. header: where the text that opens
    it begins; open: behind the keyword that opens it; close: where the keyword that closes it
    begins; scope_end: as far as its locals are known (`repeat`: to the end of the condition).
    """

    kind: str
    header: int
    open: int
    close: int
    scope_end: int
    node: Node
    function: Function = field(init=False, repr=False)
    parent: Block | None = field(init=False, default=None, repr=False)
    statements: list[Statement] = field(factory=list, repr=False)

    def encloses(self, other: Block | None) -> bool:
        """Whether another block is this one or lies in it."""
        while other is not None and other is not self:
            other = other.parent
        return other is self

    def statement_at(self, offset: int) -> Statement | None:
        """The statement of this very block that holds an offset."""
        place = bisect_right(self.statements, offset, key=lambda statement: statement.start)
        found = self.statements[place - 1] if place else None
        return found if found is not None and offset < found.end else None


@define(eq=False)
class Statement:
    """A statement; `kind` is the name of its node in the tree."""

    kind: str
    start: int
    end: int
    line: int
    block: Block
    node: Node

    @property
    def function(self) -> Function:
        """The function that runs it."""
        return self.block.function


@frozen
class Fault:
    """A place where the text is not Lua."""

    start: int
    end: int
    message: str


class Chunk:
    """Lua text and what can be said of it. Immutable; offsets are in bytes, the ends excluded."""

    def __init__(self, source: bytes) -> None:
        self.source = source
        self.lines = Lines(source)
        self.tree = tree_sitter.Parser(_language()).parse(_readable(source))
        self.functions: list[Function] = []
        self.blocks: list[Block] = []
        self.statements: list[Statement] = []
        self._read_structure()
        self._opens = [block.open for block in self.blocks]

    @property
    def root(self) -> Node:
        """The root of the tree."""
        return self.tree.root_node

    def text(self, node: Node) -> str:
        """The text of a node."""
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def block_at(self, offset: int) -> Block:
        """The innermost block whose names are known at an offset.

        Between two blocks that touch (at the `else` that closes one) it is the one before.
        """
        block = self.blocks[bisect_right(self._opens, offset) - 1]
        while block.parent is not None and offset > block.scope_end:
            block = block.parent
        return block

    def function_at(self, offset: int) -> Function:
        """The function whose body holds an offset."""
        return self.block_at(offset).function

    @cached_property
    def faults(self) -> list[Fault]:
        """Where the text is not Lua, in order; nothing where it is."""
        if not self.root.has_error:
            return []
        found = captures(self.root, "(ERROR) @unexpected (MISSING) @missing")
        if self.root.type == "ERROR":
            found.setdefault("unexpected", []).append(self.root)
        faults = {
            (node.start_byte, node.end_byte): Fault(
                node.start_byte,
                node.end_byte,
                f"`{node.type}` is missing" if name == "missing" else "this is not Lua",
            )
            for name, nodes in found.items()
            for node in nodes
        }
        return [faults[key] for key in sorted(faults)]

    def _read_structure(self) -> None:
        found = captures(self.root, _STRUCTURE)
        whole = Block("chunk", 0, 0, len(self.source), len(self.source), self.root)
        # A block comes before the statement that begins where it opens.
        items: list[tuple[int, int, Block | Node]] = [
            (block.open, 0, block) for owner in found.get("owner", ()) for block in _blocks(owner)
        ]
        nodes = found.get("statement", [])
        if self.root.type == "ERROR":
            nodes = nodes + self.root.children
        starts = {n.start_byte: n for n in nodes if n.type in STATEMENTS}
        items += [(start, 1, node) for start, node in starts.items()]
        items.sort(key=lambda item: item[:2])

        innermost = self._enter(whole, None)
        for start, _, item in items:
            while innermost.parent is not None and start >= innermost.scope_end:
                innermost = innermost.parent
            if isinstance(item, Block):
                innermost = self._enter(item, innermost)
            else:
                self._add_statement(item, innermost)

    def _enter(self, block: Block, parent: Block | None) -> Block:
        block.parent = parent
        if parent is None or block.kind == "function":
            block.function = self._new_function(block, parent.function if parent else None)
        else:
            block.function = parent.function
        self.blocks.append(block)
        return block

    def _new_function(self, body: Block, parent: Function | None) -> Function:
        node = body.node
        name = node.child_by_field_name("name") if parent else None
        parameters = node.child_by_field_name("parameters") if parent else None
        function = Function(
            index=len(self.functions),
            start=body.header,
            end=node.end_byte,
            name=self.text(name) if name else "",
            vararg=parent is None
            or any(n.type == "vararg_expression" for n in _children(parameters)),
            parent=parent,
            node=node,
        )
        function.body = body
        self.functions.append(function)
        return function

    def _add_statement(self, node: Node, block: Block) -> None:
        start = node.start_byte
        statement = Statement(node.type, start, node.end_byte, self.lines.line(start), block, node)
        block.statements.append(statement)
        self.statements.append(statement)


def leaves(node: Node) -> Iterator[Node]:
    """The tokens of a node in order, comments among them; a string is one token."""
    cursor = node.walk()
    while True:
        current = cursor.node
        if current is None:
            return
        if current.type not in ("string", "comment") and cursor.goto_first_child():
            continue
        yield current
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def _readable(source: bytes) -> bytes:
    if b"\r" in source:
        source = _CARRIAGE_RETURN.sub(lambda found: b"\n " if len(found[0]) == 2 else b"\n", source)
    if b"\0" in source or not source.isascii():
        source = source.translate(_PLAIN)
    return source


def _children(node: Node | None) -> list[Node]:
    return node.children if node else []


def _blocks(owner: Node) -> list[Block]:
    """The blocks that a statement or a function opens."""
    kind = owner.type.split("_")[0]
    if kind == "if":
        return _branches(owner)
    closing = "until" if kind == "repeat" else "end"
    opening = {"function": "parameters", "repeat": "repeat"}.get(kind, "do")
    opened = closed = None
    for child in owner.children:
        if child.type == opening and opened is None:
            opened = child.end_byte
        elif child.type == closing:
            closed = child.start_byte
    if opened is None:
        return []
    close = owner.end_byte if closed is None else closed
    scope_end = owner.end_byte if kind == "repeat" else close
    return [Block(kind, owner.start_byte, opened, close, scope_end, owner)]


def _branches(owner: Node) -> list[Block]:
    """The blocks of an `if` statement: each goes to where the next part begins."""
    parts: list[tuple[str, Node, int]] = []  # kind, node, where its block opens
    closes: list[int] = []
    for child in owner.children:
        match child.type:
            case "then":
                parts.append(("if", owner, child.end_byte))
            case "elseif_statement":
                then = next((part for part in child.children if part.type == "then"), None)
                closes.append(child.start_byte)
                parts.append(("elseif", child, then.end_byte if then else child.end_byte))
            case "else_statement":
                closes.append(child.start_byte)
                parts.append(("else", child, child.children[0].end_byte))
            case "end":
                closes.append(child.start_byte)
    closes.append(owner.end_byte)
    return [
        Block(kind, node.start_byte, opened, max(opened, close), max(opened, close), node)
        for (kind, node, opened), close in zip(parts, closes, strict=False)
    ]


@lru_cache(maxsize=1)
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_lua.language())


@lru_cache(maxsize=16)
def _query(pattern: str) -> tree_sitter.Query:
    return tree_sitter.Query(_language(), pattern)


def captures(node: Node, pattern: str) -> dict[str, list[Node]]:
    """The nodes below a node that a tree-sitter query names."""
    return tree_sitter.QueryCursor(_query(pattern)).captures(node)
