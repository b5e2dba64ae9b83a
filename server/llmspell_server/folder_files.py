"""The configuration files of other tools that lie in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pygls.uris import to_fs_path

from .analysis.configuration_files import luacheckrc, luarc
from .settings import Settings, read

NAMES = (*luarc.NAMES, luacheckrc.NAME)
"""What these files are called."""

_GLOBALS = "diagnostics.globals"


def settings_in(uri: str) -> tuple[dict[str, Any], list[str]]:
    """The settings that files in a folder make, and a sentence for each file that cannot be read.

    Globals of several files are added up.
    """
    folder = to_fs_path(uri)
    if folder is None:
        return {}, []
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name in luarc.NAMES:
        text = _text(Path(folder) / name)
        if text is not None:
            try:
                found |= luarc.settings_of(text)
            except ValueError as error:
                problems.append(f"{name} is left out, because it is no JSON: {error}.")
    text = _text(Path(folder) / luacheckrc.NAME)
    if text is not None:
        more = luacheckrc.settings_of(text).get(_GLOBALS, [])
        names = [*found.get(_GLOBALS, []), *more]
        if names:
            found[_GLOBALS] = list(dict.fromkeys(names))
    return found, problems


def settings_of(folder: Path) -> tuple[Settings, list[str]]:
    """The settings in force in a folder where nobody can be asked for others, and what is wrong."""
    written, unreadable = settings_in(folder.as_uri())
    settings, problems = read(written)
    return settings, [*unreadable, *problems]


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
