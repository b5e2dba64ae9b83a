"""Where something of Python is written, found without importing its module."""

from __future__ import annotations

import re
from importlib.machinery import PathFinder
from pathlib import Path

from .analysis.spells.sources import Place


def place_of(target: str) -> Place | None:
    """The place of the class or function `module:name`; None where its source is not there."""
    module, _, name = target.partition(":")
    path = _source(module)
    if path is None:
        return None
    try:
        text = Path(path).read_text("utf-8")
    except (OSError, ValueError):
        return None
    word = re.escape(name.partition(".")[0])
    found = re.search(rf"^(?:class|def|async def)[ \t]+({word})\b", text, re.MULTILINE)
    return Place(path, found.start(1), found.end(1)) if found is not None else Place(path)


def _source(module: str) -> str | None:
    """The file of a module: packages are followed by their folders, nothing is run."""
    folders, name, found = None, "", None
    for part in module.split("."):
        name = f"{name}.{part}" if name else part
        found = PathFinder.find_spec(name, folders)
        if found is None:
            return None
        folders = found.submodule_search_locations
    path = found.origin if found is not None else None
    return path if path is not None and path.endswith(".py") else None
