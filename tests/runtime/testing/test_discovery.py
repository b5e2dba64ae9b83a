"""Which files are taken for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.errors import ValidationError
from llmspell.testing.discovery import is_test
from llmspell.testing.discovery import test_files as files_below
from llmspell_server.library import load_api


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "main.lua",
        "main_test.lua",
        "test_other.lua",
        "deep/er/x_test.lua",
        "tests/plain.lua",
        "tests/lib/spell.lua",
        "tests/notes.txt",
        ".hidden/y_test.lua",
        "node_modules/z_test.lua",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path


def test_tests_are_known_by_their_names_and_by_the_folder_tests(here: Path) -> None:
    found = [str(path) for path in files_below([])]
    assert found == ["main_test.lua", "test_other.lua", "deep/er/x_test.lua", "tests/plain.lua"]


def test_a_file_that_is_named_is_a_test(here: Path) -> None:
    assert files_below(["tests/lib/spell.lua"]) == [Path("tests/lib/spell.lua")]


def test_a_file_that_is_named_twice_is_run_once(here: Path) -> None:
    assert files_below(["tests", "tests/plain.lua"]) == [Path("tests/plain.lua")]


def test_a_path_that_is_not_there_is_an_error(here: Path) -> None:
    with pytest.raises(ValidationError, match="there is no file or folder 'nowhere'"):
        files_below(["nowhere"])


def test_editors_are_told_of_all_of_them_and_of_what_lies_below_tests(here: Path) -> None:
    api = load_api().elsewhere["Test"]
    for path in here.rglob("*.lua"):
        assert api.has(path.as_posix()) == (is_test(path) or "tests" in path.parts), path
