"""The Lua files of a workspace: which there are, what is in them, and when that changes.

What is open in the editor counts more than what is on the disk. Left alone are hidden files and
folders, `node_modules`, what the settings or ignore files leave out, and files that are too large
or cannot be read.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from llmspell.config.discovery import endings

from . import folder_files, ignoring
from .analysis.pace import checkpoint
from .documents import Document, key_of
from .ignoring import IgnoreFiles, LeftOut
from .settings import Settings
from .stamps import stamp_of
from .work.jobs import Job, Priority

if TYPE_CHECKING:
    from .server import SpellServer

MAX_BYTES = 1_000_000
"""Files that are larger are data, not programs."""

_SUFFIXES = (".lua", *endings())
_NAMES = (*ignoring.NAMES, *folder_files.NAMES)


class Change(Enum):
    """What became of a file: its text may be another, or there is no such file any longer."""

    CHANGED = "changed"
    REMOVED = "removed"


@frozen
class FileChange:
    """A change of one file, on the disk or in the editor."""

    uri: str
    change: Change


Listener = Callable[[list[FileChange]], None]


@frozen
class _Stamp:
    """The state of a file on the disk. library: whether it only defines things for others."""

    modified: int
    size: int
    library: bool


class WorkspaceFiles:
    """The files under the folders of the session and in its libraries, by URI."""

    def __init__(self, server: SpellServer) -> None:
        self._server = server
        self._listeners: list[Listener] = []
        self._files: dict[str, _Stamp] = {}
        self._ignore_files: dict[Path, IgnoreFiles] = {}
        self.complete = False  # whether the folders have been looked through
        self.cut = False  # whether there were more files than the settings allow

    def register(self, server: SpellServer) -> None:
        """Listens to the client."""
        server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)
        server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_folders)
        server.feature(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
        server.configuration.subscribe(self.look)

    def subscribe(self, listener: Listener) -> None:
        """Calls a function, on the worker, with every change there is, also of open documents."""
        self._listeners.append(listener)

    # What there is

    @property
    def uris(self) -> list[str]:
        """The files, open ones that are in no folder included."""
        opened = {document.uri for document in self._opened()}
        known = {key_of(uri) for uri in opened}
        return [*opened, *(uri for uri in self._files if key_of(uri) not in known)]

    def is_library(self, uri: str) -> bool:
        """Whether a file only defines things for others: nobody wants to hear of mistakes there."""
        stamp = self._files.get(uri)
        return stamp is not None and stamp.library

    def stamp(self, uri: str) -> object:
        """Something that is equal for as long as a file on the disk is the same; None: no file."""
        return self._files.get(uri)

    def document(self, uri: str) -> Document | None:
        """A document, as it is in the editor, or else on the disk; None where it cannot be read."""
        opened = self._server.documents.get(key_of(uri))
        if opened is not None:
            return opened
        path = to_fs_path(uri)
        source = None if path is None else _read(Path(path))
        return None if source is None else self._server.workspace.closed_document(uri, source)

    # What changes

    def look(self) -> None:
        """Looks through all folders anew, when there is nothing better to do."""
        self.complete = False
        done = self._server.protocol.reporter("reading the folders")
        self._server.worker.submit(Job(self.finish, Priority.BACKGROUND, done=done))

    def finish(self) -> None:
        """Looks through the folders now, if that has not been done yet."""
        if not self.complete:
            self._look_through()

    def edited(self, uri: str) -> None:
        """Tells the listeners of a document that was opened or edited."""
        self._tell([FileChange(uri, Change.CHANGED)])

    def closed(self, uri: str) -> None:
        """Tells the listeners of a document that was closed: what is on the disk counts again."""
        self._tell([self._again(uri)])

    def changed_on_disk(self, uris: Iterable[str]) -> None:
        """Takes note that files or folders are there, changed, or gone.

        Of a folder that is gone some clients tell no more than that.
        """
        uris = list(uris)
        if any(uri.rpartition("/")[2] in ignoring.NAMES or _names_folder(uri) for uri in uris):
            self.look()
        gone = [file for uri in uris for file in self._below(uri)]
        files = [uri for uri in uris if uri.endswith(".lua")]
        self._tell([self._again(uri) for uri in dict.fromkeys((*files, *gone))])

    def concerning(self, uris: Iterable[str]) -> list[str]:
        """Those of changed files and folders that matter: some clients tell of all that is gone."""
        folders = {folder for file in self._files for folder in _above(key_of(file))}
        return [
            uri
            for uri in uris
            if uri.endswith(_SUFFIXES)
            or uri.rpartition("/")[2] in _NAMES
            or key_of(uri).rstrip("/") in folders
            or _names_folder(uri)
        ]

    def _below(self, uri: str) -> Iterator[str]:
        """The files that were known below what is no file."""
        folder = f"{key_of(uri).rstrip('/')}/"
        return (file for file in self._files if key_of(file).startswith(folder))

    def _again(self, uri: str) -> FileChange:
        path = to_fs_path(uri)
        uri = uri if path is None else from_fs_path(path) or uri  # clients escape as they like
        stamp = None if path is None or not self._is_ours(uri) else _stamp(path, False)
        if stamp is None:
            self._files.pop(uri, None)
            opened = key_of(uri) in self._server.workspace.documents
            return FileChange(uri, Change.CHANGED if opened else Change.REMOVED)
        before = self._files.get(uri)
        self._files[uri] = _Stamp(stamp.modified, stamp.size, before is not None and before.library)
        return FileChange(uri, Change.CHANGED)

    def _look_through(self) -> None:
        limit = self._server.configuration.whole.workspace_max_files
        found: dict[str, _Stamp] = {}
        self.cut = False
        self._ignore_files.clear()
        for uri, stamp in self._walk():
            checkpoint()
            if len(found) >= limit:
                self.cut = True
                self._server.protocol.complain(
                    f"More than {limit} Lua files: the others are left out (workspace.maxFiles)."
                )
                break
            found.setdefault(uri, stamp)
        before, self._files, self.complete = self._files, found, True
        changes = [FileChange(uri, Change.REMOVED) for uri in before if uri not in found]
        changes += [
            FileChange(uri, Change.CHANGED)
            for uri, stamp in found.items()
            if before.get(uri) != stamp
        ]
        self._tell(changes)

    def _walk(self) -> Iterator[tuple[str, _Stamp]]:
        seen: set[tuple[int, int]] = set()
        for folder in list(self._server.workspace.folders.values()):
            path = to_fs_path(folder.uri)
            if path is None:
                continue
            settings = self._server.configuration.of(folder.uri)
            root = Path(path)
            yield from _lua_files(root, self._left_out(root, settings), seen, library=False)
            for library in settings.workspace_library:
                place = (root / Path(library).expanduser()).resolve()
                yield from _lua_files(place, LeftOut((), None), seen, library=True)

    def _left_out(self, root: Path, settings: Settings) -> LeftOut:
        """What is left out below a folder."""
        files = None
        if settings.workspace_use_git_ignore:
            files = self._ignore_files.get(root)
            if files is None:
                files = self._ignore_files[root] = IgnoreFiles(root)
        return LeftOut(settings.workspace_ignore, files)

    def _is_ours(self, uri: str) -> bool:
        """Whether a file is in a folder of the session, and not left alone there."""
        path = to_fs_path(uri)
        for folder in self._server.workspace.folders.values():
            root = to_fs_path(folder.uri)
            if path is None or root is None or not Path(path).is_relative_to(root):
                continue
            inside = Path(path).relative_to(root)
            left_out = self._left_out(Path(root), self._server.configuration.of(folder.uri))
            parents = [inside, *inside.parents][:-1]
            if not any(
                left_out(f"{root}/{each}", each.as_posix(), is_folder=each is not inside)
                for each in parents
            ):
                return True
        return uri in self._files

    def _opened(self) -> list[Document]:
        return [document for document in self._server.documents.values() if document.is_lua]

    def _tell(self, changes: list[FileChange]) -> None:
        if changes:
            for listener in self._listeners:
                listener(changes)


def did_change_watched_files(ls: SpellServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Files were made, changed or removed."""
    uris = ls.files.concerning(event.uri for event in params.changes)
    if not uris:
        return
    if any(uri.rpartition("/")[2] in folder_files.NAMES for uri in uris):
        ls.configuration.read_again()
    ls.files.changed_on_disk(uris)
    ls.diagnosing.doubt()


def did_change_folders(ls: SpellServer, _: types.DidChangeWorkspaceFoldersParams) -> None:
    """Folders came or went: each may have settings of its own."""
    ls.watch()
    ls.configuration.ask()
    ls.files.look()


def did_save(ls: SpellServer, params: types.DidSaveTextDocumentParams) -> None:
    """A file is on the disk as it is in the editor."""
    ls.files.changed_on_disk([params.text_document.uri])


def _lua_files(
    place: Path, left_out: LeftOut, seen: set[tuple[int, int]], *, library: bool
) -> Iterator[tuple[str, _Stamp]]:
    """The files under a folder in the order of their names; a folder that was seen is passed by."""
    if place.is_file():
        found = _stamp(str(place), library)
        if found is not None:
            yield from_fs_path(str(place)) or "", found
        return
    pending = [(str(place), "")]
    while pending:
        folder, inside = pending.pop()
        folders: list[tuple[str, str]] = []
        for entry in _entries(folder, seen):
            below = f"{inside}{entry.name}"
            is_folder = _is_folder(entry)
            if not is_folder and not entry.name.endswith(".lua"):
                continue
            if left_out(entry.path, below, is_folder=is_folder):
                continue
            if is_folder:
                folders.append((entry.path, f"{below}/"))
            else:
                found = _stamp(entry.path, library)
                if found is not None:
                    yield from_fs_path(entry.path) or "", found
        pending += reversed(folders)


def _entries(folder: str, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    try:
        state = os.stat(folder)  # noqa: PTH116  # as the entries come: a path object costs more
        if (state.st_dev, state.st_ino) in seen:  # a link to a folder further up
            return []
        seen.add((state.st_dev, state.st_ino))
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _names_folder(uri: str) -> bool:
    path = to_fs_path(uri)
    return path is not None and os.path.isdir(path)  # noqa: PTH112


def _above(file: str) -> Iterator[str]:
    """The folders that hold a file, by the keys of their URIs."""
    while "/" in file:
        file = file.rpartition("/")[0]
        yield file


def _stamp(path: str, library: bool) -> _Stamp | None:
    found = stamp_of(path)
    if found is None or found.size > MAX_BYTES or not os.path.isfile(path):  # noqa: PTH113
        return None
    return _Stamp(found.modified, found.size, library)


def _read(path: Path) -> str | None:
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
