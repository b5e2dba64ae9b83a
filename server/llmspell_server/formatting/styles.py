"""The style of a file: what `stylua.toml` says, else `.editorconfig`, else what is given."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from llmspell.errors import ConfigError

from ..analysis.formatting.style import LineEnd, Style

_STYLUA = ("stylua.toml", ".stylua.toml")
_LINE_ENDS: Mapping[str, LineEnd] = {
    "unix": "\n",
    "windows": "\r\n",
    "lf": "\n",
    "crlf": "\r\n",
}
_WIDEST = 16


def style_for(path: Path, otherwise: Style) -> Style:
    """The style that the folders of a file ask for. Raises ConfigError for a broken file."""
    found = stylua_file(path)
    return _editorconfig(path, otherwise) if found is None else _stylua(found)


def stylua_file(path: Path) -> Path | None:
    """The `stylua.toml` that counts for a file: the nearest, in its folder or above."""
    for folder in path.absolute().parents:
        for name in _STYLUA:
            if (folder / name).is_file():
                return folder / name
    return None


def _stylua(path: Path) -> Style:
    """StyLua's own defaults are tabs, and 4 columns."""
    try:
        keys = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return Style(
        tabs=keys.get("indent_type", "Tabs") != "Spaces",
        width=_width(keys.get("indent_width"), 4),
        line_end=_LINE_ENDS.get(str(keys.get("line_endings", "")).lower()),
    )


def _editorconfig(path: Path, otherwise: Style) -> Style:
    from editorconfig import EditorConfigError, get_properties

    try:
        keys = get_properties(str(path.absolute()))
    except (EditorConfigError, OSError, ValueError) as error:
        raise ConfigError(f".editorconfig: {error}") from error
    size = keys.get("indent_size", keys.get("tab_width"))
    tabs = {"tab": True, "space": False}.get(keys.get("indent_style", ""))
    if tabs is None:  # a size alone means spaces, unless it says that tabs are that wide
        tabs = otherwise.tabs if size is None else size == "tab"
    return Style(
        tabs=tabs,
        width=_width(size, otherwise.width),
        line_end=_LINE_ENDS.get(keys.get("end_of_line", ""), otherwise.line_end),
    )


def _width(value: Any, otherwise: int) -> int:
    text = str(value)
    return int(text) if text.isdecimal() and 0 < int(text) <= _WIDEST else otherwise
