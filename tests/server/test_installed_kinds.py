"""A kind that an installed package describes: nothing in the server knows its subject."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmspell_server.analysis.spells.kinds import problem
from llmspell_server.analysis.spells.literals import Strings
from llmspell_server.compiler import Compiler
from llmspell_server.documents import Document, Documents, key_of
from llmspell_server.kind_sources import KindWorld
from llmspell_server.library import load_api
from llmspell_server.lookups import Lookups
from llmspell_server.spells import Spell, Spells
from llmspell_server.world import SessionWorld
from tests.server.packages import write_package

PACKAGE = """
from llmspell.globals.describe import Background, Kind, Segments

POTIONS = [
    Kind(
        "potion-name",
        "What is brewed.",
        {"healing": "makes whole"},
        background=Background("potions:brewed"),
        segments=Segments("/"),
        closed=True,
        applies_to=("Brew.drink:1",),
    )
]

def brewed(folder):
    return {"sleep/deep": f"stands in {folder.name}"}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "site"
    write_package(folder, "potions", PACKAGE, "POTIONS")
    monkeypatch.setenv("PYTHONPATH", str(folder))


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    uri = (tmp_path / "main.lua").as_uri()
    source = 'Brew.drink("heeling") Brew.drink("sleep/deep")'
    return {key_of(uri): Document(uri, source=source, language_id="lua")}


@pytest.fixture
def spell(
    installed: None, documents: Documents, compiler: Compiler, tmp_path: Path
) -> Iterator[Spell]:
    lookups = Lookups()
    strings = Strings(SessionWorld(lambda: documents, compiler).inference(), load_api())
    spells = Spells(lambda: documents, compiler, lambda: strings, kinds=KindWorld(lookups))
    (document,) = documents.values()
    for _ in range(2):  # the kinds, then their values
        spells.of(document, str(tmp_path)).sources.values.get("potion-name")
        lookups.wait()
    yield spells.of(document, str(tmp_path))


def test_its_strings_are_found_checked_and_looked_up(spell: Spell, tmp_path: Path) -> None:
    wrong, right = spell.strings
    found = problem(wrong.kind, wrong.content, spell.sources)
    assert found is not None and found.replacement == "healing"
    assert problem(right.kind, right.content, spell.sources) is None
    known = spell.sources.values["potion-name"]["sleep/deep"]
    assert known.description == f"stands in {tmp_path.name}"
