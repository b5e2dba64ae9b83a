"""`database-connector` (spec tools §8.37): SQL on PostgreSQL, MySQL, MariaDB and SQLite.

The original's filters of words are not here: they made UPDATE and DELETE impossible, and trusted
what the caller said of a query. Here the statement is looked at and has to be what the caller
says, and one that only reads runs where the database itself lets nothing be changed.
"""

from __future__ import annotations

import importlib
import threading
import time
from contextlib import contextmanager

from llmspell.errors import LLMSpellError, SecurityError, ValidationError
from llmspell.telemetry.timestamps import now
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.database.connections import DEFAULT, connection
from llmspell.tools.builtin.database.sql import KINDS, kind_of
from llmspell.tools.builtin.database.statements import Statement
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from llmspell.tools.builtin.database.connections import Connection
    from llmspell.tools.call import Call

MOST_ROWS = 1000
"""Unless `tools.database.max_rows` or `DATABASE_MAX_ROWS` says otherwise."""

MOST_COLUMNS = 100_000
"""Of all tables together, as `schema` tells them."""

QUERY_SECONDS = 60
MOST_SECONDS = 600


class DatabaseConnector(Tool):
    """Runs SQL on the databases that are configured: PostgreSQL, MySQL, MariaDB and SQLite."""

    name = "database-connector"
    category = "data"
    security = "restricted"
    limits = Limits(seconds=MOST_SECONDS)
    permissions = ("read", "write", "database")
    requires = ("psycopg", "pymysql")
    aliases = ("database",)
    compact = True
    parameters = (
        Parameter(
            "database",
            "string",
            "Name of a connection, path with a `/` of a SQLite file, or URL.",
            default=DEFAULT,
            aliases=("connection",),
        ),
        Parameter("query", "string", "One statement of SQL.", aliases=("sql", "input")),
        Parameter(
            "query_type",
            "string",
            "What the statement does. Nothing else is run, and SELECT changes nothing.",
            default="SELECT",
            choices=KINDS,
        ),
        Parameter("params", ("array", "object"), "Values for `?`, or for `:name`."),
        Parameter("limit", "integer", "Rows that are given at most.", schema={"minimum": 1}),
    )
    operations = {
        "query": Operation("runs a statement", needs=("query",)),
        "schema": Operation("tables and views with their columns", takes=("database",)),
    }
    examples = (
        Example(
            {
                "operation": "query",
                "database": "@/shop.db",
                "query": "SELECT 1 + :n AS sum",
                "params": {"n": 2},
            },
            {"result": {"results": [{"sum": 3}], "rows_affected": 1, "database_type": "sqlite"}},
            files={"shop.db": ""},
        ),
        Example(
            {"operation": "schema", "database": "@/shop.db"},
            {"success": True, "result": {"tables": []}},
            files={"shop.db": ""},
        ),
        Example(
            {"operation": "query", "database": "@/shop.db", "query": "DELETE FROM items"},
            fails="query_type",
            files={"shop.db": ""},
        ),
    )

    def failed(self, call: Call, error: LLMSpellError) -> Answer | None:
        """A failure is a result, not an error (spec tools §2.5)."""
        return Answer(call.operation, error=error)

    def refused(self, params: Mapping[str, Any], error: ValidationError) -> Answer | None:
        """An unknown operation or kind of query is a result too; one that is missing is not."""
        field = error.details.get("field")
        if field == "operation" and params.get("operation") is not None:
            return Answer("unknown_operation", error=error)
        return Answer("query", error=error) if field == "query_type" else None

    def do_query(self, call: Call) -> Answer:
        """Rows as `results` (column -> value), their `columns`; `truncated` where `limit` cut them.

        `rows_affected` counts the rows that were changed, or given.
        """
        where, text = connection(call), str(call.need("query"))
        asked = self._statement(call, where, text)
        begun = time.perf_counter()
        with _one_of_few(call, where):
            rows = _backend(where).query(call, where, asked)
        taken = round((time.perf_counter() - begun) * 1000)
        result = {
            "database": where.name,
            "database_type": where.dialect,
            "query": text,
            "status": "executed",
            "rows_affected": rows.affected,
            "columns": rows.columns,
            "results": rows.found,
            "truncated": rows.truncated,
            "execution_time_ms": taken,
            "timestamp": now(),
        }
        if rows.truncated:
            result["note"] = f"there are more rows than the {len(rows.found)} that are given"
        _log(call, where, text, taken)
        return Answer("query", result, message=f"{rows.affected} rows")

    def do_schema(self, call: Call) -> Answer:
        """`tables`: `name`, `type` (`table`, `view`) and `columns` of each."""
        where = connection(call)
        asked = Statement("", "SELECT", None, MOST_COLUMNS, *_seconds(call))
        with _one_of_few(call, where):
            tables = _backend(where).schema(call, where, asked)
        result = {
            "database": where.name,
            "database_type": where.dialect,
            "tables": tables,
            "timestamp": now(),
        }
        return Answer("schema", result, message=f"{len(tables)} tables and views")

    def _statement(self, call: Call, where: Connection, text: str) -> Statement:
        kind, said = kind_of(text, where.dialect), call.params.get("query_type", "SELECT")
        if kind != said:
            raise ValidationError(
                f"the statement is of the kind {kind}, not {said}; say query_type = '{kind}'",
                field="query_type",
            )
        _check_allowed(call, kind)
        rows = min(call.get("limit", MOST_ROWS), _most_rows(call))
        return Statement(text, kind, call.get("params"), rows, *_seconds(call))


def _check_allowed(call: Call, kind: str) -> None:
    what, default = ("ddl", False) if kind == "DDL" else ("dml", True)
    if kind == "SELECT":
        return
    database, variable = call.settings.database, f"DATABASE_ALLOW_{what.upper()}"
    said = getattr(database, f"allow_{what}") if database else default
    environment = call.around.environ.get(variable, "").strip().lower()
    if environment:
        said = environment in ("1", "true", "yes", "on")
    if not said:
        raise SecurityError(
            f"a statement of the kind {kind} is not allowed; set `tools.database.allow_{what} = "
            f"true` in a trusted configuration, or {variable}"
        )


def _most_rows(call: Call) -> int:
    database = call.settings.database
    said = call.around.environ.get("DATABASE_MAX_ROWS", "").strip()
    most = int(said) if said.isascii() and said.isdigit() and int(said) else None
    return most or (database and database.max_rows) or MOST_ROWS


def _seconds(call: Call) -> tuple[float, float]:
    """How long a statement, and how long connecting may take."""
    from llmspell.config.schema.tools import Database

    database = call.settings.database or Database()
    most = database.query_timeout_seconds or QUERY_SECONDS
    left = max(call.seconds_left, 0.01)
    return min(most, left), min(database.connection_timeout_seconds, left)


@contextmanager
def _one_of_few(call: Call, where: Connection) -> Iterator[None]:
    """Waits until there are fewer connections to this database than are allowed at once."""
    from llmspell.config.schema.tools import Database

    async def nothing(_: threading.Semaphore) -> None:
        """A semaphore needs no end."""

    most = max(1, (call.settings.database or Database()).max_connections)
    key = ("database", where.name, where.host, where.port, where.path)
    places = call.around.shared(key, lambda: threading.Semaphore(most), nothing)
    while not places.acquire(timeout=0.1):
        call.check()
    try:
        yield
    finally:
        places.release()


def _log(call: Call, where: Connection, text: str, taken: int) -> None:
    if call.settings.database and call.settings.database.enable_query_logging:
        from llmspell.telemetry.levels import INFO
        from llmspell.telemetry.trace import trace

        trace(INFO, "llmspell.tools.database", f"{where.name}: {text} ({taken} ms)")


def _backend(where: Connection) -> Any:
    return importlib.import_module(f"llmspell.tools.builtin.database.{where.dialect}")
