"""Log messages of breakpoints: text with `{expressions}` in it."""

from __future__ import annotations

import re

from attrs import frozen

from .condition import Malformed

# What may hold a brace that is not one: strings, long strings and comments.
_OPAQUE = re.compile(
    r"""(?:--)?\[(?P<level>=*)\[.*?\](?P=level)\]
      | --[^\n]*
      | "(?:\\.|[^"\\])*"
      | '(?:\\.|[^'\\])*'""",
    re.VERBOSE | re.DOTALL,
)


@frozen
class LogMessage:
    """A log message: `literals[0]`, the first value, `literals[1]`, and so on.

    There is one literal more than there are expressions.
    """

    literals: tuple[str, ...]
    expressions: tuple[str, ...]


def parse_log_message(text: str) -> LogMessage:
    r"""A log message from its text.

    `\\{`, `\\}` and `\\\\` stand for themselves; `{}` is text. Raises Malformed where a brace is
    not closed.
    """
    literals, expressions = [""], []
    position = 0
    while position < len(text):
        sign = text[position]
        if sign == "\\" and text[position + 1 : position + 2] in ("{", "}", "\\"):
            literals[-1] += text[position + 1]
            position += 2
        elif sign == "{":
            end = _closing(text, position + 1)
            inside = text[position + 1 : end]
            if inside.strip():
                expressions.append(inside)
                literals.append("")
            else:
                literals[-1] += text[position : end + 1]
            position = end + 1
        else:
            literals[-1] += sign
            position += 1
    return LogMessage(tuple(literals), tuple(expressions))


def _closing(text: str, position: int) -> int:
    """Where the brace that closes an expression stands."""
    depth = 0
    while position < len(text):
        if opaque := _OPAQUE.match(text, position):
            position = opaque.end()
            continue
        if text[position] == "}":
            if depth == 0:
                return position
            depth -= 1
        elif text[position] == "{":
            depth += 1
        position += 1
    raise Malformed("log message: a `{` has no `}`; write `\\{` for the sign itself")
