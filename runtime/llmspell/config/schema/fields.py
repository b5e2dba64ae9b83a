"""How one setting is described, and how a described class is read back.

A setting is an attrs field whose metadata holds a `Setting`. Loading, checking, the environment
registry, JSON Schema, the commented default file and the reference all read that one description.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, dataclass_transform, get_args, get_origin

import attrs

Kind = Literal["bool", "int", "float", "str", "choice", "strings", "mapping", "table", "tables"]
Untrusted = Literal[
    "free",
    "allow-list",
    "deny-list",
    "allow",
    "protect",
    "limit",
    "level",
    "path",
    "paths",
    "never",
]
"""What a project's file that nobody trusted may do with a setting (see `config.untrusted`)."""

T = TypeVar("T")

_KEY = "llmspell.setting"
_FACTORY: Any = attrs.Factory


@dataclass_transform(kw_only_default=True, frozen_default=True)
def section(cls: type[T]) -> type[T]:
    """Make a class of settings: frozen attrs with slots, made by keywords only."""
    return attrs.frozen(kw_only=True)(cls)


@attrs.frozen(kw_only=True)
class Setting:
    """The description of one setting, beside its name, type and default.

    `documented` is the number that the reference's documents give where ours is unset: such a
    limit is in force only when somebody sets it. `scalar_key` names the key of a table that a
    bare value stands for. A `catch_all` field holds the keys that no other field of its class
    claims; its own name never appears in a file. `string_kind` names the kind of the script API
    whose values its strings have, for editors; other strings are allowed.
    """

    description: str
    documented: object = None
    minimum: float | None = None
    maximum: float | None = None
    warn_above: float | None = None
    aliases: tuple[str, ...] = ()
    value_aliases: Mapping[str, str] = attrs.field(factory=dict)
    value_note: str = ""
    scalar_key: str = ""
    catch_all: bool = False
    comma_list: bool = False
    sensitive: bool = False
    path: bool = False
    string_kind: str = ""
    untrusted: Untrusted = "free"


def setting(default: object, description: str, **details: Any) -> Any:
    """Make an attrs field with this default; `details` are the other fields of `Setting`."""
    metadata = {_KEY: Setting(description=description, **details)}
    if isinstance(default, dict):
        return attrs.field(factory=default.copy, metadata=metadata)
    return attrs.field(default=default, metadata=metadata)


def limit(documented: int, description: str, **details: Any) -> Any:
    """Make a limit that is off unless set; `documented` is the reference's number for it."""
    details = {"minimum": 1, "untrusted": "limit"} | details
    return setting(None, description, documented=documented, **details)


def table(cls: type, description: str, **details: Any) -> Any:
    """Make a sub-table that is always there, with the defaults of its class."""
    return attrs.field(factory=cls, metadata={_KEY: Setting(description=description, **details)})


@attrs.frozen(kw_only=True)
class Field:
    """One setting of a class as the rest of the configuration code sees it."""

    name: str
    setting: Setting
    kind: Kind
    optional: bool
    default: object
    choices: tuple[str, ...] = ()
    table: type | None = None

    @property
    def minimum(self) -> float | None:
        """The least number allowed; every number of the reference is unsigned."""
        return 0 if self.setting.minimum is None else self.setting.minimum


_SCALARS: dict[object, Kind] = {bool: "bool", int: "int", float: "float", str: "str"}


@cache
def describe(cls: type) -> tuple[Field, ...]:
    """Give the settings of a described class, in the order of their definition."""
    return tuple(_field(attribute) for attribute in attrs.fields(cls))


@cache
def catch_all(cls: type) -> Field | None:
    """Give the field of `cls` that holds the keys no other field claims, if it has one."""
    return next((f for f in describe(cls) if f.setting.catch_all), None)


def known_unused(cls: type) -> frozenset[str]:
    """Documented keys of this table that this version reads past (spec config.md §5)."""
    return getattr(cls, "KNOWN_UNUSED", frozenset())


def find(root: type, path: tuple[str, ...]) -> Field | None:
    """Give the setting at a key path as a file spells it, or None if the schema has none there."""
    cls: type | None = root
    field: Field | None = None
    for position, key in enumerate(path):
        if cls is None:
            return field if field is not None and field.kind == "mapping" else None
        field = next((f for f in describe(cls) if f.name == key), None)
        if field is None or field.setting.catch_all:
            field = catch_all(cls)
            if field is None:
                return None
            if field.kind == "tables" and position == len(path) - 1:
                return None
        cls = field.table
    return field


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Field, Any]]:
    """Go over every setting below an instance: its path as a file spells it, description and value.

    Tables come before their contents; the entries of a catch-all appear under their own names.
    """
    cls: type = type(value)
    for field in describe(cls):
        held = getattr(value, field.name)
        here = path if field.setting.catch_all else (*path, field.name)
        if not field.setting.catch_all:
            yield here, field, held
        if field.kind == "table" and held is not None:
            yield from walk(held, here)
        elif field.kind == "tables":
            for name, entry in held.items():
                yield from walk(entry, (*here, name))


def _field(attribute: "attrs.Attribute[Any]") -> Field:
    kind, optional, choices, sub = _shape(attribute.type)
    default = attribute.default
    return Field(
        name=attribute.name,
        setting=attribute.metadata[_KEY],
        kind=kind,
        optional=optional,
        default=default.factory() if isinstance(default, _FACTORY) else default,
        choices=choices,
        table=sub,
    )


def _shape(annotation: object) -> tuple[Kind, bool, tuple[str, ...], type | None]:
    """Give kind, optional, choices and table class of a field's annotation."""
    if isinstance(annotation, UnionType) or get_origin(annotation) is Union:
        inner = next(a for a in get_args(annotation) if a is not NoneType)
        kind, _, choices, sub = _shape(inner)
        return kind, True, choices, sub
    if annotation in _SCALARS:
        return _SCALARS[annotation], False, (), None
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "choice", False, arguments, None
    if origin is tuple:
        return "strings", False, (), None
    if origin is dict and attrs.has(arguments[1]):
        return "tables", False, (), arguments[1]
    if origin is dict:
        return "mapping", False, (), None
    if isinstance(annotation, type) and attrs.has(annotation):
        return "table", False, (), annotation
    raise TypeError(f"a setting cannot be of type {annotation!r}")
