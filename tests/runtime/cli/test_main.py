"""The root of the commands: help, versions, global options, commands of other packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from llmspell.cli.main import COMMANDS, PLUGGED
from llmspell.version import __version__
from tests.runtime.cli.conftest import BIN, Shell


def _modules_after(code: str, shell: Shell) -> set[str]:
    program = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=shell.folder,
        env=shell.environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return set(done.stderr.split("\n"))


HELP = """
sys.argv = ['llmspell', '--help']
from llmspell.cli.main import main
try:
    main()
except SystemExit:
    pass
"""


@pytest.mark.parametrize("code", ["import llmspell.cli.main", HELP])
def test_help_imports_no_command(shell: Shell, code: str) -> None:
    modules = _modules_after(code, shell)
    assert "llmspell.cli.main" in modules
    assert not modules & {
        "lupa",
        "lupa.lua54",
        "attr",
        "attrs",
        "cattrs",
        "prompt_toolkit",
        "pygments",
    }
    ours = {
        f"llmspell.cli.{name}"
        for name in ("run", "config", "state", "api", "doctor", "new", "repl")
    }
    assert not modules & ours
    assert "llmspell_server" not in modules


def test_help_begins_with_the_name_and_lists_all_commands(shell: Shell) -> None:
    said = shell("llmspell", "--help").ok()
    assert "\n  llmspell offers scriptable LLM interactions" in said
    for name, lazy in COMMANDS.items():
        assert name in said
        assert lazy.summary in said
    for name, summary in PLUGGED.items():
        assert f"{name:<10}  {summary}" in said


def test_summaries_are_the_commands_own(shell: Shell) -> None:
    """The table's line may not contradict the command's help."""
    from llmspell.cli.main import root

    with root.make_context("llmspell", ["version"]) as ctx:
        for name in COMMANDS:
            command = root.get_command(ctx, name)
            assert command is not None
            assert command.help


@pytest.mark.parametrize("name", [*COMMANDS, *PLUGGED])
def test_every_command_has_help_with_examples(shell: Shell, name: str) -> None:
    said = shell("llmspell", name, "-h").ok()
    assert said.startswith(f"Usage: llmspell {name}")
    assert "--trace" in said
    assert said == shell("llmspell", name, "--help").ok()


@pytest.mark.parametrize("words", [[], ["config"], ["state"], ["api"]])
def test_group_without_subcommand_shows_help(shell: Shell, words: list[str]) -> None:
    ended = shell("llmspell", *words)
    assert ended.code == 2
    assert ended.err.startswith("Usage: llmspell")
    assert "Commands:" in ended.err


def test_unknown_command_names_the_nearest(shell: Shell) -> None:
    ended = shell("llmspell", "rnu")
    assert ended.code == 2
    assert "No such command 'rnu'. Did you mean run?" in ended.err


@pytest.mark.parametrize(
    "words", [["--version"], ["run", "--version"], ["state", "show", "-V"], ["config", "-V"]]
)
def test_version_everywhere(shell: Shell, words: list[str]) -> None:
    assert shell("llmspell", *words).ok() == f"llmspell {__version__}\n"


def test_version_of_llmspell_run(shell: Shell) -> None:
    assert shell("llmspell-run", "--version").ok() == f"llmspell {__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        ["--output", "json", "state", "show"],
        ["state", "--output", "json", "show"],
        ["state", "show", "--output", "json"],
    ],
)
def test_global_options_before_and_after_the_subcommand(shell: Shell, words: list[str]) -> None:
    assert shell("llmspell", *words).json == {}


def test_config_init_keeps_its_own_output_option(shell: Shell) -> None:
    shell("llmspell", "--output", "json", "config", "init", "--output", "mine.toml").ok()
    assert (shell.folder / "mine.toml").exists()


def test_config_option_reaches_the_command(shell: Shell) -> None:
    shell.write("mine.toml", "[profiles.slow.runtime]\nscript_timeout_seconds = 7\n")
    for words in (
        ["-c", "mine.toml", "--profile", "slow", "doctor"],
        ["-c", "mine.toml", "--config-profile", "slow", "doctor"],
        ["doctor", "-c", "mine.toml", "--config-profile", "slow"],
    ):
        found = shell("llmspell", *words, "--output", "json").json
        assert found["configuration"]["path"] == str(shell.folder / "mine.toml")
        assert found["configuration"]["profile"] == "slow"


def test_configuration_from_the_environment(shell: Shell) -> None:
    shell.write("mine.toml", "")
    shell.environ["LLMSPELL_CONFIG"] = "mine.toml"
    found = shell("llmspell", "doctor", "--output", "json").json
    assert found["configuration"]["origin"] == "explicit"


def test_errors_are_one_line_and_exit_code_1(shell: Shell) -> None:
    ended = shell("llmspell", "--config", "nowhere.toml", "state", "show")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "Error: Configuration error: Configuration file not found: nowhere.toml\n"


def test_errors_in_json_form(shell: Shell) -> None:
    ended = shell("llmspell", "--output", "json", "-c", "nowhere.toml", "state", "show")
    assert ended.code == 1
    assert ended.json["error"]["type"] == "ConfigError"


def test_trace_levels_speak_on_stderr_only(shell: Shell) -> None:
    script = shell.write("s.lua", "print(1)")
    for level in ("off", "error", "warn", "info", "debug", "trace"):
        assert shell("llmspell", "run", script, "--trace", level).ok() == "1\n"


PLUGIN = """
import click

@click.command("hello")
@click.argument("name")
@click.pass_obj
def hello(options, name):
    "Say hello."
    click.echo(f"hello {name} {options.output}")
"""


@pytest.fixture
def plugin(shell: Shell) -> Path:
    """Another distribution that adds commands."""
    site = shell.folder / "site"
    shell.write("site/plugin_of_test.py", PLUGIN)
    shell.write(
        "site/plugin_of_test-1.0.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: plugin-of-test\nVersion: 1.0\n",
    )
    shell.write(
        "site/plugin_of_test-1.0.dist-info/entry_points.txt",
        "[llmspell.commands]\nhello = plugin_of_test:hello\nbroken = plugin_of_test:nothing\n",
    )
    shell.environ["PYTHONPATH"] = str(site)
    return site


def test_commands_of_other_packages(shell: Shell, plugin: Path) -> None:
    assert "hello       (from plugin-of-test)" in shell("llmspell", "--help").ok()
    assert shell("llmspell", "hello", "Ada", "--output", "pretty").ok() == "hello Ada pretty\n"


def test_a_broken_package_is_named(shell: Shell, plugin: Path) -> None:
    ended = shell("llmspell", "broken")
    assert ended.code == 1
    assert ended.err.startswith("Error: the command 'broken' cannot be loaded: ")


def test_the_modules_can_be_run(shell: Shell) -> None:
    for module in ("llmspell.cli.main", "llmspell.cli.run_main"):
        done = subprocess.run(
            [BIN / "python", "-m", module, "--version"],
            env=shell.environ,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout == f"llmspell {__version__}\n"
