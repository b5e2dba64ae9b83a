"""A file of the cache: one table of SQLite, which several processes may use at once.

What cannot be read is as good as not there; a file that is damaged is begun anew.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path


class CacheFile:
    """The file at a path, opened when it is first used. table: makes its table, if there is none.

    Using it raises `sqlite3.Error` or `OSError` where that is not possible.
    """

    def __init__(self, path: Path, table: str) -> None:
        self._path, self._table = path, table
        self._connection: sqlite3.Connection | None = None

    @property
    def open(self) -> sqlite3.Connection:
        """The open file."""
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._connection = self._connected()
            except sqlite3.OperationalError:  # others hold it, or the disk does
                raise
            except sqlite3.DatabaseError:  # damaged: begin anew
                self._path.unlink(missing_ok=True)
                self._connection = self._connected()
        return self._connection

    def close(self) -> None:
        """Closes the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=2, check_same_thread=False)
        try:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            connection.execute(self._table)
            with closing(connection.execute("pragma quick_check(1)")) as check:
                damaged = check.fetchone() != ("ok",)
            if damaged:
                raise sqlite3.DatabaseError("damaged")  # noqa: TRY301  # as sqlite itself does
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection
