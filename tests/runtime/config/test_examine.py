"""What is wrong with a file that is being written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmspell.config.examine import examine
from llmspell.config.load import load_config
from llmspell.errors import ConfigError


@pytest.mark.parametrize(
    "text",
    [
        "default_engine = 'lau'\n",
        "[debug]\nlevel = 'wran'\n",
        "[tools.media]\nmax_file_size = -1\n",
    ],
)
def test_a_violation_is_what_loading_says(text: str, tmp_path: Path) -> None:
    import tomllib

    path = tmp_path / "llmspell.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_config(path, cwd=tmp_path, environ={})
    found = examine(tomllib.loads(text), {})
    assert str(raised.value).splitlines() == [str(each) for each in found.violations]


def test_every_profile_is_tried() -> None:
    table: dict[str, Any] = {
        "profiles": {"good": {}, "bad": {"debug": {"level": "wran"}}, "lost": {"extends": "none"}}
    }
    found = examine(table, {})
    assert [each.key for each in found.violations] == ["profiles.bad.debug.level", "profiles.lost"]


def test_a_file_that_is_extended_counts() -> None:
    table = {"providers": {"default_provider": "mine"}}
    assert examine(table, {}).violations
    below = {"providers": {"mine": {"provider_type": "ollama"}}}
    assert not examine(table, {}, below=below).violations


def test_folders_are_looked_for_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    table = {"tools": {"file_operations": {"allowed_paths": ["data", "none"]}}}
    notes = [str(each) for each in examine(table, {}, folder=str(tmp_path)).notes]
    missing = [each for each in notes if "does not exist" in each]
    assert len(missing) == 1 and "none" in missing[0]
