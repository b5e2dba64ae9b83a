"""The files around a document, open or closed, for what is asked across files.

Files are named by `key_of` their URI. Open documents say what they say now; of closed ones the
summaries are known, and their text is read only where it is needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import from_fs_path

from .analysis.inference.inference import Inference
from .analysis.snapshot import Snapshot
from .analysis.workspace.index import Index
from .analysis.workspace.modules import PATTERNS, ModuleFiles, SearchPath
from .analysis.workspace.occurrences import Live
from .analysis.workspace.summary import Facts
from .closed_files import ClosedFiles
from .documents import Document, key_of

if TYPE_CHECKING:
    from .server import SpellServer


class Surroundings:
    """Stands for the `World` of the navigation."""

    def __init__(self, server: SpellServer, closed: ClosedFiles) -> None:
        self._server, self.closed = server, closed
        self._index: Index | None = None
        self._modules = ModuleFiles((), SearchPath())
        self._made_of: tuple[object, ...] = ()
        self._lives: dict[str, Live] = {}

    # What is known

    @property
    def index(self) -> Index:
        """What the files say to each other, as the handler that asks sees them."""
        opened = {
            file: document.snapshot(self._server.compile)
            for file, document in self._server.documents.items()
            if document.is_lua
        }
        made_of = (self.closed.revision, self.search_path, *opened.items())
        if self._index is None or made_of != self._made_of:
            files: dict[str, Facts] = {**self.closed.summaries}
            for file, snapshot in {**self._server.world.libraries, **opened}.items():
                live = self._lives.get(file)
                if live is None or live.snapshot is not snapshot:
                    live = self._lives[file] = Live(snapshot)
                files[file] = live
            self._modules = ModuleFiles(files, self.search_path)
            self._index, self._made_of = Index(files.items(), self._modules), made_of
        return self._index

    @property
    def search_path(self) -> SearchPath:
        """Where modules are looked for."""
        roots: list[str] = []
        libraries: list[str] = []
        patterns: dict[str, None] = {}
        for uri in self._server.workspace.folders:
            settings = self._server.configuration.of(uri)
            root = key_of(uri).rstrip("/")
            roots.append(root)
            patterns |= dict.fromkeys(settings.runtime_path)
            for library in settings.workspace_library:
                place = (Path(root.removeprefix("file://")) / Path(library).expanduser()).resolve()
                libraries.append(f"file://{place}")
        return SearchPath(tuple(roots), tuple(libraries), tuple(patterns) or PATTERNS)

    @property
    def inference(self) -> Inference:
        """What expressions are, as the handler that asks sees them."""
        return self._server.inference

    def snapshot(self, file: str) -> Snapshot | None:
        """A file as it is open or stored; None for one that cannot be read."""
        return self._server.world.snapshot(file)

    def is_library(self, file: str) -> bool:
        """Whether it is no file of the user's: definitions that came with something."""
        return file in self._server.world.libraries or self._server.files.is_library(self.uri(file))

    @property
    def modules(self) -> ModuleFiles:
        """The modules among the files."""
        _ = self.index  # they are those of its files
        return self._modules

    def module_file(self, module: str, requiring: str) -> str | None:
        """The file that a file gets by `require(module)`."""
        return self.modules.file_of(module, requiring)

    def module_on_disk(self, module: str, requiring: str) -> str | None:
        """The same, while the files of the folders are still being read: where `require` looks."""
        if self._is_all_known:
            return None
        places = self.modules.places(module, requiring)
        return next((file for file in places if Path(file.removeprefix("file://")).is_file()), None)

    @property
    def _is_all_known(self) -> bool:
        server = self._server
        return server.files.complete and not server.files.cut and server.indexing.complete

    def is_missing(self, module: str, requiring: str) -> bool:
        """Whether it is certain that a file gets nothing by `require(module)`.

        Certain is that only of files in the folders of the session, once all files are known.
        """
        inside = any(requiring.startswith(f"{root}/") for root in self.search_path.roots)
        return self._is_all_known and inside and self.module_file(module, requiring) is None

    # For clients

    def uri(self, file: str) -> str:
        """The URI by which the client knows a file."""
        document = self._server.documents.get(file)
        if document is not None:
            return document.uri
        if file.startswith("file://"):
            return from_fs_path(file.removeprefix("file://")) or file
        return file

    def document(self, file: str) -> Document | None:
        """An open document."""
        return self._server.documents.get(file)

    def range(self, file: str, start: int, end: int) -> types.Range:
        """A range of a file in the positions of the session; empty for files that are gone."""
        document = self._server.documents.get(file)
        if document is not None:
            return document.range(start, end)
        summary = self.closed.summaries.get(file)
        if summary is not None and summary.lines.ascii:
            lines = summary.lines
            return types.Range(
                types.Position(*lines.position(start)), types.Position(*lines.position(end))
            )
        return self._server.workspace.closed_range(self._server.world.text(file), start, end)

    def location(self, file: str, start: int, end: int) -> types.Location:
        """A place as clients are told it."""
        return types.Location(self.uri(file), self.range(file, start, end))
