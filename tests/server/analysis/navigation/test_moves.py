"""What is rewritten when files get other names: `⟦…⟧` is replaced."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.navigation.moves import moved_paths, moved_requires

from .worlds import ROOT, MemoryWorld


def requires(files: dict[str, str], **moves: str) -> tuple[dict[str, str], set[str]]:
    """The texts with the modules' names marked that change, and what they become."""
    world = MemoryWorld(files)
    moved = {f"{ROOT}/{old}.lua": f"{ROOT}/{new}" for old, new in moves.items()}
    found = moved_requires(moved, world.index, world.search)
    assert world.expected.keys() == world.marked.keys()
    return world.shown(place for place, _ in found), {new for _, new in found}


@pytest.mark.parametrize(
    ("files", "new", "written"),
    [
        ({"a.lua": "require('⟦m⟧')", "m.lua": "return 1"}, "n.lua", {"n"}),
        ({"a.lua": "require('⟦m⟧')", "m.lua": "return 1"}, "lib/n.lua", {"lib.n"}),
        ({"a.lua": "require '⟦m⟧'\nrequire [[⟦m⟧]]", "m.lua": "return 1"}, "n.lua", {"n"}),
        ({"a.lua": "require('m')", "m.lua": "return 1"}, "m/init.lua", set()),
        ({"a.lua": "require('other')\nlocal m = 'm'", "m.lua": "return 1"}, "n.lua", set()),
    ],
)
def test_names_of_modules(files: dict[str, str], new: str, written: set[str]) -> None:
    found = requires(files, m=new)
    assert found == (MemoryWorld(files).expected, written)


def test_a_module_that_the_loader_would_find_no_more_gets_its_new_name() -> None:
    files = {"a.lua": "require('⟦m⟧')", "m.lua": "return 1"}
    assert requires(files, m="deep/down/m.lua") == (MemoryWorld(files).expected, {"deep.down.m"})


def test_a_file_that_moves_takes_along_what_it_requires() -> None:
    files = {"lib/m.lua": "require('⟦beside⟧') require('lib.beside')", "lib/beside.lua": "return 1"}
    found = requires(files, **{"lib/m": "m.lua"})
    assert found == (MemoryWorld(files).expected, {"lib.beside"})


def test_files_that_move_together_stay_beside_each_other() -> None:
    files = {"lib/a.lua": "require('b')", "lib/b.lua": "return 1"}
    moves = {"lib/a": "other/a.lua", "lib/b": "other/b.lua"}
    assert requires(files, **moves) == (MemoryWorld(files).expected, set())


@pytest.mark.parametrize(
    ("marked", "written"),
    [
        ("dofile('⟦run.lua⟧')", ["lib/go.lua"]),
        ("local f = loadfile('⟦./run.lua⟧', 't')", ["./lib/go.lua"]),
        ("dofile('other.lua')\nprint('run.lua')", []),
        ("local function dofile() end\ndofile('run.lua')", []),
    ],
)
def test_paths_of_scripts(marked: str, written: list[str]) -> None:
    world = MemoryWorld({"main.lua": f"{marked}|"})
    moves = {f"{ROOT}/run.lua": f"{ROOT}/lib/go.lua"}
    found = list(moved_paths(moves, world.file, world.here, [ROOT]))
    assert world.shown(place for place, _ in found) == {world.file: marked}
    assert [new for _, new in found] == written
