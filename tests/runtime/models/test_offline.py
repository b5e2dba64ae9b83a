"""Offline, a local model answers, and nothing is connected to beyond this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_model import FOLDER
from tests.runtime.conftest import MakeProject

GUARD = """
import os, sys

LOOPBACK = ("127.", "::1", "localhost")

def watch(event, arguments):
    host = None
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    if isinstance(host, bytes):
        host = host.decode()
    if host is not None and not str(host).startswith(LOOPBACK):
        os.write(2, f"CONNECTED TO {host}".encode())
        os._exit(9)

sys.addaudithook(watch)
from llmspell.cli.run_main import main
main()
"""

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples" / "local-llm").glob("*.lua"))

SPELL = """
local agent = Agent.builder():model("openai/gpt-4o-mini"):temperature(0):max_tokens(4):build()
local answer = agent:execute("Say hello.")
print(answer.text, answer.metadata.provider, Provider.isAvailable("openai"))
"""


def _run(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "spell.lua").write_text(SPELL)
    model = next(FOLDER.glob("*.gguf")).stem
    (tmp_path / "llmspell.toml").write_text(
        f'[models]\nfallback = "local/{model}"\ndirectory = "{FOLDER}"\n'
        '[providers.openai]\napi_key = "sk-test"\nmax_retries = 0\n'
    )
    config = str(tmp_path / "llmspell.toml")
    return subprocess.run(
        [sys.executable, "-c", GUARD, "-c", config, *options, str(tmp_path / "spell.lua")],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
    )


def _without_network() -> list[str]:
    """What a command is run by in a network of its own, where there is nothing but loopback.

    It also covers what the interpreter does not see, such as llama.cpp; empty where the system does
    not let us make one.
    """
    inside = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    try:
        made = subprocess.run([*inside, "true"], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return inside if made.returncode == 0 else []


@pytest.mark.slow
@pytest.mark.usefixtures("real_model")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_of_models_connect_to_nothing_beyond_loopback(
    tmp_path: Path, example: Path
) -> None:
    done = subprocess.run(
        [*_without_network(), sys.executable, "-c", GUARD, "--offline", str(example)],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "LLMSPELL_MODELS_DIRECTORY": str(FOLDER)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


@pytest.mark.parametrize("spec", ["organisation/repository", "llama3.2@ollama"])
def test_offline_nothing_is_fetched(make_project: MakeProject, spec: str) -> None:
    error = make_project(offline=True).error(f"LocalLLM.pull('{spec}')")
    assert "connections beyond this machine are switched off" in error


@pytest.mark.slow
def test_offline_the_fallback_answers_and_nothing_is_connected(
    tmp_path: Path, real_model: str
) -> None:
    done = _run(tmp_path, "--offline")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Hello")
    assert done.stdout.split("\t")[1:] == ["local", "false\n"]
    assert done.stderr.count("answers instead of openai/gpt-4o-mini") == 1


def test_without_offline_the_network_is_asked(tmp_path: Path, real_model: str) -> None:
    done = _run(tmp_path)
    assert (done.returncode, "CONNECTED TO" in done.stderr) == (9, True), done.stderr
