"""Where in a chunk the program can be stopped, and which place a wished line means.

A place is in front of a statement, or in front of the `end` of a function that can be reached.
It has to be on a line for which the compiler makes code in that function: there a line hook would
stop too, and the lines that `debug.getinfo` reports stay as they are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from attrs import define, frozen
from tree_sitter import Node

from llmspell.syntax.chunk import VOID, Block, Chunk, Function, Statement, leaves
from llmspell.syntax.lines import line_breaks
from llmspell.syntax.scopes import declarations

from .prototypes import Prototype

_COMPOUND = frozenset(
    ["do_statement", "for_statement", "if_statement", "repeat_statement", "while_statement"]
)


class Mismatch(Exception):
    """The syntax tree and the compiler see different functions in a chunk."""


@frozen
class Edit:
    """A replacement in the text of a chunk."""

    start: int
    end: int
    text: bytes


@define(eq=False)
class Place:
    """Where the program can be stopped: `line` is the one that it then stands on.

    offset: where the statement or the `end` begins. pull: if the statement begins on a line
    without code, what stands before this offset goes down to the first line with some. hoist: for
    a `break` whose code belongs to the `then` before it, the end of that `then`.
    """

    offset: int
    line: int
    block: Block
    pull: int | None = None
    hoist: int | None = None

    @property
    def function(self) -> Function:
        """The function that is stopped."""
        return self.block.function

    def column(self, chunk: Chunk) -> int:
        """The column of what stands there, in its line."""
        return chunk.lines.column(self.hoist or self.pull or self.offset)

    def edits(self, chunk: Chunk, call: bytes) -> list[Edit]:
        """What to change so that the call is made here; no line moves.

        A semicolon in front keeps the call from being read as a part of the statement before.
        There is none without need: behind a label it would count to the label, and move the code
        that closes variables there to this line.
        """
        if self._follows_statement():
            call = b";" + call
        if self.hoist is not None:
            end = self.offset + len(b"break")
            return [
                Edit(self.hoist, self.hoist, call + b"break "),
                Edit(self.offset, end, b"     "),
            ]
        if self.pull is not None:
            breaks = line_breaks(chunk.source[self.offset : self.pull])
            head = _on_one_line(chunk, self.offset, self.pull)
            # The space keeps a CR before from joining with the first LF.
            return [Edit(self.offset, self.pull, b" " + b"\n" * breaks + call + head)]
        return [Edit(self.offset, self.offset, call)]

    def _follows_statement(self) -> bool:
        siblings = self.block.statements
        index = bisect_left(siblings, self.offset, key=lambda statement: statement.start)
        return index > 0 and siblings[index - 1].kind not in VOID


class Places:
    """All places of a chunk. Raises Mismatch if the prototypes are of another text."""

    def __init__(self, chunk: Chunk, prototypes: Sequence[Prototype]) -> None:
        self.chunk = chunk
        self._prototypes = prototypes
        self._check()
        self._of_statement: dict[Statement, Place] = {}
        for statement in chunk.statements:
            place = self._in_front(statement)
            if place is not None:
                self._of_statement[statement] = place
        ends = (self._at_end(function) for function in chunk.functions[1:])
        self._all = [*self._of_statement.values(), *(place for place in ends if place)]
        self._all.sort(key=lambda place: place.offset)
        self._by_line: dict[int, list[Place]] = {}
        for place in self._all:
            if place.hoist is None:
                self._by_line.setdefault(place.line, []).append(place)

    def locations(self, first: int, last: int) -> list[tuple[int, int]]:
        """Line and column of all places on some lines, for clients that offer them."""
        return [
            (place.line, place.column(self.chunk))
            for line in range(first, last + 1)
            for place in self._by_line.get(line, ())
        ]

    def on(self, line: int, column: int | None = None) -> list[Place]:
        """The places that a breakpoint on a line means; none if nothing can be stopped there.

        As with a line hook: each function stops at the first statement that it runs on this line.
        With a column it is the one place at or before it. A line without a place means another:
        the statement that it continues, or the next one in this block or those around it.
        """
        here = self._by_line.get(line)
        if here and column is not None:
            offset = self.chunk.lines.offset(line, column)
            before = [place for place in here if (place.pull or place.offset) <= offset]
            return [before[-1] if before else here[0]]
        if here:
            return _entered(here)
        other = self._instead(line)
        if other is None:
            return []
        return [other] if other.hoist is not None else _entered(self._by_line[other.line])

    def entry(self, function: Function) -> Place | None:
        """The first place that a call of a function reaches; None if it has none of its own."""
        for place in self._between(function.body.open, function.body.close):
            if place.function is function:
                return place
        return None

    def outline(self, function: Function) -> tuple[int, int, int, bool]:
        """What `debug.getinfo` tells a function by: first and last line, parameters, varargs."""
        return self._prototypes[function.index].outline

    def code(self, function: Function) -> bytes:
        """What to tell a function by where others have the same outline; else nothing."""
        own = self._prototypes[function.index]
        alike = sum(other.outline == own.outline for other in self._prototypes)
        return own.code if alike > 1 else b""

    def openings(self, line: int) -> tuple[tuple[str, str, str], ...]:
        """The first three parameters of the functions with code on a line, "" where none is."""
        found = set()
        for function, prototype in zip(self.chunk.functions, self._prototypes, strict=True):
            inside = function.parent is None or prototype.first_line <= line <= prototype.last_line
            if inside and line in prototype.active_lines:
                body = function.body
                names = [local.name for local in declarations(self.chunk, body, body.open)]
                first, second, third, *_ = (*names, "", "", "")
                found.add((first, second, third))
        return tuple(sorted(found))

    def _check(self) -> None:
        functions, prototypes = self.chunk.functions, self._prototypes
        if len(functions) != len(prototypes):
            raise Mismatch
        for function, prototype in zip(functions[1:], prototypes[1:], strict=True):
            if self.chunk.lines.line(function.body.close) != prototype.last_line:
                raise Mismatch

    def _has_code(self, function: Function, line: int) -> bool:
        return line in self._prototypes[function.index].active_lines

    def _in_front(self, statement: Statement) -> Place | None:
        if statement.kind in VOID:
            return None
        if self._has_code(statement.function, statement.line):
            return Place(statement.start, statement.line, statement.block)
        if statement.kind == "break_statement":
            return self._break(statement)
        return self._pulled(statement)

    def _break(self, statement: Statement) -> Place | None:
        """`if x then break`: the compiler makes one jump of both, on the line of `then`."""
        block = statement.block
        line = self.chunk.lines.line(block.open - 1)
        if block.kind not in ("if", "elseif") or block.statements[0] is not statement:
            return None
        if not self._has_code(statement.function, line):
            return None
        return Place(statement.start, line, block, hoist=block.open)

    def _pulled(self, statement: Statement) -> Place | None:
        """`local x =`, and the value on the next line: only that one has code."""
        lines = self.chunk.lines
        bound = self._end_of_head(statement)
        last = lines.line(max(bound - 1, statement.start))
        codes = (
            n for n in range(statement.line + 1, last + 1) if self._has_code(statement.function, n)
        )
        line = next(codes, None)
        if line is None:
            return None
        for leaf in leaves(statement.node):
            if leaf.start_byte >= bound:
                return None
            if leaf.type == "comment":
                continue
            if lines.line(leaf.start_byte) >= line:
                return Place(statement.start, line, statement.block, pull=leaf.start_byte)
            if leaf.start_point.row != leaf.end_point.row:
                return None
        return None

    def _end_of_head(self, statement: Statement) -> int:
        """Where the first function or block in a statement begins, or where it ends."""
        blocks = self.chunk.blocks
        following = bisect_right(blocks, statement.start, key=lambda block: block.open)
        if following == len(blocks) or blocks[following].open >= statement.end:
            return statement.end
        first = blocks[following]
        return first.header if first.kind == "function" else first.open

    def _at_end(self, function: Function) -> Place | None:
        """In front of the `end` of a function.

        Not after `return`, and not after a label, which would stop being at the end of its block:
        jumps to it would then enter the scope of locals.
        """
        for statement in reversed(function.body.statements):
            if statement.kind in ("return_statement", "label_statement"):
                return None
            if statement.kind not in VOID:
                break
        close = function.body.close
        line = self.chunk.lines.line(close)
        return Place(close, line, function.body) if self._has_code(function, line) else None

    def _between(self, start: int, end: int) -> Iterator[Place]:
        """The places from one offset to another, the last included."""
        first = bisect_left(self._all, start, key=lambda place: place.offset)
        for place in self._all[first:]:
            if place.offset > end:
                return
            yield place

    def _instead(self, line: int) -> Place | None:
        """The place for a line that has none."""
        lines, source = self.chunk.lines, self.chunk.source
        if line > lines.count:
            return None
        start, end = lines.start(line), lines.end(line)
        text = source[start:end]
        position = start + len(text) - len(text.lstrip())
        for function in self.chunk.functions[1:]:
            body = function.body
            if function.start <= end < body.close and position < body.open:
                return self._next(body.open)
        block = self._around(position)
        statement = block.statement_at(position)
        if statement is None:
            return self._next(position)
        if statement.start == position:
            return self._of_statement.get(statement) or self._next(position)
        if statement.kind in _COMPOUND:
            in_head = position < self._end_of_head(statement)
            found = self._of_statement.get(statement) if in_head else None
            return found or self._next(position)
        if source[position : position + 3] == b"end" and self._closes(position):
            return self._next(statement.end)
        return self._of_statement.get(statement) or self._next(statement.end)

    def _closes(self, position: int) -> bool:
        return any(function.body.close == position for function in self.chunk.functions)

    def _around(self, offset: int) -> Block:
        """The innermost block that holds an offset; the keyword that closes it is outside."""
        block = self.chunk.block_at(offset)
        while block.parent is not None and offset >= block.close:
            block = block.parent
        return block

    def _next(self, position: int) -> Place | None:
        """The first place from an offset on, in the block there or in those around it."""
        block: Block | None = self._around(position)
        while block is not None:
            found = next(self._between(position, block.close), None)
            if found is not None:
                return found
            if block.parent is None:
                return None
            holder = block.parent.statement_at(block.header)
            position = holder.end if holder else block.close
            block = block.parent
        return None


def _entered(places: Sequence[Place]) -> list[Place]:
    """Of the places on a line, those that are not always reached through one before them."""
    chosen: list[Place] = []
    for place in places:
        if not any(
            earlier.function is place.function and earlier.block.encloses(place.block)
            for earlier in chosen
        ):
            chosen.append(place)
    return chosen


def _on_one_line(chunk: Chunk, start: int, end: int) -> bytes:
    """The tokens of a piece of text, without the comments and line breaks between them."""
    node: Node | None = chunk.root.descendant_for_byte_range(start, end)
    text = b""
    for leaf in leaves(node) if node else ():
        if start <= leaf.start_byte < end and leaf.type != "comment":
            text += chunk.source[leaf.start_byte : leaf.end_byte] + b" "
    return text
