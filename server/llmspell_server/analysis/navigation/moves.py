"""What must be written elsewhere when files get other names: `require`."""

from __future__ import annotations

from collections.abc import Mapping

from llmspell_server.analysis.workspace.index import Index
from llmspell_server.analysis.workspace.modules import ModuleFiles, SearchPath

from .places import Place


def moved_requires(
    moves: Mapping[str, str], index: Index, search: SearchPath
) -> list[tuple[Place, str]]:
    """The names of modules to replace, each with the new one.

    moves: the files that get another name, with it.
    """
    after = ModuleFiles([moves.get(file, file) for file in index.files], search)
    found: list[tuple[Place, str]] = []
    for old, new in moves.items():
        for file, start, end, module in index.requiring(old):
            requiring = moves.get(file, file)
            if after.file_of(module, requiring) == new:
                continue
            names = after.names_of(new, requiring)
            if names:
                found.append((Place(file, start, end), _like(module, names[0])))
    return found


def _like(old: str, new: str) -> str:
    """A module's name with the separator of another."""
    return new.replace(".", "/") if "/" in old and "." not in old else new
