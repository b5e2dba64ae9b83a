"""With what a type can be called, and what a call gives."""

from __future__ import annotations

from . import model
from .assignable import assignable
from .binding import bind_call
from .definitions import Definitions, Operator
from .echoes import Body, Echoed, filled, heard, made_of
from .fields import OPEN, ancestry, generics_of, is_undeclared, members, table_of
from .generics import function_with, substituted, substituted_values
from .model import Function, Type, Values

_UNKNOWN = Values((), model.UNKNOWN)
_DEEPEST = 3
"""How far calls are followed of functions that functions are given."""


def signatures(type_: Type, definitions: Definitions) -> tuple[Function, ...]:
    """With what a value can be called, overloads last."""
    found: list[Function] = []
    for each in members(type_, definitions):
        if isinstance(each, Function):
            found += [each, *each.overloads]
        elif isinstance(each, (model.Named, model.Shape)):
            for ancestor in ancestry(each, definitions):
                definition = table_of(ancestor, definitions)
                if definition is not None:
                    bindings = generics_of(ancestor, definitions)
                    own = (*definition.calls, *_operator_calls(definition.operators))
                    found += [function_with(function, bindings, each) for function in own]
    return tuple(found)


def _operator_calls(operators: tuple[Operator, ...]) -> list[Function]:
    """The signatures that `---@operator call(T): R` gives."""
    found = []
    for each in operators:
        if each.name == "call":
            operand = () if each.operand is None else (model.Parameter("value", each.operand),)
            found.append(Function(operand, returns=Values((each.result,))))
    return found


def call(
    type_: Type,
    arguments: Values,
    definitions: Definitions,
    receiver: Type | None = None,
    holder: Type | None = None,
    depth: int = 0,
) -> Values:
    """The results of a call; `unknown` ones where nothing says what they are.

    receiver: the object on which a method is called; the arguments begin with it. holder: the table
    in whose field a function is that is called without a colon. depth: as `_DEEPEST`.
    """
    rows = []
    for each in members(type_, definitions):
        known = signatures(each, definitions)
        if not known:
            return _UNKNOWN
        function = chosen(known, arguments, definitions)
        results = _results(function, arguments, definitions, receiver, holder)
        if function.body is not None:
            results = _with_echoes(function.body, results, arguments, definitions, depth)
        rows.append(results)
    if not rows:
        return _UNKNOWN
    return rows[0] if len(rows) == 1 else together(rows)


def together(rows: list[Values]) -> Values:
    """Values that are those of one row or another."""
    width = max(len(row.items) for row in rows)
    items = tuple(model.union(*(row.at(position) for row in rows)) for position in range(width))
    rests = [row.rest for row in rows if row.rest is not None]
    return Values(items, model.union(*rests) if rests else None)


def with_first(rows: list[Values]) -> tuple[int, ...]:
    """Which values are nil only in rows whose first value is."""
    if len(rows) < 2:
        return ()
    there = [row for row in rows if row.at(0) is not model.NIL]
    return tuple(
        position
        for position in range(1, max(len(row.items) for row in rows))
        if any(model.is_optional(row.at(position)) for row in rows)
        and not any(model.is_optional(row.at(position)) for row in there)
    )


def chosen(known: tuple[Function, ...], arguments: Values, definitions: Definitions) -> Function:
    """The signature that takes the arguments and says the most of them; the first if none does."""
    if len(known) == 1:
        return known[0]
    fitting = [each for each in known if takes(each, arguments, definitions)]
    if not fitting:
        return known[0]
    return min(fitting, key=lambda each: _vagueness(each, arguments, definitions))


def _vagueness(
    function: Function, arguments: Values, definitions: Definitions
) -> tuple[float, bool]:
    """How little a signature says of the arguments of a call: less is more to the point."""
    total = 0.0
    for position in range(len(arguments.items)):
        if position < len(function.parameters):
            total += _openness(function.parameters[position].type, definitions)
        elif function.variadic is not None:
            total += _openness(function.variadic, definitions)
    return total, function.variadic is not None


def _openness(type_: Type, definitions: Definitions) -> float:
    """How many values a type lets through, roughly: literals, other types, numbers, anything."""
    wanted = [each for each in members(type_, definitions) if each is not model.NIL]
    if any(each in OPEN for each in wanted):
        return 4
    if all(type(each) in model.BASE_OF_LITERAL for each in wanted):
        return 1 + min(len(wanted), 999) / 1000
    whole = sum(type(each) not in model.BASE_OF_LITERAL for each in wanted)
    return (3 if model.NUMBER in wanted else 2) + min(whole, 999) / 1000


def takes(function: Function, arguments: Values, definitions: Definitions) -> bool:
    """Whether a function can be called with these arguments."""
    given = len(arguments.items)
    if given > len(function.parameters) and function.variadic is None:
        return False
    bindings = bind_call(function, arguments, definitions) if function.generics else {}
    for position, parameter in enumerate(function.parameters):
        wanted = substituted(parameter.type, bindings)
        if parameter.optional:
            wanted = model.optional(wanted)
        if position < given:
            if not assignable(arguments.items[position], wanted, definitions):
                return False
        elif arguments.rest is None and not may_be_left_out(parameter, definitions):
            return False
    return True


def may_be_left_out(parameter: model.Parameter, definitions: Definitions) -> bool:
    """Whether a call may give nothing for a parameter."""
    if parameter.optional:
        return True
    return any(
        each is model.NIL or each in OPEN or is_undeclared(each, definitions)
        for each in members(parameter.type, definitions)
    )


def _results(
    function: Function,
    arguments: Values,
    definitions: Definitions,
    receiver: Type | None,
    holder: Type | None,
) -> Values:
    if function.returns is None:
        return _UNKNOWN
    bindings = bind_call(function, arguments, definitions) if function.generics else {}
    owner = receiver
    if owner is None:
        owner = arguments.items[0] if function.is_method and arguments.items else holder
    return substituted_values(function.returns, bindings, owner)


def _with_echoes(
    body: Body, results: Values, arguments: Values, definitions: Definitions, depth: int
) -> Values:
    """Results with what they have of the arguments."""
    has_more = body.echoes or body.fields or body.given or body.spread is not None
    if depth > _DEEPEST or not has_more:
        return results

    def call_given(type_: Type, given: Values) -> Values:
        return call(type_, given, definitions, depth=depth + 1)

    width = max(len(results.items), len(body.echoes))
    items = [results.at(position) for position in range(width)]
    for position, echoed in enumerate(body.echoes):
        if echoed is not None:
            items[position] = heard(echoed, arguments, definitions, call_given)
    if body.fields and items:
        given = ((k, heard(each, arguments, definitions, call_given)) for k, each in body.fields)
        items[0] = filled(items[0], given)
    if body.given and items:
        passed = (Echoed(model.NEVER, (each,)) for each in body.given)
        tables = [heard(each, arguments, definitions, call_given) for each in passed]
        items[0] = made_of(items[0], tables)
    if body.spread is None:
        return Values(tuple(items), results.rest)
    return Values((*items, *arguments.items[body.spread :]), arguments.rest)


def operator_result(
    event: str, left: Type, right: Type | None, definitions: Definitions
) -> Type | None:
    """The result of an operator for which one of the operands has a handler; None without one.

    event: as metamethods have it, without the underscores: `add`, `concat`, `len`.
    """
    for operand, other in ((left, right), (right, left)):
        for each in members(operand, definitions) if operand is not None else ():
            for ancestor in ancestry(each, definitions):
                bindings = generics_of(ancestor, definitions)
                for operator in _operators(ancestor, event, definitions):
                    wanted = operator.operand and substituted(operator.operand, bindings)
                    if wanted is None or other is None or assignable(other, wanted, definitions):
                        return substituted(operator.result, bindings)
    return None


def _operators(type_: Type, event: str, definitions: Definitions) -> list[Operator]:
    definition = table_of(type_, definitions)
    return [each for each in definition.operators if each.name == event] if definition else []
