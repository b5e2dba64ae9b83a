"""Names that scripts give to things by a string, such as event types: uses, definitions, rename."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from .kind import StringKind
from .literals import Written
from .sources import NOTHING, KindSources, Known, Place


@frozen
class Refusal:
    """Why a name cannot be renamed."""

    reason: str


def related(kind: StringKind, other: StringKind) -> bool:
    """Whether strings of two kinds name the same things: both are defined by the same functions."""
    return kind.name == other.name or bool(set(kind.defined_by) & set(other.defined_by))


def uses(of: Written, strings: Iterable[Written]) -> Iterator[Written]:
    """The strings that name the same thing, its definitions among them."""
    for each in strings:
        if each.content == of.content and related(of.kind, each.kind):
            yield each


def definitions(of: Written, strings: Iterable[Written]) -> Iterator[Written]:
    """The strings that define the thing."""
    return (each for each in uses(of, strings) if each.defines)


def renaming(
    of: Written, new: str, strings: Iterable[Written], sources: KindSources = NOTHING
) -> list[Written] | Refusal:
    """The strings whose content is to become `new`, or why that cannot be."""
    if not of.kind.defined_by:
        return Refusal(f"a {of.kind.words} is not named by scripts")
    found = list(uses(of, strings))
    if not any(each.defines for each in found):
        return Refusal(f"{of.content!r} is defined by no script here")
    if not new or any(character in new for character in "\"'\\\n\r]"):
        return Refusal(f"{new!r} cannot be written in every string that has the name")
    further = sources.values.get(of.kind.name, {})
    meant = of.kind.canonical(new, further)
    if new != of.content and (meant in of.kind.values or meant in further):
        return Refusal(f"{new!r} is another {of.kind.words} already")
    return found


def functions_of_sources(kinds: Mapping[str, StringKind]) -> frozenset[str]:
    """The functions whose strings are values of a kind."""
    return frozenset(
        source.removeprefix("script:")
        for kind in kinds.values()
        for source in kind.sources
        if source.startswith("script:")
    )


def defined_in(
    path: str, strings: Iterable[Written], kinds: Mapping[str, StringKind]
) -> dict[str, dict[str, Known]]:
    """What the strings of a script add to the values of each kind, by its `script:` sources."""
    found: dict[str, dict[str, Known]] = {}
    by_source: dict[str, list[str]] = {}
    for kind in kinds.values():
        for source in kind.sources:
            if source.startswith("script:"):
                by_source.setdefault(source.removeprefix("script:"), []).append(kind.name)
    for string in strings:
        for name in by_source.get(string.function, ()):
            if string.content and related(string.kind, kinds[name]):
                place = Place(path, string.start, string.end) if string.defines else None
                known = Known("written in this project's scripts", place)
                found.setdefault(name, {}).setdefault(string.content, known)
    return found
