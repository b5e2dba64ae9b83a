"""The tokens of a text with the part that each plays, as far as white space depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..syntax.lexer import KEYWORDS, TOKEN
from ..syntax.parser import code_begin

_BLANK = " \t\f\v"
_ROLES = {
    **dict.fromkeys(("(", "[", "{"), "open"),
    **dict.fromkeys((")", "]", "}"), "close"),
    ",": "comma",
    ";": "semicolon",
    **dict.fromkeys((".", ":"), "dot"),
    "...": "value",
    "#": "unary",
}
_EITHER = frozenset({"-", "~"})
_CONSTANTS = frozenset({"nil", "true", "false"})
_OPERATORS = frozenset({"and", "or"})
_VALUES = frozenset({"name", "number", "string", "value", "close", "attribute_end"})


class Token(NamedTuple):
    """A token and its place. Line comments end before the white space behind them.

    role: `name`, `number`, `string`, `value` (other constants, `...`), `keyword`, `unary`,
    `binary` (with `=`), `open`, `close`, `parameters_end`, `comma`, `semicolon`, `dot` (also `:`),
    `label`, `label_end`, `attribute`, `attribute_end`, `comment`, `broken` (a string or comment
    without its end, or what Lua does not know), `eof`.
    """

    role: str
    text: str
    start: int
    end: int

    @property
    def is_value(self) -> bool:
        """Whether an expression can end here."""
        return self.role in _VALUES or self.text == "end"

    @property
    def is_line_comment(self) -> bool:
        """Whether it reaches to the end of its line whatever follows."""
        return self.role == "comment" and not is_long(self.text[2:])


def is_long(text: str) -> bool:
    """Whether a text begins with a long bracket."""
    return text.startswith("[") and text[1:].lstrip("=").startswith("[")


def tokens_of(source: str) -> Iterator[Token]:
    """All tokens with the comments between them; the last one is `eof`, at the very end."""
    match = TOKEN.match
    reader = _Roles()
    position = code_begin(source)
    while True:
        found = match(source, position)
        assert found is not None and found.lastgroup is not None
        # The groups for long brackets are inside of others and so never the last.
        kind = found.lastgroup
        text = found[kind]
        start, position = found.span(kind)
        if kind == "comment":
            yield _comment(text, start)
            continue
        token = Token(reader.role(kind, text), text, start, position)
        yield token
        if kind == "eof":
            return


def _comment(text: str, start: int) -> Token:
    if not is_long(text[2:]):
        text = text.rstrip(_BLANK)
    elif not text.endswith("]"):
        return Token("broken", text, start, start + len(text))
    return Token("comment", text, start, start + len(text))


class _Roles:
    """Says the role of each token, knowing those before it."""

    def __init__(self) -> None:
        self._before = Token("semicolon", "", 0, 0)
        self._brackets: list[bool] = []  # whether each opens a list of parameters
        self._function = False  # since `function`, before its parameters
        self._label = False
        self._declares = False  # since `local`, in its list of names
        self._attribute = False

    def role(self, kind: str, text: str) -> str:
        role = self._word(text) if kind == "name" else self._other(kind, text)
        if self._declares:
            self._declares = self._goes_on(role, text)
        self._before = Token(role, text, 0, 0)
        return role

    def _word(self, text: str) -> str:
        if text not in KEYWORDS:
            return "name"
        if text == "function":
            self._function = True
        elif text == "local":
            self._declares = True
        elif text in _CONSTANTS:
            return "value"
        elif text in _OPERATORS:
            return "binary"
        return "keyword"

    def _other(self, kind: str, text: str) -> str:
        if kind != "symbol":
            return {"other": "broken"}.get(kind, kind)
        if text in _EITHER:
            return "binary" if self._before.is_value else "unary"
        if text == "::":
            self._label = not self._label
            return "label" if self._label else "label_end"
        if text == "<" and self._declares:
            self._attribute = True
            return "attribute"
        if text == ">" and self._attribute:
            self._attribute = False
            return "attribute_end"
        return self._bracket(text, _ROLES.get(text, "binary"))

    def _bracket(self, text: str, role: str) -> str:
        if role == "open":
            self._brackets.append(self._function and text == "(")
            self._function = False
        elif role == "close" and self._brackets and self._brackets.pop():
            return "parameters_end"
        return role

    def _goes_on(self, role: str, text: str) -> bool:
        """Whether a declaration's list of names still goes on after a token."""
        if role == "name":
            return self._before.text in ("local", ",", "<")
        return role in ("comma", "attribute", "attribute_end") or text == "local"
