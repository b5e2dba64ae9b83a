"""Programs that work have no errors, and our own examples not even a hint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from llmspell_server.analysis.checks.catalogue import CODES
from llmspell_server.analysis.checks.checker import Checker
from llmspell_server.world import SessionWorld
from tests.server.corpora import lua_files_of
from tests.server.places import COMPILE, document

ROOT = Path(__file__).parents[3]


@pytest.mark.slow
@pytest.mark.parametrize("package", ["lua-penlight", "luarocks", "neovim-runtime", "prosody"])
def test_nothing_in_working_programs_is_an_error(package: str) -> None:
    documents = {}
    for number, path in enumerate(lua_files_of(package)):
        name = f"{number}__{path.stem}"
        documents[f"file:///work/{number}/{path.stem}.lua"] = document(
            path.read_bytes().decode("utf-8", "replace"), name
        )
    checker = Checker(SessionWorld(lambda: documents, COMPILE).inference())
    wrong = [
        (uri, placed.finding)
        for uri in documents
        for placed in checker.findings(uri)
        if CODES[placed.code].severity == "error"
    ]
    assert wrong == []


@pytest.mark.slow
def test_our_examples_have_no_diagnostics() -> None:
    command = [sys.executable, "-m", "llmspell.cli.main", "check", "--format", "json", "examples"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["problems"] == []
    assert report["files"] > 0
