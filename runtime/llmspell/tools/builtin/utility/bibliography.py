"""What a bibliography is once it is read: works with the fields of CSL-JSON 1.0.2."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Entry:
    """One work. kind: its type as the source names it; issues: what is wrong with it."""

    def __init__(self, key: str, kind: str, csl: dict[str, Any], issues: list[str]) -> None:
        self.key = key
        self.kind = kind
        self.csl = {name: value for name, value in csl.items() if value}
        self.issues = issues


class Bibliography:
    """The entries of a text, and problems that belong to none of them."""

    def __init__(self, entries: list[Entry], problems: list[str]) -> None:
        self.entries = entries
        self.problems = problems


def date(text: str) -> dict[str, Any] | None:
    """`2024`, `2024-05` or `2024-05-31` as CSL writes it; None for anything else."""
    parts = re.fullmatch(r"(-?\d{1,4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text.strip(), re.ASCII)
    return {"date-parts": [[int(part) for part in parts.groups() if part]]} if parts else None
