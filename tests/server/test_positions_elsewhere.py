"""Lines and columns in files that are not open, which the server reads by itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from llmspell_server.analysis.text import Text
from tests.server.raw import RawClient, edits_by_uri
from tests.server.test_indexing import wait_for_symbol

CLOSED = "-- é\f\u2028\r--[[😀]] local M = {}\r\nM.first = '😀' M.found = 1\nreturn M\n"
MAIN = "local m = require('closed')\nprint(m.found)\n"


@pytest.fixture
def session(raw: RawClient, tmp_path: Path) -> RawClient:
    """A session in which one file is open and what it requires is not.

    VS Code counts UTF-16, Neovim UTF-8 and Emacs UTF-32.
    """
    (tmp_path / "closed.lua").write_bytes(CLOSED.encode())
    raw.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "it"}])
    wait_for_symbol(raw, "M.found")
    raw.open(MAIN, (tmp_path / "main.lua").as_uri())
    return raw


def at_found(folder: Path) -> dict[str, Any]:
    """The place of `found` in the open file."""
    document = {"textDocument": {"uri": (folder / "main.lua").as_uri()}}
    return {**document, "position": {"line": 1, "character": 9}}


def written(session: RawClient, place: Mapping[str, Any]) -> str:
    """What stands at a range of the closed file."""
    text = Text(CLOSED)
    start, end = (
        text.offset(each["line"], each["character"], session.units)
        for each in (place["start"], place["end"])
    )
    return CLOSED[start:end]


def test_a_definition(session: RawClient, tmp_path: Path) -> None:
    (found,) = session.request("textDocument/definition", at_found(tmp_path))["result"]
    assert found["targetSelectionRange"]["start"]["line"] == 2
    assert written(session, found["targetSelectionRange"]) == "found"


def test_references(session: RawClient, tmp_path: Path) -> None:
    params = {**at_found(tmp_path), "context": {"includeDeclaration": True}}
    found = session.request("textDocument/references", params)["result"]
    closed = [each for each in found if each["uri"].endswith("closed.lua")]
    assert [written(session, each["range"]) for each in closed] == ["found"]


def test_a_rename(session: RawClient, tmp_path: Path) -> None:
    params = {**at_found(tmp_path), "newName": "renamed"}
    edits = edits_by_uri(session.request("textDocument/rename", params)["result"])
    (edit,) = edits[(tmp_path / "closed.lua").as_uri()]
    assert (written(session, edit["range"]), edit["newText"]) == ("found", "renamed")


def test_symbols_of_the_workspace(session: RawClient) -> None:
    found = session.request("workspace/symbol", {"query": "M.found"})["result"]
    resolved = [session.request("workspaceSymbol/resolve", each)["result"] for each in found]
    places = [each["location"]["range"] for each in resolved]
    assert [written(session, place) for place in places] == ["M.found"]


def test_problems(raw: RawClient, tmp_path: Path) -> None:
    broken = Text("-- \u2028\f\rS = '😀' = 1\n")
    (tmp_path / "broken.lua").write_bytes(broken.source.encode())
    raw.initialize(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "it"}])
    report = raw.request("workspace/diagnostic", {"previousResultIds": []})["result"]
    (problem, *_) = report["items"][0]["items"]
    start = problem["range"]["start"]
    place = broken.position(broken.source.rindex("="), raw.units)
    assert (start["line"], start["character"]) == place
