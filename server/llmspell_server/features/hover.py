"""textDocument/hover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.hover import described_under

from .markup import explanation

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_HOVER)(hover)


def hover(ls: SpellServer, params: types.HoverParams) -> types.Hover | None:
    """What is written about a described name."""
    document = ls.lua_document(params.text_document.uri)
    if document is None:
        return None
    found = described_under(document.text, document.offset(params.position), ls.api)
    if found is None:
        return None
    place = document.range(found.start, found.end)
    return types.Hover(explanation(found.symbol, ls.api), place)
