"""The Lua files that a command is told about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmspell.errors import LLMSpellError

_SKIPPED = frozenset({"node_modules", "__pycache__"})


def lua_files(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, and all `*.lua` below folders, each once and in order.

    Hidden folders and those of packages are left out unless they are named. Raises LLMSpellError
    for a path that is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(_below(path)))
        elif path.exists():
            found[path] = None
        else:
            raise LLMSpellError(f"{path}: no such file or folder")
    return list(found)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if not path.name.startswith(".") and path.name not in _SKIPPED:
                yield from _below(path)
        elif path.suffix == ".lua" and path.is_file():
            yield path
