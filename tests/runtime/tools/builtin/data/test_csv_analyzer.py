"""`csv-analyzer`."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pyarrow.parquet
import pytest

from llmspell.app import Runtime
from llmspell.errors import TimeLimitError, ValidationError
from llmspell.tools.service import Tools

NAME = "csv-analyzer"
PEOPLE = "name,age,city\nÄnne,30,Köln\nBob,40,\nCy,x,Rom\n"


def call(tools: Tools, operation: str, text: str, **options: Any) -> Any:
    return tools.invoke(NAME, {"operation": operation, "input": text, "options": options}).table()


def test_columns_are_described(tools: Tools) -> None:
    found = call(tools, "analyze", PEOPLE)["data"]
    assert (found["row_count"], found["column_count"], found["encoding"]) == (3, 3, "UTF-8")
    assert found["file_size_bytes"] == len(PEOPLE.encode())
    age = found["columns"][1]
    assert age == {
        "name": "age",
        "data_type": "integer",
        "null_count": 0,
        "unique_count": 3,
        "min_value": "30",
        "max_value": "x",
        "min_number": 30,
        "max_number": 40,
        "mean": 35,
        "median": 35,
        "std_dev": 5,
        "sample_values": ["30", "40", "x"],
    }
    assert found["columns"][2]["null_count"] == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "0"], "integer"),
        (["1", "2.5"], "float"),
        (["yes", "N"], "boolean"),
        (["2024-02-29"], "date"),
        (["2024-02-30"], "string"),
        (["2024-01-01T10:00:00Z"], "date_time"),
        (["nan", "inf"], "string"),
        (["1", "a"], "mixed"),
        (["", ""], "string"),
    ],
)
def test_types_are_those_of_most_values(tools: Tools, values: list[str], expected: str) -> None:
    text = "a,b\n" + "".join(f"{value},x\n" for value in values)
    assert call(tools, "analyze", text)["data"]["columns"][0]["data_type"] == expected


def test_rows_of_another_width_are_told_by_analyze_and_refused_by_others(tools: Tools) -> None:
    text = "a,b\n1,2\n" + "1\n" * 12
    errors = call(tools, "analyze", text)["data"]["parse_errors"]
    assert errors[0] == "row 2 has 1 fields, the header has 2"
    assert errors[-1] == "and 2 more"
    with pytest.raises(ValidationError, match="row 2 has 1 fields"):
        call(tools, "sample", text)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_recognised(tools: Tools, delimiter: str) -> None:
    text = f'a{delimiter}b\n"x,;|y"{delimiter}2\n'
    found = call(tools, "analyze", text)["data"]
    assert (found["delimiter"], found["column_count"]) == (delimiter, 2)


def test_quoted_fields_have_line_breaks_and_quotes(tools: Tools) -> None:
    text = '\ufeffa,b\r\n"x\n""y""",2\r\n'
    assert call(tools, "convert", text, format="json")["data"] == [{"a": 'x\n"y"', "b": 2.0}]
    assert call(tools, "sample", text)["text"] == 'a,b\n"x\n""y""",2\n'


def test_blank_headers_get_names(tools: Tools) -> None:
    assert call(tools, "convert", "a,\n1,2\n", format="json")["data"] == [{"a": 1, "Column_2": 2}]


def test_conversion_to_text(tools: Tools) -> None:
    text = "a,b\n1,true\nnan,x y\n"
    assert call(tools, "convert", text, format="tsv")["text"] == "a\tb\n1\ttrue\nnan\tx y\n"
    lines = '{"a": 1.0, "b": true}\n{"a": "nan", "b": "x y"}\n'
    for format_ in ("jsonl", "jsonlines"):
        assert call(tools, "convert", text, format=format_)["text"] == lines


def test_parquet_has_the_types_of_the_columns(tools: Tools) -> None:
    text = "i,f,b,s\n1,1.5,yes,x\n,2,no,\nx,y,?,z\n2,3,y,a\n"
    found = call(tools, "convert", text, format="parquet")["data"]
    assert (found["format"], found["encoding"]) == ("parquet", "base64")
    data = base64.b64decode(found["data"])
    assert found["size_bytes"] == len(data)
    read: Any = pyarrow.parquet
    assert read.read_table(io.BytesIO(data)).to_pydict() == {
        "i": [1, None, None, 2],
        "f": [1.5, 2.0, None, 3.0],
        "b": [True, False, None, True],
        "s": ["x", None, "z", "a"],
    }


def test_excel_has_numbers_and_no_formulas(tools: Tools) -> None:
    text = 'a,b\n1,"=1+1"\n2.5,x\x01\n'
    found = call(tools, "convert", text, format="xlsx")["data"]
    book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(found["data"])))
    sheet = book.worksheets[0]
    assert list(sheet.iter_rows(values_only=True)) == [("a", "b"), (1, "=1+1"), (2.5, "x")]
    assert sheet["B2"].data_type == "s"


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("age > 35", "Bob Cy"),
        ("age == 30.0", "Änne"),
        ("age < 35", "Änne"),
        ('city == "Rom"', "Cy"),
        ('"name" != Bob', "Änne Cy"),
        ('city == ""', "Bob"),
        ("name >= Cy", "Änne Cy"),
    ],
)
def test_rows_are_chosen_by_a_condition(tools: Tools, condition: str, names: str) -> None:
    lines = call(tools, "filter", PEOPLE, filter=condition)["text"].splitlines()
    assert " ".join(line.split(",")[0] for line in lines[1:]) == names


def test_a_sample_has_the_first_rows(tools: Tools) -> None:
    text = "a,b\n" + "1,2\n" * 20
    assert call(tools, "sample", text)["text"].count("\n") == 11
    assert call(tools, "sample", text, size=2)["text"].count("\n") == 3


def test_columns_are_renamed_and_added(tools: Tools) -> None:
    text = "n;price\n2;1.5\nx;3\n"
    changed = call(
        tools,
        "transform",
        text,
        rename_columns={"n": "count"},
        add_columns={"sum": "n * price", "ten": "price * 10", "who": "a * b", "c": "EUR"},
    )["text"]
    assert (
        changed == "count;price;sum;ten;who;c\n2;1.5;3.00;15.00;a * b;EUR\nx;3;;30.00;a * b;EUR\n"
    )


def test_values_are_checked_by_rules(tools: Tools) -> None:
    text = "mail,n\na@b.de,1\nno,-6\nx@y.org,z\n"
    found = call(tools, "validate", text, rules={"mail": "email", "n": "range:-5-10"})["data"]
    places = [(each["row"], each["column"], each["value"]) for each in found["errors"]]
    assert places == [(2, "mail", "no"), (2, "n", "-6"), (3, "n", "z")]
    assert (found["valid"], found["total_rows"], found["error_count"]) == (False, 3, 3)
    assert call(tools, "validate", "mail\na@b.de\n", rules={"mail": "email"})["data"]["valid"]


def test_a_script_reads_the_analysis_in_metadata_too(make_runtime: Callable[..., Runtime]) -> None:
    spell = """
    local r = Tool.execute("csv-analyzer", {operation = "analyze", input = "a,b\\n1,2\\n"})
    return r.metadata.analysis_result.row_count + r.data.column_count
    """
    assert make_runtime().run(spell).value == 3


@pytest.mark.parametrize(
    ("operation", "text", "options", "field"),
    [
        ("analyze", "one\ntwo\n", {}, "delimiter"),
        ("analyze", "", {"delimiter": ","}, "input"),
        ("convert", PEOPLE, {"x": 1}, "format"),
        ("convert", PEOPLE, {"format": "xml"}, "format"),
        ("filter", PEOPLE, {"x": 1}, "filter"),
        ("filter", PEOPLE, {"filter": "age"}, "filter"),
        ("filter", PEOPLE, {"filter": "age ~ 3"}, "operator"),
        ("filter", PEOPLE, {"filter": "size > 3"}, "column"),
        ("transform", PEOPLE, {"x": 1}, "options"),
        ("transform", PEOPLE, {"rename_columns": {"size": "x"}}, "column"),
        ("validate", PEOPLE, {"x": 1}, "rules"),
        ("validate", PEOPLE, {"rules": {"age": "even"}}, "rules"),
        ("validate", PEOPLE, {"rules": {"size": "email"}}, "column"),
        ("sort", PEOPLE, {}, "operation"),
        ("sample", PEOPLE, {"size": -1}, "options.size"),
        ("sample", 'a,b\n"' + "x" * 200_000 + '",1\n', {"delimiter": ","}, "input"),
    ],
)
def test_mistakes_name_the_parameter(
    tools: Tools, operation: str, text: str, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        call(tools, operation, text, **options)
    assert caught.value.details["field"] == field


def test_a_long_text_stops_at_the_limit(tools: Tools) -> None:
    text = "a,b\n" + "1,2\n" * 200_000
    with pytest.raises(TimeLimitError):
        params = {"operation": "convert", "input": text, "options": {"format": "json"}}
        tools.invoke(NAME, params, seconds=0.001)


def test_the_configuration_limits_the_text(make_runtime: Callable[..., Runtime]) -> None:
    tools = make_runtime("[tools.data]\nmax_csv_size = 20").tools
    assert tools.invoke(NAME, {"input": "a,b\n1,2\n"}).success
    with pytest.raises(ValidationError, match=r"tools\.data\.max_csv_size"):
        tools.invoke(NAME, {"input": "a,b\n" + "1,2\n" * 10})
