"""What scripts say of names where they define them, such as tools of their own.

What a file says counts in that file, whatever others say: they may be other programs. Elsewhere it
counts where all that define the name say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import evolve, frozen

from .analysis.snapshot import Snapshot
from .analysis.spells.defining import Defined, defined_at
from .analysis.spells.kind import StringKind
from .analysis.spells.literals import Written

Name = tuple[str, str]
"""A kind and a value of it."""
Starts = Mapping[Name, tuple[int, ...]]
"""The names that a file defines: where the contents of the strings begin that do."""


@frozen
class Definition:
    """What is said of a name, and the file that says it."""

    said: Defined
    file: str


def starts_of(strings: Iterable[Written]) -> Starts:
    """The names that strings define."""
    found: dict[Name, tuple[int, ...]] = {}
    for each in strings:
        if each.defines:
            name = each.kind.name, each.content
            found[name] = (*found.get(name, ()), each.start)
    return found


class Definitions:
    """The definitions in files as they are at one moment. snapshot: gives a file."""

    def __init__(
        self, files: Mapping[str, Starts], snapshot: Callable[[str], Snapshot | None]
    ) -> None:
        self._snapshot = snapshot
        self._files: dict[Name, dict[str, tuple[int, ...]]] = {}
        for file, starts in files.items():
            for name, places in starts.items():
                self._files.setdefault(name, {})[file] = places
        self._known: dict[tuple[Name, str], Definition | None] = {}

    def find(self, kind: StringKind, value: str, file: str) -> Definition | None:
        """What is said of the name that a string in a file gives; None where nobody defines it.

        Where several say different things, a line about it at most.
        """
        names = (value for value in kind.spellings(value) if (kind.name, value) in self._files)
        name = kind.name, next(names, value)
        files = self._files.get(name, {})
        asking = file if file in files else ""
        key = name, asking
        if key not in self._known:
            places = {file: files[file]} if asking else files
            self._known[key] = _agreed(list(self._read(kind, places)))
        return self._known[key]

    def _read(
        self, kind: StringKind, places: Mapping[str, tuple[int, ...]]
    ) -> Iterator[Definition]:
        for file, starts in places.items():
            snapshot = self._snapshot(file)
            if snapshot is not None:
                for start in starts:
                    yield Definition(defined_at(snapshot, start, kind.definition), file)


def _agreed(found: list[Definition]) -> Definition | None:
    if not found:
        return None
    first = found[0]
    if all(each.said.schema == first.said.schema for each in found):
        return first
    return evolve(first, said=Defined(first.said.text))
