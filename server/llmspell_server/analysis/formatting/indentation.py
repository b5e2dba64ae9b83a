"""How deep each line belongs, found from the brackets and blocks that are open where it begins.

What several brackets or blocks of one line open is indented once, and lines that go on with a
statement once more than its first. Text that does not compile is read as far as it makes sense.
"""

from __future__ import annotations

from attrs import define

from .tokens import Token

_CLOSED_BY = {
    ")": ("(",),
    "]": ("[",),
    "}": ("{",),
    "until": ("repeat",),
    "else": ("if",),
    "elseif": ("if",),
    "end": ("if", "do", "for", "while", "function"),
}
_STATEMENTS = frozenset(
    {"local", "if", "for", "while", "repeat", "return", "break", "goto", "do", "::", ";", "eof"}
)
_BRACKETS = frozenset({"(", "[", "{"})
_BLOCKS = frozenset({"if", "for", "while", "repeat", "function"})
_WITH_HEADER = frozenset({"if", "for", "while", "function"})


@define(eq=False)
class Opened:
    """A block or bracket that is open.

    line: the line that opened it, which is indented by `outer`; `inner` is for what it holds.
    header: whether its block has not begun yet. fresh: whether a statement or element begins with
    the next token. base: the indentation of the line where the current one began; leads: whether
    that line began with it.
    """

    kind: str
    line: int
    outer: str
    inner: str
    header: bool = False
    fresh: bool = True
    base: str = ""
    leads: bool = False


class Indentation:
    """Reads the code tokens of a text one by one. Comments are not shown to it."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._open = [Opened("chunk", -1, "", "")]
        self._before = Token("semicolon", "", 0, 0)

    @property
    def innermost(self) -> Opened:
        """The block or bracket that is open."""
        return self._open[-1]

    def of(self, token: Token) -> str:
        """The indentation of a line that begins with a token, the next to be read."""
        top = self._open[-1]
        if token.text in _CLOSED_BY:
            closed = self._closed_by(token.text)
            return top.inner if closed is None else closed.outer
        if token.role == "eof" and self._before.is_value:
            return top.inner
        if top.header:
            return top.outer if token.text in ("then", "do") else top.inner
        if top.kind in _BRACKETS:
            return top.inner if top.fresh or not top.leads else top.base + self._step
        return top.inner if self._begins(token) else top.base + self._step

    def of_comment(self, token: Token) -> str:
        """The indentation of a comment on a line of its own before a token, the next to be read."""
        closes = token.text in _CLOSED_BY or token.role == "eof"
        return self._open[-1].inner if closes else self.of(token)

    def read(self, token: Token, line: int, indent: str, leads: bool) -> None:
        """Takes the next token.

        line: a number of its line. indent: how that is indented. leads: whether it begins it.
        """
        top = self._open[-1]
        if token.text in _CLOSED_BY:
            self._close(token.text)
        elif not top.header:
            begins = top.fresh if top.kind in _BRACKETS else self._begins(token)
            if begins:
                top.base, top.leads, top.fresh = indent, leads, False
        self._enter(token, line, indent)
        self._before = token

    def _enter(self, token: Token, line: int, indent: str) -> None:
        top, text = self._open[-1], token.text
        opens = text in _BRACKETS or (text in _BLOCKS and token.role == "keyword")
        if opens or (text == "do" and not top.header):
            self._push(text, line, indent)
        elif text in ("then", "do") or token.role == "parameters_end":
            top.header, top.fresh = False, True
        elif text in ("else", "elseif"):
            top.header, top.fresh = text == "elseif", True
        elif self._separates(token):
            top.fresh = True

    def _separates(self, token: Token) -> bool:
        """Whether another statement or element follows a token."""
        if token.text == ",":
            return self._open[-1].kind in _BRACKETS
        return token.text in (";", "break") or token.role == "label_end"

    def _push(self, kind: str, line: int, indent: str) -> None:
        top = self._open[-1]
        inner = top.inner if top.line == line else indent + self._step
        self._open.append(Opened(kind, line, indent, inner, kind in _WITH_HEADER, base=indent))

    def _close(self, text: str) -> None:
        closed = self._closed_by(text)
        if closed is None:
            return
        place = self._open.index(closed)
        del self._open[place if text not in ("else", "elseif") else place + 1 :]

    def _closed_by(self, text: str) -> Opened | None:
        kinds = _CLOSED_BY[text]
        return next((each for each in reversed(self._open) if each.kind in kinds), None)

    def _begins(self, token: Token) -> bool:
        """Whether a statement begins with a token in the block that is open."""
        before = self._before
        if self._open[-1].fresh or token.text in _STATEMENTS:
            return token.role != "eof" or self._open[-1].fresh
        if token.text == "function" or token.role == "name":
            return before.is_value
        return token.text == "(" and before.text == "end"
