"""The files of a workspace: which there are, and how the server hears of changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell.config.discovery import endings
from tests.server.raw import RawClient

BROKEN = "X = = 1"
PULLS: dict[str, Any] = {"textDocument": {"diagnostic": {}}}


class Session:
    """A server with a folder, whose files are seen through the problems they have."""

    def __init__(self, raw: RawClient, folder: Path, **params: object) -> None:
        self.raw, self.folder = raw, folder
        folders = [{"uri": folder.as_uri(), "name": "it"}]
        raw.initialize(**{"capabilities": PULLS, "workspaceFolders": folders, **params})

    def broken(self) -> list[str]:
        """The files with problems, by their names in the folder."""
        report = self.raw.request("workspace/diagnostic", {"previousResultIds": []})["result"]
        prefix = f"{self.folder.as_uri()}/"
        return sorted(
            item["uri"].removeprefix(prefix) for item in report["items"] if item.get("items")
        )

    def changed(self, name: str, kind: int) -> None:
        event = {"uri": self.uri(name), "type": kind}
        self.raw.notify("workspace/didChangeWatchedFiles", {"changes": [event]})

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(BROKEN)


@pytest.fixture
def workspace(raw: RawClient, tmp_path: Path) -> Iterator[Session]:
    write(tmp_path, "a.lua")
    yield Session(raw, tmp_path)


def test_what_is_a_file_of_the_workspace(raw: RawClient, tmp_path: Path) -> None:
    left_alone = [".git/x.lua", "node_modules/x.lua", ".x.lua", "x.txt", "build/x.lua"]
    write(tmp_path, "a.lua", "b/c é.lua", "large.lua", *left_alone)
    (tmp_path / "large.lua").write_text(f"{BROKEN}{' ' * 1_000_000}")
    (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b" / "nowhere.lua").symlink_to(tmp_path / "not there")
    os.mkfifo(tmp_path / "pipe.lua")
    (tmp_path / "bytes.lua").write_bytes(b"-- \xff\n" + BROKEN.encode())
    session = Session(raw, tmp_path, initializationOptions={"workspace.ignore": ["build"]})
    assert session.broken() == ["a.lua", "b/c%20%C3%A9.lua", "bytes.lua"]


def test_a_module_is_linked_before_the_folders_are_looked_through(
    raw: RawClient, tmp_path: Path
) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "there.lua").write_text("return {}")
    main = tmp_path / "main.lua"
    folders = [{"uri": tmp_path.as_uri(), "name": "it"}]
    params: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
    params["workspaceFolders"] = folders
    with raw.together():
        raw.ask("initialize", params)
        raw.notify("initialized", {})
        raw.open("require 'lib.there' require 'lib.nowhere'", main.as_uri())
        number = raw.ask("textDocument/documentLink", {"textDocument": {"uri": main.as_uri()}})
    (link,) = raw.answer(number)["result"]
    resolved = raw.request("documentLink/resolve", link)["result"]
    assert resolved["target"] == (tmp_path / "lib" / "there.lua").as_uri()


IGNORED = ["build/x.lua", "lib/build/x.lua", "x.gen.lua", "lib/own.lua", "lib/deep/only.lua"]


def test_what_ignore_files_leave_out_is_left_alone(raw: RawClient, tmp_path: Path) -> None:
    write(tmp_path, "a.lua", "keep.gen.lua", "lib/b.lua", "only.lua", *IGNORED)
    (tmp_path / ".gitignore").write_text("# made\nbuild/\n*.gen.lua\n[z-a]\n!\n!keep.gen.lua\n")
    (tmp_path / "lib" / ".ignore").write_text("/own.lua\ndeep/only.lua\n")
    session = Session(raw, tmp_path)
    assert session.broken() == ["a.lua", "keep.gen.lua", "lib/b.lua", "only.lua"]


def test_a_new_file_that_is_left_out_is_left_alone(raw: RawClient, tmp_path: Path) -> None:
    write(tmp_path, "a.lua")
    (tmp_path / ".gitignore").write_text("build/\n")
    session = Session(raw, tmp_path)
    assert session.broken() == ["a.lua"]
    write(tmp_path, "build/deep/x.lua", "b.lua")
    session.changed("build/deep/x.lua", 1)
    session.changed("b.lua", 1)
    assert session.broken() == ["a.lua", "b.lua"]


def test_a_changed_ignore_file_counts(raw: RawClient, tmp_path: Path) -> None:
    write(tmp_path, "a.lua", "b.lua")
    session = Session(raw, tmp_path)
    assert session.broken() == ["a.lua", "b.lua"]
    (tmp_path / ".gitignore").write_text("b.lua\n")
    session.changed(".gitignore", 1)
    assert session.broken() == ["a.lua"]


def test_ignore_files_can_be_left_aside(raw: RawClient, tmp_path: Path) -> None:
    write(tmp_path, "a.lua", "b.lua")
    (tmp_path / ".gitignore").write_text("b.lua\n")
    session = Session(raw, tmp_path, initializationOptions={"workspace.useGitIgnore": False})
    assert session.broken() == ["a.lua", "b.lua"]


def test_a_folder_of_a_repository_knows_the_patterns_above(raw: RawClient, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "part/a.lua", "part/b.lua")
    (tmp_path / ".gitignore").write_text("part/b.lua\n")
    assert Session(raw, tmp_path / "part").broken() == ["a.lua"]


def test_a_folder_that_is_left_out_and_opened_is_read(raw: RawClient, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, "build/a.lua", "build/b.lua")
    (tmp_path / ".gitignore").write_text("build/\n")
    (tmp_path / "build" / ".gitignore").write_text("b.lua\n")
    assert Session(raw, tmp_path / "build").broken() == ["a.lua"]


def test_no_more_files_than_allowed(raw: RawClient, tmp_path: Path) -> None:
    write(tmp_path, "a.lua", "b.lua", "c.lua")
    session = Session(raw, tmp_path, initializationOptions={"workspace.maxFiles": 2})
    said = raw.notification("window/logMessage")["message"]
    assert said == "More than 2 Lua files: the others are left out (workspace.maxFiles)."
    assert session.broken() == ["a.lua", "b.lua"]


def test_libraries_are_read_and_not_judged(raw: RawClient, tmp_path: Path) -> None:
    write(tmp_path, "project/a.lua", "library/b.lua")
    options = {"workspace.library": ["../library"]}
    session = Session(raw, tmp_path / "project", initializationOptions=options)
    assert session.broken() == ["a.lua"]


def test_files_that_come_and_go(workspace: Session) -> None:
    assert workspace.broken() == ["a.lua"]
    write(workspace.folder, "new.lua", "node_modules/x.lua")
    workspace.changed("new.lua", 1)
    workspace.changed("node_modules/x.lua", 1)
    assert workspace.broken() == ["a.lua", "new.lua"]
    (workspace.folder / "a.lua").unlink()
    workspace.changed("a.lua", 3)
    assert workspace.broken() == ["new.lua"]


def test_a_folder_that_is_gone_with_all_its_files(workspace: Session) -> None:
    write(workspace.folder, "lib/deep/b.lua", "library.lua")
    workspace.changed("lib/deep/b.lua", 1)
    workspace.changed("library.lua", 1)
    assert workspace.broken() == ["a.lua", "lib/deep/b.lua", "library.lua"]
    shutil.rmtree(workspace.folder / "lib")
    workspace.changed("lib", 3)
    assert workspace.broken() == ["a.lua", "library.lua"]


def test_a_folder_that_comes_with_its_files(workspace: Session) -> None:
    assert workspace.broken() == ["a.lua"]
    write(workspace.folder, "lib/b.lua")
    workspace.changed("lib", 1)
    assert workspace.broken() == ["a.lua", "lib/b.lua"]


def test_a_folder_that_the_editor_renamed(workspace: Session) -> None:
    write(workspace.folder, "lib/b.lua")
    workspace.changed("lib/b.lua", 1)
    assert workspace.broken() == ["a.lua", "lib/b.lua"]
    (workspace.folder / "lib").rename(workspace.folder / "other")
    moved = {"oldUri": workspace.uri("lib"), "newUri": workspace.uri("other")}
    workspace.raw.notify("workspace/didRenameFiles", {"files": [moved]})
    assert workspace.broken() == ["a.lua", "other/b.lua"]


def test_files_of_no_concern_make_nothing_doubtful(raw: RawClient, tmp_path: Path) -> None:
    write(tmp_path, "a.lua")
    refreshed = {"workspace": {"diagnostics": {"refreshSupport": True}}}
    session = Session(raw, tmp_path, capabilities={**PULLS, **refreshed})
    raw.change_settings({"spells": "off"})  # what is looked up for spells makes all doubtful, too
    raw.open("X = 1", session.uri("a.lua"))
    assert session.broken() == []
    raw.request("workspace/symbol", {"query": "X"})  # behind what follows from having indexed
    with raw.together():
        session.changed(".git/index.lock", 3)
        number = raw.ask("workspace/symbol", {"query": "X"})
    asked: list[str] = []
    while (message := raw.receive()).get("id") != number or "method" in message:
        asked.append(str(message.get("method")))
        raw._agree(message)
    assert "workspace/diagnostic/refresh" not in asked


def test_a_file_that_changes(workspace: Session) -> None:
    assert workspace.broken() == ["a.lua"]
    (workspace.folder / "a.lua").write_text("X = 1")
    workspace.changed("a.lua", 2)
    assert workspace.broken() == []


def test_a_file_that_is_saved_in_the_editor(workspace: Session) -> None:
    (workspace.folder / "saved.lua").write_text(BROKEN)
    document = {"textDocument": {"uri": workspace.uri("saved.lua")}}
    workspace.raw.notify("textDocument/didSave", document)
    assert workspace.broken() == ["a.lua", "saved.lua"]


def test_what_is_open_counts_more_than_what_is_on_the_disk(workspace: Session) -> None:
    uri = workspace.raw.open("X = 1", workspace.uri("a.lua"))
    assert workspace.broken() == []
    workspace.raw.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert workspace.broken() == ["a.lua"]


def test_folders_come_and_go(workspace: Session, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    write(other, "b.lua")
    added = {"added": [{"uri": other.as_uri(), "name": "other"}], "removed": []}
    workspace.raw.notify("workspace/didChangeWorkspaceFolders", {"event": added})
    assert workspace.broken() == ["a.lua", (other / "b.lua").as_uri()]
    removed = {"added": [], "removed": [{"uri": workspace.folder.as_uri(), "name": "it"}]}
    workspace.raw.notify("workspace/didChangeWorkspaceFolders", {"event": removed})
    assert workspace.broken() == [(other / "b.lua").as_uri()]


def test_a_root_is_a_folder_for_clients_that_know_only_one(raw: RawClient, tmp_path: Path) -> None:
    write(tmp_path, "a.lua")
    session = Session(raw, tmp_path, workspaceFolders=None, rootUri=tmp_path.as_uri())
    assert session.broken() == ["a.lua"]


@pytest.mark.parametrize("relative", [True, False])
def test_files_are_watched_where_the_client_lets_servers(
    raw: RawClient, tmp_path: Path, relative: bool
) -> None:
    watched = {"dynamicRegistration": True, "relativePatternSupport": relative}
    capabilities = {"workspace": {"didChangeWatchedFiles": watched}}
    Session(raw, tmp_path, capabilities=capabilities)
    registered = raw.registered("workspace/didChangeWatchedFiles")
    patterns = [each["globPattern"] for each in registered["registerOptions"]["watchers"]]
    assert [each.get("kind") for each in registered["registerOptions"]["watchers"]][-1] == 4
    for pattern in ("**/*", "**/*.lua", *(f"**{ending}" for ending in endings())):
        expected = {"baseUri": tmp_path.as_uri(), "pattern": pattern} if relative else pattern
        assert expected in patterns


def test_watching_follows_the_folders(raw: RawClient, tmp_path: Path) -> None:
    watched = {"dynamicRegistration": True, "relativePatternSupport": True}
    Session(raw, tmp_path, capabilities={"workspace": {"didChangeWatchedFiles": watched}})
    first = raw.registered("workspace/didChangeWatchedFiles")
    added = {"added": [{"uri": "file:///elsewhere", "name": "e"}], "removed": []}
    raw.notify("workspace/didChangeWorkspaceFolders", {"event": added})
    (gone,) = raw.asked("client/unregisterCapability")["params"]["unregisterations"]
    assert gone["id"] == first["id"]
    again = raw.registered("workspace/didChangeWatchedFiles")
    bases = {each["globPattern"]["baseUri"] for each in again["registerOptions"]["watchers"]}
    assert bases == {tmp_path.as_uri(), "file:///elsewhere"}
