"""JSON Schema of a configuration file, for editors (`llmspell config schema`).

Draft 2020-12. It accepts what loading accepts without a warning: aliases are there (deprecated),
choices in lower and upper case too, documented sections that this version does not use as free
tables.
"""

from typing import Any

from llmspell.config.schema import Config
from llmspell.config.schema.fields import Field, describe, known_unused

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def config_schema() -> Schema:
    """Give the JSON Schema of a whole configuration file."""
    definitions: dict[str, Schema] = {}
    root = _class_schema(Config, definitions)
    properties: Schema = root["properties"]
    properties["$schema"] = {"type": "string"}
    properties["extends"] = {
        "type": "string",
        "description": "A file whose settings hold where this one is silent.",
    }
    profile = {key: value for key, value in root.items() if key != "additionalProperties"}
    profile["properties"] = {**properties, "extends": {"type": "string"}}
    definitions["Profile"] = profile | {"additionalProperties": False}
    root["properties"] = properties | {
        "profiles": {
            "type": "object",
            "description": "Named changes of this file, chosen with `--config-profile`.",
            "additionalProperties": {"$ref": "#/$defs/Profile"},
        }
    }
    return {
        "$schema": DIALECT,
        "title": "llmspell configuration",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def _class_schema(cls: type, definitions: dict[str, Schema]) -> Schema:
    properties: Schema = {}
    rest: object = False
    for field in describe(cls):
        if field.setting.catch_all:
            rest = cls is not Config and _entries(field, definitions)
            continue
        schema = _field_schema(field, definitions)
        properties[field.name] = schema
        for alias in field.setting.aliases:
            properties[alias] = {**schema, "deprecated": True}
    for name in sorted(known_unused(cls)):
        properties.setdefault(name, {"description": "Known, but not used by this version."})
    return {"type": "object", "properties": properties, "additionalProperties": rest}


def _entries(field: Field, definitions: dict[str, Schema]) -> object:
    return True if field.table is None else _reference(field.table, definitions)


def _reference(cls: type, definitions: dict[str, Schema]) -> Schema:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}
        definitions[cls.__name__] = _class_schema(cls, definitions)
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _field_schema(field: Field, definitions: dict[str, Schema]) -> Schema:
    schema = _value_schema(field, definitions)
    schema["description"] = field.setting.description
    if field.default is not None and field.table is None:
        default = field.default
        schema["default"] = list(default) if isinstance(default, tuple) else default
    return schema


def _value_schema(field: Field, definitions: dict[str, Schema]) -> Schema:
    setting = field.setting
    if field.table is not None:
        table = _reference(field.table, definitions)
        if not setting.scalar_key:
            return table
        scalar = next(f for f in describe(field.table) if f.name == setting.scalar_key)
        return {"anyOf": [table, _value_schema(scalar, definitions)]}
    if field.kind == "choice":
        return _choices(field)
    if field.kind == "strings":
        array: Schema = {"type": "array", "items": {"type": "string"}}
        if setting.minimum:
            array["minItems"] = int(setting.minimum)
        return {"anyOf": [array, {"type": "string"}]} if setting.comma_list else array
    types = {"bool": "boolean", "int": "integer", "float": "number", "mapping": "object"}
    schema: Schema = {"type": types.get(field.kind, "string")}
    if field.kind in {"int", "float"}:
        schema["minimum"] = field.minimum
        if setting.maximum is not None:
            schema["maximum"] = setting.maximum
    return schema


def _choices(field: Field) -> Schema:
    """Offer the exact spellings to completion; accept other cases and aliases."""
    cases = {form for choice in field.choices for form in (choice.lower(), choice.upper())}
    others = cases | set(field.setting.value_aliases)
    spare = sorted(others - set(field.choices))
    exact: Schema = {"enum": list(field.choices)}
    return {"anyOf": [exact, {"enum": spare, "deprecated": True}]} if spare else exact
