"""Where the state lives, and opening it there."""

from __future__ import annotations

import sys
from pathlib import Path

from llmspell.errors import ConfigError
from llmspell.state.store import StateStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from llmspell.state.store import OnChange

FILE_NAME: Final = "state.db"
PROJECT_FOLDER: Final = ".llmspell"

_NAME_CHARS: Final = 40


def open_store(
    backend: str,
    path: Path | None,
    max_value_bytes: int | None = None,
    on_change: OnChange | None = None,
) -> StateStore:
    """Return a store; no file is touched before it is used.

    `backend` is `sqlite`, which needs a path, or `memory`; `max_value_bytes` limits the JSON text
    of one value (None: no limit).

    Raises:
        ConfigError: the backend is unknown, or has no path.

    """
    if backend == "memory":
        from llmspell.state.memory import MemoryStore

        return MemoryStore(max_value_bytes=max_value_bytes, on_change=on_change)
    if backend != "sqlite":
        raise ConfigError(f"Unknown state backend {backend!r}; there are 'sqlite' and 'memory'")
    if path is None:
        raise ConfigError("The state backend 'sqlite' needs the path of a file")
    from llmspell.state.sqlite import SqliteStore

    return SqliteStore(path, max_value_bytes=max_value_bytes, on_change=on_change)


def default_path(
    project_dir: Path | None, script_dir: Path | None, environ: Mapping[str, str]
) -> Path:
    """Return the place of the state file.

    It is `.llmspell/state.db` in the folder that holds the project's `llmspell.toml`, if there is
    a project. Else it stands in the user's state directory (`$XDG_STATE_HOME`, by default
    `~/.local/state`), in a folder named after the script's folder (without a script: the working
    directory) and a hash of its full path.
    """
    if project_dir is not None:
        return project_dir / PROJECT_FOLDER / FILE_NAME
    folder = (script_dir or Path.cwd()).resolve()
    return _user_state_dir(environ) / "state" / _folder_name(folder) / FILE_NAME


def _user_state_dir(environ: Mapping[str, str]) -> Path:
    if sys.platform in {"win32", "darwin"}:
        from platformdirs import user_state_path

        return user_state_path("llmspell", appauthor=False)
    # XDG base directories 0.8: a relative path is to be ignored.
    base = Path(environ.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():
        base = Path(environ.get("HOME") or Path.home()) / ".local" / "state"
    return base / "llmspell"


def _folder_name(folder: Path) -> str:
    # hashlib loads OpenSSL (10 ms); its BLAKE2 is this module.
    from _blake2 import blake2s

    digest = blake2s(str(folder).encode("utf-8", "surrogateescape"), digest_size=5).hexdigest()
    readable = "".join(
        character if character.isalnum() or character in "._-" else "-"
        for character in folder.name[:_NAME_CHARS]
    )
    return f"{readable or 'root'}-{digest}"
