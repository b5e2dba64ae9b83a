"""What single settings do to what the server says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.raw import RawClient

SNIPPETS = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}


def completed(client: RawClient, text: str, uri: str = "file:///spell.lua") -> dict[str, Any]:
    """The candidates behind a text."""
    client.open(text, uri)
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": len(text)}}
    found = client.request("textDocument/completion", place)["result"]
    return {item["label"]: item for item in found["items"]}


@pytest.mark.parametrize(("chosen", "written"), [(True, "format($0)"), (False, "format")])
def test_completing_a_function_writes_its_call(raw: RawClient, chosen: bool, written: str) -> None:
    options = {"completion": {"callSnippet": chosen}}
    raw.initialize(capabilities=SNIPPETS, initializationOptions=options)
    item = completed(raw, "string.form")["format"]
    assert item["textEdit"]["newText"] == written
    assert (item.get("insertTextFormat") == 2) is chosen


@pytest.mark.parametrize("chosen", [True, False])
def test_modules_that_are_not_required_yet(raw: RawClient, tmp_path: Path, chosen: bool) -> None:
    folders = [{"uri": tmp_path.as_uri(), "name": "it"}]
    options = {"completion": {"autoRequire": chosen}}
    raw.initialize(workspaceFolders=folders, initializationOptions=options)
    raw.open("return {}", (tmp_path / "helper.lua").as_uri())
    found = completed(raw, "help", (tmp_path / "spell.lua").as_uri())
    assert ("helper" in found) is chosen


@pytest.mark.parametrize(("chosen", "known"), [("full", True), ("spells", True), ("off", False)])
def test_the_globals_of_spells(raw: RawClient, chosen: str, known: bool) -> None:
    raw.initialize()
    raw.change_settings({"spells": chosen})
    found = completed(raw, "S")
    assert ("State" in found) is known
    assert "string" in found


def test_no_globals_of_spells_from_the_start(raw: RawClient) -> None:
    raw.initialize(initializationOptions={"spells": "off"})
    assert "State" not in completed(raw, "S")
