"""What is known of files that are not open."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from llmspell_server.analysis.text import Text
from llmspell_server.indexing.cache import Cache, Entry, digest_of, packed
from llmspell_server.indexing.readers import read_files
from llmspell_server.indexing.reading import summary_of_file
from llmspell_server.stamps import Stamp, stamp_of
from tests.server.conftest import SERVER
from tests.server.raw import RawClient, edits_by_uri


@pytest.fixture
def cache_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture
def server(cache_home: Path, profile: str) -> Iterator[RawClient]:
    with RawClient.of_stdio(SERVER, profile) as client:
        yield client


def begin(client: RawClient, folder: Path) -> None:
    client.initialize(workspaceFolders=[{"uri": folder.as_uri(), "name": "w"}])


def wait_for_symbol(client: RawClient, name: str) -> None:
    """Asks until a symbol of a closed file is known."""
    deadline = time.monotonic() + 60
    while not any(
        each["name"] == name
        for each in client.request("workspace/symbol", {"query": name})["result"]
    ):
        assert time.monotonic() < deadline, "the files are not read"


def references(client: RawClient, uri: str, line: int, character: int) -> list[tuple[str, int]]:
    params: dict[str, Any] = {
        "textDocument": {"uri": uri},
        "position": {"line": line, "character": character},
        "context": {"includeDeclaration": True},
    }
    found = client.request("textDocument/references", params)["result"]
    return [(each["uri"].rpartition("/")[2], each["range"]["start"]["line"]) for each in found]


def test_references_in_files_that_are_not_open(server: RawClient, tmp_path: Path) -> None:
    (tmp_path / "lib.lua").write_text("local M = {}\nfunction M.run() end\nreturn M\n")
    (tmp_path / "user.lua").write_text("-- ä\nlocal lib = require 'lib'\nlib.run()\nalso_read = 1")
    begin(server, tmp_path)
    wait_for_symbol(server, "M.run")
    wait_for_symbol(server, "also_read")
    uri = server.open("local l = require 'lib'\nl.run()\n", (tmp_path / "main.lua").as_uri())
    assert references(server, uri, 1, 3) == [("lib.lua", 1), ("main.lua", 1), ("user.lua", 2)]


def test_the_place_in_a_file_with_an_umlaut_follows_its_changes(
    server: RawClient, tmp_path: Path
) -> None:
    def columns(name: str) -> list[int]:
        found = server.request("workspace/symbol", {"query": name})["result"]
        return [each["location"]["range"]["start"]["character"] for each in found]

    def expected(source: str, name: str) -> list[int]:
        return [Text(source).position(source.index(name), server.units)[1]]

    path = tmp_path / "a.lua"
    first = 'local s = "\U0001d11e" first_name = 1\n'
    path.write_text(first)
    begin(server, tmp_path)
    wait_for_symbol(server, "first_name")
    assert columns("first_name") == expected(first, "first_name")
    second = 'local s = "\U0001d11e\U0001d11e\U0001d11e" second_name = 1\n'
    path.write_text(second)
    changed = {"changes": [{"uri": path.as_uri(), "type": 2}]}
    server.notify("workspace/didChangeWatchedFiles", changed)
    wait_for_symbol(server, "second_name")
    assert columns("second_name") == expected(second, "second_name")


def test_an_open_document_counts_more_than_its_file(server: RawClient, tmp_path: Path) -> None:
    (tmp_path / "a.lua").write_text("run()\nsurely_read = 1")
    begin(server, tmp_path)
    wait_for_symbol(server, "surely_read")
    server.open("\n\nrun()\n", (tmp_path / "a.lua").as_uri())
    uri = server.open("run()", (tmp_path / "main.lua").as_uri())
    assert references(server, uri, 0, 1) == [("a.lua", 2), ("main.lua", 0)]


def test_a_rename_over_files_waits_until_they_are_read(server: RawClient, tmp_path: Path) -> None:
    (tmp_path / "user.lua").write_text("run()")
    uri = (tmp_path / "main.lua").as_uri()
    begin(server, tmp_path)
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 10}}
    with server.together():
        server.open("function run() end", uri)
        first = server.ask("textDocument/rename", {**place, "newName": "go"})
    answer = server.answer(first)
    assert "still being read" in answer["error"]["message"]
    while "error" in answer:
        assert "still being read" in answer["error"]["message"]
        answer = server.request("textDocument/rename", {**place, "newName": "go"})
    changed = edits_by_uri(answer["result"])
    assert sorted(each.rpartition("/")[2] for each in changed) == ["main.lua", "user.lua"]


def test_what_can_be_renamed_is_not_denied_before_files_are_read(
    server: RawClient, tmp_path: Path
) -> None:
    (tmp_path / "lib.lua").write_text("local M = {}\nfunction M.go() end\nreturn M")
    uri = (tmp_path / "main.lua").as_uri()
    begin(server, tmp_path)
    place = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 5}}
    with server.together():
        server.open("local lib = require('lib')\nlib.go()", uri)
        first = server.ask("textDocument/prepareRename", place)
    answer = server.answer(first)
    while "error" in answer:
        assert "still being read" in answer["error"]["message"]
        answer = server.request("textDocument/prepareRename", place)
    assert answer["result"]["placeholder"] == "go"


def test_renaming_a_file_rewrites_the_paths_in_files_that_are_not_open(
    server: RawClient, tmp_path: Path
) -> None:
    (tmp_path / "other.lua").write_text("return {}")
    (tmp_path / "spell.lua").write_text("dofile('other.lua')")
    begin(server, tmp_path)
    old, new = (tmp_path / "other.lua").as_uri(), (tmp_path / "b.lua").as_uri()
    changes: dict[str, list[dict[str, Any]]] = {}
    while not changes:  # until the files are read
        moved = {"files": [{"oldUri": old, "newUri": new}]}
        changes = edits_by_uri(server.request("workspace/willRenameFiles", moved)["result"] or {})
    ((edit,),) = changes.values()
    assert edit["newText"] == "b.lua"


def test_a_local_is_renamed_while_files_are_read(server: RawClient, tmp_path: Path) -> None:
    (tmp_path / "user.lua").write_text("run()")
    uri = (tmp_path / "main.lua").as_uri()
    begin(server, tmp_path)
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 6}}
    with server.together():
        server.open("local a", uri)
        asked = server.ask("textDocument/rename", {**place, "newName": "b"})
    assert server.answer(asked)["result"]


def test_a_file_that_is_renamed_too_early_is_told(server: RawClient, tmp_path: Path) -> None:
    (tmp_path / "tools.lua").write_text("return {}")
    old, new = ((tmp_path / name).as_uri() for name in ("tools.lua", "x.lua"))
    server.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "w"}])
    server.ask("workspace/willRenameFiles", {"files": [{"oldUri": old, "newUri": new}]})
    assert "still being read" in server.notification("window/showMessage")["message"]


def test_what_was_read_is_kept_on_the_disk(
    server: RawClient, cache_home: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.lua").write_text("run()\nsurely_read = 1")
    begin(server, tmp_path)
    wait_for_symbol(server, "surely_read")
    (entry,) = Cache(cache_home / "llmspell" / "language-server").look_up(
        {str(tmp_path / "a.lua"): _stamp(tmp_path / "a.lua")}
    )
    assert [found.start for found in entry[1].find("run")] == [0]


def _stamp(path: Path) -> Stamp:
    found = stamp_of(str(path))
    assert found is not None
    return found


def stored(folder: Path, path: Path) -> Cache:
    """A cache that has the summary of a file."""
    read = summary_of_file(str(path))
    assert read is not None
    cache = Cache(folder)
    cache.keep([Entry(str(path), _stamp(path), read[0], packed(read[1]))])
    return cache


def test_a_changed_file_is_not_taken_from_the_cache(tmp_path: Path) -> None:
    path = tmp_path / "a.lua"
    path.write_text("a()")
    cache = stored(tmp_path / "cache", path)
    assert [name for name, _ in cache.look_up({str(path): _stamp(path)})] == [str(path)]
    os.utime(path, ns=(1, 1))
    assert not list(cache.look_up({str(path): _stamp(path)}))
    cache.close()


@pytest.mark.parametrize("damage", [b"", b"this is no database", b"\0" * 5000])
def test_a_damaged_cache_is_begun_anew(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "a.lua"
    path.write_text("a()")
    stored(tmp_path / "cache", path).close()
    (database,) = (tmp_path / "cache").glob("*.sqlite")
    database.write_bytes(damage)
    cache = stored(tmp_path / "cache", path)
    assert [name for name, _ in cache.look_up({str(path): _stamp(path)})] == [str(path)]
    cache.close()


def test_a_damaged_summary_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "a.lua"
    path.write_text("a()")
    cache = Cache(tmp_path / "cache")
    cache.keep([Entry(str(path), _stamp(path), digest_of(b""), b"x" * 100)])
    assert not list(cache.look_up({str(path): _stamp(path)}))
    cache.close()


def test_files_are_read_by_processes(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.lua" for number in range(20)]
    for path in paths[1:]:
        path.write_text("a()")
    found = {read.path: bool(read.data) for read in read_files([str(path) for path in paths])}
    assert found == {str(path): path != paths[0] for path in paths}


def test_copies_of_the_definition_files_do_not_count_twice(
    server: RawClient, tmp_path: Path
) -> None:
    library = Path(str(resources.files("llmspell").joinpath("library", "llmspell", "State.lua")))
    (tmp_path / "State.lua").write_bytes(library.read_bytes())
    (tmp_path / "last.lua").write_text("surely_read = 1")
    begin(server, tmp_path)
    wait_for_symbol(server, "surely_read")
    uri = server.open("State.save()", (tmp_path / "main.lua").as_uri())
    params = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 7}}
    (found,) = server.request("textDocument/definition", params)["result"]
    assert found.get("targetUri", found.get("uri")) == library.as_uri()


def test_a_module_is_missing_once_all_files_are_known(server: RawClient, tmp_path: Path) -> None:
    (tmp_path / "lib.lua").write_text("function surely_defined() end")
    begin(server, tmp_path)
    text = "surely_defined()\nrequire 'lib'\nrequire 'nothing.of.that_name'\n"
    uri = server.open(text, (tmp_path / "main.lua").as_uri())
    deadline = time.monotonic() + 60
    while True:
        found = server.problems(uri)
        if [each["range"]["start"]["line"] for each in found] == [2]:
            assert found[0]["code"] == "unresolved-require"
            return
        assert time.monotonic() < deadline, found
