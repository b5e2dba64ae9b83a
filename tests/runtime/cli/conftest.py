"""A shell of the test's own: real processes, and a home that is not the user's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

BIN = Path(sys.executable).parent
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")


class Ended:
    """A process that has ended."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code = code
        self.out_bytes = out
        self.out = out.decode("utf-8", "replace")
        self.err = err.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The document on stdout; there must be exactly one."""
        return json.loads(self.out)

    def ok(self) -> str:
        """Its output, when it succeeded."""
        assert self.code == 0, (self.code, self.out, self.err)
        return self.out

    def failed(self, code: int) -> str:
        """What it says of its failure."""
        assert self.code == code, (self.code, self.out, self.err)
        return self.err


class Shell:
    """Runs commands in a folder, with an environment of the test's own."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self._started: list[subprocess.Popen[bytes]] = []
        self.environ = {name: os.environ[name] for name in _KEPT if name in os.environ}
        # Coverage of the processes, where it is measured.
        self.environ |= {k: v for k, v in os.environ.items() if k.startswith("COVERAGE_")}
        self.environ |= {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "XDG_DATA_HOME": str(home / "data"),
            "TERM": "xterm",
        }

    def write(self, name: str, text: str | bytes) -> Path:
        """Writes a file into the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def start(self, program: str, *words: str | Path, **options: Any) -> subprocess.Popen[bytes]:
        """Starts a program of this installation."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(
            [BIN / program, *words], cwd=self.folder, env=self.environ, **{**pipes, **options}
        )
        self._started.append(process)
        return process

    def clean_up(self) -> None:
        """Ends what still runs."""
        for process in self._started:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def __call__(self, program: str, *words: str | Path, stdin: str | bytes = b"") -> Ended:
        """Runs a program to its end."""
        given = stdin if isinstance(stdin, bytes) else stdin.encode()
        process = self.start(program, *words)
        out, err = process.communicate(given, timeout=60)
        return Ended(process.returncode, out, err)

    def run(self, code: str | bytes, *words: str) -> Ended:
        """Runs code as a script with `llmspell-run`; words before `--` are options."""
        script = self.write("spell.lua", code)
        split = words.index("--") if "--" in words else len(words)
        return self("llmspell-run", *words[:split], script, *words[split:])


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """A shell in an empty folder."""
    folder, home = tmp_path / "work", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    made = Shell(folder, home)
    yield made
    made.clean_up()


@pytest.fixture
def terminal(shell: Shell) -> Iterator[Callable[..., pexpect.spawn[str]]]:
    """Starts programs in a pseudo-terminal."""
    started: list[pexpect.spawn[str]] = []

    def spawn(program: str, *words: str) -> pexpect.spawn[str]:
        child = pexpect.spawn(
            str(BIN / program),
            list(words),
            cwd=str(shell.folder),
            # No terminal stands behind the other end to answer where the cursor is.
            env={**shell.environ, "PROMPT_TOOLKIT_NO_CPR": "1"},
            encoding="utf-8",
            dimensions=(40, 120),
            timeout=60,
        )
        started.append(child)
        return child

    yield spawn
    for child in started:
        child.close(force=True)
