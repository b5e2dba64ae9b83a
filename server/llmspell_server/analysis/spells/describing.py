"""A table that a JSON Schema describes, as hover shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST = 24  # parameters; more fill the screen


def parameters_text(schema: Any) -> str:
    """The keys of the table in Markdown, with types and descriptions; empty for a table of none."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or not properties:
        return ""
    required = schema.get("required", ())
    lines = [_line(str(key), value, key in required) for key, value in properties.items()]
    more = ["- …"] if len(lines) > _MOST else []
    return "\n".join(["Parameters:", "", *lines[:_MOST], *more])


def _line(key: str, schema: Any, is_required: bool) -> str:
    if not isinstance(schema, Mapping):
        return f"- `{key}`"
    mark = "" if is_required else "?"
    type_ = schema.get("type", "")
    shown = type_ if isinstance(type_, str) else "|".join(map(str, type_))
    choices = schema.get("enum")
    if isinstance(choices, list):
        shown = "|".join(f'"{each}"' if isinstance(each, str) else str(each) for each in choices)
    head = f"- `{key}{mark}: {shown}`" if shown else f"- `{key}{mark}`"
    about = "" if isinstance(choices, list) and "x-operations" in schema else _about(schema)
    return f"{head}: {about}" if about else head


def _about(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description") or "").replace("\n", " ")
