"""How a text is indented."""

from __future__ import annotations

import re

_LINE = re.compile(r"^([ \t]+)[^\s-]", re.MULTILINE)
_LOOKED_AT = 20_000  # characters


def indentation(source: str) -> str:
    """One step of the indentation of a text: a tab, or as many blanks as its least lines have."""
    found = {match[1] for match in _LINE.finditer(source, 0, _LOOKED_AT)}
    blanks = [len(each) for each in found if "\t" not in each and len(each) > 1]
    return " " * min(blanks) if blanks and not any("\t" in each for each in found) else "\t"
