"""All fields that a type has by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import model
from .definitions import Definitions, FieldDefinition
from .fields import ancestry, members, table_of
from .model import Type


def field_named(type_: Type, name: str, definitions: Definitions) -> FieldDefinition | None:
    """The definition of a field, of the first alternative of a type that has it."""
    for each in members(type_, definitions):
        for holder in holders(each, definitions):
            found = holder.get(name)
            if found is not None:
                return found
    return None


def field_names(type_: Type, definitions: Definitions) -> dict[str, Type]:
    """The names of the fields of all alternatives, each with the type that holds it."""
    found: dict[str, Type] = {}
    for each in members(type_, definitions):
        if isinstance(each, model.Record):
            for field in each.fields:
                found.setdefault(field.name, each)
            continue
        for ancestor in ancestry(each, definitions):
            definition = table_of(ancestor, definitions)
            for name in definition.fields if definition is not None else ():
                found.setdefault(name, ancestor)
    return found


def holders(type_: Type, definitions: Definitions) -> Iterator[Mapping[str, FieldDefinition]]:
    """What holds the fields of a type: itself, then what it falls back to."""
    if isinstance(type_, model.Record):
        yield {
            field.name: FieldDefinition(field.name, field.type, field.optional)
            for field in type_.fields
        }
        return
    for ancestor in ancestry(type_, definitions):
        definition = table_of(ancestor, definitions)
        if definition is not None:
            yield definition.fields
