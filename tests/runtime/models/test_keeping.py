"""Models of this machine are listed without what nobody needs for it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmspell.models.ollama.server import address, is_away

PROGRAM = """
import sys
from llmspell import Runtime
from llmspell.models.keeping import KeptModels
from llmspell.models.model import wait_for

with Runtime(environ={"HOME": sys.argv[1], "OLLAMA_HOST": sys.argv[2]}) as runtime:
    kept = KeptModels(runtime.models)
    assert wait_for(kept.listed()) == []
    print(wait_for(kept.health("ollama")).reason)
    print(*sorted({"ollama", "httpx", "llama_cpp"} & {*sys.modules}))
"""


@pytest.fixture
def port() -> Iterator[int]:
    """One on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_where_no_ollama_listens_its_client_is_not_imported(tmp_path: Path, port: int) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path), f"127.0.0.1:{port}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    reason, imported = done.stdout.splitlines()
    assert reason.startswith(f"Ollama does not answer at http://127.0.0.1:{port}; ")
    assert imported == "", done.stderr


def test_somebody_who_listens_is_there_and_of_other_machines_nothing_is_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not is_away(f"http://127.0.0.1:{server.getsockname()[1]}")
    assert not is_away("http://box.invalid:1")


@pytest.mark.parametrize(
    ("written", "url"),
    [
        (None, "http://localhost:11434"),
        ("box", "http://box:11434"),
        (":1234", "http://127.0.0.1:1234"),
        ("[::1]:5", "http://[::1]:5"),
        ("box/ollama/", "http://box:11434/ollama"),
        ("https://box/ollama/", "https://box/ollama"),
    ],
)
def test_an_address_may_be_written_in_short(written: str | None, url: str) -> None:
    assert address(written) == url
