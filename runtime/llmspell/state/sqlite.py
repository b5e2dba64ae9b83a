"""State in a SQLite file, shared by any number of processes."""

from __future__ import annotations

import sqlite3
import time
from threading import RLock

from llmspell.errors import StorageError
from llmspell.state.keys import prefix_end, read_key
from llmspell.state.scope import Scope, as_scope
from llmspell.state.sqlite_file import failure, open_file
from llmspell.state.store import Row, StateStore, Transaction

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Final, Self

    from llmspell.state.store import OnChange

DEFAULT_BUSY_TIMEOUT: Final = 5.0

_ADDRESS: Final = "scope_kind = ? AND scope_id = ? AND key = ?"
_LIVE: Final = "(expires_at IS NULL OR expires_at > ?)"
_GET: Final = f"SELECT value, expires_at FROM state_entry WHERE {_ADDRESS}"  # noqa: S608
_GET_ROW: Final = f"SELECT value, expires_at, updated_at FROM state_entry WHERE {_ADDRESS}"  # noqa: S608
_DELETE: Final = f"DELETE FROM state_entry WHERE {_ADDRESS} RETURNING expires_at"  # noqa: S608
_PUT: Final = """
INSERT INTO state_entry VALUES (
    ?, ?, ?, ?, ?, ?, (SELECT value FROM state_property WHERE name = 'epoch'))
ON CONFLICT DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at,
    updated_at = excluded.updated_at, epoch = excluded.epoch
"""
_ROWS: Final = (
    "SELECT scope_kind, scope_id, key, value, expires_at, updated_at FROM state_entry "  # noqa: S608
    f"WHERE {_LIVE} AND epoch >= ?"
)
_ORDER: Final = " ORDER BY scope_kind, scope_id, key"
_REMOVALS: Final = "SELECT scope_kind, scope_id, key FROM state_removal WHERE epoch >= ?"
_PURGE: Final = "DELETE FROM state_entry WHERE expires_at <= ? RETURNING 1"


class SqliteStore(StateStore):
    """A store in one SQLite file, opened at the first use.

    Reading does not create the file. Two processes that write at once wait for each other, for
    `busy_timeout` seconds at most, and lose nothing.
    """

    __slots__ = ("_busy_timeout", "_closed", "_connection", "_lock", "_open_transaction", "path")

    backend_type = "sqlite"

    def __init__(
        self,
        path: Path,
        *,
        max_value_bytes: int | None = None,
        on_change: OnChange | None = None,
        clock: Callable[[], float] = time.time,
        busy_timeout: float = DEFAULT_BUSY_TIMEOUT,
    ) -> None:
        super().__init__(max_value_bytes=max_value_bytes, on_change=on_change, clock=clock)
        self.path = path
        self._busy_timeout = busy_timeout
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        self._open_transaction = False
        self._closed = False

    def transaction(self, *, write: bool = True) -> Transaction:
        """Return a transaction to enter with `with`."""
        return _SqliteTransaction(self, "BEGIN IMMEDIATE" if write else "BEGIN")

    def get_text(self, scope: Scope | str, key: str) -> str | None:
        """Return the JSON text of an entry, None if there is none."""
        if isinstance(scope, str):
            scope = Scope.parse(scope)
        with self._lock:
            connection = self._connection or self._open_existing()
            if connection is None:
                return None
            try:
                row = connection.execute(_GET, (scope.kind, scope.id, read_key(key))).fetchone()
            except sqlite3.Error as error:
                raise self._failure("read", error) from error
        if row is None or (row[1] is not None and row[1] <= self._clock()):
            return None
        text: str = row[0]
        return text

    def delete(self, scope: Scope | str, key: str) -> bool:
        """Remove an entry; return whether there was one."""
        if self.on_change is not None:
            return super().delete(scope, key)
        scope = as_scope(scope)
        with self._lock:
            if self._open_existing() is None:
                return False
            rows = self._execute("delete", _DELETE, (scope.kind, scope.id, read_key(key)))
        return bool(rows) and (rows[0][0] is None or rows[0][0] > self._clock())

    def list_keys(self, scope: Scope | str, prefix: str = "") -> list[str]:
        """Return the keys of a scope that start with `prefix`, in code point order."""
        scope = as_scope(scope)
        prefix = read_key(prefix)
        query = (
            "SELECT key FROM state_entry WHERE scope_kind = ? AND scope_id = ? AND key >= ? "  # noqa: S608
            f"AND {_LIVE}"
        )
        values = [scope.kind, scope.id, prefix, self._clock()]
        end = prefix_end(prefix)
        if end is not None:
            query += " AND key < ?"
            values.append(end)
        with self._lock:
            if self._open_existing() is None:
                return []
            return [key for (key,) in self._execute("list", query + " ORDER BY key", values)]

    def scopes(self) -> list[Scope]:
        """Return the scopes that have an entry, sorted by kind and id."""
        query = (
            f"SELECT DISTINCT scope_kind, scope_id FROM state_entry WHERE {_LIVE} "  # noqa: S608
            "ORDER BY scope_kind, scope_id"
        )
        with self._lock:
            if self._open_existing() is None:
                return []
            found = self._execute("list", query, (self._clock(),))
        return [Scope(kind, owner) for kind, owner in found]

    def rows(self, scope: Scope | str | None = None) -> list[Row]:
        """Return the entries of one scope, or all, sorted by scope and key."""
        with self._lock:
            return [] if self._open_existing() is None else super().rows(scope)

    def close(self) -> None:
        """Close the file; using the store afterwards raises StorageError."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def image(self) -> bytes | None:
        """Return a consistent copy of the whole database file, made by SQLite's online backup.

        Writers are not kept waiting. The copy is made in memory.
        """
        with self._lock:
            if self._open_existing() is None:
                return None
        try:
            source = sqlite3.connect(self.path, timeout=self._busy_timeout)
            try:
                copy = sqlite3.connect(":memory:")
                try:
                    source.backup(copy)
                    image = bytearray(copy.serialize())
                finally:
                    copy.close()
            finally:
                source.close()
        except sqlite3.Error as error:
            raise self._failure("back up", error) from error
        # The header still says WAL, which an image without a -wal file beside it cannot have.
        image[18:20] = b"\x01\x01"
        return bytes(image)

    def _write(self, scope: Scope, key: str, text: str, expires_at: float | None) -> None:
        if self.on_change is not None or expires_at is not None:
            super()._write(scope, key, text, expires_at)
            return
        with self._lock:
            if self._open_transaction:
                raise StorageError(
                    "Failed to write state: a transaction is open on this thread; write through it"
                )
            connection = self._connection or self._open()
            try:
                connection.execute(_PUT, (scope.kind, scope.id, key, text, None, self._clock()))
            except sqlite3.Error as error:
                raise self._failure("write", error) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            if self._closed:
                raise StorageError(f"Failed to open state: the store {self.path} is closed")
            self._connection = open_file(self.path, self._busy_timeout)
        return self._connection

    def _open_existing(self) -> sqlite3.Connection | None:
        if self._connection is None and not self._closed and not self.path.exists():
            return None
        return self._open()

    def _execute(self, action: str, query: str, values: Any = ()) -> list[Any]:
        connection = self._connection or self._open()
        try:
            return connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._failure(action, error) from error

    def _failure(self, action: str, error: sqlite3.Error) -> StorageError:
        return failure(action, self.path, error, self._busy_timeout)


class _SqliteTransaction(Transaction):
    """One SQLite transaction on the store's only connection."""

    __slots__ = ("_begin",)

    _store: SqliteStore

    def __init__(self, store: SqliteStore, begin: str) -> None:
        super().__init__(store)
        self._begin = begin

    def __enter__(self) -> Self:
        store = self._store
        store._lock.acquire()
        if store._open_transaction:
            store._lock.release()
            raise StorageError(
                "Failed to write state: a transaction is already open on this thread"
            )
        try:
            store._execute("write", self._begin)
        except BaseException:
            store._lock.release()
            raise
        store._open_transaction = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        store = self._store
        try:
            if kind is None and not self._abandoned:
                self._commit()
            else:
                self._roll_back()
        finally:
            store._open_transaction = False
            store._lock.release()
        if kind is None and not self._abandoned:
            self._announce()

    def rows(self, scope: Scope | None = None, *, since: int = 0) -> list[Row]:
        """Return the live entries, of one scope if given, sorted by scope and key."""
        query = _ROWS
        values: list[float | str] = [self._store._clock(), since]
        if scope is not None:
            query += " AND scope_kind = ? AND scope_id = ?"
            values += [scope.kind, scope.id]
        return [_row(*found) for found in self._store._execute("read", query + _ORDER, values)]

    def removals(self, since: int) -> list[tuple[Scope, str]]:
        """Return the addresses of entries removed in the epoch `since` or later."""
        found = self._store._execute("read", _REMOVALS, (since,))
        return [(Scope(kind, owner), key) for kind, owner, key in found]

    def forget_removals(self, before: int) -> None:
        """Drop the record of removals of earlier epochs than `before`."""
        self._store._execute("write", "DELETE FROM state_removal WHERE epoch < ?", (before,))

    def purge_expired(self) -> int:
        """Remove entries whose time is over; return how many."""
        return len(self._store._execute("write", _PURGE, (self._store._clock(),)))

    def property(self, name: str) -> str | int | None:
        """Return a property of the store itself, None if it was never set."""
        query = "SELECT value FROM state_property WHERE name = ?"
        found = self._store._execute("read", query, (name,))
        return found[0][0] if found else None

    def set_property(self, name: str, value: str | int | None) -> None:
        """Set a property of the store itself, or remove it with None."""
        if value is None:
            self._store._execute("write", "DELETE FROM state_property WHERE name = ?", (name,))
        else:
            query = "INSERT OR REPLACE INTO state_property VALUES (?, ?)"
            self._store._execute("write", query, (name, value))

    def _fetch(self, scope: Scope, key: str) -> Row | None:
        found = self._store._execute("read", _GET_ROW, (scope.kind, scope.id, key))
        if not found or (found[0][1] is not None and found[0][1] <= self._store._clock()):
            return None
        return Row(scope, key, *found[0])

    def _put(self, scope: Scope, key: str, text: str, expires_at: float | None) -> None:
        values = (scope.kind, scope.id, key, text, expires_at, self._store._clock())
        self._store._execute("write", _PUT, values)

    def _remove(self, scope: Scope, key: str) -> None:
        self._store._execute("delete", _DELETE, (scope.kind, scope.id, key))

    def _commit(self) -> None:
        try:
            self._store._execute("write", "COMMIT")
        except StorageError:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        connection = self._store._connection
        # A full disk or a failing one makes SQLite roll back by itself.
        if connection is not None and connection.in_transaction:
            self._store._execute("write", "ROLLBACK")


def rows_of_image(image: bytes) -> list[Row]:
    """Return all entries of a database image, those whose time is over included.

    Raises:
        StorageError: the bytes are not an image of a state database.

    """
    if not image.startswith(b"SQLite format 3\0"):
        raise StorageError("The backup holds no state database: it has no SQLite header")
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(image)
        query = "SELECT scope_kind, scope_id, key, value, expires_at, updated_at FROM state_entry"
        return [_row(*found) for found in connection.execute(query + _ORDER)]
    except sqlite3.Error as error:
        raise StorageError(f"The backup holds no state database: {error}") from error
    finally:
        connection.close()


def _row(
    kind: str, owner: str, key: str, text: str, expires_at: float | None, updated_at: float
) -> Row:
    return Row(Scope(kind, owner), key, text, expires_at, updated_at)
