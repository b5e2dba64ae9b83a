"""`llmspell api`: exports, and the settings of editors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import llmspell
from llmspell.app import Runtime
from llmspell.cli.editor_setup import ABSENT, DEFINITIONS, complete
from tests.runtime.cli.conftest import Shell

LIBRARY = Path(llmspell.__file__).parent / "library"


def test_export_json_is_the_description(shell: Shell) -> None:
    said = shell("llmspell", "api", "export", "--format", "json").ok()
    assert said == (LIBRARY / "api.json").read_text()


def test_export_luacats_in_one_text(shell: Shell) -> None:
    said = shell("llmspell", "api", "export").ok()
    assert said.startswith("---@meta _\n")
    assert said.count("---@meta") == 1
    assert "function JSON.parse(text) end" in said


def test_export_luacats_to_a_folder_and_to_a_file(shell: Shell) -> None:
    shell("llmspell", "api", "export", "-o", "defs").ok()
    written = {p.name: p.read_text() for p in (shell.folder / "defs").iterdir()}
    assert written == {p.name: p.read_text() for p in DEFINITIONS.iterdir()}
    shell("llmspell", "api", "export", "-o", "all.lua").ok()
    assert (shell.folder / "all.lua").read_text() == shell("llmspell", "api", "export").ok()


def test_export_markdown_is_the_reference(shell: Shell) -> None:
    (shell.folder / "out").mkdir()
    shell("llmspell", "api", "export", "--format", "markdown", "-o", "out").ok()
    reference = Path(__file__).parents[3] / "docs" / "api.md"
    assert (shell.folder / "out" / "api.md").read_text() == reference.read_text()


def test_show_is_the_part_of_the_reference(shell: Shell) -> None:
    reference = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
    for name, heading in {
        "State": "## State",
        "State.save": "### `State.save(",
        "Timer": "### Class `Timer`",
        "ARGS": "## ARGS",
    }.items():
        shown = shell("llmspell", "api", "show", name).ok()
        assert shown.startswith(heading)
        assert shown in reference


def test_show_of_an_unknown_name(shell: Shell) -> None:
    ended = shell("llmspell", "api", "show", "State.sav")
    assert ended.code == 1
    assert "has no State.sav" in ended.err


def test_export_to_a_place_that_cannot_be_written(shell: Shell) -> None:
    shell.write("file", "")
    ended = shell("llmspell", "api", "export", "--format", "json", "-o", "file/x.json")
    assert ended.code == 1
    assert "cannot be written" in ended.err


def test_setup_editor_writes_and_stays(shell: Shell) -> None:
    assert "✓ Wrote .luarc.json" in shell("llmspell", "api", "setup-editor").ok()
    file = shell.folder / ".luarc.json"
    settings = json.loads(file.read_text())
    assert settings["workspace"] == {"library": [str(DEFINITIONS)], "checkThirdParty": False}
    assert settings["runtime"]["version"] == "Lua 5.4"
    assert DEFINITIONS.is_dir()
    before = file.read_bytes()
    assert "Already up to date" in shell("llmspell", "api", "setup-editor").ok()
    assert file.read_bytes() == before


def test_setup_editor_keeps_what_was_there(shell: Shell) -> None:
    mine = {
        "diagnostics": {"globals": ["mine"]},
        "workspace": {"library": ["/other"], "ignoreDir": ["x"]},
        "runtime": {"version": "Lua 5.1", "builtin": {"io": "disable"}},
    }
    shell.write(".luarc.json", json.dumps(mine))
    shell("llmspell", "api", "setup-editor", ".").ok()
    settings = json.loads((shell.folder / ".luarc.json").read_text())
    assert settings["diagnostics"] == {"globals": ["mine"]}
    assert settings["workspace"] == {
        "library": ["/other", str(DEFINITIONS)], "ignoreDir": ["x"], "checkThirdParty": False
    }  # fmt: skip
    assert settings["runtime"]["version"] == "Lua 5.4"
    assert settings["runtime"]["builtin"]["io"] == "disable"


@pytest.mark.parametrize("prefix", ["", "Lua."])
def test_dotted_settings_stay_dotted(prefix: str) -> None:
    settings = {f"{prefix}workspace.library": ["/other"], f"{prefix}diagnostics.disable": []}
    complete(settings)
    assert settings[f"{prefix}workspace.library"] == ["/other", str(DEFINITIONS)]
    assert settings[f"{prefix}runtime.version"] == "Lua 5.4"  # type: ignore[comparison-overlap]
    assert "workspace" not in settings


def test_settings_below_lua_stay_there() -> None:
    settings = {"Lua": {"workspace": {"library": {"/other": True}}}}
    complete(settings)
    assert settings["Lua"]["workspace"]["library"] == {"/other": True, str(DEFINITIONS): True}
    assert list(settings) == ["Lua"]


def test_a_moved_installation_is_replaced() -> None:
    settings = {"workspace": {"library": ["/old/venv/lib/llmspell/library/llmspell", "/mine"]}}
    complete(settings)
    assert settings["workspace"]["library"] == ["/mine", str(DEFINITIONS)]


@pytest.mark.parametrize("text", ['{\n  // mine\n  "workspace": {}\n}', "[]", "not json"])
def test_a_file_with_comments_is_left_alone(shell: Shell, text: str) -> None:
    file = shell.write(".luarc.json", text)
    ended = shell("llmspell", "api", "setup-editor")
    assert ended.code == 1
    assert "was left as it is" in ended.err
    assert str(DEFINITIONS) in ended.err
    assert file.read_text() == text


def test_a_jsonc_file_is_left_alone(shell: Shell) -> None:
    shell.write(".luarc.jsonc", "{}")
    assert shell("llmspell", "api", "setup-editor").code == 1
    assert not (shell.folder / ".luarc.json").exists()


def test_absent_libraries_are_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Runtime(environ={"HOME": str(tmp_path)}) as runtime:
        for name in ABSENT:
            assert (
                runtime.run(f"return {name} == nil and not pcall(require, '{name}')").value is True
            )
