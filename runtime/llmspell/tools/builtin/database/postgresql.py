"""Statements for PostgreSQL, through psycopg.

A connection is made for each call: what a script sets in a session must not reach the next one.
libpq would read `PG…` variables, `~/.pgpass` and the user's certificate, and show them to whatever
server a script names, so everything it could look up is said here. Its address is the one that the
policy has judged. psycopg waits in C where nothing stops it but its socket's end.
"""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, cast

from llmspell.errors import NetworkError, SecurityError, TimeLimitError, ToolError
from llmspell.tools.builtin.database.rows import Rows
from llmspell.tools.builtin.database.sql import bound
from llmspell.tools.builtin.database.statements import TABLES, tables

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Any

    import psycopg

    from llmspell.tools.builtin.database.connections import Connection
    from llmspell.tools.builtin.database.statements import Statement
    from llmspell.tools.call import Call

_AS_TEXT = ("date", "time", "timetz", "timestamp", "timestamptz", "interval")
"""Of what PostgreSQL has beyond what Python's types hold, such as `infinity`."""

_SYSTEM = "c.table_schema NOT IN ('pg_catalog', 'information_schema')"


def query(call: Call, where: Connection, asked: Statement) -> Rows:
    """What a statement gives, in a transaction of its own."""
    import psycopg

    text, values = asked.text, None
    if asked.values is not None:
        text, values = bound(text, asked.values, "postgresql", "${}")
    with _connected(call, where, asked) as connection, psycopg.RawCursor(connection) as cursor:
        sent = _adapted(values)
        if not asked.reads and "returning" not in text.lower():
            cursor.execute(text, sent, prepare=True)  # the protocol then takes one statement only
            rows = Rows()
            rows.affected = max(cursor.rowcount, 0)
        else:
            rows = _streamed(call, cursor, text, sent, asked)
        connection.commit()
        return rows


def schema(call: Call, where: Connection, asked: Statement) -> list[dict[str, Any]]:
    """Tables and views with their columns, without the system's own."""
    with _connected(call, where, asked) as connection:
        cursor = connection.execute(TABLES.format(type="data_type", which=_SYSTEM))
        rows = Rows((column.name for column in cursor.description or ()), asked.rows)
        for row in cursor:
            rows.add(row)
        return tables(rows.found)


def _streamed(
    call: Call, cursor: psycopg.RawCursor[Any], text: str, sent: Any, asked: Statement
) -> Rows:
    """Rows one by one: of a query as many as are wanted, of a change all, so that it happens."""
    rows: Rows | None = None
    stream = cast("Generator[Any, None, None]", cursor.stream(text, sent))
    with closing(stream):
        for row in stream:
            call.check()
            if rows is None:
                rows = Rows((column.name for column in cursor.description or ()), asked.rows)
            rows.add(row)
            if rows.truncated and asked.reads:
                break
    return rows or Rows(column.name for column in cursor.description or ())


def _adapted(values: list[Any] | None) -> list[Any] | None:
    from psycopg.types.json import Jsonb

    if values is None:
        return None
    return [Jsonb(value) if isinstance(value, dict) else value for value in values]


def _opened(call: Call, where: Connection, asked: Statement) -> psycopg.Connection[Any]:
    import psycopg

    reached = _reached(call, where, asked)
    try:
        return psycopg.connect("", **_options(where, asked), **reached)
    except psycopg.Error as error:
        failure = where.without_secrets(_one_line(error))
    # Raised here, since psycopg's own error keeps the socket open for as long as it is kept.
    call.check()
    raise NetworkError(f"PostgreSQL: {failure}")


@contextmanager
def _connected(
    call: Call, where: Connection, asked: Statement
) -> Iterator[psycopg.Connection[Any]]:
    import psycopg

    connection = _opened(call, where, asked)
    with closing(connection):
        _load_moments(connection)
        connection.read_only = asked.reads
        line = socket.socket(fileno=os.dup(connection.fileno()))
        with closing(line):
            call.on_cancel(lambda: _shut(line))
            try:
                yield connection
            except psycopg.Error as error:
                call.check()
                raise _told(error, where) from None
            finally:
                call.on_cancel(None)


def _load_moments(connection: psycopg.Connection[Any]) -> None:
    """Gives moments as text, in RFC 3339 where they are on the calendar."""
    from psycopg.types.string import TextLoader

    class Moment(TextLoader):
        def load(self, data: Any) -> str:
            text = bytes(data).decode()
            day, space, time = text.partition(" ")
            if not space or not day[:1].isdigit() or ":" not in time or text.endswith("BC"):
                return text
            return f"{day}T{time.removesuffix('+00')}{'Z' if time.endswith('+00') else ''}"

    for name in _AS_TEXT:
        connection.adapters.register_loader(name, Moment)


def _options(where: Connection, asked: Statement) -> dict[str, Any]:
    limit = max(1, round(asked.seconds * 1000))
    settings = {
        "statement_timeout": limit,
        "idle_in_transaction_session_timeout": limit,
        "standard_conforming_strings": "on",
        "DateStyle": "ISO",
        "TimeZone": "UTC",
    }
    return {
        "user": where.user,
        "password": where.password,
        "dbname": where.database,
        "sslmode": where.ssl_mode,
        # With a file of authorities libpq would verify in every mode.
        "sslrootcert": _authorities() if where.ssl_mode == "verify-full" else "",
        "sslcertmode": "disable",
        "passfile": os.path.join(os.devnull, "none"),
        "gssencmode": "disable",
        "connect_timeout": max(2, round(asked.connecting)),
        "client_encoding": "utf8",
        "application_name": "llmspell",
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
    }


def _authorities() -> str:
    """Who may sign certificates, as for Python: the driver's OpenSSL knows no folders here."""
    return ssl.get_default_verify_paths().cafile or "system"


def _reached(call: Call, where: Connection, asked: Statement) -> dict[str, Any]:
    if where.socket:
        return {"host": where.check_socket(call), "hostaddr": "", "port": where.port}
    addresses = [str(each) for each in where.addresses(call, asked.connecting)]
    return {
        "host": ",".join([where.host] * len(addresses)),
        "hostaddr": ",".join(addresses),
        "port": where.port,
    }


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _told(error: psycopg.Error, where: Connection) -> Exception:
    from psycopg import errors

    text = where.without_secrets(_one_line(error))
    details = {"code": error.sqlstate} if error.sqlstate else {}
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return SecurityError(f"query_type SELECT only reads: {text}")
    if isinstance(error, errors.QueryCanceled):
        return TimeLimitError(f"PostgreSQL: {text}")
    if isinstance(error, errors.OperationalError) and not error.sqlstate:
        return NetworkError(f"PostgreSQL: {text}")
    return ToolError(f"PostgreSQL: {text}", **details)


def _one_line(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error)).strip().replace("\n", "; ")
