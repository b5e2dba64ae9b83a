"""Names that are typed once and change together: labels, and locals of which little is in sight."""

from __future__ import annotations

from llmspell_server.analysis.snapshot import Snapshot, Span

from .symbols import LabelSymbol, LocalSymbol, World, symbol_at
from .uses import uses_of

_FEW_LINES = 60


def linked_at(snapshot: Snapshot, file: str, offset: int, world: World) -> list[Span]:
    """The ranges that change with the word at an offset; empty where only it does."""
    under = symbol_at(snapshot, file, offset, world)
    if under is None or not isinstance(under.symbol, (LabelSymbol, LocalSymbol)):
        return []
    if isinstance(under.symbol, LocalSymbol) and under.symbol.local.kind == "self":
        return []
    places = list(uses_of(under.symbol, snapshot, file, world))
    line = snapshot.text.line_at
    if line(places[-1].end) - line(places[0].start) > _FEW_LINES:
        return []
    return [(place.start, place.end) for place in places]
