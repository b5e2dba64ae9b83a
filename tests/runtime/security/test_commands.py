"""Which programs tools may run, and with which arguments and variables."""

import os
from pathlib import Path

import pytest

from llmspell.errors import SecurityError, ValidationError
from llmspell.security.commands import ALLOWED, REFUSED, CommandRules
from llmspell.security.policy import Permissions
from llmspell.security.settings import ToolSettings

from .conftest import Site


def rules(site: Site, level: str | None = None, **system: object) -> CommandRules:
    site.environ["PATH"] = os.environ["PATH"]
    return site.policy(level, Permissions(tools=ToolSettings({"system": system}))).commands


def program(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_an_allowed_program_is_found_on_the_path(site: Site) -> None:
    command = rules(site).check("echo", ["a;b", "$(c)"])
    assert Path(command.executable).is_absolute()
    assert (command.name, command.arguments) == ("echo", ("a;b", "$(c)"))


def test_the_documented_lists_share_nothing() -> None:
    assert not ALLOWED & REFUSED


@pytest.mark.parametrize("name", ["rm", "curl", "/bin/rm", "sudo"])
def test_a_dangerous_program_is_refused(site: Site, name: str) -> None:
    with pytest.raises(SecurityError, match=r"Command blocked: .*allowed_commands"):
        rules(site).check(name)


def test_any_other_program_is_not_allowed(site: Site) -> None:
    with pytest.raises(SecurityError, match=r"Executable not allowed: 'python3'.*allowed_commands"):
        rules(site).check("python3")


@pytest.mark.parametrize("name", ["", "../ls", "ls;rm", "ls|rm", "ls&", "`ls`", "$SHELL", "l\0s"])
def test_what_is_no_name_is_refused(site: Site, name: str) -> None:
    with pytest.raises(ValidationError):
        rules(site).check(name)


def test_a_missing_program_is_said_to_be_missing(site: Site) -> None:
    with pytest.raises(ValidationError, match="not found on PATH"):
        rules(site, allowed_commands=["no-such-program"]).check("no-such-program")


def test_a_program_that_a_spell_could_have_written_does_not_run(site: Site) -> None:
    own = program(site.cwd / "bin" / "ls")
    commands = rules(site)
    site.environ["PATH"] = f"{own.parent}:.:{os.environ['PATH']}"
    assert commands.check("ls").executable != str(own)
    with pytest.raises(SecurityError, match="Executable not allowed"):
        commands.check(str(own))


def test_a_path_that_the_user_named_runs(site: Site) -> None:
    own = str(program(site.outside / "tool"))
    assert rules(site, allowed_commands=[own]).check(own).executable == own


def test_an_allowed_name_that_is_a_refused_program_is_refused(site: Site) -> None:
    target = program(site.outside / "rm")
    link = site.outside / "bin" / "cat"
    link.parent.mkdir()
    link.symlink_to(target)
    commands = rules(site)
    site.environ["PATH"] = str(link.parent)
    with pytest.raises(SecurityError, match="Command blocked: 'cat' is the refused program 'rm'"):
        commands.check("cat")


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("find", "-exec"),
        ("find", "-okdir"),
        ("sort", "--compress-program=sh"),
        ("sort", "--comp=x"),
    ],
)
def test_arguments_that_start_another_program_are_refused(
    site: Site, name: str, argument: str
) -> None:
    with pytest.raises(SecurityError, match=r"Command blocked: .*would start a program"):
        rules(site).check(name, [argument])


def test_arguments_have_limits(site: Site) -> None:
    for arguments in (["x"] * 1001, ["x" * 200_000], ["a\0b"]):
        with pytest.raises(ValidationError):
            rules(site).check("echo", arguments)


def test_the_configuration_names_what_runs(site: Site) -> None:
    commands = rules(site, allowed_commands=["rm", "ls"], blocked_commands=["ls"])
    assert commands.check("rm").name == "rm"
    with pytest.raises(SecurityError, match="Command blocked"):
        commands.check("ls")
    with pytest.raises(SecurityError, match="Executable not allowed"):
        commands.check("echo")


def test_nothing_runs_where_it_is_switched_off(site: Site) -> None:
    for commands in (rules(site, "safe"), rules(site, allow_process_execution=False)):
        with pytest.raises(SecurityError, match="Command blocked"):
            commands.check("echo")


def test_processes_that_are_not_allowed_are_no_commands(site: Site) -> None:
    with pytest.raises(SecurityError, match="allow_process_spawn"):
        site.policy(None, Permissions(processes=False)).commands.check("echo")


def test_trusted_runs_everything_but_what_the_user_blocked(site: Site) -> None:
    site.environ["PATH"] = os.environ["PATH"]
    assert site.policy("trusted").commands.check("rm").name == "rm"
    own = Permissions(level="trusted", tools=ToolSettings({"system": {"blocked_commands": ["rm"]}}))
    with pytest.raises(SecurityError, match="Command blocked"):
        site.policy(None, own).commands.check("rm")


def test_an_untrusted_project_only_narrows(site: Site) -> None:
    site.environ["PATH"] = os.environ["PATH"]
    within = ({"system": {"allowed_commands": ["rm", "ls"], "blocked_commands": ["cat"]}},)
    commands = site.policy(None, Permissions(tools=ToolSettings({}, within))).commands
    commands.check("ls")
    for name in ("rm", "cat", "echo"):
        with pytest.raises(SecurityError):
            commands.check(name)


def test_a_program_gets_no_secrets(site: Site) -> None:
    site.environ.update({"OPENAI_API_KEY": "sk", "LANG": "C", "OTHER": "x"})
    found = rules(site).environment({"NAME": "value"})
    assert found["LANG"] == "C"
    assert found["NAME"] == "value"
    assert not {"OPENAI_API_KEY", "OTHER"} & set(found)


@pytest.mark.parametrize("name", ["LD_PRELOAD", "PYTHONPATH", "BASH_ENV", "GIT_SSH_COMMAND", "IFS"])
def test_variables_that_load_code_are_refused(site: Site, name: str) -> None:
    with pytest.raises(SecurityError, match="Command blocked"):
        rules(site).environment({name: "x"})


def test_the_path_of_a_program_has_no_folder_of_the_spell(site: Site) -> None:
    commands = rules(site)
    site.environ["PATH"] = f"{site.cwd}/bin:relative:/usr/bin"
    assert commands.environment()["PATH"] == "/usr/bin"


def test_a_program_of_a_tool_needs_not_be_listed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = program(site.outside / "bin" / "mine")
    monkeypatch.setenv("PATH", str(own.parent))
    assert rules(site).own("mine", ["-x"]).executable == str(own)
    with pytest.raises(SecurityError, match="Executable not allowed"):
        rules(site).check("mine")


def test_a_program_of_a_tool_does_not_run_where_the_user_forbids_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = program(site.outside / "bin" / "mine")
    monkeypatch.setenv("PATH", str(own.parent))
    for system in ({"blocked_commands": ["mine"]}, {"allow_process_execution": False}):
        with pytest.raises(SecurityError, match="Command blocked"):
            rules(site, **system).own("mine", [])
