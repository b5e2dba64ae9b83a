"""textDocument/completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.completion import Candidate, complete

from .markup import documentation

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_KINDS = {
    "namespace": types.CompletionItemKind.Module,
    "function": types.CompletionItemKind.Function,
    "variable": types.CompletionItemKind.Variable,
    "local": types.CompletionItemKind.Variable,
    "keyword": types.CompletionItemKind.Keyword,
    "value": types.CompletionItemKind.EnumMember,
}


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.CompletionOptions(trigger_characters=[".", ":", '"', "'"])
    server.feature(types.TEXT_DOCUMENT_COMPLETION, options)(completion)


def completion(ls: SpellServer, params: types.CompletionParams) -> types.CompletionList | None:
    """Members, names, and the values of string arguments."""
    document = ls.lua_document(params.text_document.uri)
    if document is None:
        return None
    offset = document.offset(params.position)
    found = complete(document.text, offset, ls.api)
    if found.place == "name" and _is_triggered(params):
        return None  # `..`, or the quote that ends a string
    place = document.range(found.start, offset)
    items = [_item(ls, candidate, place) for candidate in found.candidates]
    return types.CompletionList(is_incomplete=False, items=items)


def _item(ls: SpellServer, candidate: Candidate, place: types.Range) -> types.CompletionItem:
    symbol = candidate.symbol
    deprecated = symbol is not None and symbol.deprecated is not None
    return types.CompletionItem(
        label=candidate.label,
        kind=_KINDS[candidate.kind],
        detail=candidate.detail or None,
        documentation=documentation(symbol, ls.api) if symbol else None,
        tags=[types.CompletionItemTag.Deprecated] if deprecated else None,
        text_edit=types.TextEdit(place, candidate.label),
    )


def _is_triggered(params: types.CompletionParams) -> bool:
    context = params.context
    return (
        context is not None and context.trigger_kind == types.CompletionTriggerKind.TriggerCharacter
    )
