"""Where a request points to, and places as clients are told them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from attrs import frozen
from lsprotocol import types

from llmspell_server.analysis.navigation.extents import extent
from llmspell_server.analysis.navigation.places import Place
from llmspell_server.analysis.pace import OutOfTime, within
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.documents import Document, key_of

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer

_PATIENCE = 0.02  # seconds for reading what is around the names


@frozen
class Asked:
    """An open document with Lua in it. file: its name among the files around it."""

    document: Document
    snapshot: Snapshot
    file: str


def asked(ls: SpellServer, identifier: types.TextDocumentIdentifier) -> Asked | None:
    """The document that a request is about; None for one that is not open, or not Lua."""
    document = ls.lua_document(identifier.uri)
    if document is None:
        return None
    return Asked(document, document.snapshot(ls.compile), key_of(identifier.uri))


def locations(ls: SpellServer, places: Iterable[Place]) -> list[types.Location]:
    """Places as clients are told them."""
    return [ls.surroundings.location(place.file, place.start, place.end) for place in places]


def links(
    ls: SpellServer, origin: types.Range, places: Iterable[Place]
) -> list[types.LocationLink]:
    """Links from a range to places, each with all that is declared there.

    Where reading files takes too long, the names alone.
    """
    found = list(places)
    spans = {place: (place.start, place.end) for place in found}
    with suppress(OutOfTime), within(_PATIENCE):
        for place in found:
            snapshot = ls.surroundings.snapshot(place.file)
            if snapshot is not None and place.end > place.start:
                spans[place] = extent(snapshot, place.start, place.end)
    return [
        types.LocationLink(
            ls.surroundings.uri(place.file),
            ls.surroundings.range(place.file, *spans[place]),
            ls.surroundings.range(place.file, place.start, place.end),
            origin,
        )
        for place in found
    ]


def linked(ls: SpellServer, place: Place) -> str:
    """A place as a link of Markdown: the path within its folder, and the line."""
    location = ls.surroundings.location(place.file, place.start, place.end)
    line = location.range.start.line + 1
    if "#" in location.uri:  # a cell of a notebook, which has a fragment already
        return f"[line {line} of another cell]({location.uri})"
    return f"[{_shown(ls, place.file)}:{line}]({location.uri}#L{line})"


def _shown(ls: SpellServer, file: str) -> str:
    for root in ls.surroundings.search_path.roots:
        if file.startswith(f"{root}/"):
            return file.removeprefix(f"{root}/")
    return PurePosixPath(file).name
