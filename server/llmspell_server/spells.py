"""A script in its project: what it can call, what is configured, and what its strings may say."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
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
from .analysis.snapshot import Snapshot
from .analysis.spells.literals import Written, written_strings
from .analysis.spells.names import defined_in
from .analysis.spells.sources import KindSources, Known
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


@frozen
class Spell:
    """What is known for a script. strings: those of known kinds in it."""

    api: Api
    sources: KindSources
    snapshot: Snapshot
    strings: tuple[Written, ...]


_NO_PROJECT = Project()


class Spells:
    """Scripts and their projects. documents: those that whoever asks is to see."""

    def __init__(
        self,
        documents: Callable[[], Documents],
        compile_chunk: Compile,
        kinds: KindWorld | None = None,
    ) -> None:
        self._documents, self._compile = documents, compile_chunk
        self.kinds = kinds or KindWorld()
        self._files: dict[str, tuple[object, Project]] = {}
        self._strings: dict[str, tuple[Snapshot, Api, tuple[Written, ...]]] = {}

    def of(self, document: Document, folder: str | None) -> Spell:
        """What is known for a document.

        folder: of the workspace that holds it; without one the script's folder is taken for it.
        """
        path = to_fs_path(document.uri)
        project = self._project(path) if path else _NO_PROJECT
        api = self.kinds.api(load_api(), project.kinds)
        snapshot = document.snapshot(self._compile)
        written: dict[str, dict[str, Known]] = {}
        for other in self._documents().values():
            if other.is_lua:
                name = to_fs_path(other.uri) or other.uri
                for kind, values in defined_in(name, self.strings(other, api), api.kinds).items():
                    written.setdefault(kind, {}).update(values)
        folder = folder or (os.path.dirname(path) if path else None)  # noqa: PTH120
        sources = self.kinds.sources(
            api, script=path, workspace=folder, configured=project.keys, written=written
        )
        return Spell(api, sources, snapshot, self.strings(document, api))

    def codes(self) -> frozenset[str]:
        """The codes of the diagnostics of all kinds, installed and configured ones among them."""
        kinds = {**load_api().kinds, **self.kinds.found}
        return frozenset(kind.problem_code for kind in kinds.values())

    def strings(self, document: Document, api: Api) -> tuple[Written, ...]:
        """The strings of known kinds in a document."""
        snapshot, name = document.snapshot(self._compile), key_of(document.uri)
        kept = self._strings.get(name)
        if kept is None or kept[0] is not snapshot or kept[1] is not api:
            found = tuple(written_strings(snapshot, api))
            kept = self._strings[name] = (snapshot, api, found)
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


def _text(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST)
    except OSError:
        return ""
