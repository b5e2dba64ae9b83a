"""The table of threats in docs/security.md names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUNTIME = ROOT / "runtime" / "llmspell"
SOURCES = (RUNTIME / "security", RUNTIME, RUNTIME / "tools" / "builtin")
TESTS = (ROOT / "tests" / "runtime" / "security", ROOT)
BUILTIN_TESTS = ROOT / "tests" / "runtime" / "tools" / "builtin"
ROWS = [
    [cell.strip() for cell in line.strip().strip("|").split(" | ")]
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| Threat")
]


def missing(cell: str, folders: tuple[Path, ...]) -> list[str]:
    """What a cell names and is not there; a name may lie beside the one before it."""
    found, beside = [], ROOT
    for name in re.findall(r"`([^` ]+(?:\.py|/))`", cell):
        short = name.removeprefix("…/")
        places = (*folders, beside) if short == name else (BUILTIN_TESTS,)
        there = [place / short for place in places if (place / short).exists()]
        if there:
            beside = there[0].parent
        else:
            found.append(name)
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:60])
def test_each_threat_has_a_defence_and_tests_that_exist(row: list[str]) -> None:
    _, defence, tests = row
    assert missing(defence, SOURCES) + missing(tests, TESTS) == []
    assert re.search(r"`[^`]*(test_\w+\.py|/)`", tests)


def test_there_are_rows() -> None:
    assert len(ROWS) > 30
