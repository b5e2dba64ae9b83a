"""In programs that work only what we believe is found; in our own examples not even a hint."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.server.corpora import unpacked

from .accepted import ABOUT_SPELLS, ACCEPTED

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.parametrize("package", ACCEPTED)
def test_nothing_but_what_is_believed_is_found_in_working_programs(package: str) -> None:
    folder = unpacked(package)
    if folder is None:
        pytest.skip(f"the Debian package {package} cannot be fetched")
    problems = _report(folder, ".")["problems"]
    assert [each for each in problems if each["severity"] == "error"] == []
    found = Counter(each["code"] for each in problems if each["code"] not in ABOUT_SPELLS)
    assert found == {code: count for code, (count, _) in ACCEPTED[package].items()}


@pytest.mark.slow
def test_our_examples_have_no_diagnostics() -> None:
    report = _report(ROOT, "examples")
    assert report["problems"] == []
    assert report["files"] > 0


def _report(folder: Path, path: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "llmspell.cli.main", "check", "--format", "json", path]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    return report
