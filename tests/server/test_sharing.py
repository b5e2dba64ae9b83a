"""What is answered in a folder where another server answers for Lua."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.raw import RawClient

TEXT = 'Config.get("defualt_engine")\nprint(undefined_name)\nlocal function f() end\nf()\n'


def _session(raw: RawClient, folder: Path, mode: str) -> str:
    """Opens TEXT in a folder with a mode; gives its address."""
    commands = {"commands": ["llmspell.run", "llmspell.debug"]}
    raw.initialize(
        capabilities={"experimental": {"commands": commands}},
        workspaceFolders=[{"uri": folder.as_uri(), "name": "it"}],
        initializationOptions={"mode": mode},
    )
    uri = (folder / "spell.lua").as_uri()
    raw.open(TEXT, uri)
    return uri


def _codes(raw: RawClient, uri: str) -> set[str]:
    params = {"textDocument": {"uri": uri}}
    report = raw.request("textDocument/diagnostic", params)["result"]
    return {item["code"] for item in report["items"]}


def _at(raw: RawClient, method: str, uri: str, line: int, character: int) -> Any:
    place = {"line": line, "character": character}
    return raw.request(method, {"textDocument": {"uri": uri}, "position": place})["result"]


def _lenses(raw: RawClient, uri: str) -> list[str]:
    found = raw.request("textDocument/codeLens", {"textDocument": {"uri": uri}})["result"] or ()
    return [lens.get("command", {}).get("title", "references") for lens in found]


def test_everything_is_answered_by_default(raw: RawClient, tmp_path: Path) -> None:
    uri = _session(raw, tmp_path, "auto")
    assert {"undefined-global", "unknown-config-path"} <= _codes(raw, uri)
    assert "references" in _lenses(raw, uri)
    assert _at(raw, "textDocument/hover", uri, 0, 1) is not None


def test_beside_another_server_only_spells_are_answered_for(raw: RawClient, tmp_path: Path) -> None:
    uri = _session(raw, tmp_path, "spells")
    assert _codes(raw, uri) == {"unknown-config-path"}
    assert _lenses(raw, uri) == ["Run spell", "Debug spell"]
    assert _at(raw, "textDocument/completion", uri, 0, 12)["items"]
    assert _at(raw, "textDocument/completion", uri, 1, 3) is None
    assert _at(raw, "textDocument/hover", uri, 0, 1) is None
    params = {"textDocument": {"uri": uri}}
    assert raw.request("textDocument/semanticTokens/full", params)["result"] is None


@pytest.mark.parametrize("method", ["textDocument/completion", "textDocument/hover"])
def test_nothing_is_answered_where_that_is_chosen(
    raw: RawClient, tmp_path: Path, method: str
) -> None:
    uri = _session(raw, tmp_path, "off")
    assert _at(raw, method, uri, 0, 12) is None
    assert _codes(raw, uri) == set()
    assert _lenses(raw, uri) == []
