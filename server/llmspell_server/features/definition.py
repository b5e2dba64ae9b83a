"""textDocument/definition and textDocument/declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell_server.analysis.navigation.targets import Targets, declarations, targets

from .places import Asked, asked, locations
from .strings import asked_string, defined

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

Answer = list[types.Location] | list[types.LocationLink] | None


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_DEFINITION)(definition)
    server.feature(types.TEXT_DOCUMENT_DECLARATION)(declaration)


def definition(ls: SpellServer, params: types.DefinitionParams) -> Answer:
    """Where the name at a place is defined."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    string = asked_string(ls, where.document, params.position)
    is_module = string is not None and string.string.function == "require"
    if string is not None and not is_module and (places := defined(ls, string)):
        return places
    offset = where.document.offset(params.position)
    found = targets(where.snapshot, where.file, offset, ls.surroundings)
    linked = get_capability(ls.client_capabilities, "text_document.definition.link_support", False)
    answer = _answer(ls, where, found, bool(linked))
    if answer is None and string is not None and is_module:  # `require` by another name
        answer = defined(ls, string) or None
    return answer


def declaration(ls: SpellServer, params: types.DeclarationParams) -> Answer:
    """The one place that declares the name at a place."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    offset = where.document.offset(params.position)
    found = declarations(where.snapshot, where.file, offset, ls.surroundings)
    linked = get_capability(ls.client_capabilities, "text_document.declaration.link_support", False)
    return _answer(ls, where, found, bool(linked))


def _answer(ls: SpellServer, where: Asked, found: Targets | None, linked: bool) -> Answer:
    if found is None or not found.places:
        return None
    places = locations(ls, found.places)
    if not linked:
        return places
    origin = where.document.range(*found.span)
    return [types.LocationLink(each.uri, each.range, each.range, origin) for each in places]
