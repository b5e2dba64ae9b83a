"""The white space that belongs between the tokens of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..pace import checkpoint
from ..syntax.parser import code_begin
from .columns import Placed, aligned, width_of
from .edits import BREAK, Edit, applied, gap_edits
from .indentation import Indentation
from .spacing import KEEP, spaces_between
from .style import BLANK_LINES, LineEnd, Style
from .tokens import Token, tokens_of

_NOTHING = Token("semicolon", "", 0, 0)


class Broken(Exception):
    """The text has a string or comment without its end, or a character that Lua does not know."""


def format_edits(source: str, style: Style) -> list[Edit]:
    """What formats a text that compiles. Raises Broken.

    Tokens stay as they are and on the lines where they are; only blank lines go.
    """
    tokens = list(tokens_of(source))
    if any(token.role == "broken" for token in tokens):
        raise Broken
    begin = code_begin(source)
    gaps = _Layout(source, tokens, begin, style).gaps()
    edits: list[Edit] = []
    position = begin
    for token, gap in zip(tokens, gaps, strict=True):
        edits += gap_edits(source, position, token.start, gap)
        position = token.end
    return edits


def formatted(source: str, style: Style) -> str:
    """A text that compiles, formatted. Raises Broken."""
    return applied(source, format_edits(source, style))


def line_end_of(source: str) -> LineEnd:
    """The kind that most line ends of a text have, but for those in strings and comments.

    Those stay as they are: counted, they would make another kind the usual one once blank lines
    are gone.
    """
    return _line_end(source, tokens_of(source), code_begin(source))


def _line_end(source: str, tokens: Iterable[Token], begin: int) -> LineEnd:
    windows = breaks = 0
    for token in tokens:
        windows += source.count("\r\n", begin, token.start)
        breaks += source.count("\n", begin, token.start)
        begin = token.end
    return "\r\n" if windows * 2 > breaks else "\n"


class _Layout:
    """Goes through the tokens once and says what white space stands before each."""

    def __init__(self, source: str, tokens: Sequence[Token], begin: int, style: Style) -> None:
        self._source, self._tokens, self._begin = source, tokens, begin
        self._end_of_line = style.line_end or _line_end(source, tokens, begin)
        self._indentation = Indentation(style.step)
        self._gaps: list[str] = []
        self._comments: list[Placed] = []
        self._braces: list[int] = []  # how many spaces stand behind each open `{`, or KEEP
        self._power: int | None = None  # how many spaces stand before the `^` just passed
        self._code = 0  # the index of a token that is no comment, for comments before it
        self._line = 0  # in the source
        self._row = 0  # lines that begin with a token, which are the ones that can be indented
        self._indent = ""
        self._column = self._old_column = 0  # behind the last token: formatted, and in the source

    def gaps(self) -> list[str]:
        before, position = _NOTHING, self._begin
        for index, token in enumerate(self._tokens):
            if not index & 255:
                checkpoint()
            gap = self._source[position : token.start]
            breaks = len(BREAK.findall(gap)) if gap.strip(" \t") else 0
            if index == 0 and not self._source[:position].strip("\ufeff"):
                self._row_begins(index, gap, "", breaks)
            elif token.role == "eof":
                self._gaps.append(self._end_of_line)
            elif breaks:
                ends = self._end_of_line * min(breaks, BLANK_LINES + 1)
                self._row_begins(index, gap, ends, breaks)
            else:
                self._same_row(before, token, gap)
            self._read(token, leads=breaks > 0 or index == 0)
            before, position = token, token.end
        for placed, spaces in aligned(self._comments):
            self._gaps[placed.gap] += " " * spaces
        return self._gaps

    def _row_begins(self, index: int, gap: str, ends: str, breaks: int) -> None:
        token = self._tokens[index]
        if token.role == "comment":
            self._indent = self._indentation.of_comment(self._code_from(index))
        else:
            self._indent = self._indentation.of(token)
        self._line += breaks
        self._row += 1
        self._old_column = width_of(BREAK.split(gap)[-1])
        self._column = width_of(self._indent)
        if token.is_line_comment:
            self._place(0, alone=True)
        self._gaps.append(ends + self._indent if token.role != "eof" else "")

    def _code_from(self, index: int) -> Token:
        if self._code <= index:
            self._code = next(
                at for at in range(index, len(self._tokens)) if self._tokens[at].role != "comment"
            )
        return self._tokens[self._code]

    def _same_row(self, before: Token, token: Token, gap: str) -> None:
        old = width_of(gap, self._old_column)
        space, self._old_column = old - self._old_column, old
        if token.is_line_comment:
            self._place(space, alone=False)
            self._gaps.append("")  # filled in when its neighbours are known
            return
        spaces = spaces_between(before, token)
        if token.text == "}" and before.text != "{" and self._braces:
            spaces = self._braces[-1]
        elif before.text == "^" and self._power is not None:
            spaces = self._power
        spaces = min(len(gap), 1) if spaces == KEEP else spaces
        self._gaps.append(" " * spaces)
        self._column += spaces
        self._power = spaces if token.text == "^" else None

    def _place(self, space: int, *, alone: bool) -> None:
        index = len(self._gaps)
        placed = Placed(index, self._line, self._old_column, self._column, space, alone)
        self._comments.append(placed)

    def _read(self, token: Token, *, leads: bool) -> None:
        if token.role != "comment":
            self._indentation.read(token, self._row, self._indent, leads)
            self._brace(token)
        lines = BREAK.split(token.text) if len(token.text) > 1 else [token.text]
        if len(lines) > 1:
            self._line += len(lines) - 1
            self._column = self._old_column = 0
        self._column = width_of(lines[-1], self._column)
        self._old_column = width_of(lines[-1], self._old_column)

    def _brace(self, token: Token) -> None:
        if token.text == "{":
            following = self._source[token.end : token.end + 1]
            self._braces.append(KEEP if following in "\r\n" else 1 if following in " \t\f\v" else 0)
        elif token.text == "}" and self._braces:
            self._braces.pop()
