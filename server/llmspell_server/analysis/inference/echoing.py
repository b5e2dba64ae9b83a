"""Which results of a function are what it is given, or part of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.echoes import (
    Argument,
    Echo,
    Echoed,
    FieldOf,
    IfTrue,
    ResultOf,
    passed_on,
    size,
)
from llmspell_server.analysis.types.model import Function, Type, Values

from .expressions import Where
from .flow import replaced_in
from .writes import Path, literal_key

if TYPE_CHECKING:
    from .inference import Inference

_MOST_RETURNS = 8  # of a function whose results are looked at
_DEEPEST = 8  # how far an expression is looked into
_MOST = 4  # echoes of one result
_MOST_FURTHER = 8  # of the arguments in `...` that are passed on
_LARGEST = 16  # parts of an echo; functions that call each other could double it each time
_MOST_WRITES = 2  # of a parameter that is followed through them
_PASSING_ON = frozenset(("setmetatable", "assert"))
"""Functions of Lua that give their first argument."""


@frozen
class _Function:
    """What is looked at. parameters: by the local, at which index they are given."""

    where: Where
    node: tree.Function
    parameters: Mapping[Local | None, int]


class Echoing:
    """Finds echoes in the `return`s of functions."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def of(
        self, where: Where, node: tree.Function, rows: list[tree.Return], results: Values
    ) -> tuple[Echoed | None, ...]:
        """The echoes of a function by the position of the result.

        results: what it gives as far as that is known without its arguments.
        """
        if not rows or len(rows) > _MOST_RETURNS:
            return ()
        width = max(len(results.items), *(len(row.values) for row in rows))
        items = [results.at(position) for position in range(width)]
        if not any(model.UNKNOWN in model.members_of(item) for item in items):
            return ()
        function = _Function(where, node, _parameters(node))
        found = tuple(
            self._result(function, position, rows, item)
            if model.UNKNOWN in model.members_of(item)
            else None
            for position, item in enumerate(items)
        )
        return found if any(found) else ()

    def spread(self, where: Where, node: tree.Function, rows: list[tree.Return]) -> int | None:
        """From which argument on a function gives all of them, behind its other results."""
        values = rows[0].values if len(rows) == 1 else ()
        last = values[-1] if values else None
        if node.vararg is None:
            return None
        first = len(node.parameters) + int(node.receiver is not None)
        match last:
            case tree.Vararg():
                return first
            case tree.Call(arguments=tree.Arguments(values=(start, tree.Vararg()))):
                number = self._inference.type(where, start)
                is_select = self._inference.calls.name_of(where, last) == "select"
                if is_select and isinstance(number, model.IntegerLiteral) and number.value > 0:
                    return first + number.value - 1
        return None

    def _result(
        self, function: _Function, position: int, rows: list[tree.Return], item: Type
    ) -> Echoed | None:
        found: dict[Echo, None] = {}
        for row in rows:
            if position >= len(row.values):
                continue
            value = row.values[position]
            if not self._is_unclear(function, value):
                continue
            echoes = self._echoes(function, value, 0)
            if not echoes or any(size(each) > _LARGEST for each in echoes):
                return None
            found |= dict.fromkeys(echoes)
        known = model.choice(each for each in model.members_of(item) if each is not model.UNKNOWN)
        return Echoed(known, tuple(found)) if 0 < len(found) <= _MOST else None

    def echoed(
        self, where: Where, node: tree.Function, values: list[tree.Expression]
    ) -> Echoed | None:
        """What one of some values in a function has of its arguments; None where it has nothing."""
        function = _Function(where, node, _parameters(node))
        found: dict[Echo, None] = {}
        known: list[Type] = []
        for value in values:
            types = model.members_of(self._inference.type(where, value))
            known += (each for each in types if each is not model.UNKNOWN)
            if model.UNKNOWN in types:
                echoes = self._echoes(function, value, 0)
                if not echoes or any(size(each) > _LARGEST for each in echoes):
                    return None
                found |= dict.fromkeys(echoes)
        if not 0 < len(found) <= _MOST:
            return None
        return Echoed(model.union(*map(model.widened, known)), tuple(found))

    def given(
        self, where: Where, node: tree.Function, arguments: tree.Arguments
    ) -> tuple[Echo | Type, ...]:
        """What the arguments of a call in a function are."""
        return self._given(_Function(where, node, _parameters(node)), arguments, 0)

    def _is_unclear(self, function: _Function, value: tree.Expression) -> bool:
        type_ = self._inference.type(function.where, value)
        return model.UNKNOWN in model.members_of(type_)

    def _echoes(self, function: _Function, node: tree.Expression, depth: int) -> tuple[Echo, ...]:
        if depth > _DEEPEST:
            return ()
        match node:
            case tree.Paren(inner=inner):
                return self._echoes(function, inner, depth + 1)
            case tree.Name():
                return self._of_name(function, node, depth)
            case tree.Member() | tree.Index():
                return self._of_field(function, node, depth)
            case tree.Binary(operator="or", left=left, right=right):
                either = tuple(map(IfTrue, self._unclear(function, left, depth)))
                return (*either, *self._unclear(function, right, depth))
            case tree.Binary(operator="and", right=right):
                return self._unclear(function, right, depth)
            case tree.Call():
                return self._of_call(function, node, depth)
            case tree.MethodCall(base=base, method=method):
                key = model.StringLiteral(method.text)
                given = self._given(function, node.arguments, depth)
                return tuple(
                    ResultOf(FieldOf(each, key), (each, *given))
                    for each in self._echoes(function, base, depth + 1)
                )
        return ()

    def _unclear(self, function: _Function, node: tree.Expression, depth: int) -> tuple[Echo, ...]:
        return self._echoes(function, node, depth + 1) if self._is_unclear(function, node) else ()

    def _of_name(self, function: _Function, name: tree.Name, depth: int) -> tuple[Echo, ...]:
        local = name.local
        if local is None:
            return ()
        if local.writes:
            return self._of_assigned(function, name, local, depth)
        if local in function.parameters:
            return (Argument(function.parameters[local]),)
        statement = local.statement
        if local.function is not function.node or not isinstance(statement, tree.LocalStatement):
            return ()
        if local.position < len(statement.values):
            value = statement.values[local.position]
            if not isinstance(value, tree.Vararg):
                return self._echoes(function, value, depth + 1)
        last = statement.values[-1] if statement.values else None
        if isinstance(last, tree.Vararg) and local.position >= len(statement.values) - 1:
            first = len(function.node.parameters) + int(function.node.receiver is not None)
            return (Argument(first + local.position - len(statement.values) + 1),)
        return ()

    def _of_assigned(
        self, function: _Function, name: tree.Name, local: Local, depth: int
    ) -> tuple[Echo, ...]:
        """A parameter that may have got another value on the way: `x = x or 1`."""
        if local not in function.parameters or len(local.writes) > _MOST_WRITES:
            return ()
        where = function.where
        sources = self._inference.values_of(where.file.owner(where.piece, Path(local)))
        reaching = self._inference.expressions.reached
        reached = reaching(where, name, sources, from_declaration=True)
        found: list[Echo] = []
        given = Argument(function.parameters[local])
        has_default = any(_is_default(where, local, each.key) for each in reached or ())
        for source in reached or ():
            if source.value is None:
                found.append(IfTrue(given) if has_default else given)
            elif source.position or self._is_unclear(function, source.value):
                echoes = self._echoes(function, source.value, depth + _MOST_WRITES)
                if source.position or not echoes:
                    return ()
                found += echoes
        return tuple(dict.fromkeys(found))

    def _of_field(
        self, function: _Function, node: tree.Member | tree.Index, depth: int
    ) -> tuple[Echo, ...]:
        if isinstance(node, tree.Index):
            return self._of_key(function, node.base, node.key, depth)
        key = model.StringLiteral(node.key.text)
        return tuple(FieldOf(each, key) for each in self._echoes(function, node.base, depth + 1))

    def _of_key(
        self, function: _Function, table: tree.Expression, key: tree.Expression, depth: int
    ) -> tuple[Echo, ...]:
        tables: tuple[Echo | Type, ...] = self._echoes(function, table, depth + 1)
        keys: tuple[Echo | Type, ...] = ()
        if literal_key(key) is None:
            keys = self._echoes(function, key, depth + 1)
        if not tables and not keys:
            return ()
        keys = keys or (self._inference.type(function.where, key),)
        tables = tables or (self._inference.type(function.where, table),)
        return tuple(FieldOf(each, by) for each in tables for by in keys)

    def _of_call(self, function: _Function, call: tree.Call, depth: int) -> tuple[Echo, ...]:
        values = call.arguments.values
        name = self._inference.calls.name_of(function.where, call)
        if values and name in _PASSING_ON:
            return self._unclear(function, values[0], depth)
        if len(values) == 2 and name == "rawget":
            return self._of_key(function, values[0], values[1], depth)
        callee = self._echoes(function, call.callee, depth + 1)
        if callee:
            given = self._given(function, call.arguments, depth)
            return tuple(ResultOf(each, given) for each in callee)
        type_ = self._inference.type(function.where, call.callee)
        body = type_.body if isinstance(type_, Function) else None
        first = body.echoes[0] if body is not None and body.echoes else None
        if first is None:
            return ()
        given = self._given(function, call.arguments, depth)
        found = (passed_on(echo, given) for echo in first.echoes)
        return tuple(each for each in found if isinstance(each, Echo))

    def _given(
        self, function: _Function, arguments: tree.Arguments, depth: int
    ) -> tuple[Echo | Type, ...]:
        """What the arguments of a call are; of one that may be several things only its type."""
        given: list[Echo | Type] = []
        for value in arguments.values:
            if isinstance(value, tree.Vararg) and value is arguments.values[-1]:
                first = len(function.node.parameters) + int(function.node.receiver is not None)
                return (*given, *map(Argument, range(first, first + _MOST_FURTHER)))
            echoes = self._unclear(function, value, depth)
            type_ = self._inference.type(function.where, value)
            given.append(echoes[0] if len(echoes) == 1 and type_ is model.UNKNOWN else type_)
        return tuple(given)


def _parameters(node: tree.Function) -> dict[Local | None, int]:
    first = int(node.receiver is not None)
    found: dict[Local | None, int] = {
        name.local: position for position, name in enumerate(node.parameters, first)
    }
    if node.receiver is not None:
        found[node.receiver] = 0
    return found


def _is_default(where: Where, local: Local, write: tree.Node) -> bool:
    """Whether a parameter gets a value where it has none: `if x == nil then x = … end`."""
    replaced = replaced_in(where.piece, write)
    return replaced is not None and any(
        isinstance(each, tree.Name) and each.local is local
        for each in tree.walk(replaced.guard.condition)
    )
