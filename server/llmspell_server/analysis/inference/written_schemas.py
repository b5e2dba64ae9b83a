"""JSON Schemas that a script writes out as tables: what is certain of them.

What is worked out when the script runs is left out, and other keys are allowed where it may be one.
"""

from __future__ import annotations

from typing import Any, Protocol

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import integer_value, string_value

from .writes import key_of_field


class Unknown:
    """What is worked out when the script runs; as a key, that a table has further ones."""


UNKNOWN = Unknown()

_SCHEMAS = frozenset({"items", "additionalProperties"})
_OF_TABLES = frozenset({"properties", "$defs", "definitions"})
_OF_LISTS = frozenset({"allOf", "anyOf", "oneOf"})


def certain(said: Any) -> dict[str, Any]:
    """What is certain of a schema that is written out; other keys are allowed where more is."""
    if not isinstance(said, dict):
        return {}
    parts = ((key, _part(key, value)) for key, value in said.items())
    found = {key: value for key, value in parts if value is not UNKNOWN}
    if "properties" in found and _has_more(said):
        found["additionalProperties"] = True
    return found


def opened(schema: Any) -> Any:
    """The schema with other keys wherever it says nothing of them."""
    if not isinstance(schema, dict):
        return schema
    found = {key: opened(value) if key in _SCHEMAS else value for key, value in schema.items()}
    for key in _OF_TABLES & found.keys():
        found[key] = {name: opened(each) for name, each in found[key].items()}
    for key in _OF_LISTS & found.keys():
        found[key] = [opened(each) for each in found[key]]
    return {"additionalProperties": True, **found} if "properties" in found else found


def _part(key: Any, value: Any) -> Any:
    """What is certain of the value of a keyword."""
    match key, value:
        case "additionalProperties", bool():
            return value
        case "items" | "additionalProperties", dict():
            return certain(value)
        case "properties" | "$defs" | "definitions", dict():
            return {name: certain(each) for name, each in value.items() if isinstance(name, str)}
        case "allOf" | "anyOf" | "oneOf", list():
            return [certain(each) for each in value]
        case "type", list():
            return value if value and all(isinstance(each, str) for each in value) else UNKNOWN
        case "required" | "x-aliases", list():
            return [each for each in value if isinstance(each, str)]
        case "enum", list():
            return UNKNOWN if UNKNOWN in value else value
        case "title" | "description" | "$ref" | "type" | "x-kind", str():
            return value
        case "default" | "const" | "deprecated", bool() | int() | str():
            return value
    return UNKNOWN


def _has_more(said: dict[Any, Any]) -> bool:
    """Whether something is worked out that may say of further properties."""
    places = (said, said["properties"], said.get("allOf", ()))
    return any(UNKNOWN in each for each in places if isinstance(each, dict | list)) or any(
        said.get(key) is UNKNOWN for key in ("allOf", "$ref", "additionalProperties")
    )


class Follow(Protocol):
    """Follows a name to what it stands for, and gives what follows the names in that."""

    def __call__(self, name: tree.Name, /) -> tuple[tree.Expression, Follow] | None:
        """None where that is worked out when the script runs."""


def data_of(node: tree.Expression, follow: Follow | None = None) -> Any:
    """A literal as plain data; `UNKNOWN` for what is worked out.

    follow: what names in it stand for, else they are worked out.
    """
    if isinstance(node, tree.Name) and follow is not None:
        found = follow(node)
        return UNKNOWN if found is None else data_of(*found)
    if isinstance(node, tree.String):
        return string_value(node.text)
    if isinstance(node, tree.Boolean):
        return node.value
    if isinstance(node, tree.Number):
        value = integer_value(node.text)
        return UNKNOWN if value is None else value
    if not isinstance(node, tree.Table):
        return UNKNOWN
    named: dict[Any, Any] = {}
    listed = []
    for each in node.fields:
        if isinstance(each.value, tree.Nil):
            continue
        if isinstance(each, tree.Item):
            listed.append(data_of(each.value, follow))
        else:
            key = key_of_field(each)
            named[UNKNOWN if key is None else key] = data_of(each.value, follow)
    return named or listed
