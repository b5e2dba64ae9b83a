"""A script in its project: what it can call, what is configured, and what its strings may say."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import field, frozen
from pygls.uris import from_fs_path, to_fs_path

from llmspell.config.discovery import candidates
from llmspell.globals.generator.emit_luacats import kind_alias

from .analysis.api import Api
from .analysis.configuration.keys import NO_KEYS, ConfiguredKeys, configured_keys
from .analysis.configuration.reader import read
from .analysis.configuration.tree import data_of
from .analysis.faults import Compile
from .analysis.inference.described import Before, Named
from .analysis.snapshot import Snapshot
from .analysis.spells.kind import StringKind, TableChoice
from .analysis.spells.literals import Strings, Written
from .analysis.spells.names import defined_in, functions_of_sources
from .analysis.spells.sources import KindSources, Known, Place
from .analysis.types.schemas import DescribedTable, SchemaPlace
from .analysis.workspace.given import Given
from .analysis.workspace.occurrences import given_of
from .analysis.workspace.summary import Summary
from .definitions_of_names import Definition, Definitions, Starts, starts_of
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
_APIS = 8  # projects, for each of which definitions are kept


class Spells:
    """Scripts and their projects.

    documents: those that whoever asks is to see. strings: finds what is in documents. closed: what
    is known of files that are not open. snapshot: gives any file. moment: equals the one of before
    while no file has changed.
    """

    def __init__(
        self,
        documents: Callable[[], Documents],
        compile_chunk: Compile,
        strings: Callable[[], Strings],
        closed: Callable[[], Mapping[str, Summary]] = dict,
        kinds: KindWorld | None = None,
        snapshot: Callable[[str], Snapshot | None] = lambda _: None,
        moment: Callable[[], object] = object,
    ) -> None:
        self._documents, self._compile = documents, compile_chunk
        self._strings, self._closed = strings, closed
        self._snapshot, self._moment = snapshot, moment
        self.kinds = kinds or KindWorld()
        self._files: dict[str, tuple[object, Project]] = {}
        self._given: dict[str, tuple[tuple[Given, ...], Api, _Values, Starts]] = {}
        self._defined: deque[tuple[object, Api, Definitions]] = deque(maxlen=_APIS)

    def table(
        self,
        file: str,
        folder: str | None,
        function: str,
        parameter: int,
        before: Before,
        named: Named,
    ) -> DescribedTable | None:
        """The table that a function takes at a place, from 0, in a document.

        -1: that a field holds (`Options.params`). folder: as in `of`. before: the arguments before
        it. named: other strings that may choose it, as `TableChoice` names them.
        """
        script = file.removeprefix("file://") if file.startswith("file://") else None
        api = self._api(script)
        choice = api.table_of(function, parameter)
        value = choice.value(before, dict(named)) if choice is not None else None
        if choice is None or value is None:
            return None
        schema, kind = choice.schemas.get(value), api.kinds.get(choice.kind or "")
        if schema is None and kind is not None:
            schema = self.kinds.schema(kind, value, folder or _folder_of(script))
        if schema is None and kind is not None and kind.definition:
            found = self._definitions(api).find(kind, value, file)
            schema = (found.said.schema or None) if found is not None else None
        if not isinstance(schema, Mapping):
            return None
        return DescribedTable(_said(choice, function, value), schema, choice.empty_without)

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

    def definition(
        self, spell: Spell, kind: StringKind, value: str, file: str
    ) -> Definition | None:
        """What is said of a name where scripts define it. file: the document that uses it."""
        return self._definitions(spell.api).find(kind, value, file) if kind.definition else None

    def sources(self, path: str, folder: str | None) -> KindSources:
        """What strings of a file are judged by, but what scripts say. folder: as in `of`."""
        project = self._project(path)
        return self.kinds.sources(
            self.kinds.api(load_api(), project.kinds),
            script=path,
            workspace=folder or _folder_of(path),
            configured=project.keys,
            written=dict,
        )

    def kinds_of(self, path: str | None) -> Mapping[str, StringKind]:
        """The kinds of the project that a file (its path) is in, installed ones among them."""
        return self._api(path).kinds

    def codes(self, path: str | None) -> frozenset[str]:
        """The codes of the diagnostics of these kinds."""
        kinds = self.kinds_of(path).values()
        return frozenset(code for kind in kinds for code in (kind.problem_code, *kind.remarks))

    def types(self, path: str | None) -> frozenset[str]:
        """The names of the types that strings of these kinds have."""
        return frozenset(map(kind_alias, self.kinds_of(path)))

    def named(self, kind: str) -> Iterator[tuple[str, Place]]:
        """The values of a kind that scripts define, with the places where they do."""
        for value, known in self._written(self.kinds.api(load_api(), {})).get(kind, {}).items():
            if known.place is not None:
                yield value, known.place

    def _api(self, path: str | None) -> Api:
        project = self._project(path) if path else _NO_PROJECT
        return self.kinds.api(load_api(), project.kinds)

    def _written(self, api: Api) -> dict[str, dict[str, Known]]:
        """What scripts add to the values of each kind, open ones first."""
        found: dict[str, dict[str, Known]] = {}
        for values, _ in self._by_file(api).values():
            _add(found, values)
        return found

    def _definitions(self, api: Api) -> Definitions:
        """What scripts say of names, at the moment of the inference."""
        moment = self._moment()
        for then, known, definitions in self._defined:
            if known is api and then == moment:
                return definitions
        starts = {file: starts for file, (_, starts) in self._by_file(api).items() if starts}
        found = Definitions(starts, self._snapshot)
        self._defined.append((moment, api, found))
        return found

    def _by_file(self, api: Api) -> dict[str, tuple[_Values, Starts]]:
        """What each file adds to the values of kinds, open ones first, and what it defines."""
        found: dict[str, tuple[_Values, Starts]] = {}
        documents = self._documents()
        functions = functions_of_sources(api.kinds)
        words = {function.rpartition(".")[2] for function in functions}
        for file, document in documents.items():
            if document.is_lua and any(word in document.text.source for word in words):
                given = given_of(document.snapshot(self._compile))
                found[file] = self._values_of(file, given, api, functions)
        for file, summary in self._closed().items():
            if file not in documents:
                found[file] = self._values_of(file, summary.given(), api, functions)
        return found

    def _values_of(
        self, file: str, given: tuple[Given, ...], api: Api, functions: frozenset[str]
    ) -> tuple[_Values, Starts]:
        """What a file adds by giving strings to some functions, and what it defines so."""
        kept = self._given.get(file)
        if kept is None or kept[0] is not given or kept[1] is not api:
            strings = [
                written
                for each in given
                if (written := self._strings().given(each, api, functions)) is not None
            ]
            name = file.removeprefix("file://")
            values = defined_in(name, strings, api.kinds)
            kept = self._given[file] = (given, api, values, starts_of(strings))
        return kept[2:]

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

    def schemas_at(self, class_: str) -> Mapping[str, tuple[SchemaPlace, ...]]:
        """The fields of a class whose schemas scripts give, and where."""
        return load_api().schemas_at.get(class_, {})

    def table(
        self, file: str, function: str, parameter: int, before: Before, named: Named
    ) -> DescribedTable | None:
        """The table that a function takes at a place, from 0, or a field holds, in a document."""
        folder = self._folder_of(file)
        return self._spells().table(file, folder, function, parameter, before, named)


def _said(choice: TableChoice, function: str, value: str) -> str:
    """What is said of a table that a string chooses: where it is given."""
    if not value:
        return f"{function}(…)"
    owner, _, name = function.rpartition(".")
    if not choice.named:
        return f'{function}("{value}")'
    return f'{owner}("{value}").{name}'


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
