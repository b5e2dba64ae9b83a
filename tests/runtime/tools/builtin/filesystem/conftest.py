"""Tools that may use one folder, beside which there is another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.tools.service import Tools


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """The working directory, which is the folder that may be used."""
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder that may not be used, whose name begins like the allowed one's."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "secret.txt").write_text("secret")
    return tmp_path / "inner"


@pytest.fixture
def narrow(
    make_runtime: Callable[..., Runtime],
    inside: Path,
    outside: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], Tools]:
    """Makes tools that may use `inside` only. settings: more of `[tools.file_operations]`."""
    monkeypatch.chdir(inside)

    def make(settings: str = "", **options: Any) -> Tools:
        head = f'[tools.file_operations]\nallowed_paths = ["{inside}"]\n'
        return make_runtime(head + settings, **options).tools

    return make


@pytest.fixture
def confined(narrow: Callable[[str], Tools]) -> Tools:
    """Tools that may use `inside` only."""
    return narrow("")
