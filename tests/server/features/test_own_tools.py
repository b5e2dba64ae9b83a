"""Tools that a program registers itself: what hover says of them, and the keys of their tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import SERVER
from tests.server.marks import cursor, ranges
from tests.server.program import Program
from tests.server.raw import RawClient, locations
from tests.server.test_indexing import wait_for_symbol

CODES = ("missing-fields", "unknown-key", "assign-type-mismatch")
PRESS = """\
function pressed() end
Tool.register({
  name = "juice-press",
  description = "Presses fruit.",
  parameters = {
    type = "object",
    properties = { fruit = { type = "string", description = "What to press." } },
    required = { "fruit" },
  },
  execute = print,
})
"""
"""Another file of the workspace, which is not open."""

BOILER = """\
Tool.register("egg-boiler", function(params) return params.eggs end, {
  description = "Boils eggs.",
  parameters = {
    { name = "eggs", type = "integer", description = "How many.", required = true },
    { name = "soft", type = "boolean" },
  },
})
"""


@pytest.fixture(scope="module")
def session(
    tmp_path_factory: pytest.TempPathFactory, profile: str
) -> Iterator[tuple[RawClient, Path]]:
    folder = tmp_path_factory.mktemp("own-tools").resolve()
    (folder / "press.lua").write_text(PRESS)
    with RawClient.of_stdio(SERVER, profile) as client:
        uri = folder.as_uri()
        client.initialize(rootUri=uri, workspaceFolders=[{"uri": uri, "name": "kitchen"}])
        wait_for_symbol(client, "pressed")
        yield client, folder


def asked(session: tuple[RawClient, Path], method: str, marked: str) -> Any:
    client, folder = session
    text, offset = cursor(BOILER + marked)
    uri = client.open(text.source, (folder / f"{abs(hash(marked))}.lua").as_uri())
    line = text.source.count("\n", 0, offset)
    character = offset - (text.source.rfind("\n", 0, offset) + 1)
    place = {"line": line, "character": character}
    return client.request(method, {"textDocument": {"uri": uri}, "position": place})["result"]


def test_hover_tells_description_and_parameters(session: tuple[RawClient, Path]) -> None:
    found = asked(session, "textDocument/hover", 'Tool.execute("egg-bo|iler", {})\n')
    text = str(found["contents"])
    assert "Boils eggs." in text
    assert "`eggs: integer`: How many." in text
    assert "`soft?: boolean`" in text


def test_hover_reads_a_definition_in_a_file_that_is_not_open(
    session: tuple[RawClient, Path],
) -> None:
    found = asked(session, "textDocument/hover", 'Tool.execute("juice-pr|ess", {})\n')
    assert "Presses fruit." in str(found["contents"])
    assert "`fruit: string`: What to press." in str(found["contents"])


@pytest.mark.parametrize(
    ("marked", "expected", "missing"),
    [
        ('Tool.execute("egg-boiler", { | })\n', {"eggs", "soft"}, {"fruit"}),
        ('Tool.execute("egg-boiler", { eggs = 1, s| })\n', {"soft"}, {"eggs"}),
        ('Tool.execute("juice-press", { | })\n', {"fruit"}, {"eggs"}),
        ('Tool.execute("egg-boiler", { eggs = { | } })\n', set(), {"soft"}),
        ('Tool.execute("egg_boiler", { | })\n', {"eggs", "soft"}, {"fruit"}),
        ('Tool.batch({ { tool = "egg-boiler", params = { | } } })\n', {"eggs"}, {"fruit"}),
        ('Tool.batch({ { name = "juice-press", parameters = { | } } })\n', {"fruit"}, set()),
        ('Tool.get("egg-boiler"):execute({ | })\n', {"eggs", "soft"}, {"fruit"}),
    ],
)
def test_keys_are_those_of_its_parameters(
    session: tuple[RawClient, Path], marked: str, expected: set[str], missing: set[str]
) -> None:
    items = asked(session, "textDocument/completion", marked)["items"]
    labels = {each["label"] for each in items if each["kind"] == 5}
    assert expected <= labels
    assert not missing & labels


SLICER = """\
local function slice(params) return params.bread end
Tool.register({ name = "slicer", execute = slice, parameters = {
  bread = "string", thick = { type = "number", required = true },
} })
Tool.register("toaster", slice, { parameters = {
  properties = { bread = { enum = { "rye", "wheat" } }, inner = {
    type = "object", properties = { hot = { type = "boolean" } }, required = { "hot" } } },
  required = { "bread" },
} })
Tool.register("mixer", slice, { parameters = { { name = "speed", type = "integer" }, COMMON } })
Tool.register("oven", slice, { parameters = { properties = { [KEY] = {}, heat = {} } } })
if EXTRA then
  Tool.register("pan", slice, { parameters = { { name = "oil", type = "string" } } })
else
  Tool.register("pan", slice, { parameters = { { name = "fat", type = "string" } } })
end
"""


@pytest.mark.parametrize(
    ("code", "marked"),
    [
        ("missing-fields", 'Tool.execute("egg-boiler", ⟦{}⟧)'),
        ("unknown-key", 'Tool.execute("egg-boiler", { eggs = 1, ⟦hard⟧ = true })'),
        ("assign-type-mismatch", 'Tool.execute("egg-boiler", { eggs = ⟦"three"⟧ })'),
        ("missing-fields", 'Tool.batch({ { tool = "egg-boiler", params = ⟦{}⟧ } })'),
        ("missing-fields", 'local t = assert(Tool.get("egg-boiler"))\nt:execute(⟦{}⟧)'),
        ("missing-fields", 'Tool.execute("juice-press", ⟦{}⟧)'),
        ("unknown-key", 'Tool.execute("slicer", { thick = 1, ⟦thin⟧ = 2 })'),
        ("missing-fields", 'Tool.execute("slicer", ⟦{⟧ bread = "rye" })'),
        ("assign-type-mismatch", 'Tool.execute("toaster", { bread = ⟦"white"⟧ })'),
        ("missing-fields", 'Tool.execute("toaster", { bread = "rye", inner = ⟦{}⟧ })'),
        ("assign-type-mismatch", 'Tool.execute("mixer", { speed = ⟦"fast"⟧ })'),
    ],
)
def test_tables_of_parameters_are_checked(
    session: tuple[RawClient, Path], code: str, marked: str
) -> None:
    client, folder = session
    text, ((start, _),) = ranges(BOILER + SLICER + marked)
    line, character = text.position(start, client.units)
    program = Program(client, (folder / f"{abs(hash(marked))}.lua").as_uri())
    found = [each for each in program.problems(text.source) if each["code"] in CODES]
    places = [(each["code"], each["range"]["start"]) for each in found]
    assert places == [(code, {"line": line, "character": character})]


@pytest.mark.parametrize(
    "source",
    [
        'Tool.execute("mixer", { speed = 1, bowl = "big" })',
        'Tool.execute("oven", { heat = 200, time = 1 })',
        'Tool.execute("pan", { oil = "olive" })',
        'Tool.execute("pan", { fat = "lard" })',
    ],
)
def test_what_is_worked_out_or_not_agreed_on_is_right(
    session: tuple[RawClient, Path], source: str
) -> None:
    client, folder = session
    program = Program(client, (folder / f"{abs(hash(source))}.lua").as_uri())
    assert not [each for each in program.problems(SLICER + source) if each["code"] in CODES]


WAFFLER = """\
local batter = { type = "string", description = "Of what." }
local schema = { type = "object", properties = { batter = batter }, required = { "batter" } }
local told = "Bakes waffles."
local options = { description = told, parameters = schema }
Tool.register { name = "waffler", description = told, parameters = schema, execute = print }
Tool.register("waffle-iron", print, options)
local open = { { name = "jam", type = "string" } }
open[2] = { name = "cream", type = "string" }
local grown = { { name = "nut", type = "string" } }
table.insert(grown, { name = "fig", type = "string" })
local handed = { { name = "rye", type = "string" } }
complete(handed)
local twice = { { name = "oat", type = "string" } }
twice = { { name = "corn", type = "string" } }
Tool.register("tray", print, { parameters = open })
Tool.register("bowl", print, { parameters = grown })
Tool.register("mill", print, { parameters = handed })
Tool.register("sack", print, { parameters = twice })
"""


@pytest.mark.parametrize("name", ["waffler", "waffle-iron"])
def test_a_schema_in_a_local_is_followed(session: tuple[RawClient, Path], name: str) -> None:
    hover = asked(session, "textDocument/hover", f'{WAFFLER}Tool.execute("{name}|", {{}})\n')
    assert "Bakes waffles." in str(hover["contents"])
    assert "`batter: string`: Of what." in str(hover["contents"])
    client, folder = session
    program = Program(client, (folder / f"{name}.lua").as_uri())
    call = f'Tool.execute("{name}", {{ batter = 1 }})\nTool.execute("{name}", {{}})\n'
    found = [each["code"] for each in program.problems(WAFFLER + call) if each["code"] in CODES]
    assert found == ["assign-type-mismatch", "missing-fields"]
    optional = WAFFLER.replace(', required = { "batter" }', "").replace('"string", desc', "X, desc")
    assert not [each for each in program.problems(optional + call) if each["code"] in CODES]


@pytest.mark.parametrize("name", ["tray", "bowl", "mill", "sack"])
def test_a_local_that_may_change_says_nothing(session: tuple[RawClient, Path], name: str) -> None:
    client, folder = session
    program = Program(client, (folder / f"{name}.lua").as_uri())
    call = f'Tool.execute("{name}", {{ anything = 1 }})\n'
    assert not [each for each in program.problems(WAFFLER + call) if each["code"] in CODES]


def test_a_schema_counts_as_it_is_written(session: tuple[RawClient, Path]) -> None:
    client, folder = session
    program = Program(client, (folder / "changing.lua").as_uri())
    source = f'{BOILER}Tool.execute("egg-boiler", {{ eggs = 1, salt = 2 }})\n'
    assert [each["code"] for each in program.problems(source)] == ["unknown-key"]
    salted = source.replace('name = "soft"', 'name = "salt"').replace("boolean", "integer")
    assert program.problems(salted) == []


def test_another_program_with_a_tool_of_the_same_name_changes_nothing(
    session: tuple[RawClient, Path],
) -> None:
    client, folder = session
    source = 'Tool.register("rice-cooker", print, {{ parameters = {{ {} = "string" }} }})\n'
    call = 'Tool.execute("rice-cooker", { rice = "brown" })\n'
    mine = Program(client, (folder / "mine.lua").as_uri())
    assert mine.problems(source.format("rice") + call) == []
    other = Program(client, (folder / "other.lua").as_uri())
    assert [each["code"] for each in other.problems(source.format("pot") + call)] == ["unknown-key"]
    assert mine.problems(source.format("rice") + call) == []
    third = Program(client, (folder / "third.lua").as_uri())
    assert third.problems(call) == []


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ('Tool.execute("egg-boi|ler", {})\n', (0, 28)),
        ('Tool.execute("sli|cer", {})\n', (7, 15)),
        ('Tool.execute("mi|xer", {})\n', (7, 15)),
    ],
)
def test_definition_goes_to_the_function(
    session: tuple[RawClient, Path], marked: str, place: tuple[int, int]
) -> None:
    places = locations(asked(session, "textDocument/definition", SLICER + marked))
    starts = [each["range"]["start"] for each in places]
    assert place in [(each["line"], each["character"]) for each in starts]


def test_definition_goes_to_where_it_is_registered(session: tuple[RawClient, Path]) -> None:
    (place,) = locations(
        asked(session, "textDocument/definition", 'Tool.execute("juice-pr|ess", {})\n')
    )
    assert place["uri"].endswith("press.lua")
    assert place["range"]["start"]["line"] == 2
