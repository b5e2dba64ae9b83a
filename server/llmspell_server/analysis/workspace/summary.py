"""What a file says to others, in a form that is small, can be stored, and needs no text.

A hundred thousand lines have some 300 000 occurrences, so these are numbers in arrays.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from attrs import define

from llmspell_server.analysis.outline import Entry
from llmspell_server.analysis.pace import checkpoint

from .declarations import Declared
from .given import Given
from .occurrences import Live
from .owners import Occurrence, Owner, Require, Role
from .type_mentions import type_mentions

FORMAT = 4
"""Changes whenever a summary made before would be read wrongly or say too little."""

_UNKNOWN = 0  # the place of the owner None
_ROLES = 8


class Lines(NamedTuple):
    """Where the lines of a text begin, for telling positions without having it.

    ascii: whether characters are as long as their columns in every encoding.
    """

    starts: array[int]
    ascii: bool

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, counted in characters."""
        line = bisect_right(self.starts, offset) - 1
        return line, offset - self.starts[line]


class Facts(Protocol):
    """What a file says to others: a `Summary`, or the `Live` document."""

    def find(self, name: str) -> Iterator[Occurrence]:
        """The fields and globals of that name, in the order of the text."""

    def links(self) -> dict[Owner, Owner]:
        """In which table another looks for what it lacks."""

    def requires(self) -> Iterator[Require]:
        """The modules that are required."""

    def given(self) -> tuple[Given, ...]:
        """The strings that are given to functions of others."""

    def declared(self) -> tuple[Declared, ...]:
        """Classes, aliases and enums of annotations."""

    def mentions(self, name: str) -> Iterator[int]:
        """Where annotations mention the type of that name, beside where they declare it."""

    def entries(self) -> tuple[Entry, ...]:
        """The symbols of the file."""

    @property
    def returned(self) -> Owner | None:
        """What the file returns, where that has a name of its own."""

    @property
    def globals_written(self) -> frozenset[str]:
        """The globals that get a value, or whose fields do."""

    @property
    def types_declared(self) -> frozenset[str]:
        """The names of the types of annotations that it declares."""

    @property
    def is_meta(self) -> bool:
        """Whether the file only describes (`---@meta`)."""


@define(eq=False)
class Summary:
    """What a closed file says to others."""

    lines: Lines
    size: int
    is_meta: bool
    globals_written: frozenset[str]
    types_declared: frozenset[str]
    returned: Owner | None
    _words: dict[str, array[int]]
    _owners: tuple[Owner | None, ...]
    _links: dict[Owner, Owner]
    _requires: tuple[Require, ...]
    _given: tuple[Given, ...]
    _declared: tuple[Declared, ...]
    _mentions: dict[str, array[int]]
    _entries: tuple[Entry, ...]

    def __getstate__(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__ if name[:2] != "__")

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """As it was, its words and names of types shared with those of all other summaries."""
        names = (name for name in self.__slots__ if name[:2] != "__")
        for name, value in zip(names, state, strict=True):
            setattr(self, name, value)
        self._words = {sys.intern(word): packed for word, packed in self._words.items()}
        self._mentions = {sys.intern(name): packed for name, packed in self._mentions.items()}

    def find(self, name: str) -> Iterator[Occurrence]:
        """The fields and globals of that name, in the order of the text."""
        packed = self._words.get(name)
        if packed is None:
            return
        length = len(name)
        for index in range(0, len(packed), 2):
            start, kind = packed[index], packed[index + 1]
            owner = self._owners[kind // _ROLES]
            yield Occurrence(start, start + length, owner, _ROLE[kind % _ROLES])

    def has(self, name: str) -> bool:
        """Whether a field or global of that name occurs."""
        return name in self._words

    def names(self) -> Iterator[str]:
        """All names that occur."""
        return iter(self._words)

    def links(self) -> dict[Owner, Owner]:
        """In which table another looks for what it lacks."""
        return self._links

    def requires(self) -> Iterator[Require]:
        """The modules that are required."""
        return iter(self._requires)

    def given(self) -> tuple[Given, ...]:
        """The strings that are given to functions of others."""
        return self._given

    def declared(self) -> tuple[Declared, ...]:
        """Classes, aliases and enums of annotations."""
        return self._declared

    def mentions(self, name: str) -> Iterator[int]:
        """Where annotations mention the type of that name, beside where they declare it."""
        return iter(self._mentions.get(name, ()))

    def entries(self) -> tuple[Entry, ...]:
        """The symbols of the file."""
        return self._entries


_ROLE = tuple(Role)


def summary_of(live: Live) -> Summary:
    """The summary of a document."""
    text = live.snapshot.text
    owners: dict[Owner | None, int] = {None: _UNKNOWN}
    words: dict[str, array[int]] = {}
    for name, found in live.all():
        packed = words.get(name)
        if packed is None:
            packed = words[sys.intern(name)] = array("I")
        owner = _nameable(found.owner)
        place = owners.setdefault(owner, len(owners))
        packed.append(found.start)
        packed.append(place * _ROLES + found.role)
    checkpoint()
    mentions: dict[str, array[int]] = {}
    for name, start in type_mentions(live.snapshot):
        mentions.setdefault(sys.intern(name), array("I")).append(start)
    links = {
        child: parent
        for child, parent in live.links().items()
        if _nameable(child) and _nameable(parent)
    }
    return Summary(
        Lines(array("I", text.line_starts), text.source.isascii()),
        len(text.source),
        live.is_meta,
        live.globals_written,
        live.types_declared,
        _nameable(live.returned),
        words,
        tuple(owners),
        links,
        tuple(live.requires()),
        live.given(),
        live.declared(),
        mentions,
        live.entries(),
    )


def _nameable(owner: Owner | None) -> Owner | None:
    """An owner that other files can name too."""
    return None if owner is None or owner.kind == "local" else owner
