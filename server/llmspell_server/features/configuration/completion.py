"""textDocument/completion in configurations."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path

from llmspell_server.analysis.configuration.completion import World, complete
from llmspell_server.features.markup import OF_COMPLETION, markdown, suited

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer

_KINDS = {
    "table": types.CompletionItemKind.Module,
    "setting": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.Value,
    "file": types.CompletionItemKind.File,
    "folder": types.CompletionItemKind.Folder,
}


def completion(
    ls: SpellServer, document: Document, params: types.CompletionParams
) -> types.CompletionList:
    """Tables, keys and values."""
    path = to_fs_path(document.uri)
    world = World(
        os.path.dirname(path) if path else "",  # noqa: PTH120
        ls.spells.kinds.listing,
        ls.spells.kinds_of(path),
    )
    found = complete(document.configuration, document.offset(params.position), world)
    place = document.range(found.start, found.end)
    items = [
        types.CompletionItem(
            label=each.label,
            kind=_KINDS[each.kind],
            detail=each.detail or None,
            documentation=suited(markdown(each.documentation), ls, OF_COMPLETION)
            if each.documentation
            else None,
            text_edit=types.TextEdit(place, each.inserted),
            filter_text=each.label,
        )
        for each in found.candidates
    ]
    return types.CompletionList(is_incomplete=False, items=items)
