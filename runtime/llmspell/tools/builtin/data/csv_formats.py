"""CSV rows as JSON values, Parquet and Excel files."""

from __future__ import annotations

import io

from llmspell.errors import ResourceError, ValidationError
from llmspell.tools.builtin.data.csv_columns import number, type_of_column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

EXCEL_ROWS = 1_048_576
"""Rows that a sheet can have."""


def records(header: list[str], rows: Iterable[list[str]]) -> Iterator[dict[str, Any]]:
    """Rows as objects: numbers become floats, `true` and `false` booleans."""
    for row in rows:
        yield {name: _value(cell) for name, cell in zip(header, row, strict=True)}


def _value(cell: str) -> Any:
    if cell in {"true", "false"}:
        return cell == "true"
    found = number(cell)
    return cell if found is None else found


def parquet(header: list[str], rows: Iterable[list[str]]) -> bytes:
    """A Parquet file; columns are int64, float64, bool or string, what does not fit is null."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ResourceError("Parquet needs pyarrow: install llmspell[tools]") from None
    cells = list(zip(*rows, strict=True)) or [()] * len(header)
    columns = []
    for column in cells:
        values = [cell.strip() for cell in column]
        columns.append(_typed(pa, values))
    out = io.BytesIO()
    pq.write_table(pa.table(columns, names=header), out)
    return out.getvalue()


def _typed(pa: Any, values: list[str]) -> Any:
    type_ = type_of_column([value for value in values if value])
    if type_ == "integer":
        return pa.array([_integer(value) for value in values], pa.int64())
    if type_ == "float":
        return pa.array([number(value) for value in values], pa.float64())
    if type_ == "boolean":
        return pa.array([_BOOLEANS.get(value.lower()) for value in values], pa.bool_())
    return pa.array([value or None for value in values], pa.string())


_BOOLEANS = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}


def _integer(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def excel(header: list[str], rows: Iterable[list[str]]) -> bytes:
    """An Excel file with one sheet. What looks like a formula stays text."""
    try:
        from openpyxl import Workbook
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
    except ImportError:
        raise ResourceError("Excel needs openpyxl: install llmspell[tools]") from None
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")

    def cell(text: str) -> Any:
        made = WriteOnlyCell(sheet)
        made.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        made.data_type = "s"
        return made

    sheet.append([cell(name) for name in header])
    for count, row in enumerate(rows, 2):
        if count > EXCEL_ROWS:
            raise ValidationError(f"a sheet has at most {EXCEL_ROWS} rows", field="input")
        numbers = map(number, row)
        pairs = zip(row, numbers, strict=True)
        sheet.append([cell(text) if found is None else found for text, found in pairs])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
