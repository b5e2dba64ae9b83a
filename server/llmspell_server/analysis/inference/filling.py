"""Which fields of a table that a function makes hold what it is given.

`function point(x, y) return { x = x, y = y } end` makes the same table of the text at each call;
what is in the fields that come from arguments is put in for the call (`Shape.filled`). Where the
table is one that it is given, as `o` in `o = o or {} setmetatable(o, self)`, all fields of that one
are (`Shape.given`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.echoes import (
    Body,
    Echo,
    Echoed,
    FilledWith,
    fields_passed_on,
    given_passed_on,
)
from llmspell_server.analysis.types.model import Function, Type

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
        made = _made(node, rows)
        return () if made is None else self._of_value(where, node, made, 0)

    def given(self, where: Where, node: tree.Function, rows: list[tree.Return]) -> tuple[Echo, ...]:
        """The arguments that may be the table which is a function's first result."""
        made = _made(node, rows)
        return () if made is None else self._given_as(where, node, made, 0)

    def _given_as(
        self, where: Where, node: tree.Function, value: tree.Expression, depth: int
    ) -> tuple[Echo, ...]:
        if depth > _DEEPEST:
            return ()
        match value:
            case tree.Paren(inner=inner):
                return self._given_as(where, node, inner, depth)
            case tree.Name(local=local) if local is not None and local.function is node:
                statement = local.statement
                if isinstance(statement, tree.LocalStatement) and not local.writes:
                    values = statement.values[local.position : local.position + 1]
                    found = [self._given_as(where, node, each, depth + 1) for each in values]
                    copied = self._copied_into(where, node, local)
                    return (*copied, *(each for echoes in found for each in echoes))
            case tree.Call() if self._inference.calls.name_of(where, value) == "setmetatable":
                behind = (*value.arguments.values[:1], *_looked_up(value))
                tables = (self._given_as(where, node, each, depth + 1) for each in behind)
                return next(filter(None, tables), ())
            case tree.Call():
                body = _body(self._inference.type(where, value.callee))
                if body is None or not body.given:
                    return ()
                arguments = self._echoing.given(where, node, value.arguments)
                return given_passed_on(body.given, arguments)
            case tree.MethodCall(base=base, method=method):
                table = self._inference.type(where, base)
                body = _body(self._inference.field_type(table, method.text))
                if body is None or not body.given:
                    return ()
                arguments = self._echoing.given(where, node, value.arguments)
                return given_passed_on(body.given, (table, *arguments))
        return self._echoing.behind(where, node, value)

    def _copied_into(self, where: Where, node: tree.Function, local: Local) -> tuple[Echo, ...]:
        """The tables whose fields loops copy into one, the last first."""
        owner = where.file.owner(where.piece, Path(local))
        found: list[Echo] = []
        for source in reversed(self._inference.items_of(owner)):
            copied = source.write.copied if source.write is not None else None
            if copied is not None:
                found += self._echoing.behind(where, node, copied)
        return tuple(found)

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
        body = _body(self._inference.type(where, call.callee))
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


def _made(node: tree.Function, rows: list[tree.Return]) -> tree.Expression | None:
    """What is written as a function's first result, if that is no constant in one place only."""
    if not node.parameters and node.vararg is None:
        return None
    made = [row.values[0] for row in rows if row.values and not _is_constant(row.values[0])]
    return made[0] if len(made) == 1 else None


def _looked_up(call: tree.Call) -> Iterator[tree.Expression]:
    """What is written as the `__index` of the metatable that a call gives."""
    match call.arguments.values:
        case [_, tree.Table(fields=fields), *_]:
            for entry in fields:
                if isinstance(entry, tree.Named) and entry.key.text == "__index":
                    yield entry.value


def _body(type_: Type | None) -> Body | None:
    return type_.body if isinstance(type_, Function) else None


def _is_constant(value: tree.Expression) -> bool:
    return isinstance(value, (tree.Nil, tree.Boolean))
