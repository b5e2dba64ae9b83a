"""Tables of which an earlier argument says what they hold; through a real server.

A package describes the recipes: one in its kind, one found by its background function. The plain
table is what the generator writes for a function that is given a `TableSchema`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.server.conftest import SERVER
from tests.server.marks import ranges
from tests.server.packages import write_package
from tests.server.program import Program
from tests.server.raw import RawClient

PACKAGE = """
from llmspell.globals.describe import Background, Kind

SOUP = {
    "type": "object",
    "required": ["litres"],
    "properties": {
        "litres": {"type": "number", "description": "How much of it."},
        "heat": {"enum": ["low", "high"]},
        "spice": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "grams": {"type": "integer"}},
            "required": ["name"],
        },
    },
}
CAKE = {"type": "object", "properties": {"layers": {"type": "integer"}}}

KIND = Kind(
    "recipe-name",
    "What is cooked.",
    {"soup": "to be drunk"},
    background=Background("recipes:found"),
    schemas={"soup": SOUP},
    tables=("Kitchen.cook:1:2", "Cook.cook:1:2"),
    applies_to=("Kitchen.cook:1", "Cook.cook:1"),
)

def found(folder):
    return {"cake": {"text": "to be eaten", "schema": CAKE}, "tea": "has no table"}
"""

DEFINITIONS = """---@meta _

---@class Cook
local Cook = {}

---@param recipe string
---@param options? table
function Cook:cook(recipe, options) end

---@class Kitchenlib
Kitchen = {}

---@param recipe string
---@param options? table
function Kitchen.cook(recipe, options) end

---@return Cook
function Kitchen.hire() end

---@param options { plates: integer, water?: "cold"|"hot", soap: { kind: string } }
function Kitchen.wash(options) end
"""


class Session(Program):
    """A program that calls the kitchen."""

    def places(self, source: str) -> list[tuple[str, int, int]]:
        """Code, line and column of what is wrong with a program."""
        return [
            (each["code"], each["range"]["start"]["line"], each["range"]["start"]["character"])
            for each in self.problems(source)
        ]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, profile: str) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("kitchen").resolve()
    write_package(folder / "site", "recipes", PACKAGE, "KIND")
    work = folder / "work"
    work.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder / "site"))
        with RawClient.of_stdio(SERVER, profile) as client:
            client.initialize(
                capabilities={"textDocument": {"diagnostic": {}}},
                workspaceFolders=[{"uri": work.as_uri(), "name": "it"}],
            )
            client.open(DEFINITIONS, (work / "kitchen.lua").as_uri())
            session = Session(client, (work / "main.lua").as_uri())
            deadline = time.monotonic() + 60
            while "layers" not in labels(session, 'Kitchen.cook("cake", { | })'):
                assert time.monotonic() < deadline, "the kind is not found"
            yield session


def labels(session: Session, marked: str) -> list[str]:
    """The keys that are offered."""
    return [each["label"] for each in session.items(marked) if each.get("kind") == 5]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ('Kitchen.cook("soup", { | })', ["litres", "heat", "spice"]),
        ('Kitchen.cook("cake", { | })', ["layers"]),
        ('Kitchen.cook("tea", { | })', []),
        ("Kitchen.cook(name, { | })", []),
        ('local name = "soup"\nKitchen.cook(name, { | })', ["litres", "heat", "spice"]),
        ('local cook = Kitchen.cook\ncook("soup", { | })', ["litres", "heat", "spice"]),
        ('Kitchen.hire():cook("soup", { | })', ["litres", "heat", "spice"]),
        ('Kitchen.cook("soup", { litres = 1, | })', ["heat", "spice"]),
        ('Kitchen.cook("soup", { spice = { | } })', ["name", "grams"]),
        ('local o = { | }\nKitchen.cook("soup", o)', ["litres", "heat", "spice"]),
        ('do local o = { | } Kitchen.cook("soup", o) end', ["litres", "heat", "spice"]),
        ('local o = { spice = { | } }\nKitchen.cook("soup", o)', ["name", "grams"]),
        ('local o = { | }\nprint(o)\nKitchen.cook("soup", o)', []),
        ("Kitchen.wash({ | })", ["plates", "soap", "water"]),
        ("Kitchen.wash({ soap = { | } })", ["kind"]),
    ],
)
def test_keys_are_those_that_the_argument_before_selects(
    session: Session, marked: str, expected: list[str]
) -> None:
    assert sorted(labels(session, marked)) == sorted(expected)


def test_required_keys_come_first_with_their_types(session: Session) -> None:
    found = sorted(
        (each for each in session.items('Kitchen.cook("soup", { | })') if each.get("kind") == 5),
        key=lambda each: str(each["sortText"]),
    )
    assert [(each["label"], each["detail"]) for each in found[:2]] == [
        ("litres", "number"),
        ("heat", '"low"|"high"?'),
    ]


def test_a_key_is_explained(session: Session) -> None:
    item = next(
        each for each in session.items('Kitchen.cook("soup", { | })') if each["label"] == "litres"
    )
    resolved = session.client.request("completionItem/resolve", item)["result"]
    assert "How much of it." in str(resolved["documentation"])


@pytest.mark.parametrize(
    "marked",
    ['Kitchen.cook("soup", { heat = "|" })', "Kitchen.cook('soup', { litres = 1, heat = | })"],
)
def test_values_of_an_enum_are_offered(session: Session, marked: str) -> None:
    found = {each["label"].strip('"') for each in session.items(marked)}
    assert {"low", "high"} <= found


@pytest.mark.parametrize(
    ("code", "marked"),
    [
        ("missing-fields", 'Kitchen.cook("soup", ⟦{⟧ heat = "low" })'),
        ("missing-fields", "Kitchen.wash(⟦{}⟧)"),
        ("unknown-key", 'Kitchen.cook("soup", { litres = 1, ⟦haet⟧ = "low" })'),
        ("unknown-key", 'Kitchen.cook("cake", { ⟦litres⟧ = 1 })'),
        ("unknown-key", 'Kitchen.cook("soup", { litres = 1, spice = { name = "x", ⟦gram⟧ = 1 } })'),
        ("unknown-key", 'local o = { ⟦litres⟧ = 1 }\nKitchen.cook("cake", o)'),
        ("missing-fields", 'do local o = ⟦{}⟧ Kitchen.cook("soup", o) end'),
        ("unknown-key", 'Kitchen.hire():cook("cake", { ⟦layer⟧ = 1 })'),
        ("unknown-key", 'Kitchen.wash({ plates = 1, soap = { kind = "a" }, ⟦watr⟧ = "hot" })'),
        ("assign-type-mismatch", 'Kitchen.cook("soup", { litres = ⟦"two"⟧ })'),
        ("assign-type-mismatch", 'Kitchen.cook("soup", { litres = 1, heat = ⟦"medium"⟧ })'),
        ("assign-type-mismatch", 'Kitchen.wash({ plates = ⟦"1"⟧, soap = { kind = "a" } })'),
        ("missing-fields", 'Kitchen.cook("soup", { litres = 1, spice = ⟦{}⟧ })'),
    ],
)
def test_what_is_wrong_in_a_table(session: Session, code: str, marked: str) -> None:
    text, ((start, _),) = ranges(marked)
    assert session.places(text.source) == [(code, *text.position(start, session.client.units))]


@pytest.mark.parametrize(
    "source",
    [
        'Kitchen.cook("soup", { litres = 1, heat = "low", spice = { name = "salt", grams = 2 } })',
        'Kitchen.cook("cake", {})',
        'Kitchen.cook("tea", { anything = true })',
        'Kitchen.cook("soup")',
        'Kitchen.wash({ plates = 3, soap = { kind = "x" } })',
        'local o = {}\no.litres = 1\nKitchen.cook("soup", o)',
        'local o = { x = 1 }\nlocal function f() Kitchen.cook("soup", o) end\nf()',
        'local o = { x = 1 }\nlocal p = o\nKitchen.cook("soup", p)',
    ],
)
def test_what_is_right(session: Session, source: str) -> None:
    assert session.places(source) == []
