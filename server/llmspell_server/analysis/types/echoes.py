"""What functions without annotations give of what they are given.

`function id(x) return x end` gives its first argument, `function (t) return t.name or 1 end` a
field of it. The result of such a call is found by putting the types of its arguments in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from attrs import frozen

from . import model
from .definitions import Definitions
from .fields import field_type
from .model import Shape, Type, Values

_DEEPEST = 2  # tables in fields of tables

Call: TypeAlias = Callable[[Type, Values], Values]
"""Gives the results of a call of some type with arguments."""


class Echo:
    """An expression over the arguments of a function."""

    __slots__ = ()


@frozen
class Argument(Echo):
    """The argument at an index from 0, the object of a method among them."""

    index: int


@frozen
class FieldOf(Echo):
    """What is behind a key. table: what has the field."""

    table: Echo | Type
    key: Echo | Type


@frozen
class ResultOf(Echo):
    """The first result of a call."""

    function: Echo
    arguments: tuple[Echo | Type, ...]


@frozen
class IfTrue(Echo):
    """A value where it is not nil."""

    of: Echo


@frozen
class FilledWith(Echo):
    """A table that the function makes, with what is put into its fields."""

    table: Type
    fields: tuple[tuple[str, Echoed], ...]


@frozen
class Echoed:
    """A result that may be one of several echoes. known: what else it may be."""

    known: Type
    echoes: tuple[Echo, ...]


@frozen
class Body:
    """What the code of a function says of its results, besides their types.

    echoes: of each result, what it has of the arguments. spread: from which argument on all are
    given back behind the results. yields: what it gives before it is done, if it is a coroutine.
    with_first: which results may be nil, but only where the first one is. fields: what is put into
    fields of the first result, which is a table that the function makes.
    """

    echoes: tuple[Echoed | None, ...] = ()
    spread: int | None = None
    yields: tuple[Values, ...] = ()
    with_first: tuple[int, ...] = ()
    fields: tuple[tuple[str, Echoed], ...] = ()


def body_of(
    echoes: tuple[Echoed | None, ...] = (),
    spread: int | None = None,
    yields: tuple[Values, ...] = (),
    with_first: tuple[int, ...] = (),
    fields: tuple[tuple[str, Echoed], ...] = (),
) -> Body | None:
    """The body with these; None where there is nothing to say."""
    if not (echoes or yields or with_first or fields) and spread is None:
        return None
    return Body(echoes, spread, yields, with_first, fields)


def heard(echoed: Echoed, arguments: Values, definitions: Definitions, call: Call) -> Type:
    """The type of a result, in a call with arguments."""
    return _Listener(arguments, definitions, call).echoed(echoed)


def filled(table: Type, fields: Iterable[tuple[str, Type]]) -> Type:
    """A table that a function makes, as one whose fields hold this.

    Of other types nothing is said, and nothing of fields that may not have been given.
    """
    known = {
        key: _flat(model.widened(type_), _DEEPEST)
        for key, type_ in fields
        if type_ not in (model.UNKNOWN, model.NIL, model.NEVER)
    }
    if not known:
        return table
    return model.choice(
        Shape(each.identity, each.name, tuple({**dict(each.filled), **known}.items()))
        if isinstance(each, Shape)
        else each
        for each in model.members_of(table)
    )


def _flat(type_: Type, depth: int) -> Type:
    """A type without what is in tables further in: lists of nodes would grow with each call."""
    members = model.members_of(type_)
    if not any(isinstance(each, Shape) and each.filled for each in members):
        return type_
    return model.choice(
        Shape(
            each.identity,
            each.name,
            tuple((key, _flat(inner, depth - 1)) for key, inner in each.filled) if depth else (),
        )
        if isinstance(each, Shape)
        else each
        for each in members
    )


def size(echo: Echo | Type) -> int:
    """Of how many parts an echo is made."""
    match echo:
        case FieldOf(table=table, key=key):
            return 1 + size(table) + size(key)
        case ResultOf(function=function, arguments=arguments):
            return 1 + size(function) + sum(map(size, arguments))
        case IfTrue(of=of):
            return 1 + size(of)
        case FilledWith(fields=fields):
            return 1 + sum(size(each) for _, echoed in fields for each in echoed.echoes)
    return 1


def passed_on(echo: Echo, arguments: tuple[Echo | Type, ...]) -> Echo | Type:
    """An echo of a function as one of the function that calls it with these arguments."""
    match echo:
        case Argument(index=index):
            return arguments[index] if index < len(arguments) else model.NIL
        case FieldOf(table=table, key=key):
            return FieldOf(_passed_on(table, arguments), _passed_on(key, arguments))
        case ResultOf(function=function, arguments=given):
            callee = passed_on(function, arguments)
            further = tuple(_passed_on(each, arguments) for each in given)
            return ResultOf(callee, further) if isinstance(callee, Echo) else model.UNKNOWN
        case IfTrue(of=of):
            inner = passed_on(of, arguments)
            return IfTrue(inner) if isinstance(inner, Echo) else model.without_nil(inner)
        case FilledWith(table=table, fields=fields):
            return FilledWith(table, fields_passed_on(fields, arguments))
    return model.UNKNOWN


def fields_passed_on(
    fields: tuple[tuple[str, Echoed], ...], arguments: tuple[Echo | Type, ...]
) -> tuple[tuple[str, Echoed], ...]:
    """The same for what is put into fields."""
    return tuple((key, _echoed_passed_on(echoed, arguments)) for key, echoed in fields)


def _echoed_passed_on(echoed: Echoed, arguments: tuple[Echo | Type, ...]) -> Echoed:
    passed = [passed_on(each, arguments) for each in echoed.echoes]
    types = [each for each in passed if isinstance(each, Type)]
    echoes = tuple(each for each in passed if isinstance(each, Echo))
    return Echoed(model.choice((echoed.known, *types)), echoes)


def called_on(body: Body | None, table: Type, width: int) -> Body | None:
    """The body of a function that gets a table before what it is called with, as `__call` does.

    width: how many arguments there may be.
    """
    if body is None:
        return None
    arguments: tuple[Echo | Type, ...] = (table, *map(Argument, range(width)))
    return body_of(
        tuple(each and _echoed_passed_on(each, arguments) for each in body.echoes),
        None if body.spread is None else max(0, body.spread - 1),
        body.yields,
        body.with_first,
        fields_passed_on(body.fields, arguments),
    )


def _passed_on(given: Echo | Type, arguments: tuple[Echo | Type, ...]) -> Echo | Type:
    return passed_on(given, arguments) if isinstance(given, Echo) else given


class _Listener:
    def __init__(self, arguments: Values, definitions: Definitions, call: Call) -> None:
        self._arguments, self._definitions, self._call = arguments, definitions, call

    def echoed(self, echoed: Echoed) -> Type:
        """What one of several echoes is."""
        found = [self.type(each) for each in echoed.echoes]
        known = [each for each in (*found, echoed.known) if each is not model.UNKNOWN]
        result = model.union(*known)
        if len(known) == len(found) + 1:
            return result
        return model.UNKNOWN if result is model.NEVER else model.choice((result, model.UNKNOWN))

    def type(self, echo: Echo | Type) -> Type:
        """What an echo is for these arguments."""
        match echo:
            case Type():
                return echo
            case Argument(index=index):
                return self._arguments.at(index)
            case IfTrue(of=of):
                return model.without_nil(self.type(of))
            case FieldOf(table=table, key=key):
                found = field_type(self.type(table), self.type(key), self._definitions)
                return model.UNKNOWN if found is None else found
            case ResultOf(function=function, arguments=arguments):
                given = Values(tuple(self.type(each) for each in arguments))
                return self._call(self.type(function), given).at(0)
            case FilledWith(table=made, fields=fields):
                return filled(made, ((key, self.echoed(each)) for key, each in fields))
        return model.UNKNOWN
