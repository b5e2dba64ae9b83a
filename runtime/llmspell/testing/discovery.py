"""Which files are tests.

A file that is named is one, whatever it is called. In folders, and below them, a test is a Lua file
whose name ends with `_test.lua` or begins with `test_`, and any Lua file that lies in a folder
`tests` itself; folders below `tests` are for what tests use. Hidden folders and those of packages
are left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from llmspell.errors import ValidationError

LEFT_OUT = frozenset({"__pycache__", "build", "dist", "node_modules", "target", "venv"})
"""Names of folders that are not looked into."""


def is_test(path: Path) -> bool:
    """Whether a file that was found in a folder is a test."""
    name = path.name
    if not name.endswith(".lua") or name.startswith("."):
        return False
    return name.endswith("_test.lua") or name.startswith("test_") or path.parent.name == "tests"


def test_files(paths: Iterable[str]) -> list[Path]:
    """The tests among files and folders, in order, each once; of the working directory if none.

    Raises ValidationError for a path that does not exist.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths or (".",)):
        if path.is_dir():
            found |= dict.fromkeys(_below(path))
        elif path.is_file():
            found[path] = None
        else:
            raise ValidationError(f"there is no file or folder '{path}'")
    return list({path.resolve(): path for path in reversed(found)}.values())[::-1]


def _below(folder: Path) -> list[Path]:
    found = []
    absolute = folder.resolve()
    for place, folders, names in os.walk(absolute):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in LEFT_OUT)
        here = Path(place)
        found += [
            folder / path.relative_to(absolute)
            for path in (here / name for name in sorted(names))
            if is_test(path)
        ]
    return found


# It is no test of ours, whatever its name says to pytest.
test_files.__test__ = False  # type: ignore[attr-defined]
