"""Writes calls into a chunk, and makes sure that it stays the same program."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from llmspell.syntax.chunk import VOID, Chunk

from . import prototypes
from .condition import Compiler
from .lending import is_borrowing, support
from .placement import Edit
from .planning import Call
from .prototypes import Prototype


@frozen
class Rewriting:
    """A chunk, as text and as the compiler made it, that calls are written into."""

    chunk: Chunk
    functions: Sequence[Prototype]
    secret: int
    compiler: Compiler

    def text(self, calls: Sequence[Call]) -> bytes:
        """The text of the chunk with the calls in it."""
        edits: list[Edit] = []
        texts: Sequence[bytes] = [call.text(self.secret) for call in calls]
        if any(call.is_supported for call in calls):
            start = next(s for s in self.chunk.blocks[0].statements if s.kind not in VOID).start
            given, texts = support(self.secret, texts)
            edits.append(Edit(start, start, given))
        for call, text in zip(calls, texts, strict=True):
            edits += call.place.edits(self.chunk, text)
        edits.sort(key=lambda edit: (edit.start, edit.end))
        source, position = self.chunk.source, 0
        pieces: list[bytes] = []
        for edit in edits:
            pieces += (source[position : edit.start], edit.text)
            position = edit.end
        return b"".join((*pieces, source[position:]))

    def settle(self, calls: Sequence[Call]) -> list[Call]:
        """Those calls, some of them in simpler form, with which the program is the same."""
        if not calls or self._is_sound(calls):
            return list(calls)
        if len(calls) == 1:
            simpler = calls[0].simpler
            return self.settle([simpler]) if simpler else []
        middle = len(calls) // 2
        first, second = self.settle(calls[:middle]), self.settle(calls[middle:])
        simple = [call.simplest for call in second]
        for both in (first + second, first + simple, [*(call.simplest for call in first), *simple]):
            if self._is_sound(both):
                return both
        return first

    def _is_sound(self, calls: Sequence[Call]) -> bool:
        text = self.text(calls)
        binary = self.compiler(text)
        if isinstance(binary, str):
            return False
        written = prototypes.read(binary)
        if is_borrowing(text):
            del written[1]
        plain = all(
            not call.test and not call.is_supported and not call.site.handed_over for call in calls
        )
        return len(written) == len(self.functions) and all(
            _same_face(before, after, exactly=plain)
            for before, after in zip(self.functions, written, strict=True)
        )


def _same_face(before: Prototype, after: Prototype, *, exactly: bool) -> bool:
    """Whether a function looks the same to `debug.getinfo`.

    The values that a call hands over may be new upvalues, and closing the variables that they
    are takes code where the blocks of these end.
    """
    if before.outline != after.outline:
        return False
    if exactly and before.upvalues != after.upvalues:
        return False
    if before.line_differences == after.line_differences:
        return True
    if exactly:
        return before.active_lines == after.active_lines
    return before.active_lines <= after.active_lines
