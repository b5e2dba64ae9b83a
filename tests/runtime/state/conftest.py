"""Stores to test: every contract test runs on both backends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmspell.state import StateStore
from llmspell.state.memory import MemoryStore
from llmspell.state.sqlite import SqliteStore


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[StateStore]:
    made: StateStore
    if request.param == "memory":
        made = MemoryStore(clock=clock)
    else:
        made = SqliteStore(tmp_path / "state" / "state.db", clock=clock)
    with made:
        yield made


@pytest.fixture
def unprivileged(tmp_path: Path) -> Iterator[None]:
    """Run as a user whom file permissions bind; root is bound by none."""
    if os.geteuid() != 0:
        yield
        return
    folder = tmp_path
    while folder.stat().st_uid == 0 and folder != Path("/tmp"):
        folder.chmod(0o755)
        folder = folder.parent
    nobody = 65534
    os.chown(tmp_path, nobody, nobody)
    os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(0)
