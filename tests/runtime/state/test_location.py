"""Where the state file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmspell.errors import ConfigError
from llmspell.state import default_path, open_store


def test_a_project_keeps_its_state_in_its_own_folder(tmp_path: Path) -> None:
    assert default_path(tmp_path, tmp_path / "sub", {}) == tmp_path / ".llmspell" / "state.db"


def test_a_script_without_project_has_its_state_in_the_state_directory(tmp_path: Path) -> None:
    path = default_path(None, tmp_path / "my spells!", {"XDG_STATE_HOME": "/xdg"})
    assert path.parent.parent == Path("/xdg/llmspell/state")
    assert path.parent.name.startswith("my-spells--")
    assert path.name == "state.db"


def test_folders_of_the_same_name_have_different_state(tmp_path: Path) -> None:
    environ = {"HOME": "/home/u"}
    one = default_path(None, tmp_path / "a" / "spells", environ)
    other = default_path(None, tmp_path / "b" / "spells", environ)
    assert one != other
    assert one == default_path(None, tmp_path / "c" / ".." / "a" / "spells", environ)
    assert one.is_relative_to("/home/u/.local/state/llmspell/state")


def test_a_relative_state_directory_is_ignored(tmp_path: Path) -> None:
    path = default_path(None, tmp_path, {"XDG_STATE_HOME": "here", "HOME": "/home/u"})
    assert path.is_relative_to("/home/u/.local/state")


def test_without_a_script_the_working_directory_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_path(None, None, {}) == default_path(None, tmp_path, {})


def test_opening_a_store_touches_no_file(tmp_path: Path) -> None:
    open_store("sqlite", tmp_path / "folder" / "state.db").close()
    assert list(tmp_path.iterdir()) == []


def test_the_memory_backend_needs_no_path() -> None:
    with open_store("memory", None, max_value_bytes=5) as store:
        assert store.backend_type == "memory"
        assert store.max_value_bytes == 5


@pytest.mark.parametrize(("backend", "path"), [("rocksdb", Path("x")), ("sqlite", None)])
def test_an_unknown_backend_and_a_missing_path_are_refused(backend: str, path: Path | None) -> None:
    with pytest.raises(ConfigError, match="sqlite"):
        open_store(backend, path)
