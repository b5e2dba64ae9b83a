"""Writes `catalogue.json`: what is to be known of the built-in tools without importing them.

python -m llmspell.tools.catalogue [--check]
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llmspell.generating import write_or_check
from llmspell.tools.description import PERMISSIONS
from llmspell.tools.registry import CATALOGUE
from llmspell.tools.tool import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator


def told_of(tool: Tool) -> dict[str, Any]:
    """A tool as a line of the catalogue."""
    return {
        "name": tool.name,
        "description": tool.description,
        "category": tool.category,
        "security": tool.security,
        "permissions": list(tool.permissions),
        "version": tool.version,
        "aliases": list(tool.aliases),
        "class": tool.written,
        "requires": list(tool.requires),
        "extra": tool.extra if tool.requires else "",
        "schema": tool.schema,
    }


def tool_details(told: dict[str, Any]) -> str:
    """What editors say of a tool (a line of the catalogue) beside its description."""
    said = f"Category `{told['category']}`, security level `{told['security']}`."
    if told["permissions"]:
        said += f" It {', '.join(PERMISSIONS[each] for each in told['permissions'])}."
    return f"{said} Needs the extra `{told['extra']}`." if told["extra"] else said


def built_in() -> Iterator[type[Tool]]:
    """The classes of all tools below `llmspell.tools.builtin`, by name."""
    package = importlib.import_module("llmspell.tools.builtin")
    found: dict[str, type[Tool]] = {}
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        for value in vars(importlib.import_module(module.name)).values():
            ours = isinstance(value, type) and issubclass(value, Tool)
            if ours and value.__module__ == module.name and "name" in vars(value):
                found[value.name] = value
    yield from (found[name] for name in sorted(found))


def catalogue() -> str:
    """The text of the file."""
    told = [told_of(cls()) for cls in built_in()]
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Writes the file; with `--check` gives 1 if it is stale."""
    return write_or_check({Path(CATALOGUE): catalogue()}, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
