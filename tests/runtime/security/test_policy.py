from pathlib import Path

import pytest

from llmspell.errors import SecurityError
from llmspell.security.policy import EVERYWHERE, Permissions, looks_secret, policy_for
from tests.runtime.security.conftest import Site

# --- paths under the profiles


def test_standard_is_the_default(site: Site) -> None:
    assert site.policy().level == "standard"


@pytest.mark.parametrize("place", ["cwd", "script", "temporary"])
@pytest.mark.parametrize("mode", ["read", "write"])
def test_standard_allows_three_places(site: Site, place: str, mode: str) -> None:
    path = getattr(site, place) / "file.txt"
    assert site.policy().check_path(str(path), mode) == str(path)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["read", "write"])
def test_standard_refuses_the_rest(site: Site, mode: str) -> None:
    path = str(site.outside / "file.txt")
    with pytest.raises(SecurityError) as caught:
        site.policy().check_path(path, mode)  # type: ignore[arg-type]
    sentence = str(caught.value)
    assert sentence.startswith(f"Path not allowed: '{path}'")
    assert "tools.file_operations.allowed_paths" in sentence
    assert "--security trusted" in sentence


def test_safe_reads_the_scripts_folder(site: Site) -> None:
    path = str(site.script / "file.txt")
    assert site.policy("safe").check_path(path, "read") == path


@pytest.mark.parametrize("place", ["cwd", "temporary", "outside"])
def test_safe_reads_nothing_else(site: Site, place: str) -> None:
    with pytest.raises(SecurityError):
        site.policy("safe").check_path(str(getattr(site, place) / "file.txt"), "read")


@pytest.mark.parametrize("place", ["cwd", "script", "temporary", "outside"])
def test_safe_writes_nothing(site: Site, place: str) -> None:
    with pytest.raises(SecurityError, match="allows no writing"):
        site.policy("safe").check_path(str(getattr(site, place) / "new"), "write")


def test_trusted_allows_everything(site: Site) -> None:
    trusted = site.policy("trusted")
    assert trusted.check_path("/etc/passwd", "write") == "/etc/passwd"
    assert trusted.check_path(str(site.home / ".llmspell/config.toml"), "write")


def test_an_unknown_level(site: Site) -> None:
    with pytest.raises(SecurityError, match="'loose'"):
        site.policy("loose")


def test_the_folder_for_temporary_files_is_the_systems(tmp_path: Path) -> None:
    policy = policy_for(None, script_dir="/opt", cwd="/opt", environ={"TMPDIR": str(tmp_path)})
    assert policy.check_path("/tmp/x", "write") == "/tmp/x"
    assert policy.check_path(str(tmp_path / "x"), "write") == str(tmp_path / "x")


# --- paths


def test_relative_paths_refer_to_the_working_directory(site: Site) -> None:
    assert site.policy().check_path("a/../b.txt", "write") == str(site.cwd / "b.txt")


@pytest.mark.parametrize(
    "path",
    [
        "../outside/file.txt",
        "x/../../outside/file.txt",
        "/tmp/../etc/passwd",
        "./../cwd/../outside/file.txt",
        "//etc/passwd",
        "/proc/self/root/etc/passwd",
    ],
)
def test_ways_out_are_refused(site: Site, path: str) -> None:
    with pytest.raises(SecurityError, match="Path not allowed"):
        site.policy().check_path(path, "read")


def test_a_name_with_dots_is_a_name(site: Site) -> None:
    assert site.policy().check_path("a..b", "write") == str(site.cwd / "a..b")
    assert site.policy().check_path("...", "write") == str(site.cwd / "...")


def test_a_longer_name_is_another_folder(site: Site) -> None:
    other = site.cwd.with_name("cwd-other")
    other.mkdir()
    with pytest.raises(SecurityError):
        site.policy().check_path(str(other / "x"), "write")


def test_a_link_out_is_refused(site: Site) -> None:
    (site.cwd / "link").symlink_to(site.outside)
    with pytest.raises(SecurityError, match=r"\(that is '.*outside/file\.txt'\)"):
        site.policy().check_path("link/file.txt", "read")


def test_a_dangling_link_out_is_refused(site: Site) -> None:
    (site.cwd / "link").symlink_to(site.outside / "new")
    with pytest.raises(SecurityError):
        site.policy().check_path("link", "write")


def test_a_link_within_is_followed(site: Site) -> None:
    (site.cwd / "link").symlink_to(site.cwd / "file.txt")
    assert site.policy().check_path("link", "read") == str(site.cwd / "file.txt")


def test_dots_after_a_link_are_those_of_its_target(site: Site) -> None:
    (site.outside / "deep").mkdir()
    (site.cwd / "link").symlink_to(site.outside / "deep")
    with pytest.raises(SecurityError):
        site.policy().check_path("link/../file.txt", "read")


@pytest.mark.parametrize("path", ["loop/../out/file.txt", "loop/x/../../out/file.txt", "hidden"])
def test_a_circle_of_links_hides_no_link_behind_it(site: Site, path: str) -> None:
    (site.cwd / "loop").symlink_to("loop")
    (site.cwd / "out").symlink_to(site.outside)
    (site.cwd / "hidden").symlink_to("loop/../out/file.txt")
    with pytest.raises(SecurityError, match="Path not allowed"):
        site.policy().check_path(path, "read")


def test_a_circle_of_links_stays_inside(site: Site) -> None:
    (site.cwd / "a").symlink_to(site.cwd / "b")
    (site.cwd / "b").symlink_to(site.cwd / "a")
    assert Path(site.policy().check_path("a", "read")).parent == site.cwd


def test_the_folders_themselves_may_be_links(site: Site, tmp_path: Path) -> None:
    link = tmp_path / "link-to-cwd"
    link.symlink_to(site.cwd)
    policy = policy_for(None, script_dir=link, cwd=link, environ=site.environ)
    assert policy.check_path("file.txt", "read") == str(site.cwd / "file.txt")
    assert policy.check_path(str(link / "file.txt"), "read") == str(site.cwd / "file.txt")


@pytest.mark.parametrize("level", ["safe", "standard", "trusted"])
def test_a_nul_byte_is_refused(site: Site, level: str) -> None:
    with pytest.raises(SecurityError, match="NUL"):
        site.policy(level).check_path("file.txt\0.png", "read")


def test_a_path_that_cannot_be_encoded_is_refused(site: Site) -> None:
    with pytest.raises(SecurityError, match="cannot be resolved"):
        site.policy().check_path("\ud800", "read")


def test_undecodable_bytes_are_a_path_like_others(site: Site) -> None:
    assert site.policy().check_path("\udcff", "write") == str(site.cwd / "\udcff")


# --- llmspell's own files


@pytest.mark.parametrize("mode", ["read", "write"])
@pytest.mark.parametrize(
    "name",
    [
        ".llmspell/config.toml",
        ".llmspell.toml",
        ".config/llmspell/config.toml",
        ".local/state/llmspell/trust.json",
    ],
)
def test_own_files_are_out_of_reach(site: Site, name: str, mode: str) -> None:
    policy = policy_for(None, script_dir=site.home, cwd=site.home, environ=site.environ)
    with pytest.raises(SecurityError, match="kept by llmspell"):
        policy.check_path(name, mode)  # type: ignore[arg-type]
    assert policy.check_path("notes.txt", mode) == str(site.home / "notes.txt")  # type: ignore[arg-type]


def test_a_folder_above_own_files_cannot_be_replaced(site: Site) -> None:
    policy = policy_for(None, script_dir=site.home, cwd=site.home, environ=site.environ)
    with pytest.raises(SecurityError, match="kept by llmspell"):
        policy.check_path(".llmspell", "write")
    assert policy.check_path(".llmspell", "read")


# --- permissions


def test_allowed_paths_take_the_place_of_the_profiles(site: Site) -> None:
    policy = site.policy(None, Permissions(paths=(str(site.outside),)))
    assert policy.check_path(str(site.outside / "x"), "write")
    assert policy.check_path(str(site.script / "module.lua"), "read")
    for path, mode in (("file.txt", "read"), (str(site.script / "x"), "write")):
        with pytest.raises(SecurityError):
            policy.check_path(path, mode)  # type: ignore[arg-type]


def test_every_path_may_be_allowed(site: Site) -> None:
    policy = site.policy(None, Permissions(paths=(EVERYWHERE,)))
    assert policy.check_path("/etc/passwd", "read") == "/etc/passwd"


def test_allowed_paths_under_safe_are_for_reading(site: Site) -> None:
    policy = site.policy(None, Permissions(level="safe", paths=(EVERYWHERE,)))
    assert policy.check_path("/etc/passwd", "read")
    with pytest.raises(SecurityError):
        policy.check_path("x", "write")


def test_narrowing_is_an_intersection(site: Site) -> None:
    within = ((str(site.cwd / "data"), str(site.outside)),)
    policy = site.policy(None, Permissions(only_within=within))
    assert policy.check_path("data/x", "write")
    assert policy.check_path(str(site.script / "module.lua"), "read")
    for path in ("file.txt", str(site.outside / "file.txt"), str(site.script / "x")):
        with pytest.raises(SecurityError):
            policy.check_path(path, "write")


def test_file_access_may_be_refused(site: Site) -> None:
    policy = site.policy(None, Permissions(files=False, paths=(EVERYWHERE,)))
    assert policy.check_path(str(site.script / "module.lua"), "read")
    with pytest.raises(SecurityError):
        policy.check_path("file.txt", "read")
    with pytest.raises(SecurityError):
        policy.check_path(str(site.script / "x"), "write")


def test_an_explicit_level_wins(site: Site) -> None:
    assert site.policy("safe", Permissions(level="trusted")).level == "safe"
    assert site.policy("trusted", Permissions(level="safe")).level == "trusted"
    assert site.policy(None, Permissions(level="safe")).level == "safe"


def test_explicit_safe_ignores_what_the_configuration_allows(site: Site) -> None:
    generous = Permissions(
        level="trusted", paths=(EVERYWHERE,), processes=True, network=True, variables=("A_TOKEN",)
    )
    policy = site.policy("safe", generous)
    assert not policy.allow_processes
    assert not policy.allow_network
    with pytest.raises(SecurityError):
        policy.check_path("/etc/passwd", "read")


def test_explicit_trusted_ignores_what_the_configuration_refuses(site: Site) -> None:
    strict = Permissions(files=False, processes=False, network=False, only_within=((),))
    policy = site.policy("trusted", strict)
    assert policy.allow_processes
    assert policy.allow_network
    assert policy.check_path("/etc/passwd", "read")


# --- processes, modules, network


@pytest.mark.parametrize(
    ("level", "processes", "modules", "network"),
    [
        ("safe", False, False, False),
        ("standard", False, False, True),
        ("trusted", True, True, True),
    ],
)
def test_what_a_profile_allows(
    site: Site, level: str, processes: bool, modules: bool, network: bool
) -> None:
    policy = site.policy(level)
    assert (policy.allow_processes, policy.allow_c_modules, policy.allow_network) == (
        processes,
        modules,
        network,
    )


def test_the_configuration_may_allow_processes(site: Site) -> None:
    policy = site.policy(None, Permissions(processes=True, network=False))
    policy.check_process("ls")
    with pytest.raises(SecurityError, match="Network access denied"):
        policy.check_network("example.org")


def test_refusals_say_what_would_allow(site: Site) -> None:
    policy = site.policy("safe")
    with pytest.raises(SecurityError, match=r"Command blocked: 'ls'.*allow_process_spawn"):
        policy.check_process("ls")
    with pytest.raises(SecurityError, match=r"'lfs' not allowed.*--security trusted"):
        policy.check_c_module("lfs")
    with pytest.raises(SecurityError, match=r"'a\.org'.*allow_network_access"):
        policy.check_network("a.org")


def test_nothing_is_refused_under_trusted(site: Site) -> None:
    policy = site.policy("trusted")
    policy.check_process("ls")
    policy.check_c_module("lfs")
    policy.check_network("a.org")


# --- variables


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY",
        "GITHUB_TOKEN",
        "MY_SECRET",
        "db_password",
        "AWS_SECRET_ACCESS_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "DB_PWD",
        "KEY",
        "SENTRY_DSN",
        "gh-pat",
        "npm.config.token",
    ],
)
def test_names_that_look_secret(name: str) -> None:
    assert looks_secret(name)


@pytest.mark.parametrize(
    "name",
    ["PATH", "PWD", "OLDPWD", "KEYBOARD", "MONKEY_ISLAND", "MAX_TOKENS", "XAUTHORITY", "COMPASS"],
)
def test_names_that_do_not(name: str) -> None:
    assert not looks_secret(name)


def test_variables_under_the_profiles(site: Site) -> None:
    site.environ.update(LANG="C", CITY="Bern", A_TOKEN="t", URL="postgres://me:pw@host/db")
    shown = {
        level: [n for n in ("LANG", "CITY", "A_TOKEN", "URL") if site.policy(level).getenv(n)]
        for level in ("safe", "standard", "trusted")
    }
    assert shown == {
        "safe": ["LANG"],
        "standard": ["LANG", "CITY"],
        "trusted": ["LANG", "CITY", "A_TOKEN", "URL"],
    }


def test_addresses_without_a_password_are_shown(site: Site) -> None:
    site.environ.update(A="https://host:80/a:b@c", B="ssh://me@host")
    assert site.policy().getenv("A")
    assert site.policy().getenv("B")


def test_a_variable_may_be_shown_by_configuration(site: Site) -> None:
    site.environ["A_TOKEN"] = "t"
    assert site.policy(None, Permissions(variables=("A_TOKEN",))).getenv("A_TOKEN") == "t"


@pytest.mark.parametrize("name", ["NOWHERE", "", "A=B", "A\0B"])
def test_names_without_a_value(site: Site, name: str) -> None:
    assert site.policy("trusted").getenv(name) is None
