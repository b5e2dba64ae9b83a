"""Where a request points to, and places as clients are told them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from attrs import frozen
from lsprotocol import types

from llmspell_server.analysis.navigation.places import Place
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.documents import Document, key_of

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


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
