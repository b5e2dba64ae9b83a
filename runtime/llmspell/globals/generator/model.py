"""The description of the script API as data: what the generator reads and the emitters write."""

from __future__ import annotations

from typing import Any

from attrs import define, field


@define
class Type:
    """A type as scripts see it.

    name: `string`, `bytes`, `integer`, `number`, `boolean`, `any` (plain data), `json` (the same
    kept as JSON text), `value` (any Lua value), `function`, `array`, `map`, `class`, `instance`,
    `self`,
    `literal`, `union`, `nil`. items: element type of arrays and maps. ref: name of a class.
    values: literals. kind: name of a string kind. schema: a DependentSchema as data; a TableSchema
    is one without `argument`, whose schema is that of "". takes, gives: what a function gets and
    what its result means. schema_at: where a script gives the schema of the data (`SchemaAt`).
    """

    name: str
    items: Type | None = None
    ref: str | None = None
    values: list[str] = field(factory=list)
    members: list[Type] = field(factory=list)
    optional: bool = False
    kind: str | None = None
    schema: dict[str, Any] | None = None
    takes: list[Parameter] = field(factory=list)
    gives: Type | None = None
    schema_at: list[str] = field(factory=list)


@define
class Parameter:
    """A parameter, or a field of an options table or of a class."""

    name: str
    type: Type
    description: str = ""
    default: str | None = None  # as Python source, where there is one


@define
class Member:
    """A function of a namespace, or a method or property of an instance class."""

    name: str
    python_name: str
    summary: str
    details: str
    parameters: list[Parameter]
    options: list[Parameter]
    result: Type
    result_description: str = ""
    raises: list[str] = field(factory=list)
    waits: bool = False
    lua: bool = False
    private: bool = False
    is_property: bool = False
    orders: list[list[str]] = field(factory=list)
    deprecated: str | None = None
    adds: bool = False


@define
class Class:
    """The shape of a table (fields), or an object that scripts hold (methods).

    others: what further keys a table may have; empty where there are none. extends: the class
    whose tables these are, too; empty where there is none.
    """

    name: str
    summary: str
    details: str = ""
    fields: list[Parameter] = field(factory=list)
    methods: list[Member] = field(factory=list)
    instance: bool = False
    debug_view: list[str] = field(factory=list)
    others: str = ""
    extends: str = ""


@define
class Namespace:
    """A Lua global with functions.

    index: what stands behind other keys than those of its functions: the key, named and typed, and
    the type of the value. only: under which command it exists, if not in every spell; files: the
    patterns of files that are run so.
    """

    name: str
    module: str
    python_class: str
    summary: str
    details: str
    members: list[Member]
    classes: list[Class]
    debug_view: bool = False
    index: tuple[Parameter, Type] | None = None
    only: str = ""
    files: list[str] = field(factory=list)


@define
class Api:
    """The whole script API."""

    namespaces: list[Namespace]
    variables: list[Parameter]
    kinds: list[dict[str, Any]]
