"""Puts the script API into the `.luarc.json` that LuaLS and EmmyLua read.

Only `library/llmspell` goes into `workspace.library`: these servers bring their own description
of the Lua library, and a second one (`library/lua54`, for our server) merges badly with it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from llmspell.errors import LLMSpellError

DEFINITIONS = Path(__file__).parent.parent / "library" / "llmspell"

ABSENT = ("bit", "bit32", "ffi", "jit")
"""Libraries that these servers know and spells do not have."""

_RUNTIME_VERSION = "Lua 5.4"


def set_up_editor(directory: Path) -> tuple[Path, bool]:
    """Writes or completes `.luarc.json`; gives its path and whether it changed.

    Raises LLMSpellError for a file that cannot be read as JSON (comments, for example): it is
    left alone, and the sentence says what to put into it by hand.
    """
    path = directory / ".luarc.json"
    commented = directory / ".luarc.jsonc"
    if commented.exists() and not path.exists():
        raise LLMSpellError(_by_hand(commented, "it may have comments, which would be lost"))
    settings: dict[str, Any] = {}
    before = ""
    try:
        if path.exists():
            before = path.read_text(encoding="utf-8-sig")
            settings = json.loads(before or "{}")
    except (ValueError, RecursionError) as error:
        raise LLMSpellError(_by_hand(path, f"it is not plain JSON ({error})")) from error
    except OSError as error:
        raise LLMSpellError(f"{path} cannot be read: {error.strerror}") from error
    if not isinstance(settings, dict):
        raise LLMSpellError(_by_hand(path, "it does not hold a JSON object"))
    complete(settings)
    text = json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
    if before and json.loads(before) == settings:
        return path, False
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LLMSpellError(f"{path} cannot be written: {error.strerror}") from error
    return path, True


def complete(settings: dict[str, Any]) -> None:
    """Adds what spells need to the settings of a Lua language server, in the form they have."""
    holder, key = _slot(settings, "workspace.library")
    libraries = holder.get(key)
    if isinstance(libraries, dict):
        holder[key] = {p: on for p, on in libraries.items() if not _is_ours(p)} | {
            str(DEFINITIONS): True
        }
    else:
        kept = [p for p in libraries if not _is_ours(p)] if isinstance(libraries, list) else []
        holder[key] = [*kept, str(DEFINITIONS)]
    for name, value in (
        ("workspace.checkThirdParty", False),
        ("runtime.version", _RUNTIME_VERSION),
    ):
        holder, key = _slot(settings, name)
        holder[key] = value
    holder, key = _slot(settings, "runtime.builtin")
    builtin = holder.get(key)
    holder[key] = {
        **(builtin if isinstance(builtin, dict) else {}),
        **dict.fromkeys(ABSENT, "disable"),
    }


def _is_ours(path: object) -> bool:
    """Whether a library is this one, perhaps of an installation that has moved."""
    return isinstance(path, str) and Path(path).parts[-3:] == DEFINITIONS.parts[-3:]


def _slot(settings: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
    """The table and the key where a setting stands, or would stand."""
    for prefix in ("", "Lua."):
        if prefix + name in settings:
            return settings, prefix + name
    section, _, key = name.partition(".")
    for root in (settings, settings.get("Lua")):
        if isinstance(root, dict) and isinstance(root.get(section), dict):
            return root[section], key
    if any("." in known for known in settings):
        prefix = "Lua." if any(known.startswith("Lua.") for known in settings) else ""
        return settings, prefix + name
    root = settings["Lua"] if isinstance(settings.get("Lua"), dict) else settings
    root[section] = {}
    return root[section], key


def _by_hand(path: Path, reason: str) -> str:
    wanted: dict[str, Any] = {}
    complete(wanted)
    return f"{path} was left as it is: {reason}. Add this to it:\n{json.dumps(wanted, indent=2)}"
