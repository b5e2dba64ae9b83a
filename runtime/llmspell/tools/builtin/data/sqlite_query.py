"""`sqlite-query`: reads SQLite files, and never writes them; on the standard library.

The file is opened read-only, and SQLite asks before each thing that a statement does
(`database.sqlite`): nothing but reading is allowed, so no other file is attached and no extension
loaded.
"""

from __future__ import annotations

from llmspell.tools.answer import Answer
from llmspell.tools.builtin.database.rows import Rows
from llmspell.tools.builtin.database.sqlite import opened, tables_of
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from llmspell.tools.call import Call

MOST_ROWS = 10_000


class SqliteQuery(Tool):
    """Queries SQLite files, which it never changes."""

    name = "sqlite-query"
    category = "data"
    security = "restricted"
    permissions = ("read",)
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
        with opened(call, str(call.need("path"))) as connection:
            cursor = connection.execute(str(call.need("query")), call.get("params", ()))
            rows = Rows(
                (each[0] for each in cursor.description or ()), int(call.get("limit", 1000))
            )
            for row in cursor:
                rows.add(row)
                if rows.truncated:
                    break
        result = {
            "columns": rows.columns,
            "rows": rows.found,
            "row_count": len(rows.found),
            "truncated": rows.truncated,
        }
        return Answer("query", result, message=f"{len(rows.found)} rows")

    def do_schema(self, call: Call) -> Answer:
        """`tables`: `name`, `type` (`table`, `view`) and `columns` of each."""
        with opened(call, str(call.need("path"))) as connection:
            tables = tables_of(connection)
        return Answer("schema", {"tables": tables}, message=f"{len(tables)} tables and views")
