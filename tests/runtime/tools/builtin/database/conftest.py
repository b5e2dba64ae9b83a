"""Databases with a table, on real servers and in a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.database import servers
from tests.runtime.tools.builtin.database.servers import Server

ITEMS = (
    "CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, price NUMERIC(9, 2))"
)
ROWS = [(1, "tea", 2.5), (2, "Käse", 12), (3, "salt", None)]


class Database(NamedTuple):
    """A database that has the table `items`."""

    tools: Tools
    dialect: str

    def run(self, query: str, query_type: str = "SELECT", **params: Any) -> Any:
        """The result of a query that goes well."""
        done = self.tools.invoke(
            "database-connector",
            {"operation": "query", "query": query, "query_type": query_type, **params},
        )
        assert done.success, done.envelope
        return done.result

    def error(self, query: str, query_type: str = "SELECT", **params: Any) -> str:
        """Why a query fails."""
        done = self.tools.invoke(
            "database-connector",
            {"operation": "query", "query": query, "query_type": query_type, **params},
        )
        assert not done.success
        return str(done.envelope["error"]["message"])


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server of PostgreSQL."""
    if why := servers.missing("initdb", "postgres"):
        pytest.skip(f"PostgreSQL is not tested: {why}")
    with servers.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """A server of MariaDB."""
    if why := servers.missing("mariadbd"):
        pytest.skip(f"MariaDB is not tested: {why}")
    with servers.mariadb() as server:
        yield server


@pytest.fixture(params=["postgresql", "mysql", "sqlite"])
def shop(
    request: pytest.FixtureRequest, make_runtime: Callable[..., Any], tmp_path: Path
) -> Database:
    """Each kind of database in turn."""
    server = {"postgresql": "postgresql", "mysql": "mariadb"}.get(request.param)
    url = request.getfixturevalue(server).url if server else ""
    return _filled(make_runtime, tmp_path, request.param, url)


@pytest.fixture
def shop_in_postgresql(
    make_runtime: Callable[..., Any], tmp_path: Path, postgresql: Server
) -> Database:
    return _filled(make_runtime, tmp_path, "postgresql", postgresql.url)


@pytest.fixture
def shop_in_mariadb(make_runtime: Callable[..., Any], tmp_path: Path, mariadb: Server) -> Database:
    return _filled(make_runtime, tmp_path, "mysql", mariadb.url)


def _filled(make_runtime: Callable[..., Any], folder: Path, dialect: str, url: str) -> Database:
    environ = {"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin", "TMPDIR": str(folder)}
    if dialect == "sqlite":
        with closing(sqlite3.connect(folder / "shop.db")) as made:
            made.execute("PRAGMA journal_mode=WAL")
        environ["DATABASE_SQLITE_PATH"] = str(folder / "shop.db")
    else:
        environ[f"DATABASE_{dialect.upper()}_URL"] = url
    rules = make_runtime(environ=environ | {"DATABASE_ALLOW_DDL": "true"}).tools
    owner = Database(rules, dialect)
    owner.run("DROP TABLE IF EXISTS items", "DDL")
    owner.run(ITEMS, "DDL")
    for row in ROWS:
        owner.run("INSERT INTO items VALUES (?, ?, ?)", "INSERT", params=list(row))
    return Database(make_runtime(environ=environ).tools, dialect)
