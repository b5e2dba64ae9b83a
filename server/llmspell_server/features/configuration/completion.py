"""textDocument/completion in configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.configuration.completion import complete

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

_KINDS = {
    "table": types.CompletionItemKind.Module,
    "setting": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.Value,
}


def completion(
    _: SpellServer, document: Document, params: types.CompletionParams
) -> types.CompletionList:
    """Tables, keys and values."""
    found = complete(document.configuration, document.offset(params.position))
    place = document.range(found.start, found.end)
    items = [
        types.CompletionItem(
            label=each.label,
            kind=_KINDS[each.kind],
            detail=each.detail or None,
            documentation=types.MarkupContent(types.MarkupKind.Markdown, each.documentation)
            if each.documentation
            else None,
            text_edit=types.TextEdit(place, each.inserted),
            filter_text=each.label,
        )
        for each in found.candidates
    ]
    return types.CompletionList(is_incomplete=False, items=items)
