"""Indentation as the author has it: what the next line should be, given those before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .edits import BREAK, Edit
from .indentation import Indentation, Opened
from .style import Style
from .tokens import Token, tokens_of

_TYPED = frozenset({"end", "else", "elseif", "until", ")", "]", "}"})


class Row(NamedTuple):
    """A line that begins with a token of code.

    start: where the line begins. indent: its white space. expected: what that should be. opened:
    the innermost block or bracket, and whether the line before opened it.
    """

    token: Token
    start: int
    indent: str
    expected: str
    opened: Opened
    follows: bool


def typed_edit(source: str, line_start: int, cursor: int, step: str, typed: str) -> Edit | None:
    """What indents the line of a cursor, after a line break or the last character of a word.

    source: from a place where a statement of the chunk begins up to the end of that line. None
    where the line is as it should be, within a string or comment, or the word no closing one.
    """
    for row in rows(source, step):
        if row.start != line_start or row.indent == row.expected:
            continue
        closes = row.token.text in _TYPED and row.token.end == cursor
        if closes or (typed == "\n" and cursor <= row.token.start):
            return Edit(line_start, line_start + len(row.indent), row.expected)
    return None


def style_of(source: str) -> Style | None:
    """The step by which a text is indented, as its first indented block says; None if none is."""
    for row in rows(source, "\t"):
        step = row.indent.removeprefix(row.opened.outer)
        if not row.follows or not step:
            continue
        if row.expected == row.opened.inner and row.indent.startswith(row.opened.outer):
            if step.strip("\t") == "":
                return Style(tabs=True)
            if step.strip(" ") == "":
                return Style(width=len(step))
    return None


def rows(source: str, step: str) -> Iterator[Row]:
    """The lines of code one by one; each is expected to fit to those before it as they are."""
    indentation = Indentation(step)
    position, number, indent = 0, 0, ""
    for token in tokens_of(source):
        gap = source[position : token.start]
        leads = position == 0 or bool(gap.strip(" \t") and BREAK.search(gap))
        if leads:
            number += 1
            indent = BREAK.split(gap)[-1]
            if token.role != "comment":
                opened = indentation.innermost
                yield Row(
                    token,
                    token.start - len(indent),
                    indent,
                    indentation.of(token),
                    opened,
                    opened.line == number - 1 and opened.fresh,
                )
        if token.role != "comment":
            indentation.read(token, number, indent, leads)
        position = token.end
