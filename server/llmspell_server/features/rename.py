"""textDocument/rename and textDocument/prepareRename."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from llmspell_server.analysis.navigation.places import Place
from llmspell_server.analysis.navigation.renaming import NotRenamable, renamable_at, renaming
from llmspell_server.analysis.navigation.symbols import LabelSymbol, LocalSymbol, symbol_at
from llmspell_server.analysis.spells.names import Refusal

from .edits import workspace_edit
from .places import Asked as Where
from .places import asked
from .strings import Asked, asked_string, renamed

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


_READING = "the files of the workspace are still being read; try again shortly"


class _Refused(JsonRpcException):
    """LSP 3.17 "Implementation Considerations": the request was right, and failed for a reason."""

    CODE = types.LSPErrorCodes.RequestFailed
    MESSAGE = "This cannot be renamed"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.RenameOptions(prepare_provider=True)
    server.feature(types.TEXT_DOCUMENT_RENAME, options)(rename)
    server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)(prepare_rename)


def prepare_rename(
    ls: SpellServer, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    """The word that would be renamed; refuses with a reason."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    string = asked_string(ls, where.document, params.position)
    if string is not None and string.string.function != "require":
        _renamed(ls, string, string.string.content)
        begin, finish = string.string.start, string.string.end
        placeholder = string.string.content
        return types.PrepareRenamePlaceholder(where.document.range(begin, finish), placeholder)
    offset = where.document.offset(params.position)
    try:
        start, end = renamable_at(where.snapshot, where.file, offset, ls.surroundings)
    except NotRenamable as reason:
        reading = not ls.files.complete or ls.indexing.reading
        if reading and _is_seen_elsewhere(where, offset, ls):
            raise _Refused(_READING) from None
        raise _Refused(str(reason)) from None
    word = where.snapshot.text.source[start:end]
    return types.PrepareRenamePlaceholder(where.document.range(start, end), word)


def rename(ls: SpellServer, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The edits that give a thing another name in all files; refuses with a reason."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    string = asked_string(ls, where.document, params.position)
    if string is not None and string.string.function != "require":
        _wait_for_files(ls)
        found = _renamed(ls, string, params.new_name)
        return workspace_edit(ls, [(place, params.new_name) for place in found])
    offset, name = where.document.offset(params.position), params.new_name
    if _is_seen_elsewhere(where, offset, ls):
        _wait_for_files(ls)
    try:
        places = renaming(where.snapshot, where.file, offset, name, ls.surroundings)
    except NotRenamable as reason:
        raise _Refused(str(reason)) from None
    return workspace_edit(ls, [(place, name) for place in places])


def _wait_for_files(ls: SpellServer) -> None:
    """Looks through the folders; refuses as long as files are being read that may have the name."""
    ls.files.finish()
    if ls.indexing.reading:
        raise _Refused(_READING)


def _is_seen_elsewhere(where: Where, offset: int, ls: SpellServer) -> bool:
    """Whether other files may use what stands at an offset."""
    under = symbol_at(where.snapshot, where.file, offset, ls.surroundings)
    return under is not None and not isinstance(under.symbol, (LocalSymbol, LabelSymbol))


def _renamed(ls: SpellServer, string: Asked, name: str) -> list[Place]:
    found = renamed(ls, string, name)
    if isinstance(found, Refusal):
        raise _Refused(found.reason)
    return found
