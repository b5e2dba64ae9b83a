"""textDocument/prepareTypeHierarchy, typeHierarchy/supertypes and typeHierarchy/subtypes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.descent import Kin, children, kin_at, kin_in, parents
from llmspell_server.documents import key_of

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
    """The class or table that a place names."""
    subject = ls.subject(params.text_document.uri, params.position)
    found = kin_at(subject) if subject is not None else None
    return _items(ls, [found]) if found is not None else None


def supertypes(
    ls: SpellServer, params: types.TypeHierarchySupertypesParams
) -> list[types.TypeHierarchyItem]:
    """What it is made from."""
    found = _asked(ls, params.item)
    return _items(ls, parents(ls.inference, found)) if found is not None else []


def subtypes(
    ls: SpellServer, params: types.TypeHierarchySubtypesParams
) -> list[types.TypeHierarchyItem]:
    """What is made from it: tables in its file, in those that require it, and in open ones."""
    found = _asked(ls, params.item)
    if found is None:
        return []
    file = found.spot.file
    requiring = (each for each, *_ in ls.surroundings.index.requiring(file))
    opened = (each for each, document in ls.documents.items() if document.is_lua)
    files = dict.fromkeys([file, *requiring, *opened])
    return _items(ls, children(ls.inference, found, files))


def _asked(ls: SpellServer, item: types.TypeHierarchyItem) -> Kin | None:
    """The class or table that an item stands for."""
    data = item.data
    if not isinstance(data, dict) or not isinstance(data.get("offset"), int):
        return None
    return kin_in(ls.inference, key_of(item.uri), data["offset"])


def _items(ls: SpellServer, found: Iterable[Kin]) -> list[types.TypeHierarchyItem]:
    items = []
    for kin in found:
        spot = kin.spot
        where = ls.surroundings.location(spot.file, spot.start, spot.end)
        items.append(
            types.TypeHierarchyItem(
                kin.name,
                types.SymbolKind.Class,
                where.uri,
                where.range,
                where.range,
                data={"offset": spot.start},
            )
        )
    return items
