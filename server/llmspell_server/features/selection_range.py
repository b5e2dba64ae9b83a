"""textDocument/selectionRange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from llmspell_server.analysis.selections import selections_at

from .places import Asked, asked

if TYPE_CHECKING:
    from llmspell_server.server import SpellServer


def register(server: SpellServer) -> None:
    """Makes the server answer."""
    server.feature(types.TEXT_DOCUMENT_SELECTION_RANGE)(selection_range)


def selection_range(
    ls: SpellServer, params: types.SelectionRangeParams
) -> list[types.SelectionRange] | None:
    """The ranges by which a selection grows, for each place."""
    where = asked(ls, params.text_document)
    if where is None:
        return None
    return [_chain(where, position) for position in params.positions]


def _chain(where: Asked, position: types.Position) -> types.SelectionRange:
    found: types.SelectionRange | None = None
    for start, end in reversed(selections_at(where.snapshot, where.document.offset(position))):
        found = types.SelectionRange(where.document.range(start, end), found)
    assert found is not None  # the whole text holds every place
    return found
