"""textDocument/prepareTypeHierarchy, typeHierarchy/supertypes and typeHierarchy/subtypes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.type_places import (
    class_at,
    class_places,
    descendants,
    parents_of_class,
    spot_of,
)

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_PREPARE_TYPE_HIERARCHY)(prepare)
    server.feature(types.TYPE_HIERARCHY_SUPERTYPES)(supertypes)
    server.feature(types.TYPE_HIERARCHY_SUBTYPES)(subtypes)


def prepare(
    ls: SpellServer, params: types.TypeHierarchyPrepareParams
) -> list[types.TypeHierarchyItem] | None:
    """The class that a place names."""
    subject = ls.subject(params.text_document.uri, params.position)
    name = class_at(subject) if subject is not None else None
    return _items(ls, [name]) if name is not None else None


def supertypes(
    ls: SpellServer, params: types.TypeHierarchySupertypesParams
) -> list[types.TypeHierarchyItem]:
    """The classes that it is made from."""
    return _items(ls, parents_of_class(ls.inference, params.item.name))


def subtypes(
    ls: SpellServer, params: types.TypeHierarchySubtypesParams
) -> list[types.TypeHierarchyItem]:
    """The classes that are made from it."""
    return _items(ls, descendants(ls.inference, params.item.name))


def _items(ls: SpellServer, names: Iterable[str]) -> list[types.TypeHierarchyItem]:
    found = []
    for name in names:
        for place in class_places(ls.inference, name)[:1]:
            spot = spot_of(ls.inference, place)
            if spot is not None:
                where = ls.surroundings.location(spot.file, spot.start, spot.end)
                found.append(
                    types.TypeHierarchyItem(
                        name, types.SymbolKind.Class, where.uri, where.range, where.range
                    )
                )
    return found
