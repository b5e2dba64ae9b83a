"""Which lines of a file have something to execute, and which line of code shows that they were."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from llmspell.debugger.prototypes import Prototype, UnknownFormat, read
from llmspell.syntax.chunk import VOID, Chunk, Function, Statement

_CONDITIONAL = frozenset(["for_statement", "if_statement", "while_statement"])
_NOTHING_ITSELF = VOID | {"do_statement", "repeat_statement"}


@frozen
class Span:
    """A statement, or a condition behind `elseif` or `until`.

    line: where it begins. evidence: its lines for which there is code in `function` (`first:last`
    line, as `debug.getinfo` gives them). For `local f = function` that is the line of the `end`.
    """

    line: int
    evidence: tuple[int, ...]
    function: str

    def executions(self, counts: Mapping[int, int]) -> int:
        """How often it was executed, if the lines of its function were entered so often.

        The compiler comes back to the first line of a call for the call itself, behind arguments
        on other lines; so the line that was entered least often counts, of those that were.
        """
        return min((counts[line] for line in self.evidence if counts.get(line)), default=0)


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
            if statement.kind in _NOTHING_ITSELF:
                continue
            start, end = statement.start, statement.end
            if statement.kind in _CONDITIONAL:
                yield from self._condition(statement.function, start, self._head_end(statement))
            else:
                yield from self._span(statement.function, start, end)

    def conditions(self) -> Iterator[Span]:
        for block in self._chunk.blocks:
            if block.kind == "elseif":
                yield from self._condition(block.function, block.header, block.open)
            elif block.kind == "repeat":
                yield from self._condition(block.function, block.close, block.scope_end)

    def _span(self, function: Function, start: int, end: int) -> Iterator[Span]:
        """The span between two offsets, if there is code."""
        lines, prototype = self._chunk.lines, self._prototypes[function.index]
        first, last = lines.line(start), lines.line(max(end - 1, start))
        evidence = tuple(n for n in range(first, last + 1) if n in prototype.active_lines)
        if evidence:
            yield Span(first, evidence, f"{prototype.first_line}:{prototype.last_line}")

    def _condition(self, function: Function, start: int, end: int) -> Iterator[Span]:
        """The same where only the first line says how often: the others may be passed over."""
        for span in self._span(function, start, end):
            yield evolve(span, evidence=span.evidence[:1])

    def _head_end(self, statement: Statement) -> int:
        """Where the block of a statement opens."""
        blocks = self._chunk.blocks
        following = bisect_right(blocks, statement.start, key=lambda block: block.open)
        own = (b for b in blocks[following:] if b.node.id == statement.node.id)
        return next((block.open for block in own), statement.end)
