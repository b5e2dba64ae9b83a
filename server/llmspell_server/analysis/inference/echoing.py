"""Which results of a function are what it is given, or part of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.echoes import (
    AnyOf,
    Argument,
    Echo,
    Echoed,
    FieldOf,
    IfTrue,
    ItemOf,
    Packed,
    ResultOf,
    passed_on,
    size,
)
from llmspell_server.analysis.types.model import Function, Type, Values

from .collecting import Collecting
from .expressions import Where
from .flow import replaced_in
from .packing import Packing, first_further
from .writes import Path, literal_key

if TYPE_CHECKING:
    from .inference import Inference

_MOST_RETURNS = 8  # of a function whose results are looked at
_DEEPEST = 8  # how far an expression is looked into
_DEEPEST_TABLE = 1  # how far in it tables are looked for that are filled
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
        self._inference, self._packing = inference, Packing(inference)
        self._collecting = Collecting(inference, self)

    def of(
        self, where: Where, node: tree.Function, rows: list[tree.Return], results: Values
    ) -> tuple[Echoed | None, ...]:
        """The echoes of a function by the position of the result.

        results: what it gives as far as that is known without its arguments.
        """
        if not rows or len(rows) > _MOST_RETURNS:
            return ()
        width = max(len(results.items), *(len(row.values) for row in rows))
        if self.spread(where, node, rows) is not None:
            width = len(rows[0].values) - 1
        items = [results.at(position) for position in range(width)]
        function = _Function(where, node, _parameters(node))
        found = tuple(
            self._result(function, position, rows, item) for position, item in enumerate(items)
        )
        return found if any(found) else ()

    def spread(self, where: Where, node: tree.Function, rows: list[tree.Return]) -> int | None:
        """From which argument on a function gives all of them, behind its other results."""
        values = rows[0].values if len(rows) == 1 else ()
        return self._packing.first_given(where, node, values[-1]) if values else None

    def _result(
        self, function: _Function, position: int, rows: list[tree.Return], item: Type
    ) -> Echoed | None:
        found: dict[Echo, None] = {}
        replaced: set[Type] = {model.UNKNOWN}
        is_unclear = model.UNKNOWN in model.members_of(item)
        for row in rows:
            value, further = _at(row, position)
            if value is None:
                continue
            echoes: tuple[Echo, ...] | None = None
            made = self._made(function, value, 0) if further == 0 else None
            if made is not None:
                echoes = (made,)
            elif further == 0 and is_unclear and self._is_unclear(function, value):
                echoes = self._echoes(function, value, 0)
            elif isinstance(value, tree.Call):
                echoes = self._of_generic(function, value, 0, further) or None
            if echoes is None:
                continue
            if not echoes or any(size(each) > _LARGEST for each in echoes):
                return None
            found |= dict.fromkeys(echoes)
            replaced.add(self._inference.expressions.values(function.where, value).at(further))
        known = model.choice(each for each in model.members_of(item) if each not in replaced)
        return Echoed(known, tuple(found)) if 0 < len(found) <= _MOST else None

    def _made(self, function: _Function, value: tree.Expression, depth: int) -> Echo | None:
        """A table of arguments, or one that is filled with what is made of them."""
        packed = self._packing.table(function.where, function.node, value)
        if packed is not None or depth > _DEEPEST_TABLE:
            return packed
        inside = depth + _DEEPEST // 2
        return self._collecting.table(function.where, function.node, value, inside)

    def whole(
        self, where: Where, node: tree.Function, value: tree.Expression, depth: int = 0
    ) -> Echoed:
        """What an expression in a function is, with what it has of the arguments."""
        found = self.echoed(where, node, [value], depth)
        if found is not None:
            return found
        type_ = self._inference.type(where, value)
        return Echoed(type_ if type_ is not model.NEVER else model.UNKNOWN, ())

    def echoed(
        self, where: Where, node: tree.Function, values: list[tree.Expression], depth: int = 0
    ) -> Echoed | None:
        """What one of some values in a function has of its arguments; None where it has nothing."""
        function = _Function(where, node, _parameters(node))
        found: dict[Echo, None] = {}
        known: list[Type] = []
        for value in values:
            types = model.members_of(self._inference.type(where, value))
            known += (each for each in types if each is not model.UNKNOWN)
            if model.UNKNOWN in types:
                echoes = self._echoes(function, value, depth)
                if not echoes or any(size(each) > _LARGEST for each in echoes):
                    return None
                found |= dict.fromkeys(echoes)
        if not 0 < len(found) <= _MOST:
            return None
        return Echoed(model.union(*map(model.widened, known)), tuple(found))

    def behind(self, where: Where, node: tree.Function, value: tree.Expression) -> tuple[Echo, ...]:
        """Which arguments of a function, or parts of them, one of its expressions may be."""
        echoes = self._echoes(_Function(where, node, _parameters(node)), value, 0)
        is_small = len(echoes) <= _MOST and all(size(each) <= _LARGEST for each in echoes)
        return echoes if is_small else ()

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
        packed = self._packing.table(function.where, function.node, node)
        if packed is not None:
            return (packed,)
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
            case tree.MethodCall():
                return self._of_method(function, node, depth)
        return ()

    def _of_method(
        self, function: _Function, call: tree.MethodCall, depth: int
    ) -> tuple[ResultOf, ...]:
        key = model.StringLiteral(call.method.text)
        given = self._given(function, call.arguments, depth)
        bases = self._echoes(function, call.base, depth + 1)
        return tuple(ResultOf(FieldOf(each, key), (each, *given)) for each in bases)

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
        if local.function is not function.node:
            return ()
        match local.statement:
            case tree.GenericFor() as loop:
                return self._of_loop(function, loop, local.position, depth)
            case tree.LocalStatement(values=[*_, last] as values):
                if local.position < len(values) - 1:
                    return self._echoes(function, values[local.position], depth + 1)
                return self._of_last(function, last, local.position - len(values) + 1, depth)
        return ()

    def _of_last(
        self, function: _Function, last: tree.Expression, further: int, depth: int
    ) -> tuple[Echo, ...]:
        """A value of the expression at the end of a list, which may give several."""
        first = self._packing.first_given(function.where, function.node, last)
        if first is not None:
            return (Argument(first + further),)
        if further == 0:
            return self._echoes(function, last, depth + 1)
        if not isinstance(last, tree.Call):
            return ()
        found = self._of_protected(function, last, depth) if further == 1 else ()
        return found or self._of_generic(function, last, depth, further)

    def _of_loop(
        self, function: _Function, loop: tree.GenericFor, position: int, depth: int
    ) -> tuple[Echo, ...]:
        """What a variable of a loop gets: `for k, v in pairs(t)`."""
        call = loop.values[0] if len(loop.values) == 1 else None
        if isinstance(call, tree.MethodCall):
            results = self._of_method(function, call, depth)
            return tuple(ItemOf(each.function, each.arguments, position) for each in results)
        if not isinstance(call, tree.Call):
            return ()
        called = self._echoes(function, call.callee, depth + 1)
        given = self._given(function, call.arguments, depth)
        if not called and not any(isinstance(each, Echo) for each in given):
            return ()
        callee = called[0] if called else self._inference.type(function.where, call.callee)
        return (ItemOf(callee, given, position),)

    def _of_protected(self, function: _Function, call: tree.Call, depth: int) -> tuple[Echo, ...]:
        """What `pcall(f, …)` gives behind its first result."""
        name = self._inference.calls.name_of(function.where, call)
        if name not in ("pcall", "xpcall") or not call.arguments.values:
            return ()
        called, *others = call.arguments.values
        given = self._given_values(function, others[name == "xpcall" :], depth)
        return tuple(ResultOf(each, given) for each in self._echoes(function, called, depth + 1))

    def _of_assigned(
        self, function: _Function, name: tree.Name, local: Local, depth: int
    ) -> tuple[Echo, ...]:
        """A variable that may have got another value on the way: `x = x or 1`."""
        if local.function is not function.node or len(local.writes) > _MOST_WRITES:
            return ()
        where, index = function.where, function.parameters.get(local)
        sources = self._inference.values_of(where.file.owner(where.piece, Path(local)))
        reaching = self._inference.expressions.reached
        reached = reaching(where, name, sources, from_declaration=True)
        found: list[Echo] = []
        has_default = any(_is_default(where, local, each.key) for each in reached or ())
        for source in reached or ():
            if source.value is None:
                given = () if index is None else (Argument(index),)
                found += map(IfTrue, given) if has_default else given
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
        first = self._packing.first_given(function.where, function.node, call)
        if first is not None:
            return (Argument(first),)
        if name == "select" and len(values) == 2 and isinstance(values[1], tree.Vararg):
            return (FieldOf(Packed(first_further(function.node)), model.INTEGER),)
        if len(values) == 2 and name == "rawget":
            return self._of_key(function, values[0], values[1], depth)
        callee = self._echoes(function, call.callee, depth + 1)
        if callee:
            given = self._given(function, call.arguments, depth)
            return tuple(ResultOf(each, given) for each in callee)
        type_ = self._inference.type(function.where, call.callee)
        body = type_.body if isinstance(type_, Function) else None
        echoed = body.echoes[0] if body is not None and body.echoes else None
        if echoed is None:
            return self._of_generic(function, call, depth)
        given = self._given(function, call.arguments, depth)
        found = (passed_on(echo, given) for echo in echoed.echoes)
        return tuple(each for each in found if isinstance(each, Echo))

    def _of_generic(
        self, function: _Function, call: tree.Call, depth: int, position: int = 0
    ) -> tuple[Echo, ...]:
        """A result of a function whose annotations say how it follows from what it is given."""
        type_ = self._inference.type(function.where, call.callee)
        if not isinstance(type_, Function) or not any(
            each.generics for each in (type_, *type_.overloads)
        ):
            return ()
        given = self._given(function, call.arguments, depth)
        is_echo = any(isinstance(each, Echo) for each in given)
        return (ResultOf(type_, given, position),) if is_echo else ()

    def _given(
        self, function: _Function, arguments: tree.Arguments, depth: int
    ) -> tuple[Echo | Type, ...]:
        """What the arguments of a call are."""
        return self._given_values(function, arguments.values, depth)

    def _given_values(
        self, function: _Function, values: Sequence[tree.Expression], depth: int
    ) -> tuple[Echo | Type, ...]:
        given: list[Echo | Type] = []
        for value in values:
            if isinstance(value, tree.Vararg) and value is values[-1]:
                first = first_further(function.node)
                return (*given, *map(Argument, range(first, first + _MOST_FURTHER)))
            given.append(self._given_value(function, value, depth))
        return tuple(given)

    def _given_value(self, function: _Function, value: tree.Expression, depth: int) -> Echo | Type:
        made = self._made(function, value, depth)
        if made is not None:
            return made
        type_ = self._inference.type(function.where, value)
        echoes = self._unclear(function, value, depth)
        if not echoes or len(echoes) > _MOST:
            return type_
        if len(echoes) == 1 and type_ is model.UNKNOWN:
            return echoes[0]
        known = (each for each in model.members_of(type_) if each is not model.UNKNOWN)
        return AnyOf(Echoed(model.choice(known), echoes))


def _at(row: tree.Return, position: int) -> tuple[tree.Expression | None, int]:
    """What is written for a result, and which of its values that is."""
    last = len(row.values) - 1
    if last < 0:
        return None, 0
    return row.values[min(position, last)], max(0, position - last)


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
