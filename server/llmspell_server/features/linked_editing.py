"""textDocument/linkedEditingRange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.navigation.linked import linked_at

from .places import asked

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_WORD = "[A-Za-z_][A-Za-z0-9_]*"


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_LINKED_EDITING_RANGE)(linked_editing_range)


def linked_editing_range(
    ls: SpellServer, params: types.LinkedEditingRangeParams
) -> types.LinkedEditingRanges | None:
    """The ranges that change together with the name at a place."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    offset = where.document.offset(params.position)
    found = linked_at(where.snapshot, where.file, offset, ls.surroundings)
    if len(found) < 2:
        return None
    return types.LinkedEditingRanges([where.document.range(*span) for span in found], _WORD)
