"""`sqlite-query`, on files that SQLite writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import (
    LLMSpellError,
    SecurityError,
    StorageError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.tools.service import Tools

NAME = "sqlite-query"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, data BLOB)")
        made.execute("CREATE VIEW names AS SELECT name FROM items")
        made.executemany(
            "INSERT INTO items (name, data) VALUES (?, ?)",
            [("tea", b"\x01\xff"), ("Käse", None), ("salt", None)],
        )
    return path


def query(tools: Tools, sql: str, **params: Any) -> Any:
    return tools.invoke(NAME, {"path": "shop.db", "query": sql} | params).result


def test_rows_have_their_columns(tools: Tools, shop: Path) -> None:
    assert query(tools, "SELECT id, name, data FROM items WHERE id < 3") == {
        "columns": ["id", "name", "data"],
        "rows": [
            {"id": 1, "name": "tea", "data": "01ff"},
            {"id": 2, "name": "Käse", "data": None},
        ],
        "row_count": 2,
        "truncated": False,
    }


@pytest.mark.parametrize(("sql", "params"), [("id = ?", [2]), ("id = :id", {"id": 2})])
def test_values_are_bound(tools: Tools, shop: Path, sql: str, params: Any) -> None:
    found = query(tools, f"SELECT name FROM items WHERE {sql}", params=params)
    assert found["rows"] == [{"name": "Käse"}]


def test_rows_are_limited(tools: Tools, shop: Path) -> None:
    found = query(tools, "SELECT id FROM items", limit=2)
    assert (found["row_count"], found["truncated"]) == (2, True)
    assert query(tools, "SELECT id FROM items", limit=3)["truncated"] is False


def test_tables_and_views_are_told(tools: Tools, shop: Path) -> None:
    items, names = tools.invoke(NAME, {"operation": "schema", "path": "shop.db"}).result["tables"]
    assert (items["name"], items["type"], names["name"], names["type"]) == (
        "items",
        "table",
        "names",
        "view",
    )
    assert items["columns"][1] == {
        "name": "name",
        "type": "TEXT",
        "nullable": False,
        "primary_key": False,
    }


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM items",
        "UPDATE items SET name = 'x'",
        "INSERT INTO items (name) VALUES ('x')",
        "DROP TABLE items",
        "CREATE TEMP TABLE t (a)",
        "ATTACH '/etc/other.db' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA writable_schema = 1",
        "WITH a AS (SELECT 1) DELETE FROM items",
    ],
)
def test_what_does_not_only_read_is_denied(tools: Tools, shop: Path, sql: str) -> None:
    before = shop.read_bytes()
    with pytest.raises(SecurityError, match="only reads"):
        query(tools, sql)
    assert shop.read_bytes() == before
    assert [each.name for each in shop.parent.iterdir() if "db" in each.name] == ["shop.db"]


def test_names_of_tables_are_not_read_as_sql(tools: Tools, shop: Path) -> None:
    with closing(sqlite3.connect(shop)) as made, made:
        made.execute('CREATE TABLE "a""); DROP" (x INT)')
    tables = tools.invoke(NAME, {"operation": "schema", "path": "shop.db"}).result["tables"]
    assert [each["name"] for each in tables] == ['a"); DROP', "items", "names"]
    assert tables[0]["columns"][0]["name"] == "x"


def test_a_file_that_is_being_written_is_read(tools: Tools, shop: Path) -> None:
    with closing(sqlite3.connect(shop)) as open_:
        open_.execute("PRAGMA journal_mode = wal")
        with open_:
            open_.execute("INSERT INTO items (name) VALUES ('new')")
        assert query(tools, "SELECT count(*) AS n FROM items")["rows"] == [{"n": 4}]


def test_extensions_are_not_loaded(tools: Tools, shop: Path) -> None:
    with pytest.raises(LLMSpellError):
        query(tools, "SELECT load_extension('x')")


def test_a_query_without_end_is_stopped(tools: Tools, shop: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(TimeLimitError):
        tools.invoke(NAME, {"path": "shop.db", "query": endless}, seconds=0.2)


def test_huge_values_are_not_made(tools: Tools, shop: Path) -> None:
    with pytest.raises(ToolError, match="too big"):
        query(tools, "SELECT zeroblob(100000000)")


def test_only_one_statement_is_run(tools: Tools, shop: Path) -> None:
    with pytest.raises(ValidationError, match="one statement"):
        query(tools, "SELECT 1; SELECT 2")


def test_wrong_bindings_name_the_field(tools: Tools, shop: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        query(tools, "SELECT ?", params=[1, 2])
    assert caught.value.details["field"] == "params"


def test_wrong_sql_and_files_that_are_no_database(tools: Tools, shop: Path) -> None:
    with pytest.raises(ToolError, match="no such table"):
        query(tools, "SELECT * FROM absent")
    shop.write_text("hello, this is no database at all")
    with pytest.raises(ToolError, match="not a database"):
        query(tools, "SELECT * FROM items")


def test_missing_and_forbidden_files(tools: Tools) -> None:
    with pytest.raises(StorageError):
        query(tools, "SELECT 1")
    with pytest.raises(SecurityError):
        query(tools, "SELECT 1", path="/etc/passwd")


def test_a_spell_reads_rows(make_runtime: Callable[..., Runtime], shop: Path) -> None:
    spell = """
    local found = Tool.execute("sqlite-query", {
      path = "shop.db", query = "SELECT name FROM items ORDER BY id DESC"})
    return found.result.rows[1].name"""
    assert make_runtime().run(spell).value == "salt"
