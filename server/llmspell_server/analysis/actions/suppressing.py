"""Comments that switch a finding off: on its line, on the next one, in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmspell_server.analysis.text import Text

from .action import Action, Change

_NEXT_LINE = re.compile(r"[ \t]*---@diagnostic disable-next-line:[ \t]*([\w, \t-]*)")


def suppressions(text: Text, code: str, start: int) -> Iterator[Action]:
    """The ways to switch a code off at an offset."""
    line = text.line_at(start)
    begin = text.line_start(line)
    content = text.source[begin : text.line_end(line)]
    indent = content[: len(content) - len(content.lstrip())]
    above = text.line_start(line - 1) if line else 0
    before = text.source[above : text.line_end(line - 1)] if line else ""
    found = _NEXT_LINE.fullmatch(before)
    if found is not None:
        place = above + found.end(1)
        change = Change(place, place, f", {code}")
    else:
        change = Change(begin, begin, f"{indent}---@diagnostic disable-next-line: {code}\n")
    yield Action(f"Ignore `{code}` here", "quickfix", (change,))
    if "--" not in content:
        end = begin + len(content.rstrip())
        comment = f" ---@diagnostic disable-line: {code}"
        yield Action(f"Ignore `{code}` on this line", "quickfix", (Change(end, end, comment),))
    top = 0
    if text.source.startswith("#"):
        top = text.line_start(1) if text.line_count > 1 else len(text.source)
    yield Action(
        f"Ignore `{code}` in this file",
        "quickfix",
        (Change(top, top, f"---@diagnostic disable: {code}\n"),),
    )
