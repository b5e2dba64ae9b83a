"""The Lua files that a command is told about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from llmspell.errors import LLMSpellError
from llmspell_server.ignoring import IgnoreFiles

_SKIPPED = frozenset({"node_modules", "__pycache__"})


def lua_files(paths: Sequence[Path]) -> list[Path]:
    """The files themselves, and all `*.lua` below folders, each once and in order.

    Hidden folders, those of packages, and what ignore files leave out is passed over unless it is
    named. Raises LLMSpellError for a path that is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            root = path.resolve()
            found.update(dict.fromkeys(_below(path, root, IgnoreFiles(root))))
        elif path.exists():
            found[path] = None
        else:
            raise LLMSpellError(f"{path}: no such file or folder")
    return list(found)


def _below(folder: Path, place: Path, ignored: IgnoreFiles) -> Iterator[Path]:
    """The files below a folder, as it was named. place: where it is."""
    for path in sorted(folder.iterdir()):
        is_folder = path.is_dir()
        if path.suffix != ".lua" and (not is_folder or path.is_symlink()):
            continue
        if ignored.leaves_out(str(place / path.name), is_folder=is_folder):
            continue
        if is_folder and not path.is_symlink():
            if not path.name.startswith(".") and path.name not in _SKIPPED:
                yield from _below(path, place / path.name, ignored)
        elif path.suffix == ".lua" and path.is_file():
            yield path
