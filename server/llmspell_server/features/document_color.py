"""textDocument/documentColor and textDocument/colorPresentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.colors import colors_in, written

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_DOCUMENT_COLOR)(document_color)
    server.feature(types.TEXT_DOCUMENT_COLOR_PRESENTATION)(color_presentation)


def document_color(
    ls: SpellServer, params: types.DocumentColorParams
) -> list[types.ColorInformation]:
    """The colours in a document."""
    document = ls.lua_document(params.text_document.uri)
    if document is None:
        return []
    return [
        types.ColorInformation(
            document.range(each.start, each.end),
            types.Color(each.red, each.green, each.blue, each.alpha),
        )
        for each in colors_in(document.snapshot(ls.compile))
    ]


def color_presentation(
    ls: SpellServer,  # noqa: ARG001  # pygls hands it over by this name
    params: types.ColorPresentationParams,
) -> list[types.ColorPresentation]:
    """How another colour is written in its place."""
    color = params.color
    text = written(color.red, color.green, color.blue, color.alpha)
    return [types.ColorPresentation(text, types.TextEdit(params.range, text))]
