"""Types of Lua values: small immutable values, equal when they are built alike.

Names are left alone: a `Named` says "the class, enum or alias of that name", and the
`definitions` of a workspace say what that is.

Types are made by the million. Checkers see frozen attrs classes; at run time they are plain
slotted ones with a remembered hash, which are made in a third of the time (measured for a
function: 0.26 µs, not 0.87).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from attrs import define, field

from .wording import TOLD

if TYPE_CHECKING:
    from attrs import frozen as value

    from .echoes import Body
else:
    value = partial(define, unsafe_hash=True, cache_hash=True, weakref_slot=False)

Place: TypeAlias = Hashable
"""Where something is declared. Whoever builds the definitions knows what is behind it."""


class Type:
    """What is known of a value."""

    __slots__ = ()


@define(eq=False, weakref_slot=False)
class Basic(Type):
    """A type without parts. There is one of each, compared by identity."""

    name: str


UNKNOWN = Basic("unknown")
"""Nothing has been found out: goes with everything."""
ANY = Basic("any")
"""Declared to be anything: goes with everything."""
NEVER = Basic("never")
"""No value at all: what is left when narrowing has excluded everything."""
NIL = Basic("nil")
BOOLEAN = Basic("boolean")
NUMBER = Basic("number")
INTEGER = Basic("integer")
STRING = Basic("string")
THREAD = Basic("thread")
USERDATA = Basic("userdata")
LIGHTUSERDATA = Basic("lightuserdata")
FUNCTION = Basic("function")
"""Any function."""
TABLE = Basic("table")
"""Any table."""
SELF = Basic("self")
"""In a method: the type of the object on which it is called."""

BASICS: Mapping[str, Basic] = {
    basic.name: basic
    for basic in (
        UNKNOWN,
        ANY,
        NEVER,
        NIL,
        BOOLEAN,
        NUMBER,
        INTEGER,
        STRING,
        THREAD,
        USERDATA,
        LIGHTUSERDATA,
        FUNCTION,
        TABLE,
        SELF,
    )
}
"""The basic types by the name that annotations have for them."""


@value
class BooleanLiteral(Type):
    """`true` or `false`."""

    value: bool


TRUE, FALSE = BooleanLiteral(True), BooleanLiteral(False)


@value
class IntegerLiteral(Type):
    """One integer."""

    value: int


@value
class NumberLiteral(Type):
    """One float."""

    value: float


@value
class StringLiteral(Type):
    """One string, without quotes and escapes."""

    value: str


Literal: TypeAlias = BooleanLiteral | IntegerLiteral | NumberLiteral | StringLiteral
BASE_OF_LITERAL: Mapping[type[Type], Basic] = {
    BooleanLiteral: BOOLEAN,
    IntegerLiteral: INTEGER,
    NumberLiteral: NUMBER,
    StringLiteral: STRING,
}


@value
class Union(Type):
    """One of several types. Made by `union` or `choice`; the order is only for showing."""

    members: tuple[Type, ...] = field(eq=frozenset)


@value
class Array(Type):
    """`T[]`."""

    item: Type


@value
class Tuple(Type):
    """`[A, B]`: a table with these at 1, 2, …"""

    items: tuple[Type, ...]


@value
class Map(Type):
    """`table<K, V>`."""

    key: Type
    value: Type


@value
class RecordField:
    """`name: T` or `name?: T` in a record."""

    name: str
    type: Type
    optional: bool = False


@value
class Record(Type):
    """`{ name: T, [K]: V }`. indexers: pairs of key and value."""

    fields: tuple[RecordField, ...]
    indexers: tuple[tuple[Type, Type], ...] = ()

    def field(self, name: str) -> RecordField | None:
        """The field of that name."""
        return next((each for each in self.fields if each.name == name), None)


@value
class Named(Type):
    """A class, an enum or an alias by its name, with type arguments: `Stack<string>`."""

    name: str
    arguments: tuple[Type, ...] = ()


@value
class Generic(Type):
    """A type parameter.

    constraint: what it must be. variadic: whether it stands for any number of types (`T...`).
    """

    name: str
    constraint: Type | None = None
    variadic: bool = False


@value
class NameOf(Type):
    """A string that names the type which a parameter stands for, written in backticks."""

    generic: Generic


@value
class Shape(Type):
    """A table that was found in code rather than declared; `Definitions.shape` knows its fields.

    identity: which one. name: what to call it, if anything. filled: fields with what the call put
    there that made this one, where a function makes it of its arguments. given: the tables that the
    call was given, where this one has the fields of those (`o = o or {}`), the first one first.
    """

    identity: Hashable
    name: str = field(default="", eq=False)
    filled: tuple[tuple[str, Type], ...] = ()
    given: tuple[Type, ...] = ()


@value
class Values(Type):
    """What an expression list, the arguments or the results of a call hold.

    rest: the type of each further value, of which there may be any number; a variadic `Generic`
    stands for that many types.
    """

    items: tuple[Type, ...] = ()
    rest: Type | None = None

    def at(self, index: int) -> Type:
        """The type of the value at an index from 0; nil behind the end."""
        if index < len(self.items):
            return self.items[index]
        return NIL if self.rest is None else optional(self.rest)


NO_VALUES = Values()


@value
class Parameter:
    """A parameter. optional: whether it may be left out. kind: the string kind of a host API."""

    name: str
    type: Type = UNKNOWN
    optional: bool = False
    kind: str | None = None


@define
class Documentation:
    """What is said of a declaration, in Markdown.

    deprecated: the advice, None without the mark. returns: by position. see, sources: as written.
    """

    text: str = ""
    parameters: Mapping[str, str] = field(factory=dict)
    returns: tuple[str, ...] = ()
    deprecated: str | None = None
    see: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    version: str | None = None


@value
class Guard:
    """What a true result says of an argument (`@return_cast`).

    name: of a parameter, or `self`. otherwise: what a false result says; None: only "not so".
    """

    name: str
    type: Type
    otherwise: Type | None = None


@value
class Function(Type):
    """A function.

    variadic: the type of each value in `...`, None without. returns: None when nobody said.
    return_names: those that have one, else "". correlated: rows of results that come together
    (`@return_overload`). is_method: whether the first parameter is the object, as with a colon.
    body: what else its code says of its results, if anything. deprecated: the advice, if it is.
    What its results are called and what its documentation says takes no part in comparisons, but
    see `wording`.
    """

    parameters: tuple[Parameter, ...] = ()
    variadic: Type | None = None
    returns: Values | None = None
    generics: tuple[Generic, ...] = ()
    overloads: tuple[Function, ...] = ()
    correlated: tuple[Values, ...] = ()
    guards: tuple[Guard, ...] = ()
    is_async: bool = False
    is_method: bool = False
    body: Body | None = None
    is_nodiscard: bool = False
    deprecated: str | None = None
    return_names: tuple[str, ...] = field(default=(), eq=False, metadata=TOLD)
    documentation: Documentation | None = field(default=None, eq=False, metadata=TOLD)


# Building


def members_of(type_: Type) -> tuple[Type, ...]:
    """The alternatives of a type: its members, or the type by itself; none of `never`."""
    if type(type_) is Union:
        return type_.members
    return () if type_ is NEVER else (type_,)


def choice(types: Iterable[Type]) -> Type:
    """One of these, as written: `string|"a"` keeps both, so that "a" can be proposed."""
    found = tuple(dict.fromkeys(member for each in types for member in members_of(each)))
    if len(found) == 1:
        return found[0]
    return Union(found) if found else NEVER


def union(*types: Type) -> Type:
    """One of these, with nothing that another one covers.

    A base takes in its literals, `number` takes in `integer`, and `true|false` is `boolean`.
    What is unknown comes last.
    """
    found: dict[Type, None] = {}
    for each in types:
        if type(each) is Union:
            found |= dict.fromkeys(each.members)
        elif each is not NEVER:
            found[each] = None
    if len(found) > 1:
        found = _without_covered(found)
    if len(found) > _MOST_FILLED:
        found = dict.fromkeys(map(_as_written, found))
    if len(found) == 1:
        return next(iter(found))
    return Union(tuple(found)) if found else NEVER


_MOST_FILLED = 8  # alternatives, among which the same table may be with other contents


def _as_written(type_: Type) -> Type:
    if type(type_) is Shape and (type_.filled or type_.given):
        return Shape(type_.identity, type_.name)
    return type_


_COVERS: Mapping[Type, frozenset[type[Type]]] = {
    NUMBER: frozenset({IntegerLiteral, NumberLiteral}),
    INTEGER: frozenset({IntegerLiteral}),
    STRING: frozenset({StringLiteral}),
    BOOLEAN: frozenset({BooleanLiteral}),
}


def _without_covered(found: dict[Type, None]) -> dict[Type, None]:
    if TRUE in found and FALSE in found:
        found = dict.fromkeys(BOOLEAN if each in (TRUE, FALSE) else each for each in found)
    if NUMBER in found:
        found.pop(INTEGER, None)
    if UNKNOWN in found:
        found = {**dict.fromkeys(each for each in found if each is not UNKNOWN), UNKNOWN: None}
    for base, covered in _COVERS.items():
        if base in found and any(type(each) in covered for each in found):
            found = {each: None for each in found if type(each) not in covered}
    return found


def optional(type_: Type) -> Type:
    """The type or nil."""
    if type_ is NIL or type_ is ANY or type_ is UNKNOWN:
        return type_
    return choice((type_, NIL))


def is_optional(type_: Type) -> bool:
    """Whether nil is one of the alternatives, aliases not looked into."""
    return type_ is NIL or (type(type_) is Union and NIL in type_.members)


def without_nil(type_: Type) -> Type:
    """The type when it is known not to be nil, aliases not looked into."""
    if type(type_) is Union:
        return choice(each for each in type_.members if each is not NIL)
    return NEVER if type_ is NIL else type_


def widened(type_: Type) -> Type:
    """The type of a variable that is first set to this: literals count as their base."""
    if type(type_) is Union:
        return union(*(BASE_OF_LITERAL.get(type(each), each) for each in type_.members))
    return BASE_OF_LITERAL.get(type(type_), type_)
