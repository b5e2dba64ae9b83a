"""Lines and columns of Lua text, counted as the Lua compiler counts them.

A line ends with LF, CR, CRLF or LFCR; nothing else breaks a line. Columns are UTF-16 code units,
because that is what editors count in. Both begin at 1.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_BREAK = re.compile(rb"\r\n|\n\r|[\r\n]")


def line_breaks(text: bytes) -> int:
    """How many lines end in a piece of text."""
    return len(_BREAK.findall(text))


class Lines:
    """Where the lines of a text are."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._starts = [0]
        self._ends = []
        for found in _BREAK.finditer(source):
            self._ends.append(found.start())
            self._starts.append(found.end())
        self._ends.append(len(source))

    @property
    def count(self) -> int:
        """How many lines there are, with the one after the last line break."""
        return len(self._starts)

    def start(self, line: int) -> int:
        """The offset at which a line begins; the end of the text for lines after the last."""
        return self._starts[line - 1] if 1 <= line <= self.count else len(self._source)

    def end(self, line: int) -> int:
        """The offset at which a line ends, before its line break."""
        return self._ends[line - 1] if 1 <= line <= self.count else len(self._source)

    def line(self, offset: int) -> int:
        """The line that holds an offset."""
        return bisect_right(self._starts, offset)

    def column(self, offset: int) -> int:
        """The column of an offset in its line."""
        before = self._source[self.start(self.line(offset)) : offset]
        if before.isascii():
            return len(before) + 1
        return len(before.decode("utf-8", "replace").encode("utf-16-le")) // 2 + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a column; the end of the line for columns after it."""
        start, end = self.start(line), self.end(line)
        text = self._source[start:end]
        if text.isascii():
            return start + max(0, min(column - 1, end - start))
        units = text.decode("utf-8", "surrogateescape").encode("utf-16-le", "surrogatepass")
        before = units[: max(0, column - 1) * 2].decode("utf-16-le", "surrogatepass")
        # Half of a surrogate pair counts for the character that it begins.
        before = before.rstrip("".join(map(chr, range(0xD800, 0xDC00))))
        return start + len(before.encode("utf-8", "surrogateescape"))
