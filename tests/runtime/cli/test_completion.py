"""Shell completion: the scripts, where they go, and what is offered."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.runtime.cli.conftest import BIN, Shell


def offered(shell: Shell, line: str) -> list[str]:
    """What bash would offer at the end of a line, without the types."""
    words = line.split(" ")
    variable = f"_{words[0].upper().replace('-', '_')}_COMPLETE"
    shell.environ |= {
        variable: "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    answer = shell(words[0]).ok()
    del shell.environ[variable]
    return answer.split()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("llmspell co", ["plain,config", "plain,completion"]),
        ("llmspell state sh", ["plain,show"]),
        ("llmspell run --security s", ["plain,safe", "plain,standard"]),
        ("llmspell run --output ", ["plain,text", "plain,json", "plain,pretty"]),
        ("llmspell --trace de", ["plain,debug"]),
        ("llmspell-run --security t", ["plain,trusted"]),
        ("llmspell run --tim", ["plain,--timeout"]),
        ("llmspell completion ", ["plain,bash", "plain,zsh", "plain,fish"]),
        ("llmspell config show pro", ["plain,providers"]),
    ],
)
def test_candidates(shell: Shell, line: str, wanted: list[str]) -> None:
    assert offered(shell, line) == wanted


@pytest.mark.parametrize(
    "line", ["llmspell run x", "llmspell-run x", "llmspell -c x", "llmspell state import x"]
)
def test_files(shell: Shell, line: str) -> None:
    assert offered(shell, line) == ["file,x"]


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_scripts_are_for_both_programs(shell: Shell, name: str) -> None:
    said = shell("llmspell", "completion", name).ok()
    assert "_LLMSPELL_COMPLETE=" in said
    assert "_LLMSPELL_RUN_COMPLETE=" in said


@pytest.mark.parametrize(
    ("name", "places"),
    [
        (
            "bash",
            [
                "data/bash-completion/completions/llmspell",
                "data/bash-completion/completions/llmspell-run",
            ],
        ),
        ("zsh", ["data/zsh/site-functions/_llmspell", "data/zsh/site-functions/_llmspell-run"]),
        (
            "fish",
            ["config/fish/completions/llmspell.fish", "config/fish/completions/llmspell-run.fish"],
        ),
    ],
)
def test_install_says_where_and_can_be_repeated(shell: Shell, name: str, places: list[str]) -> None:
    said = shell("llmspell", "completion", name, "--install").ok()
    for place in places:
        assert f"✓ Wrote {shell.home / place}\n" in said
        assert (shell.home / place).read_text()
    assert shell("llmspell", "completion", name, "--install").ok().count("Already up to date") == 2


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_accepts_the_script(shell: Shell) -> None:
    script = shell("llmspell", "completion", "bash").ok() + "\ncomplete -p llmspell llmspell-run\n"
    done = subprocess.run(
        ["bash"], input=script, env=shell.environ, capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.count("complete -o nosort -F") == 2
    assert BIN.exists()


def test_unknown_shell(shell: Shell) -> None:
    assert shell("llmspell", "completion", "tcsh").code == 2
