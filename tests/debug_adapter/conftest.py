"""Spells on disk and adapters in processes of their own, all ended after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.debug_adapter.client import Spell
from tests.debug_adapter.connections import OverStdio
from tests.debug_adapter.in_process import InProcess

MakeSpell = Callable[..., Spell]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project's folder."""
    project = tmp_path / "project"
    project.mkdir()
    return project


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Variables that keep a test from the user's own files."""
    home, runtime = tmp_path / "home", tmp_path / "run"
    home.mkdir()
    runtime.mkdir(mode=0o700)
    return {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "XDG_STATE_HOME": ""}


@pytest.fixture
def spell(folder: Path) -> MakeSpell:
    """Writes spells."""

    def make(text: str, name: str = "spell.lua") -> Spell:
        return Spell(folder / name, text)

    return make


@pytest.fixture
def adapters(folder: Path, environ: dict[str, str]) -> Iterator[Callable[..., OverStdio]]:
    """Starts adapters; afterwards none is left, and every message was as the schema says."""
    started: list[OverStdio] = []

    def start(*options: str) -> OverStdio:
        started.append(OverStdio(folder, environ, options))
        return started[-1]

    yield start
    faults = []
    for client in started:
        if client.process.poll() is None:
            client.process.kill()
        client.process.wait()
        for pipe in (client.process.stdin, client.process.stdout):
            assert pipe is not None
            with suppress(OSError):  # flushing to a process that has gone
                pipe.close()
        faults += client.faults
    assert not faults, "\n".join(faults)


@pytest.fixture
def adapter(adapters: Callable[..., OverStdio]) -> OverStdio:
    """An adapter over standard input and output."""
    return adapters()


@pytest.fixture
def client(
    folder: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[InProcess]:
    """A client of a session in this process."""
    monkeypatch.chdir(folder)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    it = InProcess()
    yield it
    it.close()
