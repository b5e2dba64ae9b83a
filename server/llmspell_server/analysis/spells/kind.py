"""Kinds of strings as the API description has them (`llmspell.globals.describe.Kind`)."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import cattrs
from attrs import evolve, field, frozen

GOT_BY = ""
REST = "<…>"  # the part of a value that stands for all that follows


@frozen
class Segments:
    """How values are made of parts. wildcards: parts that stand for others."""

    separator: str
    wildcards: Mapping[str, str] = field(factory=dict)


@frozen
class Files:
    """Which files values name: `?` in a pattern is the value, its separators as `/`."""

    patterns: tuple[str, ...] = ("?",)
    extensions: tuple[str, ...] = ()
    roots: tuple[str, ...] = ("script", "workspace")
    separator: str = "/"
    folders: bool = False
    must_exist: bool = False


@frozen
class Background:
    """Where values are looked for outside the analysis, how often, and for how long at most."""

    function: str
    seconds_to_live: float = 60
    budget_seconds: float = 5


@frozen
class Remedy:
    """What can be done about a remark, as `llmspell.globals.describe.Remedy` has it."""

    title: str
    function: str


@frozen
class StringKind:
    """A kind of string. The fields are those of the description."""

    name: str
    description: str
    values: Mapping[str, str] = field(factory=dict)
    sources: tuple[str, ...] = ()
    defined_by: tuple[str, ...] = ()
    definition: Mapping[str, str] = field(factory=dict)
    background: Background | None = None
    used: bool = False
    segments: Segments | None = None
    files: Files | None = None
    closed: bool = False
    looked_up: bool = False
    pattern: str | None = None
    message: str = ""
    applies_to: tuple[str, ...] = ()
    schemas: Mapping[str, Any] = field(factory=dict)
    tables: tuple[str, ...] = ()
    code: str = ""
    link: str = ""
    aliases: Mapping[str, str] = field(factory=dict)
    alike: Mapping[str, str] = field(factory=dict)
    endings: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(factory=dict)
    remedies: Mapping[str, Remedy] = field(factory=dict)
    details: Mapping[str, str] = field(factory=dict)
    places: Mapping[str, str] = field(factory=dict)

    def canonical(self, content: str, known: Container[str] = ()) -> str:
        """The value that a string stands for, by another spelling; else the string itself.

        known: values beside those of the description.
        """
        for spelling in self.spellings(content):
            if spelling in self.values or spelling in known:
                return spelling
            if spelling in self.aliases:
                return self.aliases[spelling]
        return content

    def spellings(self, content: str) -> Iterator[str]:
        """The string itself, and other ways to write it."""
        yield content
        respelt = content
        for character, other in self.alike.items():
            respelt = respelt.replace(character, other)
        yield respelt
        for pattern in self.endings:
            respelt = _without(pattern, respelt)
            yield respelt

    @property
    def words(self) -> str:
        """The name as one says it: `event pattern`."""
        return self.name.replace("-", " ")

    @property
    def problem_code(self) -> str:
        """The code of its diagnostics."""
        return self.code or f"unknown-{self.name}"


@lru_cache(maxsize=256)
def _without(ending: str, content: str) -> str:
    try:
        return re.sub(f"(?:{ending})$", "", content)
    except re.error:  # of a package
        return content


def read_kind(described: Mapping[str, Any]) -> StringKind:
    """A kind from its description; raises `cattrs.BaseValidationError` for what is none."""
    return cattrs.structure({k: v for k, v in described.items() if v is not None}, StringKind)


def with_configured(
    kinds: Mapping[str, StringKind], configured: Mapping[str, Any]
) -> dict[str, StringKind]:
    """The kinds, with what `[kinds]` of a configuration adds to them; what is malformed is not."""
    found = dict(kinds)
    for name, table in configured.items():
        if not isinstance(table, Mapping):
            continue
        values = table.get("values")
        texts = values if isinstance(values, Mapping) else {}
        before = found.get(name) or StringKind(name, str(table.get("description") or ""))
        separator = table.get("separator")
        made_of = Segments(separator) if isinstance(separator, str) and separator else None
        found[name] = evolve(
            before,
            values={**before.values, **{str(value): str(text) for value, text in texts.items()}},
            closed=before.closed or table.get("closed") is True,
            segments=before.segments or made_of,
        )
    return found


def applied(kinds: Iterable[StringKind]) -> dict[tuple[str, int], str]:
    """The kinds that name what they apply to: (function, parameter from 0) -> kind.

    For a field (`Options.scope`) the number is -1.
    """
    found = {}
    for kind in kinds:
        for place in kind.applies_to:
            function, _, number = place.rpartition(":")
            if number.isdecimal():
                found[function, int(number) - 1] = kind.name
            elif not function:
                found[place, -1] = kind.name
    return found


@frozen
class TableChoice:
    """A table whose JSON Schema a string chooses: an earlier argument, or another one.

    argument: the place of that argument, from 0; -1: there is one schema, that of "". named: in
    place of an argument, the fields beside the table that may hold the string; `GOT_BY` stands for
    the string that the object was asked for by which has the function. kind: of string, whose
    values have schemas too. empty_without: whether a table that is left out counts as an empty one.
    """

    argument: int = -1
    schemas: Mapping[str, Any] = field(factory=dict)
    kind: str | None = None
    named: tuple[str, ...] = ()
    empty_without: bool = False

    def value(
        self, before: tuple[str | None, ...], named: Mapping[str, str] = MappingProxyType({})
    ) -> str | None:
        """What the string says; None where that is not known."""
        if self.named:
            return next((named[name] for name in self.named if name in named), None)
        if self.argument < 0:
            return ""
        return before[self.argument] if self.argument < len(before) else None


def tables(kinds: Iterable[StringKind]) -> dict[tuple[str, int], TableChoice]:
    """The tables that values of kinds describe: (function, parameter from 0) -> choice.

    For a field (`Options.params`) the number is -1.
    """
    found: dict[tuple[str, int], TableChoice] = {}
    for kind in kinds:
        for place in kind.tables:
            target, *said = place.split(":")
            if len(said) == 2 and all(each.isdecimal() for each in said):
                argument, table = (int(each) - 1 for each in said)
                named = (GOT_BY,) if argument < 0 else ()
                found[target, table] = TableChoice(argument, kind=kind.name, named=named)
            elif len(said) == 1 and said[0]:
                before = found.get((target, -1), TableChoice(kind=kind.name))
                found[target, -1] = evolve(before, named=(*before.named, said[0]))
    return found
