"""`.luarc.json`, the configuration of LuaLS: what it says about libraries, globals and problems."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .json_with_comments import read_json

NAMES = (".luarc.json", ".luarc.jsonc")

_SECTION = "Lua."
_SEVERITIES = {
    "error": "error",
    "warning": "warning",
    "information": "information",
    "hint": "hint",
}


def settings_of(text: str) -> dict[str, Any]:
    """The settings in a file by their full names; raises `ValueError` for what is no JSON.

    What is unknown or has another type than LuaLS wants is left out.
    """
    raw = read_json(text)
    found: dict[str, Any] = {}
    given = _flat(raw) if isinstance(raw, Mapping) else {}
    for name, (setting, reader) in _READ.items():
        if name in given:
            value = reader(given[name])
            if value is not None:
                found[setting] = value
    _add_switched_off(given.get("diagnostics.neededFileStatus"), found)
    return found


def _flat(raw: Mapping[Any, Any], prefix: str = "") -> dict[str, Any]:
    """Values by full name, however they are nested."""
    found: dict[str, Any] = {}
    for key, value in raw.items():
        name = f"{prefix}{key}".removeprefix(_SECTION)
        if isinstance(value, Mapping) and name not in _READ:
            found |= _flat(value, f"{name}.")
            found[name] = value
        else:
            found[name] = value
    return found


def _texts(value: object) -> list[str] | None:
    if isinstance(value, Mapping):  # `{"path": true}`, as old versions wrote it
        value = [path for path, wanted in value.items() if wanted]
    if not isinstance(value, list):
        return None
    return [each for each in value if isinstance(each, str)]


def _libraries(value: object) -> list[str] | None:
    """Folders; those that LuaLS brings along (`${3rd}/…`) are not there."""
    found = _texts(value)
    return None if found is None else [each for each in found if not each.startswith("${")]


def _switch(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _severities(value: object) -> dict[str, str] | None:
    if not isinstance(value, Mapping):
        return None
    levels = {
        str(code): _SEVERITIES.get(level.rstrip("!").lower())
        for code, level in value.items()
        if isinstance(level, str)
    }
    return {code: level for code, level in levels.items() if level is not None}


def _parts(value: object) -> dict[str, str] | None:
    """Which parts of the library there are."""
    if not isinstance(value, Mapping):
        return None
    return {
        str(part): said for part, said in value.items() if said in ("default", "enable", "disable")
    }


def _add_switched_off(value: object, found: dict[str, Any]) -> None:
    """Problems that are wanted in no file."""
    if isinstance(value, Mapping):
        off = [str(code) for code, where in value.items() if where in ("None", "None!")]
        if off:
            known = found.get("diagnostics.disable", [])
            found["diagnostics.disable"] = list(dict.fromkeys([*known, *off]))


_READ: dict[str, tuple[str, Callable[[object], Any]]] = {
    "workspace.library": ("workspace.library", _libraries),
    "workspace.ignoreDir": ("workspace.ignore", _texts),
    "workspace.useGitIgnore": ("workspace.useGitIgnore", _switch),
    "diagnostics.enable": ("diagnostics.enable", _switch),
    "diagnostics.globals": ("diagnostics.globals", _texts),
    "diagnostics.disable": ("diagnostics.disable", _texts),
    "diagnostics.severity": ("diagnostics.severity", _severities),
    "runtime.path": ("runtime.path", _texts),
    "runtime.builtin": ("runtime.builtin", _parts),
    "hint.enable": ("hint.enable", _switch),
}
