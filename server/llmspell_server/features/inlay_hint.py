"""textDocument/inlayHint and inlayHint/resolve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from lsprotocol import types

from llmspell_server.analysis.inlay_hints import Hint, Wanted, hints_in
from llmspell_server.documents import key_of

if TYPE_CHECKING:
    from llmspell_server.documents import Document
    from llmspell_server.server import SpellServer
    from llmspell_server.settings import Settings

_KINDS = {"parameter": types.InlayHintKind.Parameter, "type": types.InlayHintKind.Type}


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    options = types.InlayHintOptions(resolve_provider=True)
    server.feature(types.TEXT_DOCUMENT_INLAY_HINT, options)(inlay_hint)
    server.feature(types.INLAY_HINT_RESOLVE)(resolve)


def inlay_hint(ls: SpellServer, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    """The hints of a range."""
    document = ls.lua_document(params.text_document.uri)
    if document is None:
        return None
    settings = ls.configuration.of(document.uri)
    if not settings.hint_enable:
        return []
    begin, end = document.offset(params.range.start), document.offset(params.range.end)
    found = hints_in(ls.inference, key_of(document.uri), begin, end, _wanted(settings))
    return [_hint(document, each) for each in found]


def resolve(hint: types.InlayHint) -> types.InlayHint:
    """A hint with the whole type that it shortens."""
    if isinstance(hint.data, str):
        hint.tooltip = types.MarkupContent(types.MarkupKind.Markdown, f"```lua\n{hint.data}\n```")
    return hint


def _wanted(settings: Settings) -> Wanted:
    names = cast(Literal["all", "literals", "none"], settings.hint_parameter_names)
    return Wanted(names, settings.hint_variable_types, settings.hint_return_types)


def _hint(document: Document, hint: Hint) -> types.InlayHint:
    place = document.range(hint.offset, hint.offset).start
    edits = None
    if hint.writable is not None:
        offset, text = hint.writable
        written = document.text.broken_alike(text)
        edits = [types.TextEdit(document.range(offset, offset), written)]
    return types.InlayHint(
        place,
        hint.label,
        _KINDS[hint.kind],
        text_edits=edits,
        padding_right=hint.kind == "parameter" or None,
        data=hint.text or None,
    )
