"""What launch and attach can be told, for editors and for the documentation.

`python -m llmspell_debug_adapter.reference` rewrites the tables in `docs/debugging.md`.
"""

from __future__ import annotations

import json
import re
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from attrs import NOTHING, Attribute, Factory, fields, has

from llmspell_debug_adapter.protocol.arguments import AttachArguments, LaunchArguments
from llmspell_debug_adapter.protocol.structuring import camel

REQUESTS: dict[str, type] = {"launch": LaunchArguments, "attach": AttachArguments}

_TYPES: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def schema_of(described: type) -> dict[str, Any]:
    """A described class as JSON Schema: the names of the protocol, types, defaults, meanings."""
    hints = get_type_hints(described)
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            camel(each.name): _property(each, hints[each.name]) for each in fields(described)
        },
    }
    required = [camel(each.name) for each in fields(described) if each.default is NOTHING]
    return {**schema, "required": required} if required else schema


def _property(each: Attribute[Any], hint: Any) -> dict[str, Any]:
    meaning = str(each.metadata["meaning"])
    found = {**_type(hint), "markdownDescription": meaning[0].upper() + meaning[1:] + "."}
    default = _default(each)
    return found if default is None else {**found, "default": default}


def _default(each: Attribute[Any]) -> Any:
    default = each.default
    if isinstance(default, Factory):  # type: ignore[arg-type]
        made = default.factory()  # type: ignore[union-attr]
        return made if isinstance(made, list | dict) else None
    return None if default is NOTHING else default


def _type(hint: Any) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _type(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _union(get_args(arguments[1]))}
    if origin in (Union, types.UnionType):
        return _union(tuple(each for each in arguments if each is not type(None)))
    return schema_of(hint) if has(hint) else {"type": _TYPES[hint]}


def _union(members: tuple[Any, ...]) -> dict[str, Any]:
    if len(members) == 1:
        return _type(members[0])
    schemas = [_type(each) for each in members]
    merged = {key: value for schema in schemas for key, value in schema.items()}
    return {**merged, "type": [schema["type"] for schema in schemas]}


def table_of(described: type) -> str:
    """A described class as a table in Markdown."""
    lines = ["| attribute | default | meaning |", "| --- | --- | --- |"]
    for each in fields(described):
        default = _default(each)
        shown = "-" if default is None else f"`{json.dumps(default)}`"
        lines.append(f"| `{camel(each.name)}` | {shown} | {_meaning(each)} |")
    return "\n".join(lines)


def _meaning(each: Attribute[Any]) -> str:
    inner = get_type_hints(LaunchArguments).get(each.name)
    meaning = str(each.metadata["meaning"])
    if inner is None or not has(inner):
        return meaning
    parts = (f"`{camel(part.name)}` ({_meaning(part)})" for part in fields(inner))
    return f"{meaning}: {', '.join(parts)}"


def updated(page: str) -> str:
    """A page with its tables generated anew."""
    for request, described in REQUESTS.items():
        begin, end = f"<!-- {request}, generated -->\n", f"\n<!-- end of {request} -->"
        pattern = re.escape(begin) + ".*?" + re.escape(end)
        table = begin + table_of(described) + end
        page, count = re.subn(pattern, lambda _, table=table: table, page, flags=re.DOTALL)  # type: ignore[misc]
        if count != 1:
            raise ValueError(f"the page has no marks for {request}")
    return page


def main(docs: Path) -> None:
    """Rewrites the page in a folder."""
    page = docs / "debugging.md"
    page.write_text(updated(page.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main(Path("docs"))
