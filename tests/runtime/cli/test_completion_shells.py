"""Completion in real shells: what stands on the line after a Tab."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import pexpect
import pytest
from watchfiles import watch

from tests.runtime.cli.conftest import BIN, Shell

START = {
    "bash": (["bash", "--norc", "--noprofile"], 'eval "$(llmspell completion bash)"'),
    "zsh": (["zsh", "-f"], 'autoload -Uz compinit; compinit -u; eval "$(llmspell completion zsh)"'),
    "fish": (["fish", "--no-config"], "llmspell completion fish | source"),
}


@pytest.fixture(params=sorted(START))
def line(request: pytest.FixtureRequest, shell: Shell) -> Iterator[Callable[[str], str]]:
    """Completes what is typed in a shell, and gives the words of the line as the shell has them."""
    words, load = START[request.param]
    if shutil.which(words[0]) is None:
        pytest.skip(f"NOT TESTED: {words[0]} is not installed")
    shell.write("show", '#!/bin/sh\nprintf "<%s>" "$@" >answer\n').chmod(0o755)
    environ = shell.environ | {"PATH": f"{BIN}:{shell.environ['PATH']}", "TERM": "dumb"}
    running = pexpect.spawn(
        words[0], words[1:], env=environ, cwd=str(shell.folder), encoding="utf-8", timeout=60
    )
    running.setecho(False)
    running.sendline(f"{load}; echo load''ed")
    running.expect("loaded")

    def completed(typed: str) -> str:
        # Afterwards the line becomes the arguments of a program, which says what they are.
        running.send(typed + "\t")
        running.send("END\x01./show \r")
        return _answer(shell)

    yield completed
    running.close(force=True)


def _answer(shell: Shell) -> str:
    path = shell.folder / "answer"
    for _ in watch(shell.folder, rust_timeout=100, yield_on_timeout=True):
        if path.exists() and path.read_text().endswith("END>"):
            break
    said = path.read_text()
    path.unlink()
    return said


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("llmspell tool info base64_", "<llmspell><tool><info><base64-encoder><END>"),
        (
            "llmspell tool invoke base64-encoder vari",
            "<llmspell><tool><invoke><base64-encoder><variant=END>",
        ),
        (
            "llmspell tool invoke base64-encoder variant=u",
            "<llmspell><tool><invoke><base64-encoder><variant=url-safe><END>",
        ),
        (
            "llmspell tool list --category fi",
            "<llmspell><tool><list><--category><filesystem><END>",
        ),
    ],
)
def test_a_tab_completes_names_and_parameters(
    line: Callable[[str], str], typed: str, words: str
) -> None:
    assert line(typed) == words


def test_a_value_is_completed_behind_an_option_and_its_sign(line: Callable[[str], str]) -> None:
    assert line("llmspell --output=js") == "<llmspell><--output=json><END>"
