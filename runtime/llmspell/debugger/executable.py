"""Which lines of a file have something to execute, and which line of code shows that they were."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from attrs import frozen

from llmspell.debugger.prototypes import Prototype, UnknownFormat, read
from llmspell.syntax.chunk import VOID, Block, Chunk, Function, Statement


@frozen
class Span:
    """A statement, or a condition behind `elseif` or `until`.

    line: where it begins. evidence: the first of its lines for which there is code, in `function`
    (`first:last` line, as `debug.getinfo` gives them). For `local f = function` that is the line
    of the `end`.
    """

    line: int
    evidence: int
    function: str


def executable_spans(source: bytes, binary: bytes) -> list[Span]:
    """The spans of a text, given what `string.dump` makes of it. Nothing for what is no Lua.

    What the compiler makes no code for is left out: `while true do`, `local x <const> = 1`, a
    `break` behind `then`, `else`, `end`.
    """
    try:
        prototypes = read(binary)
    except UnknownFormat:
        return []
    chunk = Chunk(source)
    if len(chunk.functions) != len(prototypes):
        return []
    finder = _Finder(chunk, prototypes)
    return [*finder.statements(), *finder.conditions()]


class _Finder:
    def __init__(self, chunk: Chunk, prototypes: list[Prototype]) -> None:
        self._chunk = chunk
        self._prototypes = prototypes

    def statements(self) -> Iterator[Span]:
        for statement in self._chunk.statements:
            if statement.kind in VOID or statement.kind in ("do_statement", "repeat_statement"):
                continue
            head = self._end_of_head(statement)
            found = self._span(statement.function, statement.start, statement.start, head)
            if found is None and statement.end > head:
                found = self._closure(statement)
            if found is not None:
                yield found

    def conditions(self) -> Iterator[Span]:
        for block in self._chunk.blocks:
            found = None
            if block.kind == "elseif":
                found = self._span(block.function, block.header, block.header, block.open)
            elif block.kind == "repeat":
                found = self._span(block.function, block.close, block.close, block.scope_end)
            if found is not None:
                yield found

    def _span(self, function: Function, begin: int, start: int, end: int) -> Span | None:
        """A span that begins at an offset, if there is code between two others."""
        lines, prototype = self._chunk.lines, self._prototypes[function.index]
        last = lines.line(max(end - 1, start))
        for line in range(lines.line(start), last + 1):
            if line in prototype.active_lines:
                name = f"{prototype.first_line}:{prototype.last_line}"
                return Span(lines.line(begin), line, name)
        return None

    def _closure(self, statement: Statement) -> Span | None:
        """`local f = function … end`: the code that makes the function stands on its last line."""
        inside = self._first_block(statement)
        if inside is None or inside.kind != "function":
            return None
        end = inside.node.end_byte
        return self._span(statement.function, statement.start, end - 1, statement.end)

    def _first_block(self, statement: Statement) -> Block | None:
        blocks = self._chunk.blocks
        following = bisect_right(blocks, statement.start, key=lambda block: block.open)
        inside = following < len(blocks) and blocks[following].open < statement.end
        return blocks[following] if inside else None

    def _end_of_head(self, statement: Statement) -> int:
        """Where the first function or block in a statement begins, or where it ends."""
        block = self._first_block(statement)
        if block is None:
            return statement.end
        return block.header if block.kind == "function" else block.open
