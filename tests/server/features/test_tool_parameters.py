"""The tables of parameters that tools take, by their own schemas; through a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.conftest import SERVER
from tests.server.marks import ranges
from tests.server.program import Program
from tests.server.raw import RawClient, edits_by_uri


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, profile: str) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("parameters").resolve()
    (folder / "notes.txt").touch()
    with RawClient.of_stdio(SERVER, profile) as client:
        client.initialize(
            capabilities={"textDocument": {"diagnostic": {}}},
            workspaceFolders=[{"uri": folder.as_uri(), "name": "it"}],
        )
        session = Program(client, (folder / "main.lua").as_uri())
        while not session.problems('Tool.get("calculatr")'):
            pass  # a name may be that of an installed tool until those are known
        yield session


def keys(offered: dict[str, dict[str, Any]]) -> list[str]:
    """The keys among what is offered, as an editor sorts them."""
    found = [each for each in offered.values() if each.get("kind") == 5]
    return [each["label"] for each in sorted(found, key=lambda each: str(each["sortText"]))]


def test_keys_of_the_operation_come_first(session: Program) -> None:
    marked = 'Tool.execute("file_operations", { operation = "mkdir", | })'
    assert keys(session.offered(marked))[:2] == ["path", "recursive"]


def test_operations_are_offered(session: Program) -> None:
    offered = session.offered('Tool.execute("file-operations", { operation = "|" })')
    assert {"read", "create_dir"} <= set(offered)
    assert "mkdir" not in offered


def test_keys_of_an_inner_table_are_offered(session: Program) -> None:
    marked = 'Tool.execute("text-manipulator", { operation = "truncate", options = { | } })'
    assert "max_length" in keys(session.offered(marked))


def test_files_are_offered_where_a_parameter_is_a_path(session: Program) -> None:
    marked = 'Tool.execute("file-operations", { operation = "read", path = "|" })'
    assert "notes.txt" in session.offered(marked)


@pytest.mark.parametrize(
    ("code", "marked"),
    [
        ("missing-fields", 'Tool.execute("calculator", ⟦{}⟧)'),
        ("missing-fields", 'Tool.execute⟦("calculator")⟧'),
        ("missing-fields", 'pcall(Tool.execute, "calculator", ⟦{}⟧)'),
        ("unknown-key", 'xpcall(Tool.execute, print, "uuid-generator", { ⟦versoin⟧ = "v4" })'),
        (
            "missing-fields",
            'Tool.execute("file-operations", ⟦{⟧ operation = "write", path = "x" })',
        ),
        (
            "missing-fields",
            'local o = ⟦{⟧ operation = "cp" }\nTool.execute("file-operations", o)',
        ),
        ("unknown-key", 'Tool.execute("uuid-generator", { ⟦versoin⟧ = "v4" })'),
        ("unknown-key", 'local T = Tool\nT.execute("uuid-generator", { ⟦versoin⟧ = "v4" })'),
        ("unknown-key", 'local run = Tool.execute\nrun("uuid-generator", { ⟦versoin⟧ = "v4" })'),
        ("unknown-key", 'Tool["uuid-generator"]:execute({ ⟦versoin⟧ = "v4" })'),
        ("unknown-key", 'Tool["uuid-generator"].execute({ ⟦versoin⟧ = "v4" })'),
        ("unknown-key", 'assert(Tool.get("uuid-generator")):execute({ ⟦versoin⟧ = "v4" })'),
        (
            "unknown-key",
            'local t = assert(Tool.get("uuid-generator"))\nt:execute({ ⟦versoin⟧ = "v4" })',
        ),
        (
            "unknown-key",
            (
                'local name = "uuid-generator"\n'
                'local t = Tool.get(name)\nif t then t.execute({ ⟦versoin⟧ = "v4" }) end'
            ),
        ),
        ("missing-fields", 'Tool.batch({ { tool = "calculator", params = ⟦{}⟧ } })'),
        ("unknown-key", 'Tool.batch{ { name = "calculator", params = { ⟦x⟧ = 1, input = "1" } } }'),
        (
            "assign-type-mismatch",
            (
                'Tool.batch{ { tool = "file-operations", '
                'parameters = { operation = ⟦"reed"⟧, path = "x" } } }'
            ),
        ),
        ("unknown-tool-name", 'Tool.batch({ { name = "⟦calculatr⟧", params = {} } })'),
        (
            "assign-type-mismatch",
            'Tool.execute("file-operations", { operation = ⟦"reed"⟧, path = "x" })',
        ),
        (
            "assign-type-mismatch",
            'Tool.execute("base64-encoder", { operation = "encode", binary_input = ⟦"x"⟧ })',
        ),
    ],
)
def test_what_is_wrong(session: Program, code: str, marked: str) -> None:
    text, ((start, _),) = ranges(marked)
    line, character = text.position(start, session.client.units)
    found = session.problems(text.source)
    places = [(each["code"], each["range"]["start"]) for each in found]
    assert places == [(code, {"line": line, "character": character})]


@pytest.mark.parametrize(
    "source",
    [
        'Tool.execute("http-requester", { method = "GET", url = "https://example.org" })',
        'Tool.execute("file-operations", { operation = "write", path = "x", content = "a" })',
        'Tool.execute("file-operations", { operation = "ls", path = "." })',
        'Tool.execute("file-operations", { operation = "READ", path = "x" })',
        'Tool.execute("calculator", { expression = "1" })',
        'Tool.batch({ { name = "calculator", params = { expression = "1" } } })',
        'Tool["calculator"]:execute({ expression = "1" })',
        'local function get(name) return Tool[name] end\nget("x"):execute({ expression = "1" })',
        'Tool.execute("calculator", { operation = "functions" })',
        'local o = { operation = "ls", path = "." }\nTool.execute("file-operations", o)',
        'local o = {}\no.operation = "copy"\nTool.execute("file-operations", o)',
        'local op = arg[1]\nTool.execute("file-operations", { operation = op, path = "x" })',
    ],
)
def test_what_is_right(session: Program, source: str) -> None:
    assert session.problems(source) == []


def test_a_message_names_the_tool(session: Program) -> None:
    for operation in ("write", "append"):
        source = f'Tool.execute("file-operations", {{ operation = "{operation}", path = "x" }})'
        (found,) = session.problems(source)
        assert found["message"] == '`Tool.execute("file-operations")` needs `input`.'


def test_a_fix_writes_the_table_that_a_call_lacks(session: Program) -> None:
    (found,) = session.problems('Tool.execute("calculator")')
    written = [
        each["newText"]
        for action in session.actions(found, only=["quickfix"])
        if action.get("isPreferred")
        for each in edits_by_uri(action["edit"])[session.uri]
    ]
    assert written == [', { input = "" }']
