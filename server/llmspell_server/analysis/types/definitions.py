"""What names mean: classes, enums and aliases, and the found fields of tables."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from enum import Enum
from typing import Protocol

from attrs import field, frozen

from .model import (
    Documentation,
    Function,
    Generic,
    Place,
    Shape,
    Type,
    optional,
)
from .wording import TOLD

__all__ = [
    "AliasDefinition",
    "Choice",
    "ClassDefinition",
    "Definitions",
    "EnumDefinition",
    "FieldDefinition",
    "Indexer",
    "NoDefinitions",
    "Operator",
    "TableDefinition",
    "Visibility",
]


class Visibility(Enum):
    """Who may use a field."""

    PUBLIC = "public"
    PROTECTED = "protected"
    PRIVATE = "private"
    PACKAGE = "package"
    INTERNAL = "internal"


@frozen
class FieldDefinition:
    """A field or method. optional: whether it may be absent.

    is_unused: whether it means nothing beside the others that are written.
    """

    name: str
    type: Type
    optional: bool = False
    visibility: Visibility = Visibility.PUBLIC
    is_readonly: bool = False
    is_async: bool = False
    is_unused: bool = False
    documentation: Documentation | None = field(default=None, eq=False, metadata=TOLD)
    place: Place | None = field(default=None, eq=False)

    @property
    def type_when_read(self) -> Type:
        """The type of the value that is found there, which may be nil."""
        return optional(self.type) if self.optional else self.type


class FoundFields(Mapping[str, FieldDefinition]):
    """Fields that are looked for when they are asked for."""

    @abstractmethod
    def type_of(self, name: str) -> Type | None:
        """The type of the value in a field, without asking for all else that is said of it."""


@frozen
class Indexer:
    """`[K] V`: what is behind keys of a type."""

    key: Type
    value: Type
    documentation: Documentation | None = field(default=None, eq=False, metadata=TOLD)
    place: Place | None = field(default=None, eq=False)


@frozen
class Operator:
    """`---@operator add(T): R`. name: as there (`add`, `call`, …). operand: the other one."""

    name: str
    operand: Type | None
    result: Type


@frozen(eq=False)
class TableDefinition:
    """What tables of a kind hold.

    parents: where fields are looked for that are not among these, in this order. calls: the
    signatures with which it may be called. A mapping that finds its fields when it is asked may
    stand for `fields`.
    """

    fields: Mapping[str, FieldDefinition] = field(factory=dict)
    indexers: tuple[Indexer, ...] = ()
    parents: tuple[Type, ...] = ()
    operators: tuple[Operator, ...] = ()
    calls: tuple[Function, ...] = ()

    def type_of(self, name: str) -> Type | None:
        """The type of the value in a field of its own; None where there is no such field."""
        if isinstance(self.fields, FoundFields):
            return self.fields.type_of(name)
        found = self.fields.get(name)
        return None if found is None else found.type_when_read


@frozen(eq=False, kw_only=True)
class ClassDefinition(TableDefinition):
    """A class, put together from all that is said of it.

    is_exact: whether it has no other fields. is_interface: whether tables count as one by having
    its fields. places: of all declarations, the first one first.
    """

    name: str
    parameters: tuple[Generic, ...] = ()
    is_exact: bool = False
    is_partial: bool = False
    is_interface: bool = False
    documentation: Documentation | None = None
    places: tuple[Place, ...] = ()


@frozen
class Choice:
    """One of the values that a `---|` list names. is_default: the one marked with `>`."""

    type: Type
    description: str = ""
    is_default: bool = False


@frozen(eq=False)
class AliasDefinition:
    """A name for a type. choices: those listed line by line, with what is said of them."""

    name: str
    type: Type
    parameters: tuple[Generic, ...] = ()
    choices: tuple[Choice, ...] = ()
    documentation: Documentation | None = None
    place: Place | None = None


@frozen(eq=False)
class EnumDefinition:
    """The values of a table as a type. of_keys: `(key)`: its keys instead.

    members: the literal types of the values by their key.
    """

    name: str
    members: Mapping[str, Type]
    of_keys: bool = False
    documentation: Documentation | None = None
    place: Place | None = None


class Definitions(Protocol):
    """Whoever knows what the names of a workspace mean."""

    def class_named(self, name: str) -> ClassDefinition | None:
        """The class of that name."""

    def alias_named(self, name: str) -> AliasDefinition | None:
        """The alias of that name."""

    def enum_named(self, name: str) -> EnumDefinition | None:
        """The enum of that name."""

    def shape(self, shape: Shape) -> TableDefinition | None:
        """What is known of a table that was found in code."""


class NoDefinitions:
    """Knows no names."""

    def class_named(self, name: str) -> None:
        """None."""

    def alias_named(self, name: str) -> None:
        """None."""

    def enum_named(self, name: str) -> None:
        """None."""

    def shape(self, shape: Shape) -> None:
        """None."""
