"""A kind that a package describes, wherever strings of it stand; through a real server.

Nothing in the server knows of potions. The strings are arguments of functions by other names, of
methods and of functions that nobody describes, and values in tables; some in a file that is not
open.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from llmspell_server.analysis.text import Text
from tests.server.conftest import SERVER
from tests.server.marks import ranges
from tests.server.packages import write_package
from tests.server.raw import RawClient, edits_by_uri, locations
from tests.server.test_indexing import wait_for_symbol

PACKAGE = """
from llmspell.globals.describe import Files, Kind

KINDS = [
    Kind(
        "potion-name",
        "What is brewed.",
        {"healing": "makes whole"},
        sources=("script:Brew.define",),
        defined_by=("Brew.define",),
        closed=True,
        applies_to=("Brew.drink:1", "Cauldron.potion"),
    ),
    Kind("recipe", "A text with a recipe.", files=Files(extensions=(".txt",), must_exist=True)),
]
"""

DEFINITIONS = """---@meta _

---@alias llmspell.PotionName string
---@alias llmspell.Recipe string

---@class Brewer
local Brewer = {}

---@param potion llmspell.PotionName
---@return Brewer
function Brewer:brew(potion) end

---@param recipe llmspell.Recipe
---@return Brewer
function Brewer:follow(recipe) end

---@class BrewOptions
---@field potion llmspell.PotionName

---@class Cauldron
---@field potion string

---@class Brewlib
Brew = {}

---@param potion llmspell.PotionName
function Brew.define(potion) end

---@return Brewer
function Brew.brewer() end

---@param options BrewOptions
function Brew.make(options) end

---@param cauldron Cauldron
function Brew.fill(cauldron) end
"""

SOURCE, PLACES = ranges("""local define = Brew.define
define("⟦sleep⟧")
local b = Brew.brewer()
b:brew("⟦sleep⟧"):brew("⟦sleep⟧")
Brew.make({ potion = "⟦sleep⟧" })
Brew.fill({ potion = "⟦sleep⟧" })
Brew.drink("⟦sleep⟧")
print("sleep")
""")
CLOSED = 'local d = Brew.define\nd("deep")\nBrew.make({ potion = "sleep" })\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("potions").resolve()
    write_package(folder / "site", "potions", PACKAGE, "KINDS")
    work = folder / "work"
    work.mkdir()
    (work / "brew.lua").write_text(DEFINITIONS)
    (work / "closed.lua").write_text(CLOSED)
    (work / "tea.txt").touch()
    return folder


class Session:
    """A server with the program open in a folder."""

    def __init__(self, client: RawClient, folder: Path) -> None:
        self.client, self.uri = client, (folder / "main.lua").as_uri()
        client.open(SOURCE.source, self.uri)

    def ask(self, method: str, offset: int, text: Text = SOURCE, **more: Any) -> Any:
        """What is answered about a place."""
        line, character = text.position(offset, self.client.units)
        position = {"line": line, "character": character}
        params = {"textDocument": {"uri": self.uri}, "position": position, **more}
        return self.client.request(f"textDocument/{method}", params)["result"]

    def of_document(self, method: str) -> Any:
        """What is answered about the document."""
        params = {"textDocument": {"uri": self.uri}}
        return self.client.request(f"textDocument/{method}", params)["result"]

    @contextmanager
    def saying(self, source: str) -> Iterator[None]:
        """Puts another text in place of the program."""
        self.client.edit(source, 2, self.uri)
        yield
        self.client.edit(SOURCE.source, 3, self.uri)


@pytest.fixture(scope="module")
def session(folder: Path, profile: str) -> Iterator[Session]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder / "site"))
        with RawClient.of_stdio(SERVER, profile) as client:
            work = folder / "work"
            client.initialize(
                capabilities={"textDocument": {"diagnostic": {}}},
                workspaceFolders=[{"uri": work.as_uri(), "name": "it"}],
            )
            wait_for_symbol(client, "Brew.fill")
            session = Session(client, work)
            deadline = time.monotonic() + 60
            while "potion name" not in str(session.ask("hover", PLACES[0][0])):
                assert time.monotonic() < deadline, "the kinds are not found"
            yield session


STRINGS = pytest.mark.parametrize("place", PLACES, ids=lambda place: str(place[0]))


def spots(found: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """File, line and column of locations or edits."""
    return [
        (
            str(each["uri"]).rpartition("/")[2],
            each["range"]["start"]["line"],
            each["range"]["start"]["character"],
        )
        for each in found
    ]


IN_PROGRAM = [("main.lua", *SOURCE.position(start, "utf-16")) for start, _ in PLACES]
IN_CLOSED = ("closed.lua", 2, 22)


@STRINGS
def test_hover_explains_it(session: Session, place: tuple[int, int]) -> None:
    assert "**potion name** `sleep`" in str(session.ask("hover", place[0] + 1)["contents"])


@STRINGS
def test_it_is_defined_where_the_function_defines_it(
    session: Session, place: tuple[int, int]
) -> None:
    assert spots(locations(session.ask("definition", place[0]))) == IN_PROGRAM[:1]


@STRINGS
def test_its_uses_are_found_in_all_files(session: Session, place: tuple[int, int]) -> None:
    context = {"includeDeclaration": True}
    found = session.ask("references", place[0], context=context)
    assert sorted(spots(found)) == sorted([*IN_PROGRAM, IN_CLOSED])


def test_it_is_renamed_in_all_files(session: Session) -> None:
    changes = edits_by_uri(session.ask("rename", PLACES[3][0], newName="doze"))
    found = [{"uri": uri, **edit} for uri, edits in changes.items() for edit in edits]
    assert sorted(spots(found)) == sorted([*IN_PROGRAM, IN_CLOSED])
    assert {edit["newText"] for edit in found} == {"doze"}


@STRINGS
def test_values_are_offered_also_of_closed_files(session: Session, place: tuple[int, int]) -> None:
    found = session.ask("completion", place[0])["items"]
    assert {"healing", "sleep", "deep"} <= {each["label"] for each in found}


def test_what_names_nothing_is_told_wherever_it_stands(session: Session) -> None:
    marked = """local brewer = Brew.brewer()
brewer:brew("⟦heeling⟧")
local make = Brew.make
make({ potion = "⟦heeling⟧" })
Brew.fill({ potion = "⟦heeling⟧" })
local drink = Brew.drink
drink("⟦heeling⟧")
drink("healing")
"""
    text, expected = ranges(marked)
    with session.saying(text.source):
        items = session.of_document("diagnostic")["items"]
    found = [each for each in items if each["code"] == "unknown-potion-name"]
    places = [each["range"]["start"] for each in found]
    assert [(each["line"], each["character"]) for each in places] == [
        text.position(start, session.client.units) for start, _ in expected
    ]
    assert {each["data"]["near"][0] for each in found} == {"healing"}


def test_a_comment_names_the_code_of_the_kind(session: Session) -> None:
    source = 'Brew.fill({ potion = "x" }) ---@diagnostic disable-line: unknown-potion-name\n'
    with session.saying(source):
        assert session.of_document("diagnostic")["items"] == []


def test_files_are_links(session: Session, folder: Path) -> None:
    with session.saying('local b = Brew.brewer()\nb:follow("tea.txt")\n'):
        found = session.of_document("documentLink")
    assert [each["target"] for each in found] == [(folder / "work" / "tea.txt").as_uri()]
