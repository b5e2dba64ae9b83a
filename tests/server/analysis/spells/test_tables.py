"""Tables whose schema an earlier argument chooses, as the API description has them."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell_server.analysis.api import Api, read_api

TABLES = ["Drill.run:2:3", "malformed", "Job.go:0:1", "Plan.args:job", "Plan.args:task", "Plan.x:"]
ADDER = {"type": "object", "properties": {"a": {"type": "number"}}}


def parameter(name: str, type_: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "type": {"name": type_, "schema": schema}}


@pytest.fixture
def api() -> Api:
    def member(name: str, *parameters: dict[str, Any]) -> dict[str, Any]:
        return {"name": name, "summary": "", "parameters": parameters, "result": {"name": "nil"}}

    dependent = {"argument": "name", "kind": "tool-name", "schemas": {"adder": ADDER}}
    plain = {"argument": None, "kind": None, "schemas": {"": ADDER}}
    members = [
        member("execute", parameter("name", "string"), parameter("params", "map", dependent)),
        member("limit", parameter("limits", "map", plain)),
    ]
    kind = {"name": "k", "description": "", "tables": TABLES}
    namespace = {"name": "Toolbox", "summary": "", "members": members}
    return read_api({"namespaces": [namespace], "variables": [], "kinds": [kind]})


def test_an_earlier_argument_chooses(api: Api) -> None:
    choice = api.table_of("Toolbox.execute", 1)
    assert choice is not None
    assert choice.schemas[choice.value(("adder",)) or ""] == ADDER
    assert (choice.value((None,)), choice.value(()), choice.kind) == (None, None, "tool-name")


def test_a_plain_schema_needs_no_argument(api: Api) -> None:
    choice = api.table_of("Toolbox.limit", 0)
    assert choice is not None and choice.schemas[choice.value(()) or ""] == ADDER


def test_a_kind_says_where_its_tables_are(api: Api) -> None:
    choice = api.table_of("Drill.run", 2)
    assert choice is not None and (choice.argument, choice.kind) == (1, "k")
    assert api.table_of("Toolbox.execute", 0) is None


def test_the_string_by_which_an_object_was_got_chooses(api: Api) -> None:
    choice = api.table_of("Job.go", 0)
    assert choice is not None and choice.kind == "k"
    assert choice.value((), {"": "dig"}) == "dig"
    assert choice.value((), {}) is None


def test_a_field_beside_the_table_chooses_by_any_of_its_names(api: Api) -> None:
    choice = api.table_of("Plan.args", -1)
    assert choice is not None and choice.kind == "k"
    assert choice.value((), {"job": "dig", "task": "fill"}) == "dig"
    assert choice.value((), {"task": "fill"}) == "fill"
    assert choice.value((), {"name": "fill"}) is None
    assert api.table_of("Plan.x", -1) is None
