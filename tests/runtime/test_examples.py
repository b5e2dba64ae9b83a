"""Every example runs, headless and offline, and prints something."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(
    path.relative_to(ROOT) for path in (ROOT / "examples").rglob("*.lua") if "lib" not in path.parts
)


def test_there_are_examples_for_what_exists() -> None:
    assert {path.parts[1] for path in EXAMPLES} >= {"getting-started", "events", "debug", "modules"}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_it_runs(example: Path, tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("llmspell-run")), str(example)]
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stderr == ""


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_it_says_what_it_is_for(example: Path) -> None:
    head = (ROOT / example).read_text().split("\n")[:2]
    assert any(line.startswith("-- Purpose: ") for line in head)
