"""workspace/willRenameFiles and workspace/didRenameFiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.navigation.moves import RUNNING, moved_paths, moved_requires
from llmspell_server.documents import key_of

from .edits import workspace_edit

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_OURS = types.FileOperationRegistrationOptions(
    [
        types.FileOperationFilter(types.FileOperationPattern("**/*.lua"), "file"),
        types.FileOperationFilter(
            types.FileOperationPattern("**", types.FileOperationPatternKind.Folder), "file"
        ),
    ]
)


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.WORKSPACE_WILL_RENAME_FILES, _OURS)(will_rename_files)
    server.feature(types.WORKSPACE_DID_RENAME_FILES, _OURS)(did_rename_files)


def will_rename_files(
    ls: SpellServer, params: types.RenameFilesParams
) -> types.WorkspaceEdit | None:
    """The modules and paths to write elsewhere when files or folders get other names.

    Modules are left alone in folders in which another server answers for Lua.
    """
    ls.files.finish()
    if ls.indexing.reading:
        message = (
            "The files of the workspace are still being read: where files of other names are "
            "required may not be put right everywhere."
        )
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
    index = ls.surroundings.index
    moves: dict[str, str] = {}
    for renamed in params.files:
        old, new = key_of(renamed.old_uri).rstrip("/"), key_of(renamed.new_uri).rstrip("/")
        for file in index.files:
            if file == old or file.startswith(old + "/"):
                moves[file] = new + file[len(old) :]
    search = ls.surroundings.search_path
    found = [
        (place, text)
        for place, text in moved_requires(moves, index, search)
        if ls.answers_all(place.file)
    ]
    for file in _running_others(ls) if moves else ():
        snapshot = ls.surroundings.snapshot(file)
        if snapshot is not None:
            found += moved_paths(moves, file, snapshot, search.roots)
    return workspace_edit(ls, found) if found else None


def did_rename_files(ls: SpellServer, params: types.RenameFilesParams) -> None:
    """Files or folders have other names; watchers need not see what is in a folder."""
    ls.files.changed_on_disk(uri for each in params.files for uri in (each.old_uri, each.new_uri))
    ls.diagnosing.doubt()


def _running_others(ls: SpellServer) -> list[str]:
    """The documents that may run scripts by their paths."""
    opened = {file for file, document in ls.documents.items() if document.is_lua}
    closed = {file for function in RUNNING for file in ls.closed_files.saying(function)}
    return sorted(opened | closed)
