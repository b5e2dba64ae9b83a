"""textDocument/definition and textDocument/declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell_server.analysis.navigation.targets import Targets, declarations, targets

from .places import Asked, asked, links, locations
from .strings import Asked as AskedString
from .strings import asked_string, defined, defined_elsewhere

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
    linked = get_capability(ls.client_capabilities, "text_document.definition.link_support", False)
    if string is not None and not is_module:
        answer = _named(ls, where, string, bool(linked))
        if answer is not None:
            return answer
    offset = where.document.offset(params.position)
    found = targets(where.snapshot, where.file, offset, ls.surroundings)
    answer = _answer(ls, where, found, bool(linked))
    if answer is None and string is not None and is_module:  # `require` by another name
        answer = _named(ls, where, string, bool(linked))
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
    if not linked:
        return locations(ls, found.places)
    return links(ls, where.document.range(*found.span), found.places)


def _named(ls: SpellServer, where: Asked, string: AskedString, linked: bool) -> Answer:
    """Where the thing is defined that a string names."""
    origin = where.document.range(string.string.start, string.string.end)
    places = defined(ls, string)
    if places:
        return links(ls, origin, places) if linked else locations(ls, places)
    known = defined_elsewhere(ls, string)
    if known is None:
        return None
    if not linked:
        return [known]
    return [types.LocationLink(known.uri, known.range, known.range, origin)]
