"""What is answered in a folder where another server answers for Lua."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.raw import RawClient, edits_by_uri
from tests.server.test_configuration import ASKS, answer

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


def _folders(raw: RawClient, folder: Path, *modes: str) -> list[str]:
    """A session over a folder for each mode, `0`, `1` and so on; gives their addresses."""
    uris = [(folder / str(number)).as_uri() for number in range(len(modes))]
    named = [{"uri": uri, "name": uri[-1]} for uri in uris]
    raw.initialize(capabilities=ASKS, workspaceFolders=named)
    answer(raw, None, *({"mode": mode} for mode in modes))
    return uris


@pytest.mark.parametrize("mode", ["spells", "off"])
def test_symbols_of_a_folder_are_left_to_the_server_that_answers_there(
    raw: RawClient, tmp_path: Path, mode: str
) -> None:
    ours, theirs = _folders(raw, tmp_path, "full", mode)
    raw.open("function zqx_brew() end\n", f"{ours}/spell.lua")
    raw.open("function zqx_brew() end\n", f"{theirs}/spell.lua")
    found = raw.request("workspace/symbol", {"query": "zqx_brew"})["result"]
    assert [each["location"]["uri"] for each in found] == [f"{ours}/spell.lua"]


def test_modules_that_move_are_written_elsewhere_where_no_other_server_does(
    raw: RawClient, tmp_path: Path
) -> None:
    uris = _folders(raw, tmp_path, "full", "spells")
    moved = []
    for uri in uris:
        raw.open("return {}\n", f"{uri}/brew.lua")
        raw.open('require("brew")\n', f"{uri}/spell.lua")
        moved.append({"oldUri": f"{uri}/brew.lua", "newUri": f"{uri}/boil.lua"})
    edit = raw.request("workspace/willRenameFiles", {"files": moved})["result"]
    assert list(edits_by_uri(edit)) == [f"{uris[0]}/spell.lua"]


@pytest.mark.parametrize(("mode", "unknown"), [("spells", []), ("full", ["unknown-diag-code"])])
def test_the_kinds_of_each_folder_count_in_it_alone(
    raw: RawClient, tmp_path: Path, mode: str, unknown: list[str]
) -> None:
    for name, kind in (("0", "potion"), ("1", "wand")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "llmspell.toml").write_text(
            f'[kinds.{kind}]\nvalues = {{ a = "A." }}\nclosed = true\n'
        )
    uris = _folders(raw, tmp_path, mode, mode)
    for uri, kind in zip(uris, ("Potion", "Wand"), strict=True):
        text = f'---@type llmspell.{kind}\nlocal it = "c"\nprint(it)\n'
        raw.open(f"{text}---@diagnostic disable-line: unknown-potion\n", f"{uri}/spell.lua")
    found = []
    for uri in (*uris, *uris):
        spell = {"textDocument": {"uri": f"{uri}/spell.lua"}}
        items = raw.request("textDocument/diagnostic", spell)["result"]["items"]
        found.append([each["code"] for each in items])
    potion, wand = ["unknown-potion"], ["unknown-wand", *unknown]
    assert found == [potion, wand, potion, wand]
