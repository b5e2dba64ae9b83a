"""A JSON Schema for a table of which some keys are written already.

What depends on them is decided: rules of `allOf` (`if`, `then`, `else`), which keys the chosen
operation takes (`x-operations`), and other names of keys (`x-aliases`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
Written = Mapping[str, str | None]
"""The keys of a table; where a string is written out behind one, that."""


def adapted(schema: Schema, written: Written) -> Schema:
    """The schema that a table with these keys has to follow."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return schema
    values = dict(written)
    properties = dict(properties)
    for key, value in properties.items():
        operations = value.get("x-operations") if isinstance(value, Mapping) else None
        if isinstance(operations, Mapping):
            properties = _of_operation(properties, key, operations, values)
            break
    required = list(schema.get("required", ()))
    for rule in schema.get("allOf", ()):
        if isinstance(rule, Mapping) and "if" in rule:
            then = rule.get("then" if _holds(rule["if"], values) else "else")
            required += then.get("required", ()) if isinstance(then, Mapping) else ()
    names = {
        alias: key
        for key, value in properties.items()
        if isinstance(value, Mapping) and key not in written
        for alias in value.get("x-aliases", ())
        if alias in written and alias not in properties
    }
    for alias, key in names.items():
        properties[alias] = properties[key]
        required = [alias if each == key else each for each in required]
    return {**schema, "properties": properties, "required": list(dict.fromkeys(required))}


def _of_operation(
    properties: Mapping[str, Any], key: str, operations: Mapping[str, Any], values: dict[str, Any]
) -> dict[str, Any]:
    """The properties for the operation that is written, which becomes one of its known names."""
    asked = values[key] if key in values else properties[key].get("default")
    if not isinstance(asked, str):
        return dict(properties)
    for name, about in operations.items():
        if asked.lower() == name or asked.lower() in about.get("aliases", ()):
            values[key] = name
            enum = list(dict.fromkeys((*properties[key].get("enum", ()), asked)))
            takes = about.get("takes")
            return {
                each: {**value, "enum": enum}
                if each == key
                else {**value, "x-unused": takes is not None and each not in takes}
                for each, value in properties.items()
            }
    return dict(properties)


def _holds(condition: Any, values: Mapping[str, Any]) -> bool:
    """Whether a condition about plain values holds for certain."""
    if not isinstance(condition, Mapping):
        return False
    if any(key not in values for key in condition.get("required", ())):
        return False
    for key, wanted in condition.get("properties", {}).items():
        if "const" in wanted and values.get(key) != wanted["const"]:
            return False
        if "enum" in wanted and values.get(key) not in wanted["enum"]:
            return False
    return True
