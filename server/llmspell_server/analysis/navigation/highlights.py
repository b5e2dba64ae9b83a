"""What lights up in a document when the cursor stands on a word."""

from __future__ import annotations

from typing import Literal, NamedTuple

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.workspace.occurrences import Live

from .keywords import related_keywords
from .symbols import FieldSymbol, World, symbol_at
from .uses import uses_of


class Highlight(NamedTuple):
    """A place that lights up."""

    start: int
    end: int
    kind: Literal["read", "write", "text"]


def highlights_at(snapshot: Snapshot, file: str, offset: int, world: World) -> list[Highlight]:
    """What belongs to the word or keyword at an offset, with it."""
    under = symbol_at(snapshot, file, offset, world)
    if under is None:
        return [Highlight(*span, "text") for span in related_keywords(snapshot, offset)]
    match under.symbol:
        case FieldSymbol(name=name, owner=None):  # all that may be the same
            return [
                Highlight(found.start, found.end, "text")
                for found in Live(snapshot).find(name)
                if found.owner is None
            ]
    places = uses_of(under.symbol, snapshot, file, world, everywhere=False)
    return [
        Highlight(place.start, place.end, "write" if place.role else "read") for place in places
    ]
