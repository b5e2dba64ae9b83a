"""The call whose arguments hold a cursor, in code that need not be whole."""

from __future__ import annotations

import re

from attrs import frozen

from llmspell.syntax.cursor import KEYWORDS, Token, reference_at, tokens

_CLOSED = re.compile(r"""(["'])(?:\\.|(?!\1)[^\\])*\1""", re.DOTALL)
_DECLARATION = re.compile(r"\bfunction\s+[\w.:]+\Z")
_OPENERS = frozenset("([{") | {"function", "if", "do", "repeat"}
_CLOSERS = frozenset(")]}") | {"end", "until"}
_STATEMENTS = frozenset({"then", "else", "elseif", "local", "return", "while", "for", "goto"})


@frozen
class Call:
    """A call under way.

    callee: the called name with dots; a method `a:b` is `a.b`. argument: which one holds the
    cursor, from 0. quoted: what stands in the string argument before the cursor; None outside one.
    """

    callee: str
    argument: int
    quoted: str | None


def call_at(code: str) -> Call | None:
    """The innermost call that is unfinished at the end of some code; None in comments."""
    before = tokens(code)
    if before and before[-1].kind == "comment" and before[-1].end == len(code):
        return None
    before = [token for token in before if token.kind != "comment"]
    quoted = open_string(code)
    if quoted is not None:
        before.pop()
        if before and before[-1].kind == "name" and before[-1].text not in KEYWORDS:
            return _named(code, before, 0, quoted)  # `require "`
    opened = _argument(before)
    return None if opened is None else _named(code, before, opened, quoted)


def open_string(code: str) -> str | None:
    """The content of the short string that is unfinished at the end of some code."""
    found = tokens(code)[-1:]
    if not found or found[0].kind != "string" or found[0].end != len(code):
        return None
    text = found[0].text
    return text[1:] if text[0] in "\"'" and not _CLOSED.fullmatch(text) else None


def _argument(before: list[Token]) -> int | None:
    """The place among the arguments; removes the tokens from the opening parenthesis on."""
    argument = depth = 0
    while before:
        token = before.pop()
        if token.kind == "string":
            continue
        if token.text in _CLOSERS:
            depth += 1
        elif token.text in _OPENERS and depth:
            depth -= 1
        elif token.text in _OPENERS:
            return argument if token.text == "(" else None
        elif depth == 0 and token.text == ",":
            argument += 1
        elif depth == 0 and token.text in _STATEMENTS:
            return None
    return None


def _named(code: str, before: list[Token], argument: int, quoted: str | None) -> Call | None:
    """The call of the name that ends the tokens."""
    if not before:
        return None
    reference = reference_at(code, before[-1].end)
    if reference is None or not reference.word or reference.word in KEYWORDS:
        return None
    if _DECLARATION.search(code, 0, before[-1].end):
        return None
    callee = ".".join(map(str, (*reference.path, reference.word)))
    return Call(callee, argument, quoted)
