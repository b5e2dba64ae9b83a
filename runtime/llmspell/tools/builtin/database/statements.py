"""What a backend is asked for: one statement with its values, and how far it may go."""

from __future__ import annotations

import attrs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any


@attrs.frozen
class Statement:
    """One statement. kind: of `sql.KINDS`. values: for its marks; None where it has none.

    rows: how many are wanted. seconds: how long it may take. connecting: how long connecting may.
    """

    text: str
    kind: str
    values: Sequence[Any] | dict[str, Any] | None
    rows: int
    seconds: float
    connecting: float

    @property
    def reads(self) -> bool:
        """Whether nothing is to be changed."""
        return self.kind == "SELECT"


TABLES = (
    "SELECT c.table_schema, c.table_name, t.table_type, c.column_name, c.{type}, c.is_nullable "
    "FROM information_schema.columns c JOIN information_schema.tables t "
    "ON t.table_schema = c.table_schema AND t.table_name = c.table_name "
    "WHERE {which} ORDER BY c.table_schema, c.table_name, c.ordinal_position"
)
"""Columns with their tables, as the SQL standard has them. Names in MySQL are in upper case."""


def tables(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of `TABLES` table by table: `name`, `schema`, `type` and `columns`."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        schema, name, type_, column, of, nullable = row.values()
        table = found.setdefault(
            (schema, name),
            {
                "name": name,
                "schema": schema,
                "type": "view" if "VIEW" in str(type_).upper() else "table",
                "columns": [],
            },
        )
        table["columns"].append({"name": column, "type": of, "nullable": nullable == "YES"})
    return list(found.values())
