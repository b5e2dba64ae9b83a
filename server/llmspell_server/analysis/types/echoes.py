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
_MOST_PACKED = 16  # values of which each is known by its number
_MOST_GIVEN = 4  # tables of which one is made
_WITH_FIELDS = (Shape, model.Record, model.Named)

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
    """A result of a call. position: which, from 0."""

    function: Echo | Type
    arguments: tuple[Echo | Type, ...]
    position: int = 0


@frozen
class ItemOf(Echo):
    """What a variable of `for … in f(…)` gets. function, arguments: the call behind `in`."""

    function: Echo | Type
    arguments: tuple[Echo | Type, ...]
    position: int = 0


@frozen
class IfTrue(Echo):
    """A value where it is not nil."""

    of: Echo


@frozen
class Packed(Echo):
    """A table with all arguments from an index on: `{ ... }`.

    is_counted: whether it also has their number, as that of `table.pack`.
    """

    first: int
    is_counted: bool = False


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
class Collected(Echo):
    """A table that the function fills. items: what is put there, the key and the value of each."""

    items: tuple[tuple[Echoed, Echoed], ...]


Callback: TypeAlias = tuple[int, tuple[Echoed, ...]]
"""A parameter that the function calls, and with what."""


@frozen
class AnyOf(Echo):
    """One of several echoes, or what else is known."""

    of: Echoed


@frozen
class Body:
    """What the code of a function says of its results, besides their types.

    echoes: of each result, what it has of the arguments. spread: from which argument on all are
    given back behind the results. yields: what it gives before it is done, if it is a coroutine.
    with_first: which results may be nil, but only where the first one is. fields: what is put into
    fields of the first result, which is a table that the function makes. given: the arguments that
    may be that table: it has their fields then. callbacks: which parameters it calls with what.
    """

    echoes: tuple[Echoed | None, ...] = ()
    spread: int | None = None
    yields: tuple[Values, ...] = ()
    with_first: tuple[int, ...] = ()
    fields: tuple[tuple[str, Echoed], ...] = ()
    given: tuple[Echo, ...] = ()
    callbacks: tuple[Callback, ...] = ()


def body_of(
    echoes: tuple[Echoed | None, ...] = (),
    spread: int | None = None,
    yields: tuple[Values, ...] = (),
    with_first: tuple[int, ...] = (),
    fields: tuple[tuple[str, Echoed], ...] = (),
    given: tuple[Echo, ...] = (),
    callbacks: tuple[Callback, ...] = (),
) -> Body | None:
    """The body with these; None where there is nothing to say."""
    found = Body(echoes, spread, yields, with_first, fields, given, callbacks)
    return None if found == _NOTHING else found


_NOTHING = Body()


def heard(echoed: Echoed, arguments: Values, definitions: Definitions, call: Call) -> Type:
    """The type of a result, in a call with arguments."""
    return _Listener(arguments, definitions, call).echoed(echoed)


def packed(values: Values, is_counted: bool) -> Type:
    """A table with values in a row. is_counted: as of `Packed`."""
    items = tuple(map(model.widened, values.items[:_MOST_PACKED]))
    rest = values.rest
    if len(values.items) > _MOST_PACKED:
        rest = model.union(*map(model.widened, values.items[_MOST_PACKED:]), rest or model.NEVER)
    if not is_counted:
        if rest is None and items:
            return model.Tuple(items)
        return model.Array(model.union(*items, rest) if rest is not None else model.UNKNOWN)
    numbered = [(model.IntegerLiteral(index), each) for index, each in enumerate(items, 1)]
    others = [] if rest is None else [(model.INTEGER, model.optional(rest))]
    return model.Record((model.RecordField("n", model.INTEGER),), (*numbered, *others))


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
        Shape(each.identity, each.name, tuple({**dict(each.filled), **known}.items()), each.given)
        if isinstance(each, Shape)
        else each
        for each in model.members_of(table)
    )


def made_of(table: Type, given: Iterable[Type]) -> Type:
    """A table that a function makes, as one that is made of tables which the call was given."""
    own = tuple(
        _flat(each, _DEEPEST)
        for type_ in given
        for each in model.members_of(type_)
        if isinstance(each, _WITH_FIELDS) and each not in model.members_of(table)
    )
    if not 0 < len(own) <= _MOST_GIVEN:
        return table
    return model.choice(
        Shape(each.identity, each.name, each.filled, own) if isinstance(each, Shape) else each
        for each in model.members_of(table)
    )


def _flat(type_: Type, depth: int) -> Type:
    """A type without what is in tables further in: lists of nodes would grow with each call."""
    members = model.members_of(type_)
    if not any(isinstance(each, Shape) and (each.filled or each.given) for each in members):
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
        case (
            ResultOf(function=function, arguments=arguments)
            | ItemOf(function=function, arguments=arguments)
        ):
            return 1 + size(function) + sum(map(size, arguments))
        case AnyOf(of=echoed):
            return 1 + sum(map(size, echoed.echoes))
        case Collected(items=items):
            inner = (each for item in items for echoed in item for each in echoed.echoes)
            return 1 + sum(map(size, inner))
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
        case ResultOf(function=function, arguments=given, position=position):
            further = tuple(_passed_on(each, arguments) for each in given)
            return ResultOf(_passed_on(function, arguments), further, position)
        case ItemOf(function=function, arguments=given, position=position):
            further = tuple(_passed_on(each, arguments) for each in given)
            return ItemOf(_passed_on(function, arguments), further, position)
        case AnyOf(of=echoed):
            return AnyOf(echoed_passed_on(echoed, arguments))
        case Collected(items=items):
            return Collected(
                tuple(
                    (echoed_passed_on(key, arguments), echoed_passed_on(value, arguments))
                    for key, value in items
                )
            )
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
    return tuple((key, echoed_passed_on(echoed, arguments)) for key, echoed in fields)


def echoed_passed_on(echoed: Echoed, arguments: tuple[Echo | Type, ...]) -> Echoed:
    """The same for one of several echoes."""
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
        tuple(each and echoed_passed_on(each, arguments) for each in body.echoes),
        None if body.spread is None else max(0, body.spread - 1),
        body.yields,
        body.with_first,
        fields_passed_on(body.fields, arguments),
        given_passed_on(body.given, arguments),
        callbacks_passed_on(body.callbacks, arguments),
    )


def callbacks_passed_on(
    callbacks: tuple[Callback, ...], arguments: tuple[Echo | Type, ...]
) -> tuple[Callback, ...]:
    """The same for parameters that are called: those that are parameters of the other function."""
    found = []
    for index, given in callbacks:
        called = arguments[index] if index < len(arguments) else None
        if isinstance(called, Argument):
            passed = tuple(echoed_passed_on(each, arguments) for each in given)
            found.append((called.index, passed))
    return tuple(found)


def given_passed_on(
    given: tuple[Echo, ...], arguments: tuple[Echo | Type, ...]
) -> tuple[Echo, ...]:
    """The same for tables that are given."""
    passed = (passed_on(each, arguments) for each in given)
    return tuple(each for each in passed if isinstance(each, Echo))


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
                base = self.type(table)
                if base is model.NEVER:  # `x` of `x and x.n` that is not there
                    return base
                found = field_type(base, self.type(key), self._definitions)
                return model.UNKNOWN if found is None else found
        return self._of_call(echo)

    def _of_call(self, echo: Echo) -> Type:
        match echo:
            case ResultOf(function=function, arguments=arguments, position=position):
                return self._called(function, arguments).at(position)
            case ItemOf(function=function, arguments=arguments, position=position):
                return self._gone_through(self._called(function, arguments)).at(position)
        return self._of_table(echo)

    def _of_table(self, echo: Echo) -> Type:
        match echo:
            case Packed(first=first, is_counted=is_counted):
                return packed(
                    Values(self._arguments.items[first:], self._arguments.rest), is_counted
                )
            case FilledWith(table=made, fields=fields):
                return filled(made, ((key, self.echoed(each)) for key, each in fields))
            case Collected(items=items):
                return self._collected(items)
            case AnyOf(of=echoed):
                return self.echoed(echoed)
        return model.UNKNOWN

    def _called(self, function: Echo | Type, arguments: tuple[Echo | Type, ...]) -> Values:
        return self._call(self.type(function), Values(tuple(self.type(each) for each in arguments)))

    def _gone_through(self, loop: Values) -> Values:
        """What the variables of a loop over these values get."""
        found = self._call(loop.at(0), Values((loop.at(1), loop.at(2))))
        return Values(tuple(map(model.without_nil, found.items)), found.rest)

    def _collected(self, items: tuple[tuple[Echoed, Echoed], ...]) -> Type:
        key = model.union(*(model.widened(self.echoed(each)) for each, _ in items))
        value = model.union(*(model.widened(self.echoed(each)) for _, each in items))
        if key in (model.INTEGER, model.NUMBER):
            return model.Array(model.without_nil(value))
        return model.Map(key, model.without_nil(value))
