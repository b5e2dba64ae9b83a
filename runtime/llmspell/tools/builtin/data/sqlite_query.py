"""`sqlite-query`: reads SQLite files, and never writes them; on the standard library.

The file is opened read-only, and SQLite asks an authorizer before each thing that a statement does:
nothing but reading is allowed, so no other file is attached and no extension loaded.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from urllib.parse import quote

from llmspell.errors import SecurityError, ToolError, ValidationError
from llmspell.security.opening import open_to_read
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import file_path, storage_errors
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from llmspell.tools.call import Call

MOST_ROWS = 10_000
LONGEST_VALUE = 10 * MIB
LARGEST_RESULT = 50 * MIB
_STEPS = 1000  # of SQLite's machine, between two looks at the clock
_HARMLESS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_TOLD = ("table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list")


class SqliteQuery(Tool):
    """Queries SQLite files, which it never changes."""

    name = "sqlite-query"
    category = "data"
    security = "restricted"
    limits = Limits(seconds=30)
    parameters = (
        Parameter(
            "path",
            "string",
            "The file.",
            required=True,
            aliases=("database", "file_path"),
            kind="file-path",
        ),
        Parameter("query", "string", "One SELECT.", aliases=("sql", "input")),
        Parameter("params", ("array", "object"), "Values for `?`, or for `:name`."),
        Parameter(
            "limit",
            "integer",
            "Rows that are given at most.",
            default=1000,
            schema={"minimum": 1, "maximum": MOST_ROWS},
        ),
    )
    operations = {
        "query": Operation("the rows of a SELECT", needs=("query",)),
        "schema": Operation("tables and views with their columns", takes=("path",)),
    }
    default_operation = "query"
    examples = (
        Example(
            {"path": "@/empty.db", "query": "SELECT 1 + :n AS sum", "params": {"n": 2}},
            {"result": {"rows": [{"sum": 3}], "row_count": 1}},
            files={"empty.db": ""},
        ),
        Example(
            {"operation": "schema", "path": "@/empty.db"},
            {"result": {"tables": []}},
            files={"empty.db": ""},
        ),
        Example(
            {"path": "@/empty.db", "query": "CREATE TABLE t (a)"},
            fails="only reads",
            files={"empty.db": ""},
        ),
    )

    def do_query(self, call: Call) -> Answer:
        """`rows` (column -> value), `columns`, `row_count`; `truncated` where `limit` cut it.

        Bytes are given in hex.
        """
        path = file_path(call)
        limit = int(call.get("limit", 1000))
        with _opened(call, path) as connection:
            cursor = connection.execute(str(call.need("query")), call.get("params", ()))
            columns = [each[0] for each in cursor.description or ()]
            rows: list[dict[str, Any]] = []
            size, more = 0, False
            for row in cursor:
                if len(rows) == limit:
                    more = True
                    break
                rows.append({name: _plain(value) for name, value in zip(columns, row, strict=True)})
                size += sum(len(each) for each in row if isinstance(each, (str, bytes)))
                if size > LARGEST_RESULT:
                    raise ValidationError("the rows are too large; ask for fewer", field="limit")
        result = {"columns": columns, "rows": rows, "row_count": len(rows), "truncated": more}
        return Answer("query", result, message=f"{len(rows)} rows")

    def do_schema(self, call: Call) -> Answer:
        """`tables`: `name`, `type` (`table`, `view`) and `columns` of each."""
        path = file_path(call)
        with _opened(call, path) as connection:
            names = connection.execute(
                "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            ).fetchall()
            tables = [
                {"name": name, "type": type_, "columns": _columns(connection, name)}
                for name, type_ in names
            ]
        return Answer("schema", {"tables": tables}, message=f"{len(tables)} tables and views")


def _columns(connection: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    quoted = table.replace('"', '""')
    found = connection.execute(f'PRAGMA table_info("{quoted}")')
    return [
        {"name": name, "type": type_, "nullable": not required, "primary_key": bool(key)}
        for _, name, type_, required, _, key in found
    ]


@contextmanager
def _opened(call: Call, path: str) -> Iterator[sqlite3.Connection]:
    """A connection that only reads, and ends with the call."""
    with storage_errors("read", path), open_to_read(call.policy, path):
        pass  # says what is no file before SQLite calls it an error of its own
    uri = f"file:{quote(path)}?mode=ro"
    if not (os.path.exists(f"{path}-wal") or os.path.exists(f"{path}-journal")):
        uri += "&immutable=1"  # nothing is put beside the file
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            connection.text_factory = lambda data: data.decode(errors="replace")
            connection.set_authorizer(_allowed)
            connection.set_progress_handler(lambda: call.cancelled or not call.seconds_left, _STEPS)
            yield connection
    except sqlite3.Error as error:
        call.check()
        raise _told(error) from error
    except sqlite3.Warning as error:
        raise ValidationError(str(error), field="query") from error


def _allowed(action: int, first: str | None, *_: str | None) -> int:
    if action in _HARMLESS or (action == sqlite3.SQLITE_PRAGMA and first in _TOLD):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def _told(error: sqlite3.Error) -> SecurityError | ToolError | ValidationError:
    if any(word in str(error) for word in ("not authorized", "authorization denied", "prohibited")):
        return SecurityError(f"sqlite-query only reads: {error}")
    if isinstance(error, sqlite3.ProgrammingError):
        return ValidationError(str(error), field="params" if "binding" in str(error) else "query")
    return ToolError(f"SQLite: {error}")


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value
