"""Which fields of a table that a function makes hold what it is given.

`function point(x, y) return { x = x, y = y } end` makes the same table of the text at each call;
what is in the fields that come from arguments is put in for the call (`Shape.filled`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.echoes import Echoed, FilledWith, fields_passed_on
from llmspell_server.analysis.types.model import Function

from .echoing import Echoing
from .expressions import Where
from .sources import constructor_of
from .writes import Path

if TYPE_CHECKING:
    from .inference import Inference

_MOST = 16  # fields of a table that are looked at
_DEEPEST = 2  # tables in tables
Fields = tuple[tuple[str, Echoed], ...]


class Filling:
    """Finds the fields that a function fills with what it is given."""

    def __init__(self, inference: Inference, echoing: Echoing) -> None:
        self._inference, self._echoing = inference, echoing

    def of(self, where: Where, node: tree.Function, rows: list[tree.Return]) -> Fields:
        """Those of the table that is a function's first result, if it never gives another one."""
        if not node.parameters and node.vararg is None:
            return ()
        made = [row.values[0] for row in rows if row.values and not _is_constant(row.values[0])]
        return self._of_value(where, node, made[0], 0) if len(made) == 1 else ()

    def _of_value(
        self, where: Where, node: tree.Function, value: tree.Expression, depth: int
    ) -> Fields:
        if depth > _DEEPEST:
            return ()
        match value:
            case tree.Paren(inner=inner):
                return self._of_value(where, node, inner, depth)
            case tree.Table():
                return self._of_table(where, node, value, depth)
            case tree.Name():
                return self._of_local(where, node, value, depth)
            case tree.Call():
                return self._of_call(where, node, value, depth)
        return ()

    def _of_table(self, where: Where, node: tree.Function, table: tree.Table, depth: int) -> Fields:
        named = [each for each in table.fields if isinstance(each, tree.Named)]
        if len(named) > _MOST:
            return ()
        given = {each.key.text: [each.value] for each in named}
        return self._given(where, node, given, depth)

    def _of_local(self, where: Where, node: tree.Function, name: tree.Name, depth: int) -> Fields:
        """What is written into the table in a local of the function, wherever that is."""
        local = name.local
        statement = local.statement if local is not None and local.function is node else None
        if local is None or local.writes or not isinstance(statement, tree.LocalStatement):
            return ()
        if local.position >= len(statement.values):
            return ()
        value = statement.values[local.position]
        if constructor_of(value) is None:
            return self._of_value(where, node, value, depth + 1)
        owner = where.file.owner(where.piece, Path(local))
        keys = [key for key in self._inference.keys_of(owner) if isinstance(key, str)]
        given: dict[str, list[tree.Expression]] = {}
        for key in keys if len(keys) <= _MOST else ():
            sources = self._inference.values_of(owner.down(key))
            values = [each.value for each in sources if each.value is not None]
            if len(values) == len(sources) and not any(each.position for each in sources):
                given[key] = values
        return self._given(where, node, given, depth)

    def _of_call(self, where: Where, node: tree.Function, call: tree.Call, depth: int) -> Fields:
        values = call.arguments.values
        if self._inference.calls.name_of(where, call) == "setmetatable":
            return self._of_value(where, node, values[0], depth) if values else ()
        type_ = self._inference.type(where, call.callee)
        body = type_.body if isinstance(type_, Function) else None
        if body is None or not body.fields:
            return ()
        given = self._echoing.given(where, node, call.arguments)
        return fields_passed_on(body.fields, given)

    def _given(
        self,
        where: Where,
        node: tree.Function,
        fields: dict[str, list[tree.Expression]],
        depth: int,
    ) -> Fields:
        found = []
        for key, values in fields.items():
            echoed = self._echoed(where, node, values, depth)
            if echoed is not None:
                found.append((key, echoed))
        return tuple(found)

    def _echoed(
        self, where: Where, node: tree.Function, values: list[tree.Expression], depth: int
    ) -> Echoed | None:
        if len(values) == 1 and isinstance(values[0], tree.Table):
            inner = self._of_value(where, node, values[0], depth + 1)
            table = self._inference.type(where, values[0])
            return Echoed(model.NEVER, (FilledWith(table, inner),)) if inner else None
        return self._echoing.echoed(where, node, values)


def _is_constant(value: tree.Expression) -> bool:
    return isinstance(value, (tree.Nil, tree.Boolean))
