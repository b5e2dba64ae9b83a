"""What a name stands for that a script puts into a table: the literal that its local stays.

`local schema = { … }` and `parameters = schema` below it say the same as the literal there. Where
something may change the local or its table meanwhile, nothing is certain.
"""

from __future__ import annotations

from attrs import frozen

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

_FURTHEST = 8  # locals that name locals


@frozen
class Follower:
    """Follows names in a piece of a document to what they stand for."""

    snapshot: Snapshot
    piece: Piece
    left: int = _FURTHEST

    def __call__(self, name: tree.Name) -> tuple[tree.Expression, Follower] | None:
        """The literal, and what follows the names in it; None where that is not certain."""
        local = self.snapshot.local(self.piece, name)
        value = _value(local) if local is not None and self.left else None
        if local is None or value is None:
            return None
        home = self.snapshot.piece_of(local, self.piece)
        uses = self.snapshot.uses(local, home)
        if any(self._may_change(piece, use) for piece, use in uses):
            return None
        return value, Follower(self.snapshot, home, self.left - 1)

    def _may_change(self, piece: Piece, use: tree.Name) -> bool:
        """Whether something else than the first value may be there after a use."""
        if piece.statement is None or self.snapshot.is_written(piece, use):
            return True
        path = tree.path_at(piece.statement, use.start)
        if len(path) < 2 or path[-1] is not use:
            return True
        holder = path[-2]
        if isinstance(holder, tree.Arguments):
            return len(path) < 3 or not self._only_reads(piece, path[-3])
        if isinstance(holder, tree.Item | tree.Named | tree.Keyed):
            return holder.value is not use
        return True

    def _only_reads(self, piece: Piece, call: tree.Node) -> bool:
        """Whether a call is one of the script API, which leaves tables as they are."""
        callee = call.callee if isinstance(call, tree.Call) else None
        base = callee.base if isinstance(callee, tree.Member) else None
        if not isinstance(base, tree.Name) or base.text == "table":
            return False
        return self.snapshot.local(piece, base) is None


def _value(local: Local) -> tree.Expression | None:
    statement = local.statement
    if local.kind != "local" or not isinstance(statement, tree.LocalStatement):
        return None
    values = statement.values
    return values[local.position] if local.position < len(values) else None
