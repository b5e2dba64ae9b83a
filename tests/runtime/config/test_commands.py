"""`llmspell config …`, run through a root group as small as the real one is for it."""

import json
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from llmspell.cli.config import config
from llmspell.config.trust import is_trusted
from tests.runtime.config.conftest import Desk


@click.group()
def root() -> None:
    """Stand in for the root group."""


root.add_command(config)


class Shell:
    """Runs commands in the project's folder."""

    def __init__(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self.monkeypatch = monkeypatch
        monkeypatch.chdir(desk.project)

    def __call__(self, *arguments: str, output: str = "text", path: str | None = None) -> Result:
        options = SimpleNamespace(
            config_path=path, output=output, profile=None, strict_config=False
        )
        for name in ("LLMSPELL_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "OPENAI_API_KEY"):
            self.monkeypatch.delenv(name, raising=False)
        self.monkeypatch.setenv("HOME", str(self.desk.home))
        return CliRunner().invoke(root, ["config", *arguments], obj=options)

    def json(self, *arguments: str, path: str | None = None) -> Any:
        return json.loads(self(*arguments, output="json", path=path).stdout)


@pytest.fixture
def shell(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(desk, monkeypatch)


def test_init_writes_a_file_that_validates(desk: Desk, shell: Shell) -> None:
    done = shell("init")
    assert done.exit_code == 0
    assert "✓ Created configuration file: llmspell.toml" in done.stdout
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "COHERE_API_KEY", "config validate", "run"):
        assert name in done.stdout
    assert shell("validate").exit_code == 0
    assert (desk.project / "llmspell.toml").exists()


def test_init_output_means_the_path(desk: Desk, shell: Shell) -> None:
    assert shell("init", "--output", "deep/er/x.toml", output="json").exit_code == 0
    assert (desk.project / "deep/er/x.toml").exists()


def test_init_does_not_overwrite(desk: Desk, shell: Shell) -> None:
    path = desk.write("# mine")
    done = shell("init")
    assert done.exit_code == 1
    assert "already exists" in done.stderr
    assert "--force" in done.stderr
    assert path.read_text() == "# mine"
    assert shell("init", "--force").exit_code == 0
    assert path.read_text() != "# mine"


def test_init_where_nothing_can_be_written(desk: Desk, shell: Shell) -> None:
    desk.write("", "a-file")
    done = shell("init", "-o", "a-file/x.toml")
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr


def test_validate_a_valid_file(desk: Desk, shell: Shell) -> None:
    path = desk.write("[providers.ollama]")
    assert shell.json("validate") == {
        "valid": True,
        "path": str(path),
        "warnings": [],
        "errors": [],
    }
    text = shell("validate").stdout
    assert text == f"Configuration validation:\n  File: {path}\n  Status: ✓ Valid\n"


def test_validate_warns(desk: Desk, shell: Shell) -> None:
    desk.write("[ragg]")
    assert shell.json("validate")["warnings"] == [
        "ragg: unknown key, ignored; did you mean 'rag'?",
        "providers: no providers are configured",
    ]
    assert "    ⚠ ragg: unknown key" in shell("validate").stdout


def test_validate_reports_every_error_and_exits_1(desk: Desk, shell: Shell) -> None:
    desk.write("default_engine = 'x'\n[events]\nbuffer_size = 0")
    done = shell("validate", output="json")
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert (report["valid"], len(report["errors"])) == (False, 2)
    assert "  Status: ✗ Invalid\n  Errors:\n    ✗ " in shell("validate").stdout


def test_validate_without_a_file(shell: Shell) -> None:
    assert "  File: none (defaults)\n  Status: ✓ Valid" in shell("validate").stdout


def test_validate_a_named_file(desk: Desk, shell: Shell) -> None:
    desk.write("default_engine = 'x'")
    good = desk.write("", "good.toml")
    assert shell("validate").exit_code == 1
    assert shell.json("validate", "-f", "good.toml")["path"] == str(good)
    assert shell.json("validate", path="good.toml")["valid"] is True


def test_validate_a_missing_file(shell: Shell) -> None:
    report = shell.json("validate", "-f", "no.toml")
    assert (report["valid"], report["path"]) == (False, "no.toml")
    assert report["errors"] == ["Configuration file not found: no.toml"]


def test_show_masks_secrets(desk: Desk, shell: Shell) -> None:
    path = desk.write("[providers.openai]\napi_key = 'sk-1'")
    done = shell("show")
    assert done.exit_code == 0
    assert done.stdout.startswith(f"# Configuration in force ({path})\n")
    assert 'api_key = "<REDACTED>"' in done.stdout
    assert "sk-1" not in done.stdout
    assert 'api_key = "sk-1"' in shell("show", "--reveal").stdout


@pytest.mark.parametrize("arguments", [("show", "rag"), ("show", "--section", "rag")])
def test_show_a_section(shell: Shell, arguments: tuple[str, ...]) -> None:
    shown = shell.json(*arguments)
    assert list(shown) == ["rag"]
    assert shown["rag"]["vector_storage"]["dimensions"] == 384
    assert "[rag.vector_storage]" in shell(*arguments).stdout


def test_show_json(shell: Shell) -> None:
    assert json.loads(shell("show", "--format", "json").stdout)["default_engine"] == "lua"


def test_show_a_section_of_another_version(desk: Desk, shell: Shell) -> None:
    desk.write("[kernel]\nport = 1")
    assert shell.json("show", "kernel") == {"kernel": {"port": 1}}


def test_show_an_unset_section(shell: Shell) -> None:
    assert shell.json("show", "hooks") == {"hooks": {}}


def test_show_an_unknown_section(shell: Shell) -> None:
    done = shell("show", "rags")
    assert done.exit_code == 1
    assert "unknown section 'rags'; sections: engines, security, providers" in done.stderr


def test_show_an_invalid_configuration(desk: Desk, shell: Shell) -> None:
    desk.write("default_engine = 'x'")
    done = shell("show")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: Configuration validation failed in field")


def test_paths_mark_the_one_in_force(desk: Desk, shell: Shell) -> None:
    path = desk.write("")
    user = desk.write_user("")
    found = {line["path"]: line for line in shell.json("paths")}
    assert found[str(path)]["chosen"] is True
    assert found[str(user)] == {
        "path": str(user),
        "origin": "user",
        "exists": True,
        "chosen": False,
    }
    text = shell("paths").stdout
    assert f"→ project  {path}\n" in text
    assert f"✓ user     {user}\n" in text


def test_paths_without_a_file(shell: Shell) -> None:
    assert "the defaults are in force" in shell("paths").stdout


def test_paths_of_a_missing_named_file(desk: Desk, shell: Shell) -> None:
    desk.write("")
    lines = shell.json("paths", path="no.toml")
    assert lines[0]["origin"] == "explicit"
    assert not any(line["chosen"] for line in lines)


def test_paths_works_with_a_broken_file(desk: Desk, shell: Shell) -> None:
    desk.write("= =")
    assert shell("paths").exit_code == 0


def test_trust_revoke_and_list(desk: Desk, shell: Shell) -> None:
    path = desk.write("[security]\nlevel = 'trusted'")
    assert shell("trust", "--list").stdout == "No project configuration is trusted.\n"
    assert shell("trust").stdout == f"✓ Trusted: {path}\n"
    assert is_trusted(path, desk.environ)
    assert [line["current"] for line in shell.json("trust", "--list")] == [True]
    path.write_text("")
    assert "changed since" in shell("trust", "--list").stdout
    assert shell("trust", "--revoke").exit_code == 0
    assert shell("trust", "--revoke").exit_code == 1
    assert shell.json("trust", "--list") == []


def test_trust_names_what_it_covers(desk: Desk, shell: Shell) -> None:
    base = desk.write("", "base.toml")
    path = desk.write("extends = 'base.toml'", "x.toml")
    assert shell("trust", "x.toml").stdout == f"✓ Trusted: {path}\n  with {base}\n"
    assert shell.json("trust", "x.toml")["covers"] == [str(base), str(path)]


def test_trust_without_a_project(shell: Shell) -> None:
    done = shell("trust")
    assert done.exit_code == 1
    assert "name the file" in done.stderr


def test_trust_a_missing_file(shell: Shell) -> None:
    assert "Configuration file not found" in shell("trust", "no.toml").stderr


def test_schema(desk: Desk, shell: Shell) -> None:
    assert json.loads(shell("schema").stdout)["title"] == "llmspell configuration"
    assert shell("schema", "-o", "schema.json").stdout == ""
    assert json.loads((desk.project / "schema.json").read_text())["type"] == "object"


def test_a_group_without_a_command_shows_help(shell: Shell) -> None:
    done = shell()
    assert done.exit_code == 2
    assert "validate" in done.output
