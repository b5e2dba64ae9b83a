"""What was found, kept on the disk for who checks the same files again.

One entry for each set of files that are checked together, so that the file does not grow with what
one edits. An entry counts where the ground is the same (`ground.py`) and what was asked outside
gets the same answers (`trace.py`); nothing is kept of which that cannot be told.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .. import sealing
from ..cache_file import CacheFile
from ..indexing.cache import digest_of
from .problems import Checked, Part, Problem
from .trace import Answers, Outside

_FORMAT = 1  # of the table; what is in it belongs to one state of the program
_KEPT_FOR = 30 * 24 * 3600  # seconds without use
_PURPOSE = b"findings"
_TABLE = """
create table if not exists findings (
  part blob primary key, ground blob, body blob, used integer
) without rowid
"""


class Kept:
    """The entries. folder: where the file is."""

    def __init__(self, folder: Path) -> None:
        self._file = CacheFile(folder / f"findings-{_FORMAT}.sqlite", _TABLE)
        self._outside = Outside()

    def of(
        self, parts: Sequence[Sequence[Path]], folders: Sequence[Path], ground: bytes
    ) -> list[Sequence[Checked] | None]:
        """What was found in files that are checked together, for each of several such parts."""
        read = [self._read(part, _key(part, folders), ground) for part in parts]
        asked = [question for each in read if each is not None for question in each[0]]
        now = self._outside.digests(asked)
        return [each[1] if each is not None and _holds(each[0], now) else None for each in read]

    def keep(self, part: Part, folders: Sequence[Path], ground: bytes) -> None:
        """Keeps what was found."""
        if part.asked is None:
            return
        now = int(time.time())
        key = _key([each.path for each in part.files], folders)
        row = (key, ground, _packed(part.asked, part.files), now)
        with suppress(sqlite3.Error, OSError), self._file.open:
            self._file.open.execute("insert or replace into findings values (?, ?, ?, ?)", row)
            self._file.open.execute("delete from findings where used < ?", (now - _KEPT_FOR,))

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _read(
        self, part: Sequence[Path], key: bytes, ground: bytes
    ) -> tuple[Answers, list[Checked]] | None:
        with suppress(sqlite3.Error, OSError):
            row = self._file.open.execute(
                "select body from findings where part = ? and ground = ?", (key, ground)
            ).fetchone()
            if row is not None:
                self._mark_used(key)
                return _unpacked(row[0], part)
        return None

    def _mark_used(self, key: bytes) -> None:
        with self._file.open:
            self._file.open.execute(
                "update findings set used = ? where part = ?", (int(time.time()), key)
            )


def _holds(asked: Answers, now: Answers) -> bool:
    return all(now[question] == answer for question, answer in asked.items())


def _key(part: Sequence[Path], folders: Sequence[Path]) -> bytes:
    """What tells one set of files from another: what is found depends on what else is open."""
    paths = [str(path.resolve()) for path in part]
    return digest_of(json.dumps([list(map(str, folders)), paths]).encode())


def _packed(asked: Answers, files: Sequence[Checked]) -> bytes:
    found = [[_plain(each) for each in file.problems] for file in files]
    return sealed(json.dumps({"asked": list(asked.items()), "found": found}).encode())


def sealed(data: bytes) -> bytes:
    """JSON as it is stored: packed, with a checksum before it."""
    return sealing.sealed(zlib.compress(data), _PURPOSE)


def unsealed(body: bytes) -> bytes | None:
    """What was sealed; None if it is damaged."""
    data = sealing.unsealed(body, _PURPOSE)
    return None if data is None else zlib.decompress(data)


def _unpacked(body: object, part: Sequence[Path]) -> tuple[Answers, list[Checked]] | None:
    """What is in an entry; None if it is damaged."""
    with suppress(ValueError, TypeError, KeyError):  # nothing that was written here
        data = unsealed(body) if isinstance(body, bytes) else None
        if data is not None:
            read = json.loads(data)
            asked = {_hashable(question): str(said) for question, said in read["asked"]}
            found = [tuple(Problem(*each) for each in problems) for problems in read["found"]]
            return asked, [Checked(path, each) for path, each in zip(part, found, strict=True)]
    return None


def _plain(problem: Problem) -> list[Any]:
    places = [problem.line, problem.column, problem.end_line, problem.end_column]
    return [*places, problem.severity, problem.code, problem.message]


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
