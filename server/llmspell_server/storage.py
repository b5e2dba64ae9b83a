"""Where the server keeps what it could find out again."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_cache_path


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/llmspell/language-server`, or its like on other systems."""
    return user_cache_path("llmspell") / "language-server"
