"""Opening the SQLite file of the state, and saying what is wrong with it.

The file is made 0600 in a folder made 0700 and used in WAL mode with `synchronous=NORMAL`: a
commit survives the end of the process however it comes, and a power cut costs at most the last
commits, never consistency (design: "Persistence and growth").
"""

from __future__ import annotations

import os
import sqlite3
import time

from llmspell.errors import StorageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Final

LAYOUT_VERSION: Final = 1

# Other rooms (sessions, artifacts) keep their tables in the same file, hence the prefix.
_LAYOUT: Final = """
CREATE TABLE IF NOT EXISTS state_property (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state_entry (
    scope_kind TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    expires_at REAL,
    updated_at REAL NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (scope_kind, scope_id, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS state_entry_expiry ON state_entry (expires_at)
    WHERE expires_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS state_removal (
    scope_kind TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    key TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (scope_kind, scope_id, key)
) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS state_entry_removed AFTER DELETE ON state_entry
WHEN (SELECT value FROM state_property WHERE name = 'epoch') > 0
BEGIN
    INSERT INTO state_removal VALUES (
        old.scope_kind, old.scope_id, old.key,
        (SELECT value FROM state_property WHERE name = 'epoch'))
    ON CONFLICT DO UPDATE SET epoch = excluded.epoch;
END;
INSERT OR IGNORE INTO state_property VALUES ('epoch', 0), ('layout_version', 1);
"""

_RETRY_SECONDS: Final = 0.005


def open_file(path: Path, busy_timeout: float) -> sqlite3.Connection:
    """Return a connection to the state file, which is created if it is missing.

    The connection is in autocommit mode and may be used from any one thread at a time.

    Raises:
        StorageError: the file cannot be created or opened, is no database, or is of a newer layout.

    """
    _create(path)
    connection = None
    try:
        connection = sqlite3.connect(
            path, timeout=busy_timeout, isolation_level=None, check_same_thread=False
        )
        _use_wal(connection, busy_timeout)
        connection.execute("PRAGMA synchronous = NORMAL")
        _lay_out(connection, path)
    except (sqlite3.Error, StorageError) as error:
        if connection is not None:
            connection.close()
        if isinstance(error, StorageError):
            raise
        raise failure("open", path, error, busy_timeout) from error
    return connection


def failure(action: str, path: Path, error: sqlite3.Error, busy_timeout: float) -> StorageError:
    """Return the error for a failed `action` (read, write, …) that says what to do about it."""
    # Errors raised by the sqlite3 module itself, such as a closed connection, carry no code.
    code = getattr(error, "sqlite_errorcode", None)
    remedy = _REMEDIES.get(code & 0xFF) if isinstance(code, int) else None
    reason = remedy.format(path=path, seconds=busy_timeout) if remedy else f"{path}: {error}"
    return StorageError(f"Failed to {action} state: {reason}")


_UNUSABLE: Final = (
    "{path} is damaged or is not a database; move it away to start afresh, "
    "or put a backup in its place"
)
_FORBIDDEN: Final = (
    "{path} cannot be written; check the permissions of the file and of its folder, "
    "or choose another place in the configuration"
)
_LOCKED: Final = (
    "another process has kept {path} locked for {seconds:g} s; "
    "try again, or end the process that holds it"
)
_REMEDIES: Final = {
    sqlite3.SQLITE_CORRUPT: _UNUSABLE,
    sqlite3.SQLITE_NOTADB: _UNUSABLE,
    sqlite3.SQLITE_READONLY: _FORBIDDEN,
    sqlite3.SQLITE_PERM: _FORBIDDEN,
    sqlite3.SQLITE_CANTOPEN: _FORBIDDEN,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_FULL: "the disk that holds {path} is full; free some space and try again",
    sqlite3.SQLITE_IOERR: "the disk that holds {path} fails or is full; check it and try again",
}


def _create(path: Path) -> None:
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StorageError(
            f"Failed to open state: {path} cannot be created or written ({error.strerror}); check "
            "the permissions of the file and of its folder, or choose another place in the "
            "configuration"
        ) from error


def _use_wal(connection: sqlite3.Connection, busy_timeout: float) -> None:
    """Switch to WAL mode; SQLite does not wait by itself while another process does the same."""
    deadline = time.monotonic() + busy_timeout
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


def _lay_out(connection: sqlite3.Connection, path: Path) -> None:
    """Create the tables that are missing; refuse a file of a newer layout."""
    try:
        found = connection.execute(
            "SELECT value FROM state_property WHERE name = 'layout_version'"
        ).fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # what "no such table" is
            raise
        found = None
    if found is None:
        connection.executescript(f"BEGIN IMMEDIATE; {_LAYOUT} COMMIT;")
    elif found[0] > LAYOUT_VERSION:
        raise StorageError(
            f"Failed to open state: {path} was written by a newer llmspell (layout {found[0]}, "
            f"known is {LAYOUT_VERSION}); upgrade llmspell, or choose another file"
        )
