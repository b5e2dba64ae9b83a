"""Names of tools wherever a spell says one; through a real server.

A package brings a tool of its own; the program registers another.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.conftest import SERVER
from tests.server.marks import ranges
from tests.server.program import Program
from tests.server.raw import RawClient, edits_by_uri, locations

PACKAGE = '''
from llmspell.tools.answer import Answer
from llmspell.tools.description import Parameter
from llmspell.tools.functions import tool
from llmspell.tools.tool import Tool


class Kettle(Tool):
    """Boils water."""

    name = "water-kettle"
    category = "kitchen"
    parameters = (Parameter("litres", "number", "How much."),)

    def run(self, call):
        return Answer({"boiled": True})


@tool(category="kitchen")
def toast_bread(slices: int) -> int:
    """Toasts bread."""
    return slices
'''

ENTRY_POINTS = """\
[llmspell.tools]
kettle = kettles:Kettle
toaster = kettles:toast_bread
"""

ELSEWHERE = """\
Tool.register({ name = "juice-press", description = "Presses.", execute = print })
Tool.register("egg-boiler", print)
"""
"""Another file of the workspace, which is not open."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, profile: str) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("tools").resolve()
    metadata = folder / "site" / "kettles-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "site" / "kettles.py").write_text(PACKAGE)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: kettles\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    work = folder / "work"
    work.mkdir()
    (work / "kitchen.lua").write_text(ELSEWHERE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder / "site"))
        with RawClient.of_stdio(SERVER, profile) as client:
            client.initialize(
                capabilities={"textDocument": {"diagnostic": {}}},
                workspaceFolders=[{"uri": work.as_uri(), "name": "it"}],
            )
            session = Program(client, (work / "main.lua").as_uri())
            deadline = time.monotonic() + 60
            while not {"water-kettle", "egg-boiler"} <= session.offered('Tool.get("|")').keys():
                assert time.monotonic() < deadline, "tools of the package or file are not found"
            yield session


NAMED = pytest.mark.parametrize(
    "marked",
    [
        'Tool.execute("{}")',
        'Tool.get("{}")',
        'print(Tool.exists("{}"))',
        'local t = Tool["{}"]',
        'Tool["{}"].execute({{}})',
        'Tool.batch({{ {{ tool = "{}" }} }})',
        'local t = Tool\nlocal run = t.execute\nrun("{}")',
        'print(pcall(Tool.execute, "{}"))',
        'local name = "{}"\nprint(Tool.get(name))',
        'local function f()\n  local name <const> = "{}"\n  return Tool.get(name)\nend\nf()',
    ],
)


@NAMED
def test_names_are_offered_with_what_the_tools_take(session: Program, marked: str) -> None:
    offered = session.offered(marked.format("|"))
    assert {"base64-encoder", "file-operations", "water-kettle"} <= set(offered)
    assert "input_file" in str(offered["base64-encoder"]["documentation"])
    assert "litres" in str(offered["water-kettle"]["documentation"])


@NAMED
@pytest.mark.parametrize("name", ["hash-cal|culator", "hash_cal|culator"])
def test_hover_tells_what_the_tool_is(session: Program, marked: str, name: str) -> None:
    text = str(session.ask("hover", marked.format(name))["contents"])
    assert "Category `utility`, security level `restricted`" in text
    assert "`algorithm?: string`" in text


def test_hover_tells_what_a_tool_needs(session: Program) -> None:
    text = str(session.ask("hover", 'Tool.get("json-pro|cessor")')["contents"])
    assert "Needs the extra `tools`" in text


@NAMED
@pytest.mark.parametrize(
    ("name", "file"), [("calcu|lator", "calculator.py"), ("water_ket|tle", "kettles.py")]
)
def test_a_name_is_defined_by_the_class(
    session: Program, marked: str, name: str, file: str
) -> None:
    (place,) = locations(session.ask("definition", marked.format(name)))
    assert place["uri"].endswith(f"/{file}")
    path = Path(place["uri"].removeprefix("file://"))
    line = path.read_text().splitlines()[place["range"]["start"]["line"]]
    assert line.startswith("class ")


def test_a_tool_that_is_a_python_function_is_defined_by_that(session: Program) -> None:
    (place,) = locations(session.ask("definition", 'Tool.execute("toast-br|ead")'))
    path = Path(place["uri"].removeprefix("file://"))
    assert path.read_text().splitlines()[place["range"]["start"]["line"]].startswith("def toast_")


@NAMED
def test_names_that_other_files_give_are_offered(session: Program, marked: str) -> None:
    assert {"juice-press", "egg-boiler"} <= set(session.offered(marked.format("|")))


def test_the_names_that_scripts_give_are_told_with_their_places(session: Program) -> None:
    asked = {"command": "llmspell.server.named", "arguments": ["tool-name"]}
    found = session.client.request("workspace/executeCommand", asked)["result"]
    places = {each["name"]: (each["uri"].rpartition("/")[2], each["line"]) for each in found}
    assert places["juice-press"] == ("kitchen.lua", 0)
    assert places["egg-boiler"] == ("kitchen.lua", 1)
    assert "calculator" not in places


REGISTERED = [
    'Tool.register("greeter", function(p) return p end)\n',
    'Tool.register({ name = "greeter", execute = function(p) return p end })\n',
]


@pytest.mark.parametrize("registered", REGISTERED)
@NAMED
def test_a_name_that_a_spell_gives_is_defined_there(
    session: Program, marked: str, registered: str
) -> None:
    (place,) = locations(session.ask("definition", registered + marked.format("gre|eter")))
    assert place["range"]["start"] == {"line": 0, "character": registered.index("function")}


@pytest.mark.parametrize("registered", REGISTERED)
@NAMED
def test_a_name_that_a_spell_gives_is_renamed(
    session: Program, marked: str, registered: str
) -> None:
    edit = session.ask("rename", registered + marked.format("gre|eter"), newName="host")
    (edits,) = edits_by_uri(edit).values()
    assert [each["newText"] for each in edits] == ["host", "host"]


@pytest.mark.parametrize("name", ["calculator", "juice-press", "hash_calculator"])
def test_a_name_that_another_tool_has_is_refused(session: Program, name: str) -> None:
    source = f'{REGISTERED[0]}Tool.get("greeter")'
    session.say(source)
    asked = {"textDocument": {"uri": session.uri}, "position": {"line": 1, "character": 12}}
    answer = session.client.request("textDocument/rename", {**asked, "newName": name})
    assert f"'{name}' is another tool name already" in answer["error"]["message"]


@NAMED
def test_a_misspelt_name_is_told_with_the_nearest(session: Program, marked: str) -> None:
    text, ((start, _),) = ranges(marked.format("⟦base64-encodr⟧"))
    (found,) = (
        each for each in session.problems(text.source) if each["code"] == "unknown-tool-name"
    )
    line, character = text.position(start, session.client.units)
    assert found["range"]["start"] == {"line": line, "character": character}
    assert found["data"] == {"near": ["base64-encoder"]}
    assert found["severity"] == 2


@pytest.mark.parametrize(
    "source",
    [
        "print(Tool.calculator, Tool.base64_encoder, Tool['list'])",
        "print(Tool['base64-encoder'].name)",
        "Tool.execute('http-request', { input = 'https://example.org' })",
        "Tool.execute('base64_encoder', { operation = 'encode', input = 'x' })",
        "Tool.execute('water_kettle', { litres = 1 })",
        *(f'{each}Tool.execute("greeter")' for each in REGISTERED),
        "Tool.execute('an-own-one')",
        "local name = 'base64-encodr'\nprint(name)\nprint(Tool.get(name))",
        "local name = 'base64-encodr'\nname = ARGS.name\nprint(Tool.get(name))",
        "Tool.execute('juice-press')",
    ],
)
def test_nothing_is_said_of_what_is_right(session: Program, source: str) -> None:
    assert session.problems(source) == []


def test_a_misspelt_function_beside_the_tools_is_told(session: Program) -> None:
    (found,) = session.problems("Tool.exceute('calculator', { input = '1' })")
    assert (found["code"], found["data"]["near"]) == ("undefined-field", ["execute"])
