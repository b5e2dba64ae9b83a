"""The documents that a session knows: open ones, and the definition files of the runtime."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from importlib import resources
from operator import itemgetter
from pathlib import Path

from .analysis.faults import Compile
from .analysis.inference.annotated import declared_types
from .analysis.inference.described import Tables as DescribedTables
from .analysis.inference.inference import NO_TABLES, Inference
from .analysis.inference.queries import Key
from .analysis.inference.sources import FileSources, Owner
from .analysis.pace import checkpoint
from .analysis.snapshot import Snapshot
from .analysis.text import Text
from .analysis.workspace.modules import ModuleFiles, SearchPath
from .closed_files import ClosedFiles
from .documents import Documents, key_of


@functools.cache
def definition_files() -> dict[str, Snapshot]:
    """Lua's library and the globals of spells, read once for all sessions."""
    folder = Path(str(resources.files("llmspell").joinpath("library")))
    return {
        key_of(path.as_uri()): Snapshot.of(Text(path.read_text("utf-8")), False)
        for path in sorted(folder.rglob("*.lua"))
    }


_SPELL_DEFINITIONS = re.compile(r"/llmspell/library/llmspell/\w+\.lua\Z")

_PART_OF_LUA = re.compile(r"/llmspell/library/lua54/(\w+)\.lua\Z")


def _part(file: str) -> str | None:
    """The part of Lua's library that a definition file describes."""
    found = _PART_OF_LUA.search(file)
    return found[1] if found is not None else None


_FOUND = frozenset({"findings", "strings"})  # what is told of a document without being asked
_MOST_CALLED = 5  # modules of one name that are offered
_MOST_NEAR = 500  # among which one with a name like another is looked for
_Names = tuple[frozenset[str], frozenset[str]]
_Files = tuple[dict[str, list[str]], dict[str, list[str]]]
"""The files that have a global, and those that have a type, by its name."""


def _by_name(files: Iterable[tuple[str, _Names]]) -> _Files:
    found: _Files = ({}, {})
    for file, names in files:
        for what in (0, 1):
            for name in sorted(names[what]):
                found[what].setdefault(name, []).append(file)
    return found


@functools.cache
def sizes_of_definition_files() -> frozenset[tuple[str, int]]:
    """The names and lengths, in characters, of the definition files."""
    return frozenset(
        (file.rpartition("/")[2], len(snapshot.text.source))
        for file, snapshot in definition_files().items()
    )


class SessionWorld:
    """Stands for the `World` of the inference. Files are named by `key_of` their URI.

    documents: gives those that whoever asks is to see. modules: gives the modules among the files.
    """

    def __init__(
        self,
        documents: Callable[[], Documents],
        compile_chunk: Compile,
        closed: ClosedFiles | None = None,
        modules: Callable[[], ModuleFiles] | None = None,
        is_missing: Callable[[str, str], bool] = lambda _, __: False,
        tables: DescribedTables = NO_TABLES,
    ) -> None:
        self._documents, self._compile = documents, compile_chunk
        self._closed = closed if closed is not None else ClosedFiles()
        self._modules = modules or (lambda: ModuleFiles(self._documents(), SearchPath()))
        self._libraries = definition_files()
        self._is_missing, self._tables = is_missing, tables
        self._revision = 0
        self._asked: Documents | None = None
        self._inference = Inference(self, self._tables)
        self._seen: dict[str, Text] = {}
        self._names: dict[str, tuple[Snapshot, frozenset[str], frozenset[str]]] = {}
        self._closed_names: tuple[int, _Files] | None = None

    def inference(self) -> Inference:
        """The inference, told what has changed since it was asked last."""
        documents = self._documents()
        dropped: list[str] = []
        if documents is not self._asked:  # another request
            self._asked, dropped = documents, self._closed.forget_trees()
            self._inference.forget(dropped)
        now = {name: document.text for name, document in documents.items()}
        closed = self._closed.revision
        if (
            dropped
            or closed != self._revision
            or now.keys() != self._seen.keys()
            or any(text is not self._seen[name] for name, text in now.items())
        ):
            self._seen, self._revision = now, closed
            self._inference.advance()
        return self._inference

    def let_go(self) -> None:
        """Drops what was found out, and the trees of closed files, but what open documents need.

        Whoever looked at all of a workspace has left a thousand times as much behind. Not while
        somebody works with what the inference has said.
        """
        if not self._closed.has_trees:
            return
        opened = self._documents()

        def is_of_open(key: Key) -> bool:
            return key[0] in _FOUND and key[1] in opened

        kept = self._inference.queries.keep(is_of_open)
        needed = {part.file if isinstance(part, Owner) else part for key in kept for part in key}
        self._inference.forget(self._closed.keep_trees(needed))
        self._inference.advance()

    @property
    def moment(self) -> tuple[object, ...]:
        """Equals another one while nothing has changed since the inference was asked last."""
        return self._inference, self._inference.queries.revision

    def doubt(self) -> None:
        """Something outside the documents has changed: what was found out is verified anew."""
        self._revision = -1

    def forget(self) -> None:
        """Drops all that was found out."""
        self._inference = Inference(self, self._tables)
        self._names = {}

    @property
    def libraries(self) -> dict[str, Snapshot]:
        """The definition files."""
        return self._libraries

    def know(self, *, spells: bool, without: frozenset[str] = frozenset()) -> None:
        """Chooses the definitions.

        spells: whether the globals of spells are among them. without: the parts of Lua's library
        that are not (`io`).
        """
        wanted = {
            file: snapshot
            for file, snapshot in definition_files().items()
            if (spells or not _SPELL_DEFINITIONS.search(file)) and _part(file) not in without
        }
        if wanted.keys() != self._libraries.keys():
            self._libraries = wanted
            for made_of_them in ("library_globals", "_library_files"):
                self.__dict__.pop(made_of_them, None)
            self._closed_names = None
            self.forget()

    @functools.cached_property
    def library_globals(self) -> frozenset[str]:
        """The globals that definition files declare."""
        return frozenset(name for file in self.libraries for name in self._names_in(file)[0])

    def snapshot(self, file: str) -> Snapshot | None:
        """A document; None for one that is gone."""
        document = self._documents().get(file)
        if document is not None and document.is_lua:
            return document.snapshot(self._compile)
        return self.libraries.get(file) or self._closed.snapshot(file)

    def text(self, file: str) -> Text:
        """The text of a document, empty for one that is gone."""
        document = self._documents().get(file)
        if (document is None or not document.is_lua) and file not in self.libraries:
            return self._closed.text(file) or Text("")
        snapshot = self.snapshot(file)
        return snapshot.text if snapshot is not None else Text("")

    def files_with_global(self, name: str) -> Iterator[str]:
        """Which documents write a global or its fields, definition files first."""
        return self._files_with(name, 0)

    def files_with_type(self, name: str) -> Iterator[str]:
        """Which documents declare a class, an enum or an alias, definition files first."""
        return self._files_with(name, 1)

    def files_using(self, name: str) -> Iterator[str]:
        """Which documents may read a field of that name, open ones first."""
        documents = self._documents()
        for file in self._open_files(documents):
            if name in documents[file].text.source:
                yield file
        for file, summary in self._closed.summaries.items():
            if file not in documents and file not in self.libraries and summary.has(name):
                yield file

    def global_names(self) -> Iterable[str]:
        """The globals that any document writes."""
        return self._all_names(0)

    def type_names(self) -> Iterable[str]:
        """The classes, aliases and enums that any document declares."""
        return self._all_names(1)

    def _files_with(self, name: str, what: int) -> Iterator[str]:
        """The documents that have a name among their globals (0) or types (1)."""
        yield from self._library_files[what].get(name, ())
        documents = self._documents()
        for file in self._open_files(documents):
            if name in self._names_in(file)[what]:
                yield file
        for file in self._closed_files()[what].get(name, ()):
            if file not in documents:
                yield file

    def _all_names(self, what: int) -> Iterable[str]:
        documents = self._documents()
        found = dict.fromkeys(self._library_files[what])
        for file in self._open_files(documents):
            found |= dict.fromkeys(sorted(self._names_in(file)[what]))
        for name, files in self._closed_files()[what].items():
            if any(file not in documents for file in files):
                found[name] = None
        return found

    @functools.cached_property
    def _library_files(self) -> _Files:
        return _by_name((file, self._names_in(file)) for file in self.libraries)

    def _closed_files(self) -> _Files:
        """The files that are not open, by their names; made anew when one has changed."""
        revision = self._closed.revision
        if self._closed_names is None or self._closed_names[0] != revision:
            summaries = self._closed.summaries.items()
            found = _by_name(
                (file, (summary.globals_written, summary.types_declared))
                for file, summary in summaries
                if file not in self.libraries
            )
            self._closed_names = (revision, found)
        return self._closed_names[1]

    def module_names(self, requirer: str) -> dict[str, str]:
        """The names that `require` takes in a document, with the files they run."""
        return self._names_of(self._files(), requirer)

    def modules_called(self, word: str, requirer: str) -> dict[str, str]:
        """A few modules whose name ends in a word, with their files, the nearest first."""
        modules = self._modules()
        alike = ModuleFiles(modules.ending_in(word), SearchPath())
        return self._names_of(alike.nearest(requirer, _MOST_CALLED), requirer)

    def modules_like(self, word: str, requirer: str) -> Iterator[str]:
        """The names of modules that what is written of a word may stand for, likely ones first."""
        modules = self._modules()
        for file in modules.like(word, requirer):
            checkpoint()
            if file != requirer and file not in self.libraries:
                yield from modules.names_of(file, requirer)[:1]

    def modules_near(self, requirer: str) -> dict[str, str]:
        """The modules nearest to a document, with their files."""
        return self._names_of(self._modules().nearest(requirer, _MOST_NEAR), requirer)

    def _names_of(self, files: Iterable[str], requirer: str) -> dict[str, str]:
        modules, found = self._modules(), {}
        for file in files:
            checkpoint()
            if file != requirer and file not in self.libraries:
                for name in modules.names_of(file, requirer)[:1]:
                    found[name] = file
        return found

    def module(self, name: str, requirer: str) -> str | None:
        """The document that `require(name)` in another one runs."""
        return self._modules().file_of(name, requirer)

    def is_missing(self, name: str, requirer: str) -> bool:
        """Whether it is certain that `require(name)` in a document finds nothing."""
        return self._is_missing(name, requirer)

    def _files(self) -> Iterator[str]:
        yield from self.libraries
        documents = self._documents()
        yield from self._open_files(documents)
        for file in self._closed.summaries:
            if file not in documents and file not in self.libraries:
                yield file

    def _open_files(self, documents: Documents) -> Iterator[str]:
        """Those with Lua, by name: which was opened first makes no difference."""
        for file, document in sorted(documents.items(), key=itemgetter(0)):
            if document.is_lua and file not in self.libraries:
                yield file

    def _names_in(self, file: str) -> _Names:
        summary = self._closed.summaries.get(file)
        if summary is not None and file not in self._documents():
            return summary.globals_written, summary.types_declared
        snapshot = self.snapshot(file)
        assert snapshot is not None
        kept = self._names.get(file)
        if kept is None or kept[0] is not snapshot:
            sources = self._inference.file(file)  # has found out most of it already
            if sources.snapshot is not snapshot:
                sources = FileSources(file, snapshot)
            names = frozenset(sources.global_names())
            kept = self._names[file] = (snapshot, names, frozenset(declared_types(snapshot)))
        return kept[1], kept[2]
