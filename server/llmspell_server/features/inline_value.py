"""textDocument/inlineValue: what a debugger shows beside the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.inline_values import inline_values

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_Value = types.InlineValueVariableLookup | types.InlineValueEvaluatableExpression


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_INLINE_VALUE)(inline_value)


def inline_value(ls: SpellServer, params: types.InlineValueParams) -> list[_Value]:
    """The variables that are known where the program stands, up to that line."""
    document = ls.lua_document(params.text_document.uri)
    if document is None:
        return []
    begin, end = document.offset(params.range.start), document.offset(params.range.end)
    stopped = document.offset(params.context.stopped_location.end)
    found: list[_Value] = []
    for each in inline_values(document.snapshot(ls.compile), begin, end, stopped):
        place = document.range(each.start, each.end)
        if each.is_variable:
            found.append(types.InlineValueVariableLookup(place, True, each.text))
        else:
            found.append(types.InlineValueEvaluatableExpression(place, each.text))
    return found
