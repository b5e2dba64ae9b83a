"""The text of a document, and where its lines are, as editors count them."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Literal

from llmspell.syntax.chunk import Chunk

Units = Literal["utf-8", "utf-16", "utf-32"]  # what a column counts

# LSP 3.17 "Text Documents": no other character ends a line, whatever `str.splitlines` thinks.
_BREAK = re.compile(r"\r\n|\n|\r")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Text:
    """Immutable text. Offsets count characters; lines and columns begin at 0.

    Halves of surrogate pairs, which JSON can carry and UTF-8 cannot, become U+FFFD: that is as
    long in every encoding, so all positions stay.
    """

    def __init__(self, source: str) -> None:
        self.source = _LONE_SURROGATE.sub("\ufffd", source)
        breaks = list(_BREAK.finditer(self.source))
        self._starts = [0, *(found.end() for found in breaks)]
        self._ends = [*(found.start() for found in breaks), len(self.source)]

    @property
    def line_count(self) -> int:
        """How many lines there are, with the one after the last line break."""
        return len(self._starts)

    def line_start(self, line: int) -> int:
        """Where a line begins."""
        return self._starts[line]

    def line_at(self, offset: int) -> int:
        """The line that holds an offset."""
        return bisect_right(self._starts, offset) - 1

    def offset(self, line: int, column: int, units: Units) -> int:
        """The offset of a place; columns after a line's end mean its end, later lines the end.

        Half of a character means its beginning.
        """
        if line >= self.line_count:
            return len(self.source)
        start, end = self._starts[line], self._ends[line]
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
        """The text with another piece between two offsets."""
        return Text(self.source[:start] + replacement + self.source[end:])

    @cached_property
    def encoded(self) -> bytes:
        """The text as UTF-8."""
        return self.source.encode()

    def byte_of(self, offset: int) -> int:
        """The offset in `encoded` of an offset in the text."""
        return len(self.source[:offset].encode())

    def offset_of_byte(self, byte: int) -> int:
        """The offset in the text of an offset in `encoded`."""
        return len(self.encoded[:byte].decode("utf-8", "ignore"))

    @cached_property
    def chunk(self) -> Chunk:
        """The syntax tree, whose offsets are those of `encoded`."""
        return Chunk(self.encoded)
