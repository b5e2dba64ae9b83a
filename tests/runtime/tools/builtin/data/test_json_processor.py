"""`json-processor`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import ResourceError, TimeLimitError, ToolError, ValidationError
from llmspell.tools.builtin.data.jq_names import forbidden_name
from llmspell.tools.service import Tools

NAME = "json-processor"
USERS = {"users": [{"name": "Ü", "age": 40}, {"name": "a", "age": 30}]}


@pytest.mark.parametrize(
    ("query", "value", "expected"),
    [
        (".", [1, {"a": None}], [1, {"a": None}]),
        (".users | map(.name) | sort", USERS, ["a", "Ü"]),
        (".users[] | .age", USERS, [40, 30]),
        (".users[] | select(.age > 35) | .name", USERS, "Ü"),
        ("[.users | group_by(.age)[] | length] | add", USERS, 2),
        ('.users | any(.name | contains("a"))', USERS, True),
        (".[1:3]", [1, 2, 3, 4], [2, 3]),
        ("{n: .a | ascii_upcase}", {"a": "x"}, {"n": "X"}),
        ("empty", {}, []),
        (".a", '{"a": 1}', 1),
        (".", "not json", "not json"),
        (".nothing", {}, None),
    ],
)
def test_one_output_is_the_value_and_others_are_a_list(
    tools: Tools, query: str, value: Any, expected: Any
) -> None:
    result = tools.invoke(NAME, {"operation": "query", "input": value, "query": query})
    assert result.table()["data"] == expected


def test_other_names_of_the_operation_are_told_as_query(tools: Tools) -> None:
    for alias in ("jq", "transform"):
        table = tools.invoke(NAME, {"operation": alias, "input": 1, "query": "."}).table()
        assert table["metadata"]["operation"] == "query"
        assert table["metadata"]["response"]["success"] is True


def test_a_script_sees_data_and_text(make_runtime: Callable[..., Runtime]) -> None:
    spell = """
    local r = Tool.execute("json-processor", {input = {a = "x"}, query = ".a"})
    return r.data .. r.text .. r.metadata.response.operation
    """
    assert make_runtime().run(spell).value == 'x"x"query'


def test_validation_names_place_and_keyword(tools: Tools) -> None:
    schema = {"properties": {"a/b": {"items": {"type": "integer"}}}}
    value = {"a/b": [1, "x"]}
    found = tools.invoke(NAME, {"operation": "validate", "input": value, "schema": schema}).result
    message = '"x" is not of type "integer"'
    assert found == {
        "is_valid": False,
        "errors": [{"path": "/a~1b/1", "message": message, "keyword": "type"}],
    }
    params = {"operation": "validate", "input": value, "schema": {"type": "object"}}
    found = tools.invoke(NAME, params).result
    assert found == {"is_valid": True, "errors": []}


def test_a_schema_fetches_nothing(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            host = f"http://127.0.0.1:{server.server_port}"
            for reference in (f"{host}/x.json", (tmp_path / "x.json").as_uri()):
                params = {"operation": "validate", "input": 1, "schema": {"$ref": reference}}
                with pytest.raises(ValidationError) as caught:
                    tools.invoke(NAME, params)
                assert caught.value.details["field"] == "schema"
        finally:
            server.shutdown()
            thread.join()


def test_lines_are_processed_one_by_one(tools: Tools) -> None:
    params = {"operation": "stream", "input": "[1,2]\r\n \n[3]", "query": ".[]"}
    assert tools.invoke(NAME, params).result == [1, 2, 3]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"operation": "query", "input": 1}, "query"),
        ({"operation": "query", "query": "."}, "input"),
        ({"operation": "query", "input": 1, "query": ".a |"}, "query"),
        ({"operation": "query", "input": 1, "query": "nothing_such"}, "query"),
        ({"operation": "query", "input": 1, "query": "env"}, "query"),
        ({"operation": "query", "input": 1, "query": '"\\(input)"'}, "query"),
        ({"operation": "query", "input": 1, "query": 'import "a" as $a; 1'}, "query"),
        ({"operation": "validate", "input": 1}, "schema"),
        ({"operation": "validate", "input": 1, "schema": {"type": "no such"}}, "schema"),
        ({"operation": "stream", "input": "1\n{"}, "input"),
        ({"operation": "stream", "input": {"a": 1}}, "input"),
        ({"operation": "sort", "input": 1}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == field


def test_what_fails_at_run_time_is_a_failure_of_the_tool(tools: Tools) -> None:
    with pytest.raises(ToolError, match="Cannot iterate over number"):
        tools.invoke(NAME, {"input": 1, "query": ".[]"})


def test_a_program_that_never_ends_is_ended(tools: Tools) -> None:
    with pytest.raises(TimeLimitError):
        tools.invoke(NAME, {"input": 1, "query": "def f: f; f"}, seconds=1)


def test_a_program_that_wants_all_memory_gets_none(tools: Tools) -> None:
    with pytest.raises((ResourceError, ToolError)):
        tools.invoke(NAME, {"input": 1, "query": '[range(40)] | map("x" * 100000000)'})


@pytest.mark.parametrize(
    "program",
    [
        ".input | .environment",
        '"env" + "\\"input"',
        "{input: 1, debug: .import}",
        "# env\n.",
        ".a as $input | 1",
    ],
)
def test_names_in_strings_fields_keys_and_comments_are_harmless(program: str) -> None:
    assert forbidden_name(program) == ""


@pytest.mark.parametrize(
    ("program", "name"),
    [
        ('"\\("\\(env)")"', "env"),
        ("$ENV.HOME", "$ENV"),
        ("(1 | input)", "input"),
        ('"a" | debug', "debug"),
        ('include "a"; 1', "include"),
    ],
)
def test_names_that_are_called_are_found(program: str, name: str) -> None:
    assert forbidden_name(program) == name
