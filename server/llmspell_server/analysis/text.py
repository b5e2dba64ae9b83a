"""The text of a document, and where its lines are, as editors count them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

Units = Literal["utf-8", "utf-16", "utf-32"]  # what a column counts

# LSP 3.17 "Text Documents": no other character ends a line, whatever `str.splitlines` thinks.
_BREAK = re.compile(r"\r\n|\n|\r")
_LONE_LINE_FEED = re.compile(r"(?<!\r)\n")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Text:
    """Immutable text. Offsets count characters; lines and columns begin at 0.

    Halves of surrogate pairs, which JSON can carry and UTF-8 cannot, become U+FFFD: that is as
    long in every encoding, so all positions stay.
    """

    def __init__(self, source: str) -> None:
        self.source = _LONE_SURROGATE.sub("\ufffd", source)
        self._starts = [0, *(found.end() for found in _BREAK.finditer(self.source))]

    @property
    def line_count(self) -> int:
        """How many lines there are, with the one after the last line break."""
        return len(self._starts)

    @property
    def line_starts(self) -> Sequence[int]:
        """Where the lines begin."""
        return self._starts

    def line_start(self, line: int) -> int:
        """Where a line begins."""
        return self._starts[line]

    def line_end(self, line: int) -> int:
        """Where a line ends, before its line break."""
        if line + 1 == self.line_count:
            return len(self.source)
        end = self._starts[line + 1] - 1
        if self.source[end] == "\n" and self.source[end - 1 : end] == "\r":
            return max(end - 1, self._starts[line])
        return end

    def broken_alike(self, addition: str) -> str:
        """A text to put into this one, with line breaks of the kind that the first line has."""
        if self.line_count < 2 or self.source[self.line_end(0) : self._starts[1]] != "\r\n":
            return addition
        return _LONE_LINE_FEED.sub("\r\n", addition)

    def next_line(self, offset: int) -> int:
        """Where the line after that of an offset begins; the end of the text for the last."""
        line = self.line_at(offset) + 1
        return self.line_start(line) if line < self.line_count else len(self.source)

    def line_at(self, offset: int) -> int:
        """The line that holds an offset."""
        return bisect_right(self._starts, offset) - 1

    def offset(self, line: int, column: int, units: Units) -> int:
        """The offset of a place; columns after a line's end mean its end, later lines the end.

        Half of a character means its beginning.
        """
        if line >= self.line_count:
            return len(self.source)
        start, end = self._starts[line], self.line_end(line)
        content = self.source[start:end]
        if units == "utf-32" or content.isascii():
            return start + min(column, len(content))
        codec, size = _CODECS[units]
        before = content.encode(codec)[: column * size]
        return start + len(before.decode(codec, "ignore"))

    def position(self, offset: int, units: Units) -> tuple[int, int]:
        """Line and column of an offset."""
        line = self.line_at(offset)
        before = self.source[self._starts[line] : offset]
        if units == "utf-32" or before.isascii():
            return line, len(before)
        codec, size = _CODECS[units]
        return line, len(before.encode(codec)) // size

    def replaced(self, start: int, end: int, replacement: str) -> Text:
        """The text with another piece between two offsets.

        Only the lines around it are looked for anew, so that an edit costs the same anywhere.
        """
        replacement = _LONE_SURROGATE.sub("\ufffd", replacement)
        first = bisect_right(self._starts, max(start - 1, 0))  # CR may have become CR LF
        later = bisect_right(self._starts, end + 1)
        edited = Text.__new__(Text)
        edited.source = self.source[:start] + replacement + self.source[end:]
        moved = len(replacement) - (end - start)
        kept = self._starts[:first]
        around = _BREAK.finditer(edited.source, kept[-1], self._reach(later) + moved)
        edited._starts = [
            *kept,
            *(found.end() for found in around),
            *(begin + moved for begin in self._starts[later:]),
        ]
        return edited

    def _reach(self, line: int) -> int:
        """Up to where breaks are looked for when the lines from `line` on are kept."""
        if line < self.line_count:
            return self._starts[line] - self._break_length(line)
        return len(self.source)

    def _break_length(self, line: int) -> int:
        """How long the line break before a line is."""
        return self._starts[line] - self.line_end(line - 1)

    @cached_property
    def encoded(self) -> bytes:
        """The text as UTF-8."""
        return self.source.encode()

    def offset_of_byte(self, byte: int) -> int:
        """The offset in the text of an offset in `encoded`."""
        return len(self.encoded[:byte].decode("utf-8", "ignore"))
