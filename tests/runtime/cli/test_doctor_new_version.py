"""`llmspell doctor`, `new` and `version`."""

from __future__ import annotations

import json
import platform
import re

import pytest

from llmspell.cli.editor_setup import DEFINITIONS
from llmspell.version import __version__
from tests.runtime.cli.conftest import Shell


class TestDoctor:
    def test_json(self, shell: Shell) -> None:
        found = shell("llmspell", "doctor", "--output", "json").json
        assert found["healthy"] is True
        assert found["problems"] == []
        assert found["versions"]["llmspell"] == __version__
        assert found["versions"]["python"] == platform.python_version()
        assert re.fullmatch(r"5\.4\.\d+", found["versions"]["lua"])
        assert found["models"] == []
        assert found["configuration"]["origin"] == "defaults"
        assert found["security"]["level"] == "standard"
        assert found["engine"] == {"runs": True, "hook_api": True}
        assert found["state"]["backend"] == "sqlite"
        assert found["state"]["path"].startswith(str(shell.home))
        assert {e["name"] for e in found["extras"]} >= {"dev"}
        assert found["terminal"]["interactive"] is False

    def test_text(self, shell: Shell) -> None:
        said = shell("llmspell", "doctor").ok()
        assert f"llmspell: {__version__}" in said
        assert said.endswith("Everything works.\n")

    def test_the_project_is_in_force(self, shell: Shell) -> None:
        shell.write("llmspell.toml", "[nonsense]\nx = 1\n")
        found = shell("llmspell", "doctor", "--output", "json").json
        assert found["configuration"]["path"] == str(shell.folder / "llmspell.toml")
        assert found["configuration"]["trusted"] is False
        assert any("nonsense" in note for note in found["configuration"]["notes"])
        assert found["state"]["path"] == str(shell.folder / ".llmspell" / "state.db")

    def test_a_broken_configuration(self, shell: Shell) -> None:
        shell.write("llmspell.toml", "nonsense")
        ended = shell("llmspell", "doctor", "--output", "json")
        assert ended.code == 1
        assert len(ended.json["problems"]) == 1
        assert "TOML parsing error" in ended.json["problems"][0]

    def test_a_broken_store(self, shell: Shell) -> None:
        shell.write("llmspell.toml", "")
        shell.write(".llmspell/state.db", "this is no database, however long it may be" * 100)
        ended = shell("llmspell", "doctor")
        assert ended.code == 1
        assert "✗ State store" in ended.out
        assert "Something is broken." in ended.out


class TestNew:
    def test_the_project_runs(self, shell: Shell) -> None:
        said = shell("llmspell", "new", "my-spell").ok()
        assert "llmspell run main.lua -- --name Ada" in said
        shell.folder /= "my-spell"
        assert (
            shell("llmspell", "run", "main.lua").ok()
            == "Hello, world!\nThis spell has run 1 time.\n"
        )
        again = shell("llmspell", "run", "main.lua", "--strict-config", "--", "--name", "Ada")
        assert again.ok() == "Hello, Ada!\nThis spell has run 2 times.\n"
        assert again.err == ""
        assert shell("llmspell", "state", "show", "--output", "json").json == {"runs": 2}
        assert "✓ Valid" in shell("llmspell", "config", "validate").ok()
        assert "2 passed" in shell("llmspell", "test").ok()
        settings = json.loads((shell.folder / ".luarc.json").read_text())
        assert settings["workspace"]["library"] == [str(DEFINITIONS)]
        assert (shell.folder / "README.md").read_text().startswith("# my-spell\n")
        assert ".llmspell/" in (shell.folder / ".gitignore").read_text()

    def test_a_folder_with_something_in_it_is_refused(self, shell: Shell) -> None:
        kept = shell.write("full/main.lua", "-- mine")
        ended = shell("llmspell", "new", "full")
        assert (ended.code, ended.out) == (1, "")
        assert "full is not empty; use --force" in ended.err
        assert kept.read_text() == "-- mine"
        shell("llmspell", "new", "full", "--force").ok()
        assert kept.read_text() != "-- mine"

    def test_an_empty_folder_is_used(self, shell: Shell) -> None:
        (shell.folder / "empty").mkdir()
        assert shell("llmspell", "--output", "json", "new", "empty").json["status"] == "created"

    def test_a_file_is_no_place(self, shell: Shell) -> None:
        shell.write("file", "")
        assert shell("llmspell", "new", "file").code == 2
        ended = shell("llmspell", "new", "file/below")
        assert (ended.code, ended.err) == (
            1,
            "Error: file/below cannot be written: Not a directory\n",
        )


class TestVersion:
    LONG = rf"llmspell {re.escape(__version__)}( \([0-9a-f]+(-modified)? \d{{4}}-\d\d-\d\d\))?"

    def test_forms(self, shell: Shell) -> None:
        assert re.fullmatch(self.LONG + "\n", shell("llmspell", "version").ok())
        assert re.fullmatch(self.LONG + "\n", shell("llmspell", "-V").ok())
        assert shell("llmspell", "version", "--short").ok() == f"{__version__}\n"
        assert re.fullmatch(
            f"Client Version: {self.LONG}\n", shell("llmspell", "version", "--client").ok()
        )

    def test_precedence(self, shell: Shell) -> None:
        assert shell("llmspell", "version", "-v", "--client", "--short").ok() == f"{__version__}\n"

    def test_verbose(self, shell: Shell) -> None:
        said = shell("llmspell", "version", "--verbose", "--component", "all").ok()
        keys = (
            "binary",
            "commit-hash",
            "commit-date",
            "branch",
            "build-timestamp",
            "build-profile",
            "host",
        )
        for key in (*keys, "target", "python", "features", "Components"):
            assert f"\n{key}:" in said
        assert f"  cli: {__version__}\n" in said

    @pytest.mark.parametrize("component", ["cli", "kernel", "bridge"])
    def test_one_component(self, shell: Shell, component: str) -> None:
        assert (
            shell("llmspell", "version", "--component", component).ok().startswith(f"{component}: ")
        )

    def test_json(self, shell: Shell) -> None:
        found = shell("llmspell", "version", "--output", "json").json
        assert found["version"] == __version__
        assert set(found["git"]) == {"commit", "commit_short", "branch", "commit_date", "dirty"}
        assert set(found["build"]) == {
            "timestamp", "profile", "host", "target", "python", "rustc", "features"
        }  # fmt: skip
        assert found["build"]["rustc"] is None
        client = shell("llmspell", "version", "--client", "--output", "json").json
        assert set(client["clientVersion"]) == {
            "version", "gitCommit", "gitTreeState", "buildDate", "platform"
        }  # fmt: skip

    def test_works_with_a_broken_configuration(self, shell: Shell) -> None:
        shell.write("llmspell.toml", "nonsense")
        shell("llmspell", "version").ok()
