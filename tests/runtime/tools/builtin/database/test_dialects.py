"""What is particular to PostgreSQL, MariaDB and SQLite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.runtime.tools.builtin.database.conftest import Database

POSTGRESQL = [
    ("TIMESTAMPTZ '2024-05-01 10:00:00+02'", "2024-05-01T08:00:00Z"),
    ("TIMESTAMP '2024-05-01 10:00:00.5'", "2024-05-01T10:00:00.5"),
    ("DATE '2024-05-01'", "2024-05-01"),
    ("TIMESTAMP 'infinity'", "infinity"),
    ("TEXT '2024-05-01 10:00:00+00'", "2024-05-01 10:00:00+00"),
    ("'NaN'::float8", "nan"),
    ("'\\x01ff'::bytea", "01ff"),
    ("""'{"a": [1, null]}'::jsonb""", {"a": [1, None]}),
    ("ARRAY[1, NULL, 3]", [1, None, 3]),
    ("9223372036854775808::numeric", "9223372036854775808"),
    ("0.1::numeric", 0.1),
    ("0.1234567890123456789::numeric", "0.1234567890123456789"),
    ("TRUE", True),
    ("'192.0.2.1'::inet", "192.0.2.1"),
    ("'6f9619ff-8b86-4011-b42d-00c04fc964ff'::uuid", "6f9619ff-8b86-4011-b42d-00c04fc964ff"),
]


@pytest.mark.parametrize(("expression", "value"), POSTGRESQL)
def test_values_of_postgresql(shop_in_postgresql: Database, expression: str, value: Any) -> None:
    assert shop_in_postgresql.run(f"SELECT {expression} AS v")["results"] == [{"v": value}]


def test_objects_and_lists_become_json_and_arrays(shop_in_postgresql: Database) -> None:
    found = shop_in_postgresql.run(
        "SELECT ?::jsonb ->> 'a' AS a, cardinality(?::int[]) AS n, '{\"a\": 1}'::jsonb ?? 'a' AS has",
        params=[{"a": "x"}, [1, 2]],
    )
    assert found["results"] == [{"a": "x", "n": 2, "has": True}]


def test_colons_of_casts_and_slices_are_no_values(shop_in_postgresql: Database) -> None:
    found = shop_in_postgresql.run(
        "SELECT '1'::int AS a, (ARRAY[1,2,3])[2:3] AS b, $$ :n ? $$ AS c, :n AS d", params={"n": 4}
    )
    assert found["results"] == [{"a": 1, "b": [2, 3], "c": " :n ? ", "d": 4}]


@pytest.mark.parametrize(
    "query",
    [
        "WITH gone AS (DELETE FROM items RETURNING id) SELECT * FROM gone",
        "SELECT * INTO copied FROM items",
        "EXPLAIN ANALYZE DELETE FROM items",
        "SELECT set_config('transaction_read_only', 'off', false), lo_create(0)",
        "SELECT * FROM items FOR UPDATE",
    ],
)
def test_postgresql_changes_nothing_in_a_select(shop_in_postgresql: Database, query: str) -> None:
    assert "read" in shop_in_postgresql.error(query)
    assert shop_in_postgresql.run("SELECT count(*) AS n FROM items")["results"] == [{"n": 3}]


def test_what_a_script_sets_does_not_reach_the_next_call(shop_in_postgresql: Database) -> None:
    shop_in_postgresql.run("SELECT set_config('search_path', 'elsewhere', false)")
    assert shop_in_postgresql.run("SELECT count(*) AS n FROM items")["results"] == [{"n": 3}]


def test_an_error_of_postgresql_has_its_code(shop_in_postgresql: Database) -> None:
    params = {"operation": "query", "query": "SELECT 1 / 0"}
    done = shop_in_postgresql.tools.invoke("database-connector", params)
    assert done.envelope["error"]["code"] == "22012"


def test_dollar_quotes_and_nested_comments_hide_no_statement(shop_in_postgresql: Database) -> None:
    found = shop_in_postgresql.run("/* /* */ ; */ SELECT $a$ ; $$ ' $a$ AS x, E'\\';' AS y")
    assert found["results"] == [{"x": " ; $$ ' ", "y": "';"}]


MARIADB = [
    ("TIMESTAMP '2024-05-01 10:00:00'", "2024-05-01T10:00:00"),
    ("DATE '2024-05-01'", "2024-05-01"),
    ("x'01ff'", "01ff"),
    ("CAST(0.5 AS DECIMAL(3, 2))", 0.5),
    ("18446744073709551615", "18446744073709551615"),
    ("'a\\'b'", "a'b"),
    ('"it"', "it"),
]


@pytest.mark.parametrize(("expression", "value"), MARIADB)
def test_values_of_mariadb(shop_in_mariadb: Database, expression: str, value: Any) -> None:
    assert shop_in_mariadb.run(f"SELECT {expression} AS v")["results"] == [{"v": value}]


@pytest.mark.parametrize(
    "query", ["SELECT 1 /*! , 2 */", "SELECT 1 /*M! , 2 */", "/*!50000 DROP TABLE items */"]
)
def test_comments_that_are_executed_are_refused(shop_in_mariadb: Database, query: str) -> None:
    assert "Security violation" in shop_in_mariadb.error(query)


def test_a_select_writes_no_file_of_the_server(shop_in_mariadb: Database) -> None:
    error = shop_in_mariadb.error("SELECT 1 INTO OUTFILE '/tmp/llmspell-outfile'")
    assert "writes no file" in error
    assert not Path("/tmp/llmspell-outfile").exists()


def test_two_dashes_without_a_space_are_no_comment_of_mariadb(shop_in_mariadb: Database) -> None:
    assert shop_in_mariadb.run("SELECT 5--? AS v", params=[1])["results"] == [{"v": 6}]


def test_a_large_result_is_left_after_the_rows_that_are_wanted(shop_in_mariadb: Database) -> None:
    numbers = "SELECT seq, repeat('x', 1000) AS t FROM seq_1_to_10000000"
    assert shop_in_mariadb.run(numbers, limit=3)["rows_affected"] == 4


def test_a_select_that_changes_is_refused_by_mariadb(
    make_runtime: Any, shop_in_mariadb: Database
) -> None:
    owner = Database(
        make_runtime(
            environ=dict(shop_in_mariadb.tools.around.environ) | {"DATABASE_ALLOW_DDL": "1"}
        ).tools,
        "mysql",
    )
    owner.run("CREATE OR REPLACE SEQUENCE numbers", "DDL")
    assert "SELECT only reads" in shop_in_mariadb.error("SELECT NEXTVAL(numbers)")


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("ATTACH 'other.db' AS o", "SELECT"),
        ("SELECT load_extension('x')", "SELECT"),
        ("CREATE VIRTUAL TABLE t USING fts5(a)", "DDL"),
        ("INSERT INTO sqlite_master (type) VALUES ('x')", "INSERT"),
    ],
)
def test_sqlite_leaves_its_file_alone_with_the_rest(
    make_runtime: Any, tmp_path: Path, query: str, kind: str
) -> None:
    environ = {"DATABASE_SQLITE_PATH": str(tmp_path / "a.db"), "DATABASE_ALLOW_DDL": "1"}
    database = Database(make_runtime(environ=environ).tools, "sqlite")
    database.run("CREATE TABLE t (a)", "DDL")
    assert database.error(query, kind)
    assert not (tmp_path / "other.db").exists()


def test_a_trigger_of_several_statements_can_be_made(make_runtime: Any, tmp_path: Path) -> None:
    environ = {"DATABASE_SQLITE_PATH": str(tmp_path / "a.db"), "DATABASE_ALLOW_DDL": "1"}
    database = Database(make_runtime(environ=environ).tools, "sqlite")
    database.run("CREATE TABLE t (a)", "DDL")
    body = "BEGIN UPDATE t SET a = 2; UPDATE t SET a = a + 1; END"
    database.run(f"CREATE TRIGGER up AFTER INSERT ON t {body}", "DDL")
    database.run("INSERT INTO t VALUES (1)", "INSERT")
    assert database.run("SELECT a FROM t")["results"] == [{"a": 3}]
