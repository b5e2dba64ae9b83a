"""workspace/willRenameFiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.navigation.moves import moved_requires
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


def will_rename_files(
    ls: SpellServer, params: types.RenameFilesParams
) -> types.WorkspaceEdit | None:
    """The names of modules to write elsewhere when files or folders get other names."""
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
    found = moved_requires(moves, index, ls.surroundings.search_path)
    return workspace_edit(ls, found) if found else None
