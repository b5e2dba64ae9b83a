"""textDocument/documentHighlight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.navigation.highlights import highlights_at

from .places import asked

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_KINDS = {
    "read": types.DocumentHighlightKind.Read,
    "write": types.DocumentHighlightKind.Write,
    "text": types.DocumentHighlightKind.Text,
}


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)(document_highlight)


def document_highlight(
    ls: SpellServer, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    """What belongs to the name or keyword at a place, in its document."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    offset = where.document.offset(params.position)
    found = highlights_at(where.snapshot, where.file, offset, ls.surroundings)
    return [
        types.DocumentHighlight(where.document.range(start, end), _KINDS[kind])
        for start, end, kind in found
    ] or None
