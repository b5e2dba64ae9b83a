"""What is wrong in `llmspell.toml`, each at its place: the runtime's own findings with ranges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from attrs import frozen

from llmspell.config.document import Fault
from llmspell.config.examine import Findings
from llmspell.config.problems import Note
from llmspell.config.render import toml_value
from llmspell_server.analysis.spells.kind import StringKind
from llmspell_server.analysis.spells.kinds import problem

from .repeated import repeated
from .schema import slot_of
from .tree import Document, Value, data_of

Severity = Literal["error", "warning", "information", "hint"]
Examine = Callable[[Mapping[str, object]], Findings]
"""What the runtime says of the table of this file."""

_NEAREST = re.compile(r"did you mean '([^']+)'\?$")
_TWICE = ("Cannot ", "Duplicate ")  # as `tomllib` begins what it says of keys that are there
_UNUSED = "known, but not used by this version"


@frozen
class Problem:
    """What is wrong between two offsets. replacement: what was probably meant there."""

    start: int
    end: int
    message: str
    severity: Severity
    code: str
    replacement: str | None = None
    unnecessary: bool = False
    deprecated: bool = False


@frozen
class _Spot:
    """Where a key is written. value: its value, if it has one."""

    start: int
    end: int
    value: Value | None


def problems(
    document: Document,
    fault: Fault | None,
    examine: Examine,
    kinds: Mapping[str, StringKind] = MappingProxyType({}),
) -> list[Problem]:
    """All that is wrong, in the order of the text. kinds: of strings, by their names."""
    spots = _spots(document)
    found = [] if fault is None else [_fault(document, fault)]
    found += _slips(document, kinds)
    findings = examine(data_of(document))
    found += _violations(findings, spots)
    for note in findings.unknown:
        found += _note(note, spots, "unknown-key")
    for note in findings.notes:
        found += _note(note, spots, "config-unused" if note.message == _UNUSED else "config-value")
    found += _renamed(document)
    return sorted(found, key=lambda problem: (problem.start, problem.end, problem.message))


def _fault(document: Document, fault: Fault) -> Problem:
    """Why it is not TOML; what stands twice is named."""
    twice = repeated(document) if fault.message.startswith(_TWICE) else None
    source = document.source
    if twice is None or source.count("\n", 0, twice.key.start) >= fault.line:
        return _syntax_error(source, fault)
    line = source.count("\n", 0, twice.first.start) + 1
    what = f"[{twice.key.text}]" if twice.is_table else f"`{twice.key.text}`"
    message = f"{what} stands here a second time; the first is in line {line}"
    return Problem(twice.key.start, twice.key.end, message, "error", "syntax-error")


def _slips(document: Document, kinds: Mapping[str, StringKind]) -> Iterator[Problem]:
    """Strings that look like a misspelt value of the kind that a setting has."""
    for table, entry in document.entries():
        slot, value = slot_of((*table, *entry.path)), entry.value
        if value is None or slot is None or slot.field is None:
            continue
        kind = kinds.get(slot.field.setting.string_kind)
        wrong = problem(kind, value.data) if kind and isinstance(value.data, str) else None
        if wrong is not None:
            near = toml_value(wrong.replacement) if wrong.replacement else None
            yield Problem(value.start, value.end, wrong.message, wrong.severity, wrong.code, near)


def _syntax_error(source: str, fault: Fault) -> Problem:
    lines = source.split("\n")
    line = min(fault.line, len(lines)) - 1
    start = sum(len(each) + 1 for each in lines[:line])
    at = min(start + fault.column - 1, start + len(lines[line]))
    end = start + len(lines[line].rstrip("\r"))
    if at >= end:  # the end of a line: what stands before it
        at = max(start, end - 1)
    return Problem(at, max(at, min(at + 1, end)), fault.message, "error", "syntax-error")


def _violations(findings: Findings, spots: Mapping[str, _Spot]) -> Iterator[Problem]:
    for violation in findings.violations:
        spot, exact = _nearest_spot(violation.key, spots)
        near = _NEAREST.search(violation.message)
        message = violation.message if exact else f"{violation.key}: {violation.message}"
        start, end = spot.start, spot.end
        if exact and spot.value is not None and spot.value.kind != "missing":
            start, end = spot.value.start, spot.value.end
        replacement = toml_value(near[1]) if near and exact and spot.value is not None else None
        yield Problem(start, end, message, "error", "config-value", replacement)


def _note(note: Note, spots: Mapping[str, _Spot], code: str) -> Iterator[Problem]:
    spot = spots.get(note.key)
    if spot is None:
        return
    severity: Severity = "warning" if note.level == "warning" else "information"
    near = _NEAREST.search(note.message)
    replacement = near[1] if near and code == "unknown-key" else None
    unused = code == "config-unused"
    shown: Severity = "hint" if unused else severity
    yield Problem(spot.start, spot.end, note.message, shown, code, replacement, unused)


def _renamed(document: Document) -> Iterator[Problem]:
    """Keys under another name than the setting's own."""
    for table, entry in document.entries():
        for index, key in enumerate(entry.keys):
            slot = slot_of((*table, *entry.path[: index + 1]))
            if slot is not None and slot.renamed:
                message = f"`{key.text}` is another name of `{slot.renamed}`"
                yield Problem(
                    key.start, key.end, message, "hint", "config-alias", slot.renamed, False, True
                )


def _nearest_spot(key: str, spots: Mapping[str, _Spot]) -> tuple[_Spot, bool]:
    """Where a key is written, or the table that it would be in; else the document's beginning."""
    path = key
    while path:
        if path in spots:
            return spots[path], path == key
        path = path.rpartition(".")[0]
    return _Spot(0, 0, None), False


def _spots(document: Document) -> dict[str, _Spot]:
    found: dict[str, _Spot] = {}
    for section in document.sections:
        if section.header is not None:
            for index, key in enumerate(section.header.keys):
                dotted = _dotted(section.header.path[: index + 1])
                found.setdefault(dotted, _Spot(key.start, key.end, None))
    for table, entry in document.entries():
        for index, key in enumerate(entry.keys):
            last = index + 1 == len(entry.keys)
            spot = _Spot(key.start, key.end, entry.value if last else None)
            for dotted in _spellings((*table, *entry.path[: index + 1])):
                if last or dotted not in found:
                    found[dotted] = spot
    return found


def _spellings(path: tuple[str, ...]) -> Iterator[str]:
    """How findings may name a key: as written, and under the setting's own name."""
    yield _dotted(path)
    slot = slot_of(path)
    if slot is not None and slot.renamed:
        yield _dotted((*path[:-1], slot.renamed))


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path)
