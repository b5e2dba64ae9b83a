"""The client: what it can, how it counts and how it names files. Ours: from 1, absolute paths."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from urllib.parse import quote, unquote, urlsplit

from llmspell_debug_adapter.protocol.arguments import InitializeArguments, PathMapping


class Client:
    """Translates lines, columns and paths between the client's way and ours."""

    def __init__(self, arguments: InitializeArguments | None = None) -> None:
        self.can = arguments or InitializeArguments("")
        self.just_my_code = True
        self._mappings: list[PathMapping] = []
        self._spellings: dict[str, str] = {}

    def map_paths(self, mappings: Sequence[PathMapping]) -> None:
        """Folders that have another name where the program runs."""
        self._mappings += mappings

    def know_folder(self, folder: str) -> None:
        """A folder that the client may have reached through symbolic links.

        The debugger resolves them; the client is to see its own names, or it opens each file twice.
        """
        here, resolved = os.path.abspath(folder), os.path.realpath(folder)  # noqa: PTH100
        if here != resolved:
            self._mappings.append(PathMapping(here, resolved))

    def line(self, line: int) -> int:
        """A line for the client. 0 means none, to both sides."""
        return line if self.can.lines_start_at1 else max(line - 1, 0)

    def line_of(self, line: int) -> int:
        """A line from the client."""
        return line if self.can.lines_start_at1 else line + 1

    def column(self, column: int) -> int:
        """A column for the client."""
        return column if self.can.columns_start_at1 else max(column - 1, 0)

    def column_of(self, column: int | None) -> int | None:
        """A column from the client."""
        return column if column is None or self.can.columns_start_at1 else column + 1

    def path(self, path: str) -> str:
        """A path for the client: as it has spelt it itself, if it has."""
        path = self._spellings.get(path, path)
        for mapping in self._mappings:
            path, changed = _moved(path, mapping.remote_root, mapping.local_root)
            if changed:
                break
        if self.can.path_format == "uri":
            return "file://" + quote(path if path.startswith("/") else "/" + path)
        return path

    def path_of(self, path: str) -> str:
        """A path from the client, absolute and without `..`."""
        if path.startswith("file:"):
            path = unquote(urlsplit(path).path)
            if re.match(r"/[A-Za-z]:", path):
                path = path[1:]
        spelt = path
        for mapping in self._mappings:
            path, changed = _moved(path, mapping.local_root, mapping.remote_root)
            if changed:
                return path
        path = os.path.abspath(path)  # noqa: PTH100 - without resolving links
        resolved = os.path.realpath(path)
        if resolved != path:
            self._spellings[resolved] = spelt
        return path


def _moved(path: str, old: str, new: str) -> tuple[str, bool]:
    """A path with one folder replaced by another, and whether it was in it."""
    old, new = old.rstrip("/\\"), new.rstrip("/\\")
    if path == old or (path.startswith(old) and path[len(old)] in "/\\"):
        return new + path[len(old) :], True
    return path, False
