from pathlib import Path

import pytest

from llmspell.config.discovery import (
    SYSTEM_FILE,
    UNPREFIXED_VARIABLES,
    anything_configured,
    candidates,
    endings,
    find_config,
)
from llmspell.config.environment import REGISTRY
from llmspell.errors import ConfigError
from tests.runtime.config.conftest import Desk


def test_nothing_configured(desk: Desk) -> None:
    assert find_config(None, desk.project, desk.environ) is None
    assert not anything_configured(desk.project, desk.environ)


@pytest.mark.parametrize(
    "name", ["llmspell.toml", ".llmspell.toml", "config/llmspell.toml", ".config/llmspell.toml"]
)
def test_project_names(desk: Desk, name: str) -> None:
    path = desk.write("", name)
    assert find_config(None, desk.project, desk.environ) == path
    assert anything_configured(desk.project, desk.environ)


def test_every_place_ends_as_a_configuration_does(desk: Desk) -> None:
    paths = [Path(each.path).as_posix() for each in candidates(desk.project, desk.environ)]
    assert [path for path in paths if not path.endswith(endings())] == []
    assert not "/elsewhere/config.toml".endswith(endings())


def test_project_wins_over_user(desk: Desk) -> None:
    desk.write_user("")
    path = desk.write("", ".config/llmspell.toml")
    assert find_config(None, desk.project, desk.environ) == path


def test_a_folder_above_holds_the_project(desk: Desk) -> None:
    path = desk.write("")
    below = desk.project / "src" / "deep"
    below.mkdir(parents=True)
    assert find_config(None, below, desk.environ) == path


def test_only_the_plain_name_counts_above(desk: Desk) -> None:
    desk.write("", ".llmspell.toml")
    below = desk.project / "src"
    below.mkdir()
    assert find_config(None, below, desk.environ) is None


def test_the_search_upwards_stops_below_home(desk: Desk) -> None:
    (desk.home / "llmspell.toml").write_text("")
    assert find_config(None, desk.project, desk.environ) is None


def test_files_in_home_belong_to_the_user_even_when_working_there(desk: Desk) -> None:
    origins = {c.path: c.origin for c in candidates(desk.home, desk.environ)}
    assert origins[str(desk.home / ".llmspell.toml")] == "user"
    assert origins[str(desk.home / "llmspell.toml")] == "project"


def test_order_of_the_users_files(desk: Desk) -> None:
    environ = desk.environ | {"XDG_CONFIG_HOME": str(desk.home / "xdg")}
    found = [c.path for c in candidates(desk.project, environ) if c.origin == "user"]
    assert [str(Path(p).relative_to(desk.home)) for p in found] == [
        ".llmspell/config.toml",
        ".llmspell.toml",
        ".config/llmspell.toml",
        "xdg/llmspell/config.toml",
        ".config/llmspell/config.toml",
    ]


def test_the_system_comes_last(desk: Desk) -> None:
    desk.system.parent.mkdir()
    desk.system.write_text("")
    assert candidates(desk.project, desk.environ)[-1].path == str(desk.system)
    assert find_config(None, desk.project, desk.environ) == desk.system
    assert SYSTEM_FILE == "/etc/llmspell/config.toml"


def test_a_directory_with_the_name_is_passed_over(desk: Desk) -> None:
    (desk.project / "llmspell.toml").mkdir()
    assert find_config(None, desk.project, desk.environ) is None


def test_explicit_wins(desk: Desk) -> None:
    desk.write("")
    named = desk.write("", "other.toml")
    assert find_config("other.toml", desk.project, desk.environ) == named
    assert find_config(named, desk.home, desk.environ) == named


def test_the_variable_names_a_file(desk: Desk) -> None:
    named = desk.write("", "other.toml")
    environ = desk.environ | {"LLMSPELL_CONFIG": "~/work/project/other.toml"}
    assert find_config(None, desk.home, environ) == named


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_named_file_must_exist(desk: Desk, by_variable: bool) -> None:
    desk.write("")
    environ = desk.environ | ({"LLMSPELL_CONFIG": "no.toml"} if by_variable else {})
    with pytest.raises(ConfigError, match=r"^Configuration file not found: no\.toml$"):
        find_config(None if by_variable else "no.toml", desk.project, environ)


def test_a_variable_configures(desk: Desk) -> None:
    assert anything_configured(desk.project, desk.environ | {"LLMSPELL_ANYTHING": "x"})


@pytest.mark.parametrize("name", UNPREFIXED_VARIABLES)
def test_a_key_alone_is_no_reason_to_load_the_schema(desk: Desk, name: str) -> None:
    assert not anything_configured(desk.project, desk.environ | {name: "x"})


def test_unprefixed_variables_are_those_of_the_registry() -> None:
    bare = {v.name for v in REGISTRY if not v.name.startswith("LLMSPELL_")}
    assert bare == set(UNPREFIXED_VARIABLES)
