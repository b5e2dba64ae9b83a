"""textDocument/typeDefinition and textDocument/implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.type_places import Spot, implementations, type_definitions

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_TYPE_DEFINITION)(type_definition)
    server.feature(types.TEXT_DOCUMENT_IMPLEMENTATION)(implementation)


def type_definition(ls: SpellServer, params: types.TypeDefinitionParams) -> list[types.Location]:
    """Where the type of what stands there is declared."""
    subject = ls.subject(params.text_document.uri, params.position)
    return _locations(ls, type_definitions(subject)) if subject is not None else []


def implementation(ls: SpellServer, params: types.ImplementationParams) -> list[types.Location]:
    """Where code gives it a value, or which classes are made from it."""
    subject = ls.subject(params.text_document.uri, params.position)
    return _locations(ls, implementations(subject)) if subject is not None else []


def _locations(ls: SpellServer, spots: list[Spot]) -> list[types.Location]:
    return [ls.surroundings.location(spot.file, spot.start, spot.end) for spot in spots]
