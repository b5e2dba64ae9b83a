"""Types that a JSON Schema (draft 2020-12, and older ones) describes.

Objects with properties become classes, named after what they belong to, so that all that is known
of classes is known of them: keys with their documentation, required ones, misspelt ones. Objects
that say nothing of further keys have none: who writes such a schema lists what he reads.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from llmspell.globals.generator.emit_luacats import kind_alias

from . import model
from .definitions import ClassDefinition, FieldDefinition, Indexer
from .model import Documentation, Type

Schema = Mapping[str, Any]

_BASIC: Mapping[str, Type] = {
    "string": model.STRING,
    "integer": model.INTEGER,
    "number": model.NUMBER,
    "boolean": model.BOOLEAN,
    "null": model.NIL,
    "array": model.TABLE,
    "object": model.TABLE,
}
_DEEPEST = 12  # references to references
_MOST_ALIKE = 256  # classes for tables at the same place: for each text of it, and set of keys


@frozen
class DescribedTable:
    """A table argument that a schema describes. name: what to call it in messages.

    empty_without: whether one that is left out counts as an empty one.
    """

    name: str
    schema: Schema
    empty_without: bool = False


@frozen
class SchemaPlace:
    """Where a script gives a schema: the parameter of a function, from 0, or a field of it."""

    function: str
    parameter: int
    key: str = ""

    @classmethod
    def read(cls, text: str) -> SchemaPlace:
        """Reads `<function>:<number>` or `<function>:<number>.<key>`."""
        function, _, rest = text.rpartition(":")
        number, _, key = rest.partition(".")
        return cls(function, int(number) - 1, key)


@frozen
class _Object:
    """An object in a schema. whole: the document in which its references are looked up."""

    schema: Schema
    whole: Schema


@frozen
class _Refined:
    """A class of whose fields more is known. schemas: field -> schema."""

    base: ClassDefinition
    schemas: Schema


class SchemaClasses:
    """The classes that schemas describe, by their names."""

    def __init__(self) -> None:
        self._objects: dict[str, _Object | _Refined] = {}
        self._alike: dict[str, deque[str]] = {}  # the names that begin alike, newest last
        self._numbers: dict[str, int] = {}
        self._definitions: dict[str, ClassDefinition] = {}

    def type(self, table: DescribedTable) -> Type:
        """The type of a table."""
        return self._type(table.name, table.schema, table.schema)

    def refined(self, base: ClassDefinition, schemas: Schema) -> Type:
        """The type of tables of a class whose fields have schemas. schemas: field -> schema."""
        self._numbers.setdefault(base.name, 1)  # its own name is taken
        return model.Named(self._named(base.name, _Refined(base, schemas)))

    def declared(self, name: str) -> str:
        """The class of which one of that name is a `refined` one; else the name itself."""
        described = self._objects.get(name)
        return described.base.name if isinstance(described, _Refined) else name

    def definition(self, name: str) -> ClassDefinition | None:
        """The class of that name; None for one that no schema describes."""
        found = self._definitions.get(name)
        described = self._objects.get(name)
        if found is None and described is not None:
            found = self._definitions[name] = self._defined(name, described)
        return found

    def _type(self, name: str, schema: object, whole: Schema) -> Type:
        given = _followed(schema, whole)
        if given is None:
            return model.ANY
        if "const" in given:
            return _literal(given["const"])
        if isinstance(given.get("enum"), list):
            return model.choice(_literal(each) for each in given["enum"])
        for union in ("anyOf", "oneOf"):
            if isinstance(given.get(union), list):
                return model.choice(self._type(name, each, whole) for each in given[union])
        kinds = given.get("type")
        if isinstance(kinds, list):
            return model.choice(self._of_kind(name, str(kind), given, whole) for kind in kinds)
        if kinds is None and ("properties" in given or "allOf" in given):
            kinds = "object"
        return self._of_kind(name, kinds, given, whole) if isinstance(kinds, str) else model.ANY

    def _of_kind(self, name: str, kind: str, schema: Schema, whole: Schema) -> Type:
        if kind == "string" and isinstance(schema.get("x-kind"), str):
            return model.Named(kind_alias(schema["x-kind"]))
        if kind == "array" and "items" in schema:
            return model.Array(self._type(f"{name}[]", schema["items"], whole))
        if kind != "object":
            return _BASIC.get(kind, model.ANY)
        schema = _joined(schema, whole)
        if not isinstance(schema.get("properties"), Mapping):
            others = schema.get("additionalProperties")
            value = self._type(f"{name}[]", others, whole) if others else model.ANY
            return model.Map(model.STRING, value)
        return model.Named(self._named(name, _Object(schema, whole)))

    def _named(self, name: str, described: _Object | _Refined) -> str:
        """The name of a class; a schema that has become another one gets another name.

        So that answers about the one are none about the other. Of those that were, while somebody
        writes such a schema, the oldest are forgotten.
        """
        alike = self._alike.setdefault(name, deque())
        for known in reversed(alike):
            if self._objects[known] == described:
                return known
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        free = name if number == 1 else f"{name} ({number})"
        self._objects[free] = described
        alike.append(free)
        if len(alike) > _MOST_ALIKE:
            oldest = alike.popleft()
            del self._objects[oldest]
            self._definitions.pop(oldest, None)
        return free

    def _defined(self, name: str, described: _Object | _Refined) -> ClassDefinition:
        if isinstance(described, _Refined):
            return self._more(name, described)
        schema, whole = described.schema, described.whole
        required = schema.get("required", ())
        fields = {
            str(key): FieldDefinition(
                str(key),
                self._type(f"{name}.{key}", value, whole),
                optional=key not in required,
                documentation=_documentation(_followed(value, whole) or {}),
                is_unused=isinstance(value, Mapping) and value.get("x-unused") is True,
            )
            for key, value in schema["properties"].items()
        }
        others = schema.get("additionalProperties", False)
        indexers: tuple[Indexer, ...] = ()
        if others:
            indexers = (Indexer(model.STRING, self._type(f"{name}[]", others, whole)),)
        return ClassDefinition(
            name=name,
            fields=fields,
            indexers=indexers,
            is_exact=not others,
            documentation=_documentation(schema),
        )

    def _more(self, name: str, described: _Refined) -> ClassDefinition:
        base = described.base
        fields = {
            field: evolve(
                base.fields[field], type=self._type(f"{base.name}.{field}", schema, schema)
            )
            for field, schema in described.schemas.items()
        }
        return evolve(
            base,
            name=name,
            fields={key: evolve(each, optional=False) for key, each in fields.items()},
            indexers=(),
            parents=(model.Named(base.name),),
        )


def _followed(schema: object, whole: Schema) -> Schema | None:
    """A schema, or what it refers to; what is said beside a reference counts more."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, Mapping):
            return None
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        found: object = whole
        for step in reference.removeprefix("#").split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping):
            return None
        schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return None


def _joined(schema: Schema, whole: Schema) -> Schema:
    """An object with what the schemas of its `allOf` say."""
    if not isinstance(schema.get("allOf"), list):
        return schema
    properties: dict[str, Any] = {}
    required: list[str] = []
    for each in _parts(schema, whole):
        if isinstance(each.get("properties"), Mapping):
            properties |= each["properties"]
        required += each.get("required", ())
    return {**schema, "properties": properties, "required": required}


def _parts(schema: Schema, whole: Schema, depth: int = 0) -> Iterator[Schema]:
    for each in schema.get("allOf", ()) if depth < _DEEPEST else ():
        part = _followed(each, whole)
        if part is not None:
            yield from _parts(part, whole, depth + 1)
    yield schema


def _literal(value: object) -> Type:
    match value:
        case bool():
            return model.BooleanLiteral(value)
        case str():
            return model.StringLiteral(value)
        case int():
            return model.IntegerLiteral(value)
        case float():
            return model.NumberLiteral(value)
        case None:
            return model.NIL
    return model.ANY


def _documentation(schema: Schema) -> Documentation | None:
    said = [str(schema[key]) for key in ("title", "description") if schema.get(key)]
    if "default" in schema:
        said.append(f"Default: `{json.dumps(schema['default'])}`.")
    if not said:
        return None
    deprecated = "" if schema.get("deprecated") is True else None
    return Documentation("\n\n".join(said), deprecated=deprecated)
