"""Text with marks in it: `|` is a cursor, `⟦…⟧` an expected range."""

from __future__ import annotations

import re

from llmspell_server.analysis.text import Text


def cursor(marked: str, mark: str = "|") -> tuple[Text, int]:
    """The text without its cursor, and where that was."""
    assert marked.count(mark) == 1, marked
    return Text(marked.replace(mark, "")), marked.index(mark)


def ranges(marked: str) -> tuple[Text, list[tuple[int, int]]]:
    """The text without the marks of its ranges, and where these are."""
    found = []
    for removed, match in enumerate(re.finditer("⟦([^⟧]*)⟧", marked)):
        start = match.start() - 2 * removed
        found.append((start, start + len(match[1])))
    return Text(re.sub("[⟦⟧]", "", marked)), found


def shown(text: Text, *spans: tuple[int, int]) -> str:
    """The text with ranges marked, for comparing with what was expected."""
    source = text.source
    for start, end in sorted(spans, reverse=True):
        source = f"{source[:start]}⟦{source[start:end]}⟧{source[end:]}"
    return source
