"""From a configuration to permissions: who may widen, and who only narrows."""

from pathlib import Path

import pytest

from llmspell.config import discovery
from llmspell.config.load import LoadedConfig, load_config
from llmspell.config.schema.root import LEVELS as SCHEMA_LEVELS
from llmspell.config.trust import trust
from llmspell.errors import SecurityError
from llmspell.security.permissions import permissions_from
from llmspell.security.policy import LEVELS, Permissions, Policy
from tests.runtime.security.conftest import Site


@pytest.fixture(autouse=True)
def no_system_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "SYSTEM_FILE", str(tmp_path / "no.toml"))


def load(site: Site, text: str | None = None, *, named: bool = False) -> LoadedConfig:
    path = site.cwd / "llmspell.toml"
    if text is not None:
        path.write_text(text)
    return load_config(path if named else None, cwd=site.cwd, environ=site.environ)


def permissions(site: Site, loaded: LoadedConfig) -> Permissions:
    return permissions_from(loaded, cwd=str(site.cwd), environ=site.environ)[0]


def policy(site: Site, loaded: LoadedConfig, level: str | None = None) -> Policy:
    return site.policy(level, permissions(site, loaded))


WIDE = """
[security]
level = "trusted"
"""

GENEROUS = """
[runtime.security]
allow_process_spawn = true
[tools.file_operations]
allowed_paths = ["*"]
[tools.system]
allowed_env_vars = ["A_TOKEN"]
"""


def test_policy_and_schema_know_the_same_levels() -> None:
    assert LEVELS == SCHEMA_LEVELS


def test_without_a_file_the_profile_decides(site: Site) -> None:
    loaded = load(site)
    assert policy(site, loaded).level == "standard"
    assert not policy(site, loaded).allow_processes


def test_a_named_file_widens(site: Site) -> None:
    assert policy(site, load(site, WIDE, named=True)).level == "trusted"
    generous = policy(site, load(site, GENEROUS, named=True))
    site.environ["A_TOKEN"] = "t"
    assert generous.allow_processes
    assert generous.check_path("/etc/passwd", "read")
    assert generous.getenv("A_TOKEN") == "t"


def test_the_users_file_widens(site: Site) -> None:
    folder = site.home / ".llmspell"
    folder.mkdir()
    (folder / "config.toml").write_text(WIDE)
    assert policy(site, load(site)).level == "trusted"


def test_the_environment_widens(site: Site) -> None:
    site.environ["LLMSPELL_ALLOW_PROCESS_SPAWN"] = "true"
    assert policy(site, load(site)).allow_processes


def test_a_projects_file_does_not_widen(site: Site) -> None:
    site.environ["A_TOKEN"] = "t"
    loaded = load(site, WIDE + GENEROUS)
    held = policy(site, loaded)
    assert held.level == "standard"
    assert not held.allow_processes
    assert held.getenv("A_TOKEN") is None
    with pytest.raises(SecurityError):
        held.check_path("/etc/passwd", "read")
    ignored = {note.key for note in loaded.notes}
    assert ignored == {
        "security.level",
        "runtime.security.allow_process_spawn",
        "tools.file_operations.allowed_paths",
        "tools.system.allowed_env_vars",
    }


def test_a_projects_file_widens_once_trusted(site: Site) -> None:
    load(site, WIDE)
    trust(site.cwd / "llmspell.toml", site.environ)
    assert policy(site, load(site)).level == "trusted"


def test_a_projects_file_narrows(site: Site) -> None:
    text = (
        "[runtime.security]\nallow_network_access = false\n"
        "[tools.file_operations]\nallowed_paths = ['data']"
    )
    held = policy(site, load(site, text))
    assert not held.allow_network
    assert held.check_path("data/x", "write")
    with pytest.raises(SecurityError):
        held.check_path("file.txt", "read")


def test_a_projects_file_lowers_the_level(site: Site) -> None:
    assert policy(site, load(site, "[security]\nlevel = 'safe'")).level == "safe"


def test_a_project_narrows_what_the_user_allowed(site: Site) -> None:
    folder = site.home / ".llmspell"
    folder.mkdir()
    (folder / "config.toml").write_text(GENEROUS + WIDE)
    site.environ["LLMSPELL_CONFIG_LAYERED"] = "true"
    text = (
        "[security]\nlevel = 'standard'\n"
        "[runtime.security]\nallow_process_spawn = false\n"
        f"[tools.file_operations]\nallowed_paths = ['{site.outside}']"
    )
    held = policy(site, load(site, text))
    assert (held.level, held.allow_processes) == ("standard", False)
    assert held.check_path(str(site.outside / "x"), "write")
    with pytest.raises(SecurityError):
        held.check_path("file.txt", "read")


def test_the_users_level_wins_over_an_engine_level_elsewhere(site: Site) -> None:
    folder = site.home / ".llmspell"
    folder.mkdir()
    (folder / "config.toml").write_text("[security]\nlevel = 'safe'")
    site.environ["LLMSPELL_CONFIG_LAYERED"] = "true"
    loaded = load(site, "[engines.lua]\nsecurity_level = 'Unrestricted'", named=True)
    assert policy(site, loaded).level == "safe"


def test_a_folder_outside_the_profile_is_noted(site: Site) -> None:
    # A project found above the working directory: its folder is its own, but not the profile's.
    below = site.cwd / "src"
    below.mkdir()
    (site.cwd / "llmspell.toml").write_text("[tools.file_operations]\nallowed_paths = ['other']")
    loaded = load_config(cwd=below, environ=site.environ)
    held, notes = permissions_from(loaded, cwd=str(below), environ=site.environ)
    assert held.only_within == ((str(site.cwd / "other"),),)
    assert [note.key for note in notes] == ["tools.file_operations.allowed_paths"]


@pytest.mark.parametrize(
    ("engine", "level"),
    [("Safe", "standard"), ("Privileged", "standard"), ("Unrestricted", "trusted")],
)
def test_documented_levels(site: Site, engine: str, level: str) -> None:
    text = f"[engines.lua]\nsecurity_level = '{engine}'"
    assert policy(site, load(site, text, named=True)).level == level


def test_the_level_wins_over_the_engines(site: Site) -> None:
    text = "[engines.lua]\nsecurity_level = 'Unrestricted'\n[security]\nlevel = 'safe'"
    assert policy(site, load(site, text, named=True)).level == "safe"


@pytest.mark.parametrize(("value", "answer"), [("true", None), ("false", False)])
def test_file_access(site: Site, value: str, answer: bool | None) -> None:
    text = f"[runtime.security]\nallow_file_access = {value}"
    assert permissions(site, load(site, text, named=True)).files is answer


def test_an_explicit_level_wins_over_a_projects_file(site: Site) -> None:
    loaded = load(site, "[security]\nlevel = 'safe'")
    assert policy(site, loaded, "standard").level == "standard"
