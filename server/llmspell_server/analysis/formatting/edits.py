"""Replacements of pieces of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate
from typing import NamedTuple

BREAK = re.compile(r"\r\n|\n\r|\n|\r")
"""What Lua counts as the end of one line."""


class Edit(NamedTuple):
    """What stands between two offsets is replaced."""

    start: int
    end: int
    text: str


def applied(source: str, edits: Sequence[Edit]) -> str:
    """The text after edits that follow each other and do not overlap."""
    parts, position = [], 0
    for edit in edits:
        parts += [source[position : edit.start], edit.text]
        position = edit.end
    return "".join(parts) + source[position:]


def gap_edits(source: str, start: int, end: int, text: str) -> Iterator[Edit]:
    """What turns the white space between two tokens into other white space.

    Where both have line breaks, the end of the first line, the breaks and the beginning of the last
    line are edits of their own, so that a cursor in one of them stays.
    """
    gap = source[start:end]
    if gap == text:
        return
    old, new = list(BREAK.finditer(gap)), list(BREAK.finditer(text))
    if not old or not new:
        yield Edit(start, end, text)
        return
    if old[0].start():
        yield Edit(start, start + old[0].start(), "")
    breaks = slice(old[0].start(), old[-1].end()), slice(new[0].start(), new[-1].end())
    if gap[breaks[0]] != text[breaks[1]]:
        yield Edit(start + breaks[0].start, start + breaks[0].stop, text[breaks[1]])
    if gap[breaks[0].stop :] != text[breaks[1].stop :]:
        yield Edit(start + breaks[0].stop, end, text[breaks[1].stop :])


def line_edits(source: str, target: str) -> list[Edit]:
    """What turns a text into another one, as replacements of whole lines."""
    old, new = source.splitlines(keepends=True), target.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, old))]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [
        Edit(starts[first], starts[last], "".join(new[begin:end]))
        for tag, first, last, begin, end in matcher.get_opcodes()
        if tag != "equal"
    ]


def within(edits: Sequence[Edit], start: int, end: int) -> list[Edit]:
    """Those edits that change nothing outside of a range."""
    return [edit for edit in edits if start <= edit.start and edit.end <= end]
