"""textDocument/references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.navigation.symbols import symbol_at
from llmspell_server.analysis.navigation.uses import uses_of

from .places import asked, locations
from .strings import asked_string, used

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_REFERENCES)(references)


def references(ls: SpellServer, params: types.ReferenceParams) -> list[types.Location] | None:
    """Where the thing is used that the name at a place means, in all files."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    offset = where.document.offset(params.position)
    declared = params.context.include_declaration
    under = symbol_at(where.snapshot, where.file, offset, ls.surroundings)
    if under is None:
        string = asked_string(ls, where.document, params.position)
        return None if string is None else used(ls, string, declared=declared)
    places = uses_of(under.symbol, where.snapshot, where.file, ls.surroundings)
    return locations(ls, (place for place in places if declared or not place.role))
