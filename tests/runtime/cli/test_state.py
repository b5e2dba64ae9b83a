"""`llmspell state` over the store that spells use."""

from __future__ import annotations

import json
import tomllib

import pytest

from tests.runtime.cli.conftest import Shell

SAVE = """
State.save("global", "name", "Ada")
State.save("global", "list", { 1, 2 })
State.save("agent:researcher", "notes", { text = "ü" })
"""


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A project whose spell has stored something."""
    shell.write("llmspell.toml", "")
    shell.run(SAVE).ok()
    return shell


def test_show_all(project: Shell) -> None:
    assert project("llmspell", "state", "show").ok() == (
        'State keys (3 total):\n  agent:researcher:notes = {"text":"ü"}\n  list = [1,2]\n  name = "Ada"\n'
    )


def test_show_one(project: Shell) -> None:
    assert project("llmspell", "state", "show", "name").ok() == 'Key: name\nValue: "Ada"\n'
    by_address = project("llmspell", "state", "show", "agent:researcher:notes").ok()
    by_scope = project("llmspell", "state", "show", "notes", "--scope", "agent:researcher").ok()
    assert by_address.split("\n")[1] == by_scope.split("\n")[1] == 'Value: {"text":"ü"}'
    assert project("llmspell", "state", "show", "nope").ok() == "Key 'nope' not found\n"


def test_show_json(project: Shell) -> None:
    shown = project("llmspell", "state", "show", "--output", "json").json
    assert shown == {"name": "Ada", "list": [1, 2], "agent:researcher:notes": {"text": "ü"}}
    assert project("llmspell", "state", "show", "list", "--output", "json").json == [1, 2]
    assert project("llmspell", "state", "show", "nope", "--output", "json").json is None


def test_show_scope(project: Shell) -> None:
    assert project(
        "llmspell", "state", "show", "--scope", "agent:researcher", "--output", "json"
    ).json == {"agent:researcher:notes": {"text": "ü"}}
    assert (
        project("llmspell", "state", "show", "--scope", "agent:other").ok()
        == "No state keys found\n"
    )


def test_show_by_scope(project: Shell) -> None:
    shown = project("llmspell", "state", "show", "--by-scope", "--output", "json").json
    assert shown == {
        "store": str(project.folder / ".llmspell/state.db"),
        "scopes": [
            {"scope": "agent:researcher", "entries": [{"key": "notes", "value": {"text": "ü"}}]},
            {
                "scope": "global",
                "entries": [{"key": "list", "value": [1, 2]}, {"key": "name", "value": "Ada"}],
            },
        ],
    }
    assert project("llmspell", "state", "show", "--by-scope", "--scope", "global").ok() == (
        f'Store: {project.folder / ".llmspell/state.db"}\nglobal\n  list = [1,2]\n  name = "Ada"\n'
    )
    assert project("llmspell", "state", "show", "name", "--by-scope").code == 2


def test_show_by_scope_of_a_store_in_memory(project: Shell) -> None:
    project.write("llmspell.toml", "[runtime.state_persistence]\nenabled = false\n")
    shown = project("llmspell", "state", "show", "--by-scope", "--output", "json").json
    assert shown == {"store": None, "scopes": []}


def test_clear(project: Shell) -> None:
    assert project("llmspell", "state", "clear", "name").ok() == "✓ Cleared state key: name\n"
    assert project("llmspell", "state", "clear", "name").ok() == "Key 'name' not found\n"
    project("llmspell", "state", "clear", "--scope", "agent:researcher").ok()
    assert project("llmspell", "state", "show", "--output", "json").json == {"list": [1, 2]}
    cleared = project("llmspell", "--output", "json", "state", "clear")
    assert cleared.out == '{"status":"success","message":"Cleared all state keys"}\n'
    assert project("llmspell", "state", "show").ok() == "No state keys found\n"


@pytest.mark.parametrize("form", ["json", "toml"])
def test_export_and_import_by_file(project: Shell, form: str) -> None:
    assert (
        project("llmspell", "state", "export", f"b.{form}").ok()
        == f"✓ Exported state to b.{form}\n"
    )
    before = project("llmspell", "state", "show").ok()
    project("llmspell", "state", "clear").ok()
    project.run("State.save('global', 'other', 1)").ok()
    said = project("llmspell", "state", "import", f"b.{form}").ok()
    assert said == f"✓ Imported state from b.{form} (replacing what was there)\n"
    assert project("llmspell", "state", "show").ok() == before


@pytest.mark.parametrize("form", ["json", "toml"])
@pytest.mark.parametrize("dash", [[], ["-"]])
def test_export_and_import_by_streams(project: Shell, form: str, dash: list[str]) -> None:
    text = project("llmspell", "state", "export", *dash, "--format", form).ok()
    assert (json.loads if form == "json" else tomllib.loads)(text)["scopes"]["global"][
        "name"
    ] == "Ada"
    project("llmspell", "state", "clear").ok()
    project.run("State.save('global', 'other', 1)").ok()
    answer = project(
        "llmspell", "state", "import", *dash, "--merge", "--output", "json", stdin=text
    )
    assert answer.out == '{"status":"imported","path":"standard input","merge":true}\n'
    assert set(project("llmspell", "state", "show", "--output", "json").json) == {
        "name", "list", "other", "agent:researcher:notes"
    }  # fmt: skip


def test_export_one_scope(project: Shell) -> None:
    text = project("llmspell", "state", "export", "--scope", "agent:researcher").ok()
    assert list(json.loads(text)["scopes"]) == ["agent:researcher"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not well formed"),
        ("[1]", "not well formed"),
        ("{}", "no `llmspell_state`"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_import_of_something_else_changes_nothing(
    project: Shell, text: str | bytes, said: str
) -> None:
    before = project("llmspell", "state", "show").ok()
    project.write("bad.json", text)
    ended = project("llmspell", "state", "import", "bad.json")
    assert ended.code == 1
    assert "bad.json" in ended.err
    assert said in ended.err or text == "[1]"
    assert project("llmspell", "state", "show").ok() == before


def test_import_of_a_missing_file(project: Shell) -> None:
    ended = project("llmspell", "state", "import", "nope.json")
    assert (ended.code, ended.err) == (1, "Error: Import file does not exist: nope.json\n")


def test_without_a_project_each_folder_of_spells_has_a_store(shell: Shell) -> None:
    shell.write("spells/a.lua", "State.save('global', 'where', 'spells')")
    shell("llmspell-run", "spells/a.lua").ok()
    assert shell("llmspell", "state", "show").ok() == "No state keys found\n"
    for words in (
        ["--script", "spells/a.lua", "show"],
        ["show", "--script", "spells/a.lua"],
        ["show", "--script", "spells"],
    ):
        assert '  where = "spells"' in shell("llmspell", "state", *words).ok()
