"""textDocument/hover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.hover import hovered

from .markup import explanation_markup, suited

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_HOVER)(hover)


def hover(ls: SpellServer, params: types.HoverParams) -> types.Hover | None:
    """What is known of what stands at a place."""
    subject = ls.subject(params.text_document.uri, params.position)
    found = hovered(subject) if subject is not None else None
    if subject is None or found is None:
        return None
    place = subject.document.range(found.start, found.end)
    content = suited(explanation_markup(found.explanation), ls, "hover.content_format")
    return types.Hover(content, place)
