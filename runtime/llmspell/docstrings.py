"""Reads Google-style docstrings: summary, details, and the sections Args, Returns and Raises."""

from __future__ import annotations

import inspect
import re

from attrs import define, field

_SECTION = re.compile(r"^(Args|Returns|Raises|Fields|Example):\s*$")
_ENTRY = re.compile(r"^(\w[\w ]*):\s+(.*)$")  # names of errors have spaces


@define
class Docstring:
    """The parts of a docstring; `entries` has the text for each parameter or field."""

    summary: str = ""
    details: str = ""
    entries: dict[str, str] = field(factory=dict)
    returns: str = ""
    raises: list[str] = field(factory=list)
    example: str = ""


def parse(text: str | None) -> Docstring:
    """The parts of a docstring (of None: empty ones)."""
    doc = Docstring()
    if not text:
        return doc
    sections: dict[str, list[str]] = {"": []}
    current = ""
    for line in inspect.cleandoc(text).split("\n"):
        found = _SECTION.match(line)
        if found:
            current = found.group(1)
            sections[current] = []
        else:
            sections[current].append(line)
    head, _, rest = "\n".join(sections[""]).strip().partition("\n\n")
    doc.summary = " ".join(head.split())
    doc.details = rest.strip()
    doc.entries = dict(_entries(sections.get("Args", []) + sections.get("Fields", [])))
    doc.returns = " ".join(" ".join(sections.get("Returns", [])).split())
    doc.raises = [f"{name}: {text}" for name, text in _entries(sections.get("Raises", []))]
    doc.example = inspect.cleandoc("\n".join(sections.get("Example", []))).strip()
    return doc


def _entries(lines: list[str]) -> list[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    for line in inspect.cleandoc("\n".join(["", *lines])).split("\n"):
        found = _ENTRY.match(line)
        if found:
            entries.append((found.group(1), found.group(2).strip()))
        elif line.strip() and entries:
            name, text = entries[-1]
            entries[-1] = (name, f"{text} {line.strip()}")
    return entries
