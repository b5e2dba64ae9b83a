"""`database-connector`, on servers and files of all kinds that it knows."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.errors import ValidationError
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.database.conftest import Database

NAME = "database-connector"
SLEEP = {
    "postgresql": "SELECT pg_sleep(60)",
    "mysql": "SELECT sleep(60)",
    "sqlite": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
}


def test_rows_have_their_columns(shop: Database) -> None:
    found = shop.run("SELECT id, name FROM items WHERE id < 3 ORDER BY id")
    assert found["results"] == [{"id": 1, "name": "tea"}, {"id": 2, "name": "Käse"}]
    assert found["columns"] == ["id", "name"]
    assert (found["rows_affected"], found["status"]) == (2, "executed")
    assert (found["database"], found["database_type"]) == (shop.dialect, shop.dialect)
    assert found["query"].startswith("SELECT id")
    assert found["execution_time_ms"] >= 0
    assert found["timestamp"].endswith("Z")


def test_decimals_are_numbers(shop: Database) -> None:
    found = shop.run("SELECT price FROM items ORDER BY id")["results"]
    assert [row["price"] for row in found] == [2.5, 12, None]


def test_columns_of_one_name_are_told_apart(shop: Database) -> None:
    assert shop.run("SELECT 1 AS a, 2 AS a")["results"] == [{"a": 1, "a_2": 2}]


HOSTILE = ["'; DROP TABLE items; --", "a\\' OR 1=1 #", "100%s %(x)s", 'he said "?" :name', "\\"]


@pytest.mark.parametrize("text", HOSTILE)
def test_values_are_bound(shop: Database, text: str) -> None:
    shop.run(
        "INSERT INTO items (id, name) VALUES (:id, :name)", "INSERT", params={"id": 9, "name": text}
    )
    assert shop.run("SELECT name FROM items WHERE name = ?", params=[text])["results"] == [
        {"name": text}
    ]
    assert shop.run("SELECT count(*) AS n FROM items")["results"] == [{"n": 4}]


def test_marks_in_strings_and_comments_are_no_values(shop: Database) -> None:
    found = shop.run("SELECT '?' AS a, ':n' AS b, ? AS c -- ? :n\n /* ? */", params=[5])
    assert found["results"] == [{"a": "?", "b": ":n", "c": 5}]


@pytest.mark.parametrize("params", [[], [1, 2]])
def test_a_wrong_number_of_values_is_told(shop: Database, params: list[int]) -> None:
    assert "Validation error" in shop.error("SELECT id FROM items WHERE id = ?", params=params)


def test_rows_are_changed(shop: Database) -> None:
    done = shop.run("UPDATE items SET price = 3 WHERE id < ?", "UPDATE", params=[3])
    assert done["rows_affected"] == 2
    assert shop.run("DELETE FROM items WHERE price = 3", "DELETE")["rows_affected"] == 2
    assert shop.run("SELECT id FROM items")["results"] == [{"id": 3}]


def test_what_is_inserted_may_be_returned(shop: Database) -> None:
    done = shop.run(
        "INSERT INTO items (id, name) VALUES (7, 'x'), (8, 'y') RETURNING id", "INSERT", limit=1
    )
    assert (done["results"], done["rows_affected"], done["truncated"]) == ([{"id": 7}], 2, True)
    assert shop.run("SELECT count(*) AS n FROM items")["results"] == [{"n": 5}]


def test_rows_are_limited(shop: Database) -> None:
    found = shop.run("SELECT id FROM items", limit=2)
    assert (len(found["results"]), found["truncated"], "more rows" in found["note"]) == (
        2,
        True,
        True,
    )
    assert shop.run("SELECT id FROM items", limit=3)["truncated"] is False


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("DELETE FROM items", "DELETE"),
        ("/* SELECT */ DELETE FROM items", "DELETE"),
        ("WITH s AS (SELECT 1 AS i) DELETE FROM items WHERE id IN (SELECT i FROM s)", "DELETE"),
        ("REPLACE INTO items VALUES (1, 'x', 1)", "INSERT"),
        ("DROP TABLE items", "DDL"),
    ],
)
def test_a_statement_has_to_be_what_the_caller_says(shop: Database, query: str, kind: str) -> None:
    assert f"query_type = '{kind}'" in shop.error(query)
    assert shop.run("SELECT count(*) AS n FROM items")["results"] == [{"n": 3}]


def test_tables_are_kept_unless_it_is_allowed(shop: Database) -> None:
    assert "DATABASE_ALLOW_DDL" in shop.error("DROP TABLE items", "DDL")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DELETE FROM items",
        "DELETE FROM items; SELECT 1",
        "SELECT 1;;--\n DROP TABLE items",
    ],
)
def test_one_statement_is_run_at_a_time(shop: Database, query: str) -> None:
    assert "one statement at a time" in shop.error(query, query.split()[0])
    assert shop.run("SELECT count(*) AS n FROM items;")["results"] == [{"n": 3}]


@pytest.mark.parametrize(
    "query", ["SET x = 1", "CALL f()", "GRANT ALL", "PRAGMA x", "COPY t TO 'x'"]
)
def test_other_statements_are_refused(shop: Database, query: str) -> None:
    assert "is not run" in shop.error(query)


@pytest.mark.parametrize("query", ["", " -- nothing", "SELECT 'a", "SELECT /* a", "SELECT \0"])
def test_what_is_no_statement_is_told(shop: Database, query: str) -> None:
    assert "Validation error" in shop.error(query)


def test_an_error_of_the_database_is_told(shop: Database) -> None:
    assert "nowhere" in shop.error("SELECT * FROM nowhere")
    assert "Tool execution error" in shop.error("INSERT INTO items VALUES (1, 'x', 1)", "INSERT")


def test_a_query_ends_with_its_time(shop: Database) -> None:
    params = {"operation": "query", "query": SLEEP[shop.dialect]}
    done = shop.tools.submit(NAME, params, seconds=0.6).future.result(30)
    assert done.envelope["error"]["message"].startswith("Timeout error")


RUNNING = {
    "postgresql": "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'",
    "mysql": "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'SELECT sleep%'",
}


def test_a_query_can_be_cancelled(shop: Database) -> None:
    started = shop.tools.submit(NAME, {"operation": "query", "query": SLEEP[shop.dialect]})
    while shop.dialect in RUNNING and not shop.run(RUNNING[shop.dialect])["results"]:
        assert not started.future.done()
    started.call.cancel()
    assert "cancelled" in started.future.result(30).envelope["error"]["message"]


def test_tables_and_views_are_told(shop: Database) -> None:
    found = shop.tools.invoke(NAME, {"operation": "schema"}).result
    (items,) = [table for table in found["tables"] if table["name"] == "items"]
    assert (found["database_type"], items["type"]) == (shop.dialect, "table")
    assert [column["name"] for column in items["columns"]] == ["id", "name", "price"]
    assert [column["nullable"] for column in items["columns"]][1:] == [False, True]
    assert all(column["type"] for column in items["columns"])


def test_its_text_is_json_on_one_line(shop: Database) -> None:
    raw = shop.tools.invoke(NAME, {"operation": "schema"}).raw
    assert "\n" not in raw
    assert '"success":true' in raw


@pytest.mark.parametrize("params", [{}, {"operation": "query"}, {"query": "SELECT 1"}])
def test_what_is_missing_raises(tools: Tools, params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        tools.invoke(NAME, params)


def test_an_unknown_operation_is_a_failure_that_is_returned(tools: Tools) -> None:
    done = tools.invoke(NAME, {"operation": "migrate"})
    assert (done.success, done.envelope["operation"]) == (False, "unknown_operation")


def test_an_unknown_kind_of_query_is_a_failure_that_is_returned(tools: Tools) -> None:
    done = tools.invoke(NAME, {"operation": "query", "query": "SELECT 1", "query_type": "MERGE"})
    assert "query_type" in done.envelope["error"]["message"]


def test_without_a_configured_database_it_says_how_to_have_one(tools: Tools) -> None:
    message = tools.invoke(NAME, {"operation": "schema"}).envelope["error"]["message"]
    assert "DATABASE_POSTGRESQL_URL" in message
    assert "tools.database.connections" in message
