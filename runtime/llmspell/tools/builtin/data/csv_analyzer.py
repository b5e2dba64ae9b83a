"""`csv-analyzer` (spec tools §8.11), on the standard library; pyarrow and openpyxl write files."""

from __future__ import annotations

import base64
import json
import operator
import re
from itertools import islice

from llmspell.errors import ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.data import csv_formats
from llmspell.tools.builtin.data.csv_columns import described, number
from llmspell.tools.builtin.data.csv_table import DELIMITERS, CsvTable
from llmspell.tools.builtin.data.limits import check_validation
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from llmspell.tools.call import Call

MOST_ROWS = 10_000
MOST_ERRORS = 10
FORMATS = ("json", "jsonlines", "jsonl", "parquet", "excel", "xlsx", "tsv")
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
_FILTER = re.compile(r'\s*(?:"([^"]*)"|(\S+))\s+(\S+)\s+(?:"([^"]*)"|(\S+))\s*')
_PRODUCT = re.compile(r"\s*(\S.*?)\s+\*\s+(\S.*?)\s*")
_RANGE = re.compile(r"range:(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_OPTIONS = {
    "delimiter": {"type": "string", "enum": list(DELIMITERS), "description": "Else recognised."},
    "format": {"type": "string", "description": f"convert: {', '.join(FORMATS)}."},
    "filter": {"type": "string", "description": "filter: `column op value`."},
    "size": {"type": "integer", "minimum": 0, "default": 10, "description": "sample: rows."},
    "rename_columns": {"type": "object", "description": "transform: old name to new name."},
    "add_columns": {"type": "object", "description": "transform: name to `A * B` or a text."},
    "rules": {"type": "object", "description": "validate: column to `email` or `range:0-9`."},
}


class CsvAnalyzer(Tool):
    """Profiles, converts, filters, transforms, checks and samples CSV text."""

    name = "csv-analyzer"
    category = "data"
    timed_by = "data"
    result = "data"
    limits = Limits(seconds=30)
    parameters = (
        Parameter("input", "string", "CSV text with a header.", required=True),
        Parameter(
            "options", "object", "What one operation needs.", schema={"properties": _OPTIONS}
        ),
    )
    operations = {
        "analyze": Operation("types and statistics of its columns"),
        "convert": Operation("as JSON, JSON lines, Parquet, Excel or TSV", needs=("options",)),
        "filter": Operation("the rows that fit a condition", needs=("options",)),
        "sample": Operation("the first rows"),
        "transform": Operation("renamed and added columns", needs=("options",)),
        "validate": Operation("values that break rules", needs=("options",)),
    }
    default_operation = "analyze"
    examples = (
        Example(
            {"input": "name,age\na,30\nb,40\n"},
            {"data": {"row_count": 2, "column_count": 2, "delimiter": ",", "parse_errors": []}},
        ),
        Example(
            {
                "operation": "filter",
                "input": "name;age\na;30\nb;40\n",
                "options": {"filter": "age > 35"},
            },
            {"text": "name;age\nb;40\n"},
        ),
        Example(
            {
                "operation": "convert",
                "input": "name,age\na,30\n",
                "options": {"format": "json"},
            },
            {"data": [{"name": "a", "age": 30.0}]},
        ),
        Example({"input": "one column\nonly\n"}, fails="delimiter"),
    )

    def do_analyze(self, call: Call) -> Answer:
        """Statistics of the first 10 000 rows; rows of another width are told in `parse_errors`."""
        table = CsvTable(call)
        width, count = len(table.header), 0
        columns: list[list[str]] = [[] for _ in table.header]
        errors: list[str] = []
        more = 0
        for count, row in enumerate(table.all_rows(), 1):
            if len(row) != width:
                if len(errors) < MOST_ERRORS:
                    errors.append(table.told_ragged(count, row))
                else:
                    more += 1
            elif count <= MOST_ROWS:
                for cells, cell in zip(columns, row, strict=True):
                    cells.append(cell)
        if more:
            errors.append(f"and {more} more")
        told = []
        for name, cells in zip(table.header, columns, strict=True):
            call.check()
            told.append(described(name, cells))
        result = {
            "row_count": count,
            "column_count": width,
            "encoding": "UTF-8",
            "delimiter": table.delimiter,
            "has_headers": True,
            "columns": told,
            "file_size_bytes": len(call.params["input"].encode()),
            "parse_errors": errors,
        }
        return Answer("analyze", result, metadata={"analysis_result": result})

    def do_convert(self, call: Call) -> Answer:
        """JSON as data; JSON lines and TSV as text; files in Base64."""
        format_ = str(_option(call, "format")).lower()
        if format_ not in FORMATS:
            raise ValidationError(
                f"'{format_}' is no format; there are {', '.join(FORMATS)}", field="format"
            )
        table = CsvTable(call)
        if format_ == "tsv":
            return _text(call, table.written([table.header, *table.rows()], "\t"))
        if format_ in {"json", "jsonl", "jsonlines"}:
            values = csv_formats.records(table.header, table.rows())
            if format_ == "json":
                return Answer("convert", list(values))
            lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in values)
            return _text(call, "".join(lines))
        write = csv_formats.parquet if format_ == "parquet" else csv_formats.excel
        data = write(table.header, table.rows())
        result = {
            "format": "excel" if format_ == "xlsx" else format_,
            "encoding": "base64",
            "data": base64.b64encode(data).decode(),
            "size_bytes": len(data),
        }
        return Answer("convert", result)

    def do_filter(self, call: Call) -> Answer:
        """Compares numbers where both sides are, else texts."""
        condition = str(_option(call, "filter"))
        parts = _FILTER.fullmatch(condition)
        if parts is None:
            raise ValidationError(
                f"'{condition}' has to be 'column op value', with quotes around what has spaces",
                field="filter",
            )
        quoted, bare, op, text, word = parts.groups()
        compare = OPERATORS.get(op)
        if compare is None:
            raise ValidationError(
                f"'{op}' is no operator; there are {', '.join(OPERATORS)}", field="operator"
            )
        table = CsvTable(call)
        column = table.index(bare if quoted is None else quoted)
        wanted = word if text is None else text
        wanted_number = number(wanted)

        def fits(cell: str) -> bool:
            found = None if wanted_number is None else number(cell)
            return compare(cell, wanted) if found is None else compare(found, wanted_number)

        rows = (row for row in table.rows() if fits(row[column]))
        return _text(call, table.written([table.header, *rows]))

    def do_sample(self, call: Call) -> Answer:
        """The header and the first `options.size` rows."""
        table = CsvTable(call)
        size = call.get("options", {}).get("size", 10)
        return _text(call, table.written([table.header, *islice(table.rows(), size)]))

    def do_transform(self, call: Call) -> Answer:
        """Renamed columns, and added ones: products with two decimals, or one text for all."""
        options = call.params["options"]
        renames, additions = options.get("rename_columns") or {}, options.get("add_columns") or {}
        if not renames and not additions:
            raise ValidationError(
                "'options.rename_columns' or 'options.add_columns' is needed", field="options"
            )
        table = CsvTable(call, default=",")
        header = list(table.header)
        for old, new in renames.items():
            header[table.index(old)] = str(new)
        added = [_expression(table, str(text)) for text in additions.values()]
        rows = ([*row, *(each(row) for each in added)] for row in table.rows())
        return _text(call, table.written([[*header, *map(str, additions)], *rows]))

    def do_validate(self, call: Call) -> Answer:
        """Each value that breaks the rule of its column; the first data row is row 1."""
        check_validation(call)
        table = CsvTable(call, default=",")
        rules = _option(call, "rules")
        checks = [(table.index(name), name, _check(str(rule))) for name, rule in rules.items()]
        errors, count = [], 0
        for count, row in enumerate(table.rows(), 1):
            for index, name, check in checks:
                problem = check(row[index])
                if problem:
                    told = {"row": count, "column": name, "value": row[index], "error": problem}
                    errors.append(told)
        result = {
            "valid": not errors,
            "errors": errors,
            "total_rows": count,
            "error_count": len(errors),
        }
        return Answer("validate", result, metadata={"validation_result": result})


def _text(call: Call, text: str) -> Answer:
    return Answer(call.operation, text, text=text)


def _option(call: Call, name: str) -> Any:
    value = call.params["options"].get(name)
    if value is None:
        raise ValidationError(f"'options.{name}' is needed by '{call.operation}'", field=name)
    return value


def _expression(table: CsvTable, text: str) -> Callable[[list[str]], str]:
    """What an added column has in each row."""
    parts = _PRODUCT.fullmatch(text)
    if parts is None:
        return lambda _row: text
    factors = [_factor(table, part) for part in parts.groups()]
    if None in factors:
        return lambda _row: text

    def product(row: list[str]) -> str:
        values = [each if isinstance(each, float) else number(row[each or 0]) for each in factors]
        left, right = values
        return "" if left is None or right is None else f"{left * right:.2f}"

    return product


def _factor(table: CsvTable, name: str) -> int | float | None:
    """The index of a column, or a number; None for anything else."""
    return table.header.index(name) if name in table.header else number(name)


def _check(rule: str) -> Callable[[str], str]:
    """What is wrong with a value by a rule, "" where nothing is."""
    if rule == "email":
        return lambda value: "" if _EMAIL.fullmatch(value.strip()) else "no e-mail address"
    parts = _RANGE.fullmatch(rule)
    if parts is None:
        raise ValidationError(
            f"'{rule}' is no rule; there are 'email' and 'range:<min>-<max>'", field="rules"
        )
    low, high = float(parts[1]), float(parts[2])

    def within(value: str) -> str:
        found = number(value)
        if found is None:
            return "no number"
        return "" if low <= found <= high else f"not within {parts[1]} and {parts[2]}"

    return within
