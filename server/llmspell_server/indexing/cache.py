"""Summaries on the disk, so that a second start reads no file again.

One SQLite file for all workspaces of a user; several servers may use it at once. An entry counts
for a file with the same path, size and time of change, or, for who has read the file anyway, with
the same path and content. What cannot be read is as good as not there.
"""

from __future__ import annotations

import hashlib
import pickle
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from llmspell_server.analysis.workspace.summary import FORMAT, Summary
from llmspell_server.cache_file import CacheFile
from llmspell_server.sealing import sealed, unsealed
from llmspell_server.stamps import Stamp

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_KEPT_FOR = 90 * 24 * 3600  # seconds without use
_PURPOSE = b"summary"
_TABLE = """
create table if not exists summaries (
  path text primary key, size integer, modified integer, digest blob, summary blob, used integer
) without rowid
"""


class Entry(NamedTuple):
    """A summary to be kept. digest: of the file's content; data: the summary, packed."""

    path: str
    stamp: Stamp
    digest: bytes
    data: bytes


def packed(summary: Summary) -> bytes:
    """A summary as bytes, with a checksum before it."""
    data = pickle.dumps(summary, pickle.HIGHEST_PROTOCOL)
    return sealed(data, _PURPOSE)


def unpacked(data: bytes) -> Summary | None:
    """The summary in bytes; None if they are damaged."""
    body = unsealed(data, _PURPOSE)
    if body is None:
        return None
    with suppress(Exception):  # whatever an older Python or another version of ours has written
        found = pickle.loads(body)  # noqa: S301  # from the user's own cache, with its checksum
        if isinstance(found, Summary):
            return found
    return None


def digest_of(data: bytes) -> bytes:
    """What tells one content from another."""
    return hashlib.blake2b(data, digest_size=16).digest()


class Cache:
    """The summaries of all files that were ever read, those apart that nobody uses any longer."""

    def __init__(self, folder: Path) -> None:
        self._file = CacheFile(folder / f"summaries-{FORMAT}-{_PYTHON}.sqlite", _TABLE)

    def look_up(self, stamps: dict[str, Stamp]) -> Iterator[tuple[str, Summary]]:
        """The summaries of those files that are as they were."""
        with suppress(sqlite3.Error, OSError):
            for path, stamp in stamps.items():
                row = self._file.open.execute(
                    "select size, modified, summary from summaries where path = ?", (path,)
                ).fetchone()
                if row is not None and (row[0], row[1]) == tuple(stamp):
                    summary = unpacked(row[2])
                    if summary is not None:
                        yield path, summary
            self._mark_used(stamps)

    def holding(self, digests: Mapping[str, bytes]) -> Iterator[tuple[str, Summary]]:
        """The summaries of those files that still have the content of a digest, by their paths."""
        with suppress(sqlite3.Error, OSError):
            for path, digest in digests.items():
                row = self._file.open.execute(
                    "select summary from summaries where path = ? and digest = ?", (path, digest)
                ).fetchone()
                summary = unpacked(row[0]) if row is not None else None
                if summary is not None:
                    yield path, summary
            self._mark_used(digests)

    def keep(self, entries: Iterable[Entry]) -> None:
        """Stores summaries, all or none of them."""
        now = int(time.time())
        rows = [(e.path, *e.stamp, e.digest, e.data, now) for e in entries]
        with suppress(sqlite3.Error, OSError), self._file.open:
            self._file.open.executemany(
                "insert or replace into summaries values (?, ?, ?, ?, ?, ?)", rows
            )

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _mark_used(self, paths: Iterable[str]) -> None:
        now = int(time.time())
        with self._file.open:
            self._file.open.executemany(
                "update summaries set used = ? where path = ? and used < ?",
                ((now, path, now - 24 * 3600) for path in paths),
            )
            self._file.open.execute("delete from summaries where used < ?", (now - _KEPT_FOR,))
