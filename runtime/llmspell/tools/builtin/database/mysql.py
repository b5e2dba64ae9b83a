"""Statements for MySQL and MariaDB, through PyMySQL.

It writes values into the text as the server's strings, so the session's mode is set to the one in
which `sql` and the driver read them. Several statements at once are switched off, as is reading
files for the server (LOAD DATA LOCAL), which it may otherwise ask for. The socket is made here,
to an address that the policy has judged.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import closing, contextmanager, suppress

from llmspell.errors import NetworkError, SecurityError, TimeLimitError, ToolError
from llmspell.tools.builtin.database.rows import Rows
from llmspell.tools.builtin.database.sql import bound
from llmspell.tools.builtin.database.statements import TABLES, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence
    from typing import Any

    import pymysql
    from pymysql.connections import Connection as Session

    from llmspell.tools.builtin.database.connections import Connection
    from llmspell.tools.builtin.database.statements import Statement
    from llmspell.tools.call import Call

_MODE = (
    "SET SESSION sql_mode = REPLACE(REPLACE(REPLACE(@@sql_mode, 'NO_BACKSLASH_ESCAPES', ''), "
    "'ANSI_QUOTES', ''), ',,', ',')"
)
_JSON = 245
_READ_ONLY = 1792
_TIME_IS_OVER = {1969, 3024}
_SYSTEM = "c.table_schema = DATABASE()"


def query(call: Call, where: Connection, asked: Statement) -> Rows:
    """What a statement gives, in a transaction of its own."""
    from pymysql.cursors import SSCursor

    text, values = asked.text, None
    if asked.values is not None:
        text, values = bound(text, asked.values, "mysql", "%s")
    with _connected(call, where, asked) as session:
        cursor = session.cursor(SSCursor)
        cursor.execute(text, values)
        rows = _rows(call, cursor, asked)
        if not asked.reads:
            session.commit()
        return rows


def schema(call: Call, where: Connection, asked: Statement) -> list[dict[str, Any]]:
    """Tables and views with their columns, of the database that is connected to."""
    with _connected(call, where, asked) as session, session.cursor() as cursor:
        cursor.execute(TABLES.format(type="column_type", which=_SYSTEM))
        rows = Rows((column[0] for column in cursor.description or ()), asked.rows)
        for row in cursor.fetchall():
            rows.add(row)
        return tables(rows.found)


def _rows(call: Call, cursor: Any, asked: Statement) -> Rows:
    description: Sequence[Any] = cursor.description or ()
    rows = Rows((column[0] for column in description), asked.rows)
    if not description:
        rows.affected = max(cursor.rowcount, 0)
        return rows
    documents = [number for number, column in enumerate(description) if column[1] == _JSON]
    try:
        while (row := cursor.fetchone()) is not None:
            call.check()
            rows.add(_parsed(row, documents))
            if rows.truncated and asked.reads:
                break
    finally:
        # The driver would read what is left of the result, however much that is.
        cursor._result.unbuffered_active = False
    return rows


def _parsed(row: Sequence[Any], documents: list[int]) -> Sequence[Any]:
    if not documents:
        return row
    values = list(row)
    for number in documents:
        if isinstance(values[number], str):
            values[number] = json.loads(values[number])
    return values


@contextmanager
def _connected(call: Call, where: Connection, asked: Statement) -> Iterator[Session[Any]]:
    from pymysql.connections import Connection as Made
    from pymysql.err import MySQLError

    line = _line(call, where, asked)
    # With TLS the driver takes the socket away; this one stays, to end the waiting of a thread.
    end = socket.socket(fileno=os.dup(line.fileno()))
    with closing(line), closing(end):
        session = Made(
            host=where.host or None,
            user=where.user or "",
            password=where.password.encode(),
            database=where.database or None,
            charset="utf8mb4",
            read_timeout=asked.seconds + 1,
            write_timeout=asked.seconds + 1,
            defer_connect=True,
            auth_plugin_map={} if _is_safe(where) else {"mysql_clear_password": _NoClearText},
            **_encryption(where),
        )
        call.on_cancel(lambda: _shut(end))
        try:
            session.connect(line)
            _prepare(session, asked)
            yield session
        except (MySQLError, OSError, ValueError) as error:
            call.check()
            raise _told(error, where) from None
        finally:
            call.on_cancel(None)
            session.close()


def _prepare(session: Session[Any], asked: Statement) -> None:
    with session.cursor() as cursor:
        cursor.execute(_MODE)
        if "MariaDB" in session.get_server_info():  # type: ignore[no-untyped-call]
            cursor.execute("SET SESSION max_statement_time = %s", (asked.seconds,))
        else:
            cursor.execute("SET SESSION max_execution_time = %s", (round(asked.seconds * 1000),))
        if asked.reads:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        session.begin()


def _line(call: Call, where: Connection, asked: Statement) -> socket.socket:
    failure: OSError = OSError("it has no address")
    if where.socket:
        path = where.check_socket(call)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(asked.connecting)
        try:
            line.connect(path)
        except OSError as error:
            line.close()
            raise NetworkError(f"the server cannot be reached: {error}") from None
        return line
    addresses = where.addresses(call, asked.connecting)
    for address in addresses:
        try:
            return socket.create_connection(
                (str(address), where.port), asked.connecting / len(addresses)
            )
        except OSError as error:
            failure = error
    raise NetworkError(f"the server '{where.host}' cannot be reached: {failure}")


def _is_safe(where: Connection) -> bool:
    return bool(where.socket) or where.ssl_mode == "verify-full"


def _encryption(where: Connection) -> dict[str, Any]:
    import ssl

    if where.socket or where.ssl_mode == "disable":
        return {"ssl_disabled": True}
    if where.ssl_mode == "prefer":
        return {}
    context: ssl.SSLContext = ssl.create_default_context()
    if where.ssl_mode == "require":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return {"ssl": context}


class _NoClearText:
    """Answers a server that wants the password as it is: nobody has said who it is."""

    def __init__(self, _: pymysql.connections.Connection[Any]) -> None:
        pass

    def authenticate(self, _: Any) -> Any:
        from pymysql.err import OperationalError

        raise OperationalError(2061, "the server asks for the password unencrypted")


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _told(error: Exception, where: Connection) -> Exception:
    code, text = (*error.args, "", "")[:2] if len(error.args) > 1 else (0, str(error))
    text = where.without_secrets(f"MySQL: {text}")
    if code == _READ_ONLY:
        return SecurityError(f"query_type SELECT only reads: {text}")
    if code in _TIME_IS_OVER or "timed out" in text:
        return TimeLimitError(text)
    if isinstance(error, OSError) or (isinstance(code, int) and 2000 <= code < 3000):
        return NetworkError(text)
    return ToolError(text, **({"code": code} if code else {}))
