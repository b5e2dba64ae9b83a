"""What was typed: the list of a session, and the file that outlives it (spec cli §7.7)."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

MAX_ENTRIES = 1000
MAX_FILE_ENTRIES = 10_000


class Entry(NamedTuple):
    """One input and when it was given, in seconds since 1970."""

    command: str
    timestamp: float


def add_entry(entries: list[Entry], command: str) -> None:
    """Adds an input, unless it is empty or the same as the last; the oldest goes beyond 1000."""
    command = command.strip()
    if command and not (entries and entries[-1].command == command):
        entries.append(Entry(command, time.time()))
        del entries[:-MAX_ENTRIES]


def default_file(environ: Mapping[str, str]) -> Path:
    """`llmspell_history` in the user's cache folder."""
    base = Path(environ.get("XDG_CACHE_HOME") or "")
    folder = base if base.is_absolute() else Path(environ.get("HOME") or Path.home()) / ".cache"
    return folder / "llmspell_history"


class HistoryFile:
    """A history file: for each input a line `# time`, then its lines with `+` before each.

    It is readable by its owner only. A file that is no text is set aside as
    `<name>.corrupt.backup`. Where the file cannot be used, nothing is kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[str]:
        """The inputs, oldest first."""
        try:
            data = self.path.read_bytes()
        except OSError:
            return []
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return self._set_aside()
        if "\0" in text:
            return self._set_aside()
        entries = _parsed(text)
        if len(entries) > MAX_FILE_ENTRIES:
            entries = entries[-MAX_FILE_ENTRIES:]
            self._write("".join(map(_formatted, entries)), "w")
        return entries

    def append(self, text: str) -> None:
        """Adds an input; one that begins with a space is not kept."""
        if not text.startswith(" "):
            self._write(_formatted(text), "a")

    def clear(self) -> None:
        """Forgets everything."""
        if self.path.exists():
            self._write("", "w")

    def _write(self, text: str, mode: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if mode == "a" else os.O_TRUNC)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(self.path, flags, 0o600), mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            from llmspell.telemetry.levels import WARN
            from llmspell.telemetry.trace import trace

            trace(WARN, "repl", f"the history {self.path} cannot be written: {error.strerror}")

    def _set_aside(self) -> list[str]:
        try:
            shutil.copyfile(self.path, self.path.with_suffix(".corrupt.backup"))
            self.path.unlink()
        except OSError:
            return []
        return []


def _parsed(text: str) -> list[str]:
    entries: list[str] = []
    lines: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.startswith("+"):
            lines.append(line[1:])
        elif lines:
            entries.append("\n".join(lines))
            lines = []
    return entries


def _formatted(text: str) -> str:
    lines = "".join(f"+{line}\n" for line in text.encode("utf-8", "replace").decode().split("\n"))
    return f"\n# {time.strftime('%Y-%m-%d %H:%M:%S')}\n{lines}"
