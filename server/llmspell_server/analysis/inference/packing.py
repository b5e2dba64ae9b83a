"""Where a function puts all that is in its `...`: into `{ ... }` or `table.pack(...)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.echoes import Packed

from .expressions import Where
from .writes import literal_key, writes_of

if TYPE_CHECKING:
    from .inference import Inference


class Packing:
    """Finds tables with all further arguments of a function, and what takes these out again."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def table(self, where: Where, node: tree.Function, value: tree.Expression) -> Packed | None:
        """The arguments that a table holds, and nothing else: also one in a local."""
        if node.vararg is None:
            return None
        match value:
            case tree.Paren(inner=inner):
                return self.table(where, node, inner)
            case tree.Table(fields=(tree.Item(value=tree.Vararg()),)):
                return Packed(first_further(node))
            case tree.Call(arguments=tree.Arguments(values=(tree.Vararg(),))):
                is_pack = self._inference.calls.name_of(where, value) == "table.pack"
                return Packed(first_further(node), is_counted=True) if is_pack else None
            case tree.Name():
                return self._local(where, node, value)
        return None

    def _local(self, where: Where, node: tree.Function, name: tree.Name) -> Packed | None:
        local = name.local
        if local is None or local.writes or local.function is not node or local.position:
            return None
        statement = local.statement
        if not isinstance(statement, tree.LocalStatement) or not statement.values:
            return None
        if local in writes_of(where.piece).by_root:  # there is more in it
            return None
        return self.table(where, node, statement.values[0])

    def first_given(self, where: Where, node: tree.Function, value: tree.Node | None) -> int | None:
        """From which argument on an expression gives all, as `...` itself does."""
        if node.vararg is None:
            return None
        if isinstance(value, tree.Vararg):
            return first_further(node)
        if not isinstance(value, tree.Call) or not value.arguments.values:
            return None
        name = self._inference.calls.name_of(where, value)
        match value.arguments.values:
            case [start, tree.Vararg()] if name == "select":
                number = self._inference.type(where, start)
                if isinstance(number, model.IntegerLiteral) and number.value > 0:
                    return first_further(node) + number.value - 1
            case [table, *bounds] if name == "table.unpack":
                packed = self.table(where, node, table)
                if packed is not None and (not bounds or literal_key(bounds[0]) == 1):
                    return packed.first
        return None


def first_further(node: tree.Function) -> int:
    """At which index the arguments in `...` begin."""
    return len(node.parameters) + int(node.receiver is not None)
