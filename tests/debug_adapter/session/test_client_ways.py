"""Clients that count from 0, name files by URI, or know little."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell_debug_adapter.protocol.arguments import InitializeArguments, PathMapping
from llmspell_debug_adapter.session.client import Client
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.session.test_execution import stand_at


def test_lines_and_columns_from_0(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local a = 1\nprint(a) --@here\n")
    client.initialize(linesStartAt1=False, columnsStartAt1=False)
    client.launch(it)
    body = client.request(
        "setBreakpoints", source={"path": str(it.path)}, breakpoints=[{"line": 1}]
    )
    assert body["breakpoints"][0]["line"] == 1
    where = {"path": str(it.path)}
    places = client.request("breakpointLocations", source=where, line=0, endLine=1)["breakpoints"]
    assert places == [{"line": 0, "column": 0}, {"line": 1, "column": 0}]
    client.go()
    client.stopped()
    assert client.line() == 1
    frame = client.frames()[0]["id"]
    item = client.request("completions", text="prin", column=4, frameId=frame)["targets"][0]
    assert item["start"] == 0


def test_paths_as_uris(client: InProcess, spell: MakeSpell) -> None:
    it = spell("print(1) --@here\n", "with space.lua")
    client.initialize(pathFormat="uri")
    client.launch(it)
    uri = it.path.as_uri()
    client.request("setBreakpoints", source={"path": uri}, breakpoints=[{"line": it.line("here")}])
    client.go()
    client.stopped()
    assert client.frames()[0]["source"]["path"] == uri


def test_who_knows_no_types_gets_none(client: InProcess, spell: MakeSpell) -> None:
    it = spell("local a = 1\nprint(a) --@here\n")
    client.initialize(supportsVariableType=False)
    stand_at(client, it, "here")
    assert "type" not in client.scope("Locals")["a"]


def test_values_that_changed_are_announced_only_to_who_wants_it(
    client: InProcess, spell: MakeSpell
) -> None:
    it = spell("a = 1\nprint(a) --@here\n")
    stand_at(client, it, "here")
    client.evaluate("a = 2", "repl")
    assert client.events("invalidated") == []


@pytest.mark.parametrize("link", ["folder", "file"])
def test_symbolic_links_keep_the_clients_names(
    client: InProcess, spell: MakeSpell, tmp_path: Path, link: str
) -> None:
    spell("return 1 --@module\n", "helper.lua")
    it = spell("require('helper')\nprint(1) --@here\n")
    if link == "folder":
        linked = tmp_path / "linked"
        linked.symlink_to(it.path.parent)
        it.path = linked / "spell.lua"
    else:
        it.path = it.path.with_name("linked.lua")
        it.path.symlink_to("spell.lua")
    stand_at(client, it, "here")
    assert client.frames()[0]["source"]["path"] == str(it.path)
    helper = next(s for s in client.request("loadedSources")["sources"] if "helper" in s["name"])
    assert helper["path"] == str(it.path.with_name("helper.lua"))


def mapped(local: str, remote: str, **can: object) -> Client:
    client = Client(InitializeArguments("tests", **can))  # type: ignore[arg-type]
    client.map_paths([PathMapping(local, remote)])
    return client


def test_paths_are_mapped_both_ways() -> None:
    client = mapped("/home/me/project", "/srv/app")
    assert client.path_of("/home/me/project/a/b.lua") == "/srv/app/a/b.lua"
    assert client.path("/srv/app/a/b.lua") == "/home/me/project/a/b.lua"
    assert client.path_of("/home/me/project") == "/srv/app"


@pytest.mark.parametrize("path", ["/home/me/projects/x.lua", "/other/x.lua"])
def test_paths_beside_a_mapping_stay(path: str) -> None:
    client = mapped("/home/me/project/", "/srv/app")
    assert client.path_of(path) == path
    assert client.path(path) == path


def test_the_root_can_be_mapped() -> None:
    client = mapped("/mnt/box", "/")
    assert client.path_of("/mnt/box/a.lua") == "/a.lua"
    assert client.path("/a.lua") == "/mnt/box/a.lua"


def test_windows_folders_map_too() -> None:
    client = mapped("C:\\work", "/srv/app")
    assert client.path_of("C:\\work\\a.lua").replace("\\", "/") == "/srv/app/a.lua"


def test_paths_are_absolute_and_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Client().path_of("a/../b.lua") == str(tmp_path / "b.lua")


def test_none_stays_none_when_counting_from_0() -> None:
    client = Client(InitializeArguments("tests", lines_start_at1=False, columns_start_at1=False))
    assert (client.line(0), client.line(1), client.line_of(0)) == (0, 0, 1)
    assert (client.column(1), client.column_of(None), client.column_of(4)) == (0, None, 5)
