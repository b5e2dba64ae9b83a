"""A script in its project: what it can call, what is configured, and what its strings may say."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import field, frozen
from pygls.uris import from_fs_path, to_fs_path

from llmspell.config.discovery import candidates

from .analysis.api import Api
from .analysis.configuration.keys import NO_KEYS, ConfiguredKeys, configured_keys
from .analysis.configuration.reader import read
from .analysis.configuration.tree import data_of
from .analysis.faults import Compile
from .analysis.inference.described import Before
from .analysis.snapshot import Snapshot
from .analysis.spells.literals import Strings, Written
from .analysis.spells.names import defined_in, functions_of_sources
from .analysis.spells.sources import KindSources, Known
from .analysis.types.schemas import DescribedTable
from .analysis.workspace.given import Given
from .analysis.workspace.occurrences import given_of
from .analysis.workspace.summary import Summary
from .documents import Document, Documents, key_of
from .kind_sources import KindWorld
from .library import load_api
from .stamps import stamp_of

_LARGEST = 1 << 20  # characters, as the runtime has it


@frozen
class Project:
    """The configuration of a project. kinds: its section `[kinds]`."""

    keys: ConfiguredKeys = NO_KEYS
    kinds: Mapping[str, Any] = field(factory=dict)


class Spell:
    """What is known for a script, found when it is asked for."""

    def __init__(
        self,
        api: Api,
        snapshot: Snapshot,
        strings: Callable[[], Iterable[Written]],
        sources: Callable[[], KindSources],
    ) -> None:
        self.api, self.snapshot = api, snapshot
        self._strings, self._sources = strings, sources

    @cached_property
    def strings(self) -> tuple[Written, ...]:
        """The strings of known kinds in the script."""
        return tuple(self._strings())

    @cached_property
    def sources(self) -> KindSources:
        """What its strings are judged by."""
        return self._sources()


_NO_PROJECT = Project()
_Values = Mapping[str, Mapping[str, Known]]


class Spells:
    """Scripts and their projects.

    documents: those that whoever asks is to see. strings: finds what is in documents. closed: what
    is known of files that are not open.
    """

    def __init__(
        self,
        documents: Callable[[], Documents],
        compile_chunk: Compile,
        strings: Callable[[], Strings],
        closed: Callable[[], Mapping[str, Summary]] = dict,
        kinds: KindWorld | None = None,
    ) -> None:
        self._documents, self._compile = documents, compile_chunk
        self._strings, self._closed = strings, closed
        self.kinds = kinds or KindWorld()
        self._files: dict[str, tuple[object, Project]] = {}
        self._given: dict[str, tuple[tuple[Given, ...], Api, _Values]] = {}

    def table(
        self, script: str | None, folder: str | None, function: str, parameter: int, before: Before
    ) -> DescribedTable | None:
        """The table that a function takes at a place, from 0, in a script (its path).

        folder: as in `of`. before: the arguments before it.
        """
        project = self._project(script) if script else _NO_PROJECT
        api = self.kinds.api(load_api(), project.kinds)
        choice = api.table_of(function, parameter)
        value = choice.value(before) if choice is not None else None
        if choice is None or value is None:
            return None
        schema, kind = choice.schemas.get(value), api.kinds.get(choice.kind or "")
        if schema is None and kind is not None:
            schema = self.kinds.schema(kind, value, folder or _folder_of(script))
        if not isinstance(schema, Mapping):
            return None
        return DescribedTable(f'{function}("{value}")' if value else f"{function}(…)", schema)

    def of(self, document: Document, folder: str | None) -> Spell:
        """What is known for a document.

        folder: of the workspace that holds it; without one the script's folder is taken for it.
        """
        path = to_fs_path(document.uri)
        project = self._project(path) if path else _NO_PROJECT
        api = self.kinds.api(load_api(), project.kinds)
        folder = folder or _folder_of(path)
        return Spell(
            api,
            document.snapshot(self._compile),
            lambda: self._strings().written(key_of(document.uri), api),
            lambda: self.kinds.sources(
                api,
                script=path,
                workspace=folder,
                configured=project.keys,
                written=lambda: self._written(api),
            ),
        )

    def codes(self) -> frozenset[str]:
        """The codes of the diagnostics of all kinds, installed and configured ones among them."""
        kinds = {**load_api().kinds, **self.kinds.found}
        return frozenset(kind.problem_code for kind in kinds.values())

    def _written(self, api: Api) -> dict[str, dict[str, Known]]:
        """What scripts add to the values of each kind, open ones first."""
        found: dict[str, dict[str, Known]] = {}
        documents = self._documents()
        functions = functions_of_sources(api.kinds)
        words = {function.rpartition(".")[2] for function in functions}
        for file, document in documents.items():
            if document.is_lua and any(word in document.text.source for word in words):
                given = given_of(document.snapshot(self._compile))
                _add(found, self._values_of(file, given, api, functions))
        for file, summary in self._closed().items():
            if file not in documents:
                _add(found, self._values_of(file, summary.given(), api, functions))
        return found

    def _values_of(
        self, file: str, given: tuple[Given, ...], api: Api, functions: frozenset[str]
    ) -> _Values:
        """What a file adds by giving strings to some functions."""
        kept = self._given.get(file)
        if kept is None or kept[0] is not given or kept[1] is not api:
            strings = [
                Written(kind, content, start, function, parameter)
                for function, parameter, content, start in given
                if function in functions
                and (kind := self._strings().kind_of(function, parameter, api)) is not None
            ]
            name = file.removeprefix("file://")
            values = defined_in(name, strings, api.kinds)
            kept = self._given[file] = (given, api, values)
        return kept[2]

    def _project(self, script: str) -> Project:
        """The project of a script, as its configuration stands in the editor or on the disk."""
        folder = os.path.dirname(script)  # noqa: PTH120
        for place in candidates(folder, os.environ):
            if place.origin != "project":
                break
            uri = from_fs_path(place.path)
            document = self._documents().get(key_of(uri)) if uri else None
            if document is not None:
                return self._kept(place.path, document.text, document)
            if place.exists():
                return self._kept(place.path, stamp_of(place.path), None)
        return _NO_PROJECT

    def _kept(self, path: str, stamp: object, opened: Document | None) -> Project:
        kept = self._files.get(path)
        if kept is None or kept[0] != stamp:
            document = read(_text(path)) if opened is None else opened.configuration
            kinds = data_of(document).get("kinds")
            keys = configured_keys(document, path)
            project = Project(keys, kinds if isinstance(kinds, dict) else {})
            kept = self._files[path] = (stamp, project)
        return kept[1]


class SessionTables:
    """What is described of tables, by the projects of documents. Stands for `Tables`.

    spells: gives the scripts of the session. folder_of: the folder that holds a document.
    """

    def __init__(
        self, spells: Callable[[], Spells], folder_of: Callable[[str], str | None]
    ) -> None:
        self._spells, self._folder_of = spells, folder_of

    def table(
        self, file: str, function: str, parameter: int, before: Before
    ) -> DescribedTable | None:
        """The table that a function takes at a place, from 0, in a document."""
        path = file.removeprefix("file://") if file.startswith("file://") else None
        return self._spells().table(path, self._folder_of(file), function, parameter, before)


def _folder_of(script: str | None) -> str | None:
    return os.path.dirname(script) if script else None  # noqa: PTH120


def _add(found: dict[str, dict[str, Known]], more: _Values) -> None:
    """Adds values; where one is known already, only a place that it lacks."""
    for kind, values in more.items():
        known = found.setdefault(kind, {})
        for value, about in values.items():
            if value not in known or known[value].place is None:
                known[value] = about


def _text(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST)
    except OSError:
        return ""
