"""What can be said of a string whose kind is known: how it goes on, what it means, what is wrong.

Which string of a program has which kind is found out elsewhere (`literals.py`, later by inference);
it arrives here as the kind, the content of the string and an offset in that. Offsets of results
are those of the content too. No subject is known here: a new kind is a new description.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Literal

from attrs import frozen

from .describing import parameters_text
from .files import entries, resolved
from .kind import Segments, StringKind
from .nearest import misspelt, nearest
from .remarks import remark_of
from .segments import Level, Part, Values, parts
from .sources import NOTHING, KindSources, Known, Place

Severity = Literal["warning", "information"]


@frozen
class Value:
    """A text that may be written. more: whether further parts may follow it.

    documentation: what more is to be said of it, in Markdown.
    """

    label: str
    description: str = ""
    more: bool = False
    kind: Literal["value", "file", "folder"] = "value"
    documentation: str = ""


@frozen
class Choice:
    """What may be written in place of the content between `start` and `end`."""

    start: int
    end: int
    values: tuple[Value, ...]


@frozen
class Problem:
    """What is wrong with a string. replacement: what was probably meant in place of the range."""

    start: int
    end: int
    message: str
    code: str
    severity: Severity = "warning"
    replacement: str | None = None


@frozen
class Explanation:
    """What a string means. place: where it is defined or which file it names."""

    value: str
    text: str
    place: Place | None = None


def completions(
    kind: StringKind, content: str, cursor: int, sources: KindSources = NOTHING
) -> Choice:
    """What may be written at a place in a string of some kind, part by part."""
    written = parts(content, _separator(kind))
    at = next(i for i, part in enumerate(written) if cursor <= part.end)
    part = written[at]
    before = tuple(each.text for each in written[:at])
    found: dict[str, Value] = {}
    for label, description, more in _listed(kind, before, sources):
        whole = (_separator(kind) or "").join((*before, label))
        about = "\n\n".join(_further_texts(kind, whole, sources))
        found.setdefault(label, Value(label, description, more, documentation=about))
    if kind.files is not None:
        for entry in entries(kind.files, content[: part.start], sources):
            sort: Literal["file", "folder"] = "folder" if entry.is_folder else "file"
            found.setdefault(entry.label, Value(entry.label, "", entry.is_folder, sort))
    return Choice(part.start, part.end, tuple(found.values()))


def explained(kind: StringKind, content: str, sources: KindSources = NOTHING) -> Explanation | None:
    """What is known of a string of some kind; None for one of which nothing is."""
    further = sources.values.get(kind.name, _NONE)
    content = kind.canonical(content, further)
    written = tuple(part.text for part in parts(content, _separator(kind)))
    text = _values(kind, sources).text(written)
    place = definition(kind, content, sources)
    if text is None and kind.segments is not None and len(written) == 1:
        text = kind.segments.wildcards.get(content)
    remark = remark_of(kind, content, sources)
    if text is None and place is None and remark is None:
        return None
    said = [text or kind.description, *_further_texts(kind, content, sources)]
    if remark is not None:
        said.append(f"{remark.message[0].upper()}{remark.message[1:]}.")
    elif kind.remarks and sources.pending(kind.name):
        said.append("What this machine has is still being looked for.")
    return Explanation(content, "\n\n".join(said), place)


def _further_texts(kind: StringKind, value: str, sources: KindSources) -> Iterator[str]:
    """What there is to say of a value beside its line: details, the keys of its table."""
    known = sources.values.get(kind.name, _NONE).get(value)
    parameters = parameters_text(kind.schemas.get(value) or (known and known.schema))
    for text in (kind.details.get(value), known and known.details, parameters):
        if text:
            yield text


def definition(kind: StringKind, content: str, sources: KindSources = NOTHING) -> Place | None:
    """Where the thing that a string names is defined: a place in a script or configuration, a file.

    Beyond the description itself; None where there is no such place.
    """
    further = sources.values.get(kind.name, _NONE)
    content = kind.canonical(content, further)
    known = further.get(content)
    if known is not None and known.place is not None:
        return known.place
    target = (known.target if known is not None else "") or kind.places.get(content, "")
    if target and (place := sources.located(target)) is not None:
        return place
    if kind.files is None or content in kind.values:
        return None
    path = resolved(kind.files, content, sources)
    return Place(path) if path else None


def problem(kind: StringKind, content: str, sources: KindSources = NOTHING) -> Problem | None:
    """What is wrong with a string of some kind."""
    further = sources.values.get(kind.name, _NONE)
    canonical = kind.canonical(content, further)
    if canonical in kind.values:
        return None
    if canonical in further:
        return _slip(kind, content) if kind.used else None
    if sources.pending(kind.name):
        return None
    values = _values(kind, sources)
    written = parts(content, _separator(kind))
    if kind.pattern is not None:
        if not _matches(kind.pattern, content):
            return _unlike(kind, content, values)
        if kind.segments is None:
            return None  # other spellings of the values
    if kind.files is not None:
        return _missing_file(kind, content, written[-1], sources)
    if kind.segments is not None and _has_wildcard(kind.segments, content):
        return None
    return _unknown(kind, written, values)


def _slip(kind: StringKind, content: str) -> Problem | None:
    """What is wrong with a value that is in use and was perhaps meant to be one of the kind's own.

    One that lengthens or shortens such a value (`users`, `user`) is a name by itself.
    """
    found = _unknown(kind, parts(content, _separator(kind)), _values(kind, NOTHING))
    if found is None or found.replacement is None:
        return None
    written = content[found.start : found.end]
    is_other = written in found.replacement or found.replacement in written
    return None if is_other else found


def _unlike(kind: StringKind, content: str, values: _Known) -> Problem:
    near = nearest(content, values.level(()).own)
    message = f"{content!r} {kind.message or f'is no {kind.words}'}"
    return _problem(kind, Part(content, 0), message, near)


def _missing_file(
    kind: StringKind, content: str, last: Part, sources: KindSources
) -> Problem | None:
    assert kind.files is not None
    if not kind.files.must_exist or resolved(kind.files, content, sources) != "":
        return None
    beside = (entry.label for entry in entries(kind.files, content[: last.start], sources))
    near = nearest(last.text, [*beside, *(kind.values if not last.start else ())])
    return _problem(kind, last, f"{content!r} {kind.message or 'does not exist'}", near)


def _unknown(kind: StringKind, written: tuple[Part, ...], values: _Known) -> Problem | None:
    """The first part that is not known, if others are mistakes or it looks like a slip."""
    before: tuple[str, ...] = ()
    for part in written:
        level = values.level(before)
        if part.text not in level.own:
            return _unknown_part(kind, before, part, level)
        before = (*before, part.text)
    return None


def _unknown_part(
    kind: StringKind, before: tuple[str, ...], part: Part, level: Level
) -> Problem | None:
    free = not kind.closed or level.any or level.rest
    near = misspelt(part.text, level.own) if free else nearest(part.text, level.own)
    if free and near is None:
        return None
    where = (_separator(kind) or "").join(before)
    message = f"unknown {kind.words} {part.text!r}"
    if where:
        message = f"unknown {kind.words}: {where!r} has no {part.text!r}"
    allowed = free and not kind.looked_up
    return _problem(kind, part, message, near, "information" if allowed else "warning")


def _problem(
    kind: StringKind, part: Part, message: str, near: str | None, severity: Severity = "warning"
) -> Problem:
    text = f"{message}; did you mean '{near}'?" if near else message
    return Problem(part.start, part.end, text, kind.problem_code, severity, near)


def _listed(
    kind: StringKind, before: tuple[str, ...], sources: KindSources
) -> Iterator[tuple[str, str, bool]]:
    level = _values(kind, sources).level(before)
    for label, description in level.own.items():
        yield label, description, label in level.deeper
    if kind.segments is not None:
        for wildcard, description in kind.segments.wildcards.items():
            yield wildcard, description, False


class _Known:
    """The values of a kind: those of its description, and those that are known besides."""

    def __init__(self, kind: StringKind, further: Mapping[str, Known]) -> None:
        wildcards = tuple(kind.segments.wildcards) if kind.segments is not None else ()
        separator = _separator(kind)
        self._own = Values(kind.values, separator, wildcards)
        texts = {value: known.description for value, known in further.items()}
        self._further = Values(texts, separator, wildcards)

    def level(self, before: tuple[str, ...]) -> Level:
        return self._own.level(before).joined(self._further.level(before))

    def text(self, written: tuple[str, ...]) -> str | None:
        """What is said of a value; of one that is found besides, that too."""
        texts = [self._own.text(written), self._further.text(written)]
        return "\n\n".join(filter(None, dict.fromkeys(texts))) or None


class _Same:
    """Two objects as the key of a cache: these very ones, since they have no hash."""

    def __init__(self, kind: StringKind, further: Mapping[str, Known]) -> None:
        self.kind, self.further = kind, further

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Same) and self.kind is other.kind and self.further is other.further
        )

    def __hash__(self) -> int:
        return hash((id(self.kind), id(self.further)))


_NONE: Mapping[str, Known] = {}


def _values(kind: StringKind, sources: KindSources) -> _Known:
    return _known(_Same(kind, sources.values.get(kind.name, _NONE)))


@lru_cache(maxsize=64)
def _known(same: _Same) -> _Known:
    return _Known(same.kind, same.further)


def _separator(kind: StringKind) -> str | None:
    if kind.segments is not None:
        return kind.segments.separator
    return kind.files.separator if kind.files is not None else None


def _has_wildcard(segments: Segments, content: str) -> bool:
    return any(wildcard in content for wildcard in segments.wildcards)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _matches(pattern: str, content: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(content) is not None
