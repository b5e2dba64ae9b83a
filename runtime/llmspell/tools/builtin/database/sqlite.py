"""SQLite files, through the standard library, held by SQLite itself to what a statement may do.

SQLite asks an authorizer before each thing that a statement does. Nothing attaches another file,
loads an extension, or sets what the file is.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from urllib.parse import quote

from llmspell.errors import SecurityError, StorageError, ToolError, ValidationError
from llmspell.security.opening import open_to_read
from llmspell.tools.builtin.database.rows import Rows
from llmspell.tools.builtin.filesystem.paths import check_extension, storage_errors
from llmspell.tools.description import MIB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from llmspell.tools.builtin.database.connections import Connection
    from llmspell.tools.builtin.database.statements import Statement
    from llmspell.tools.call import Call

LONGEST_VALUE = 10 * MIB

READING = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
CHANGING = READING | {
    sqlite3.SQLITE_INSERT,
    sqlite3.SQLITE_UPDATE,
    sqlite3.SQLITE_DELETE,
    sqlite3.SQLITE_TRANSACTION,
}
DEFINING = CHANGING | {
    sqlite3.SQLITE_CREATE_TABLE,
    sqlite3.SQLITE_CREATE_INDEX,
    sqlite3.SQLITE_CREATE_VIEW,
    sqlite3.SQLITE_CREATE_TRIGGER,
    sqlite3.SQLITE_CREATE_TEMP_TABLE,
    sqlite3.SQLITE_DROP_TABLE,
    sqlite3.SQLITE_DROP_INDEX,
    sqlite3.SQLITE_DROP_VIEW,
    sqlite3.SQLITE_DROP_TRIGGER,
    sqlite3.SQLITE_ALTER_TABLE,
    sqlite3.SQLITE_REINDEX,
}
_STEPS = 1000  # of SQLite's machine, between two looks at the clock
_TOLD = ("table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list")


def query(call: Call, where: Connection, asked: Statement) -> Rows:
    """What a statement gives, in a transaction of its own."""
    may = READING if asked.reads else DEFINING if asked.kind == "DDL" else CHANGING
    with opened(call, where.path, may=may, create=asked.kind == "DDL") as connection:
        cursor = connection.execute(asked.text, asked.values or ())
        rows = Rows((each[0] for each in cursor.description or ()), asked.rows)
        for row in cursor:
            rows.add(row)
            if rows.truncated and asked.reads:
                break
        rows.affected = max(rows.affected, cursor.rowcount)
        connection.commit()
        return rows


def schema(call: Call, where: Connection, _: Statement) -> list[dict[str, Any]]:
    """Tables and views with their columns."""
    with opened(call, where.path) as connection:
        return tables_of(connection)


def tables_of(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Tables and views: `name`, `type` and `columns` of each."""
    names = connection.execute(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    ).fetchall()
    return [
        {"name": name, "type": type_, "columns": _columns(connection, name)}
        for name, type_ in names
    ]


def _columns(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    quoted = table.replace('"', '""')
    found = connection.execute(f'PRAGMA table_info("{quoted}")')
    return [
        {"name": name, "type": type_, "nullable": not required, "primary_key": bool(key)}
        for _, name, type_, required, _, key in found
    ]


@contextmanager
def opened(
    call: Call, path: str, *, may: frozenset[int] = READING, create: bool = False
) -> Iterator[sqlite3.Connection]:
    """A connection that does no more than it may, and ends with the call.

    Raises SecurityError for what it may not do, StorageError for a file that is not there,
    ValidationError and ToolError for what SQLite refuses.
    """
    resolved = call.policy.check_path(path, "read" if may is READING else "write")
    check_extension(call, resolved)
    uri = f"file:{quote(resolved)}?mode={_mode(call, resolved, may, create=create)}"
    if may is READING and not any(os.path.exists(resolved + each) for each in ("-wal", "-journal")):
        uri += "&immutable=1"  # nothing is put beside the file
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            connection.text_factory = lambda data: data.decode(errors="replace")
            connection.set_authorizer(lambda action, first, *_: _allowed(may, action, first))
            connection.set_progress_handler(lambda: call.cancelled or not call.seconds_left, _STEPS)
            yield connection
    except sqlite3.Error as error:
        call.check()
        raise _told(error, call.tool) from error
    except sqlite3.Warning as error:
        raise ValidationError(str(error), field="query") from error


def _mode(call: Call, path: str, may: frozenset[int], *, create: bool) -> str:
    if create and not os.path.exists(path):
        return "rwc"
    with storage_errors("read", path), open_to_read(call.policy, path):
        pass  # says what is no file before SQLite calls it an error of its own
    return "ro" if may is READING else "rw"


def _allowed(may: frozenset[int], action: int, first: str | None) -> int:
    if action in may or (action == sqlite3.SQLITE_PRAGMA and first in _TOLD):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _told(error: sqlite3.Error, tool: str) -> Exception:
    text = str(error)
    if any(word in text for word in ("not authorized", "authorization denied", "prohibited")):
        return SecurityError(f"{tool} does not do that; a query that reads only reads: {text}")
    if isinstance(error, sqlite3.ProgrammingError):
        return ValidationError(text, field="params" if "binding" in text else "query")
    if "locked" in text:
        return StorageError(f"SQLite: {text}", operation="lock")
    return ToolError(f"SQLite: {text}")
