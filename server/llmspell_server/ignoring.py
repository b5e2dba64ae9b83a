"""What is left out of a workspace: by its settings, and by ignore files (gitignore(5))."""

from __future__ import annotations

import re
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NAMES = (".gitignore", ".ignore")
"""Where patterns stand; of one folder, what the later file says counts more."""

_LEFT_ALONE = frozenset({"node_modules", "__pycache__"})


class IgnoreFiles:
    """The patterns of a folder, of those below, and of those above it in the same repository.

    A folder that is left out itself, and opened all the same, knows its own patterns only.
    """

    def __init__(self, root: Path) -> None:
        self._known: dict[str, tuple[tuple[str, GitIgnoreSpec], ...]] = {}
        self._top = _repository(root)
        if self._top != root and self.leaves_out(str(root), is_folder=True):
            self._top = root
            self._known.clear()

    def leaves_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether a path within the folder is left out, by itself or with a folder around it."""
        folder = str(Path(path).parent)
        for place, patterns in self._patterns(folder):
            below = path[len(place) :].lstrip("/")
            said = patterns.check_file(f"{below}/" if is_folder else below).include
            if said is not None:
                return said
        return False

    def _patterns(self, folder: str) -> tuple[tuple[str, GitIgnoreSpec], ...]:
        """The patterns that a folder is under, the nearest first."""
        known = self._known.get(folder)
        if known is None:
            own = _read(Path(folder))
            above: tuple[tuple[str, GitIgnoreSpec], ...] = ()
            if folder != str(self._top) and Path(folder).is_relative_to(self._top):
                above = self._patterns(str(Path(folder).parent))
            known = self._known[folder] = above if own is None else ((folder, own), *above)
        return known


@frozen
class LeftOut:
    """What is left out below a folder. patterns: by the settings. files: by ignore files."""

    patterns: tuple[str, ...]
    files: IgnoreFiles | None

    def __call__(self, path: str, inside: str, *, is_folder: bool) -> bool:
        """Whether a path is left out. inside: the path within the folder."""
        name = inside.rpartition("/")[2]
        if name.startswith(".") or name in _LEFT_ALONE:
            return True
        if any(fnmatch(inside, each) or fnmatch(name, each) for each in self.patterns):
            return True
        return self.files is not None and self.files.leaves_out(path, is_folder=is_folder)


def _repository(root: Path) -> Path:
    """The folder of the repository around a folder; itself without one."""
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return folder
    return root


def _read(folder: Path) -> GitIgnoreSpec | None:
    """The patterns in a folder. A line that is no pattern is passed over, as git does."""
    lines: list[str] = []
    for name in NAMES:
        with suppress(OSError):
            lines += (folder / name).read_text("utf-8", "replace").splitlines()
    if not lines:
        return None
    from pathspec import GitIgnoreSpec  # many workspaces have no such file

    kept = GitIgnoreSpec([])
    for line in lines:
        with suppress(ValueError, re.error):
            kept += GitIgnoreSpec.from_lines([line])
    return kept
