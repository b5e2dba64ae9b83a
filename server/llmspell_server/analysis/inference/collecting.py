"""Tables that functions fill with what they make of their arguments: `out[#out + 1] = f(v)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.echoes import Collected, Echoed

from .expressions import Where
from .writes import Path

if TYPE_CHECKING:
    from .echoing import Echoing
    from .inference import Inference

_MOST = 4  # places where something is put into the table
_NUMBERED = Echoed(model.INTEGER, ())


class Collecting:
    """Finds what functions collect."""

    def __init__(self, inference: Inference, echoing: Echoing) -> None:
        self._inference, self._echoing = inference, echoing

    def table(
        self, where: Where, node: tree.Function, value: tree.Expression, depth: int
    ) -> Collected | None:
        """What is put into a table that a local of the function holds; None if none is.

        depth: how far expressions have been looked into already.
        """
        local = value.local if isinstance(value, tree.Name) else None
        statement = local.statement if local is not None and local.function is node else None
        if local is None or local.writes or not isinstance(statement, tree.LocalStatement):
            return None
        values = statement.values[local.position : local.position + 1]
        if not (values and isinstance(values[0], tree.Table) and not values[0].fields):
            return None
        owner = where.file.owner(where.piece, Path(local))
        sources = self._inference.items_of(owner)
        if not 0 < len(sources) <= _MOST or self._inference.keys_of(owner):
            return None
        items = []
        for source in sources:
            write = source.write
            if write is None or write.copied is not None or source.value is None or source.position:
                return None
            key = _NUMBERED
            if write.computed is not None:
                key = self._echoing.whole(where, node, write.computed, depth)
            items.append((key, self._echoing.whole(where, node, source.value, depth)))
        is_echo = any(each.echoes for item in items for each in item)
        return Collected(tuple(items)) if is_echo else None
