"""textDocument/hover in configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.configuration import description
from llmspell_server.features.markup import OF_HOVER, markdown, suited

from .pages import section

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer


def hover(ls: SpellServer, document: Document, params: types.HoverParams) -> types.Hover | None:
    """What is known of a key."""
    found = description.hover(document.configuration, document.offset(params.position))
    if found is None:
        return None
    place = section(found.path)
    text = f"{found.text}\n\n[Configuration reference]({place})" if place else found.text
    content = suited(markdown(text), ls, OF_HOVER)
    return types.Hover(content, document.range(found.start, found.end))
