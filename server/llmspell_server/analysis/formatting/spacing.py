"""The white space between two tokens of one line."""

from __future__ import annotations

from .tokens import Token, is_long

KEEP = -1
"""A space where there was any."""

_NONE_BEFORE = frozenset({"comma", "semicolon", "dot", "label_end", "attribute_end"})
_NONE_AFTER = frozenset({"dot", "label", "attribute"})


def spaces_between(before: Token, token: Token) -> int:
    """How many spaces belong between two neighbours; or KEEP.

    Where nothing is written, the two cannot become one token: `- -x`, `t[ [[x]] ]`.
    """
    if "comment" in (before.role, token.role) or "^" in (before.text, token.text):
        return KEEP
    if token.role in _NONE_BEFORE or before.role in _NONE_AFTER:
        return 0
    if before.role == "unary":
        return 1 if before.text == token.text == "-" else 0
    if before.role == "open":
        return _after_bracket(before, token)
    if token.text in ("]", ")", "}"):
        return _before_bracket(before, token)
    return _before_operand(before, token)


def _after_bracket(before: Token, token: Token) -> int:
    if token.role in ("close", "parameters_end"):
        return 0
    if before.text == "{":
        return KEEP
    return 1 if before.text == "[" and is_long(token.text) else 0


def _before_bracket(before: Token, token: Token) -> int:
    if token.text == "}":
        return KEEP
    return 1 if token.text == "]" and before.role == "string" and is_long(before.text) else 0


def _before_operand(before: Token, token: Token) -> int:
    """Calls and indices stand close to what is called."""
    called = before.role in ("name", "string", "close")
    if token.text == "(":
        return 0 if called or before.text == "function" else 1
    if token.text == "[":
        return 0 if called else 1
    if called and (token.text == "{" or token.role == "string"):
        return KEEP
    return 1
