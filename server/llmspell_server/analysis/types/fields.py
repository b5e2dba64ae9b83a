"""What fields a type has, and what stands behind the names of types.

Lenient where something is not known. Classes may refer to each other in circles, and types may be
infinite, so every walk is bounded.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import model
from .definitions import Definitions, TableDefinition
from .generics import Bindings, substituted
from .model import Type

_DEEPEST = 24
OPEN = (model.UNKNOWN, model.ANY)
"""Types that go with everything."""

_NUMBERS = frozenset((model.INTEGER, model.NUMBER))


def resolved(type_: Type, definitions: Definitions) -> Type:
    """The type that an alias stands for; other types as they are."""
    for _ in range(_DEEPEST):
        if not isinstance(type_, model.Named):
            return type_
        alias = definitions.alias_named(type_.name)
        if alias is None:
            return type_
        names = (generic.name for generic in alias.parameters)
        type_ = substituted(alias.type, dict(zip(names, type_.arguments, strict=False)))
    return type_


def members(type_: Type, definitions: Definitions) -> tuple[Type, ...]:
    """The alternatives of a type, with aliases resolved; an alias within itself adds nothing."""
    return _members(type_, definitions, frozenset())


def _members(type_: Type, definitions: Definitions, inside: frozenset[Type]) -> tuple[Type, ...]:
    if isinstance(type_, model.Named):
        if type_ in inside:
            return ()
        inside |= {type_}
        type_ = resolved(type_, definitions)
    if isinstance(type_, model.Union):
        return tuple(
            each for member in type_.members for each in _members(member, definitions, inside)
        )
    return () if type_ is model.NEVER else (type_,)


def is_undeclared(type_: Type, definitions: Definitions) -> bool:
    """Whether a type is a name that nobody declares. Aliases are resolved before."""
    return (
        isinstance(type_, model.Named)
        and definitions.class_named(type_.name) is None
        and definitions.enum_named(type_.name) is None
    )


def table_of(type_: Type, definitions: Definitions) -> TableDefinition | None:
    """What tables of a type hold; for strings, what their methods are."""
    match type_:
        case model.Shape():
            return definitions.shape(type_)
        case model.Named(name=name):
            return definitions.class_named(name)
        case model.StringLiteral():
            return definitions.class_named("string")
    if type_ is model.STRING:
        return definitions.class_named("string")
    return None


def generics_of(type_: Type, definitions: Definitions) -> Bindings:
    """The arguments of a class by its parameters."""
    if not isinstance(type_, model.Named) or not type_.arguments:
        return {}
    definition = definitions.class_named(type_.name)
    names = (generic.name for generic in (definition.parameters if definition else ()))
    return dict(zip(names, type_.arguments, strict=False))


def ancestry(type_: Type, definitions: Definitions) -> Iterator[Type]:
    """A class or table and what it falls back to, nearest first, each once."""
    seen: set[Type] = set()
    waiting = [type_]
    while waiting and len(seen) < 200:
        each = resolved(waiting.pop(0), definitions)
        if each in seen:
            continue
        seen.add(each)
        yield each
        definition = table_of(each, definitions)
        if definition is not None:
            bindings = generics_of(each, definitions)
            waiting += [substituted(parent, bindings) for parent in definition.parents]


def field_type(type_: Type, key: Type, definitions: Definitions) -> Type | None:
    """The type of a field, for a key of some type; None where there is no such field.

    Of a union: of those members that have it.
    """
    type_ = resolved(type_, definitions)
    if isinstance(type_, model.Union):
        found = [
            each
            for member in type_.members
            if (each := field_type(member, key, definitions)) is not None
        ]
        return model.union(*found) if found else None
    if isinstance(type_, model.Generic) and type_.constraint is not None:
        return field_type(type_.constraint, key, definitions)
    built = _built_field(type_, key, definitions)
    if built is not None:
        return built
    for each in ancestry(type_, definitions):
        own = each if each is type_ else _built_field(each, key, definitions)
        if own is not None and own is not type_:
            return own
        result = _defined_field(each, key, definitions)
        if result is not None:
            return result
    return None


def _built_field(type_: Type, key: Type, definitions: Definitions) -> Type | None:
    match type_:
        case model.Array(item=item):
            return item if _is_key(key, model.INTEGER, definitions) else None
        case model.Tuple(items=items):
            return _tuple_item(items, key, definitions)
        case model.Map(key=wanted, value=value):
            return value if _is_key(key, wanted, definitions) else None
        case model.Record():
            return _record_field(type_, key, definitions)
    return None


def _tuple_item(items: tuple[Type, ...], key: Type, definitions: Definitions) -> Type | None:
    if isinstance(key, model.IntegerLiteral):
        return items[key.value - 1] if 0 < key.value <= len(items) else None
    return model.union(*items) if items and _is_key(key, model.INTEGER, definitions) else None


def _record_field(record: model.Record, key: Type, definitions: Definitions) -> Type | None:
    if isinstance(key, model.StringLiteral):
        found = record.field(key.value)
        if found is not None:
            return model.optional(found.type) if found.optional else found.type
    fitting = [value for wanted, value in record.indexers if wanted == key] or [
        value for wanted, value in record.indexers if _is_key(key, wanted, definitions)
    ]
    return model.union(*fitting) if fitting else None


def _defined_field(type_: Type, key: Type, definitions: Definitions) -> Type | None:
    definition = table_of(type_, definitions)
    if definition is None:
        return None
    found: Type | None = None
    if isinstance(key, model.StringLiteral):
        found = definition.type_of(key.value)
    if found is None:
        fitting = [
            indexer.value
            for indexer in definition.indexers
            if _is_key(key, indexer.key, definitions)
        ]
        found = model.union(*fitting) if fitting else None
    if found is None:
        return None
    bindings = generics_of(type_, definitions)
    return substituted(found, bindings) if bindings else found


def _is_key(key: Type, wanted: Type, definitions: Definitions) -> bool:
    """Whether a key may be one of those that are wanted."""
    keys = members(key, definitions)
    if wanted in OPEN or key in OPEN or any(each in OPEN for each in keys):
        return True
    plain = {model.widened(each) for each in keys}
    plain |= _NUMBERS if plain & _NUMBERS else frozenset()  # a number may be an integer
    for each in members(wanted, definitions):
        if each in OPEN or isinstance(each, (model.Generic, model.Named)):
            return True
        if type(each) in model.BASE_OF_LITERAL:
            if each in keys or model.widened(each) in plain & {key}:
                return True
        elif each in plain:
            return True
    return False
