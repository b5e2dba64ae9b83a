"""Entries of folders are made, deleted and moved in the folder that was judged, whatever happens."""

import os
from collections.abc import Callable

import pytest

from llmspell.errors import SecurityError
from llmspell.security import opening
from llmspell.security.entries import (
    delete_file,
    entries,
    make_folder,
    make_parents,
    move,
    open_to_change,
    status,
)
from llmspell.security.policy import Permissions, Policy

from .conftest import Site
from .test_opening import become, raced


@pytest.fixture(params=["openat2", "components"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "components":
        monkeypatch.setattr(opening, "_has_openat2", lambda: False)


def append(policy: Policy, path: str) -> None:
    with open_to_change(policy, path, append=True) as file:
        file.write(b"more")


def overwrite(policy: Policy, path: str) -> None:
    with open_to_change(policy, path, append=False) as file:
        file.write(b"new")


CHANGES: dict[str, Callable[[Policy], object]] = {
    "append": lambda policy: append(policy, "deep/file.txt"),
    "append to a new file": lambda policy: append(policy, "deep/new.txt"),
    "overwrite": lambda policy: overwrite(policy, "deep/file.txt"),
    "delete": lambda policy: delete_file(policy, "deep/file.txt"),
    "make a folder": lambda policy: make_folder(policy, "deep/new"),
    "make folders": lambda policy: make_folder(policy, "deep/a/b", parents=True),
    "move from": lambda policy: move(policy, "deep/file.txt", "here.txt"),
    "move to": lambda policy: move(policy, "file.txt", "deep/here.txt"),
    "list": lambda policy: entries(policy, "deep", 10),
    "look": lambda policy: status(policy, "deep/file.txt"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_folder_that_became_a_link_is_not_gone_through(site: Site, change: str) -> None:
    deep = site.cwd / "deep"
    deep.mkdir()
    (deep / "file.txt").write_text("own")

    def swap() -> None:
        if not deep.is_symlink():
            become(deep, site.outside)

    with pytest.raises((SecurityError, OSError)):
        CHANGES[change](raced(site, swap))
    assert [each.name for each in site.outside.iterdir()] == ["file.txt"]
    assert (site.outside / "file.txt").read_text() == "outside"


@pytest.mark.parametrize("change", [append, overwrite])
def test_a_file_that_became_a_link_is_not_written(
    site: Site, change: Callable[[Policy, str], None]
) -> None:
    def swap() -> None:
        become(site.cwd / "file.txt", site.outside / "file.txt")

    with pytest.raises(OSError, match="no regular file"):
        change(raced(site, swap), "file.txt")
    assert (site.outside / "file.txt").read_text() == "outside"


def test_a_link_is_deleted_and_moved_itself(site: Site) -> None:
    for name in ("a", "b"):
        (site.cwd / name).symlink_to("file.txt")
    delete_file(site.policy(), "a")
    move(site.policy(), "b", "c")
    assert sorted(each.name for each in site.cwd.iterdir()) == ["c", "file.txt"]
    assert (site.cwd / "c").is_symlink()


def test_files_are_added_to_and_written_anew(site: Site) -> None:
    append(site.policy(), "file.txt")
    append(site.policy(), "new.txt")
    assert (site.cwd / "file.txt").read_text() == "cwdmore"
    assert (site.cwd / "new.txt").read_text() == "more"
    overwrite(site.policy(), "file.txt")
    assert (site.cwd / "file.txt").read_text() == "new"


def test_a_pipe_is_not_waited_for(site: Site) -> None:
    os.mkfifo(site.cwd / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        append(site.policy(), "pipe")


def test_folders_are_made_with_those_above(site: Site) -> None:
    assert make_folder(site.policy(), "a/b/c", parents=True) == str(site.cwd / "a" / "b" / "c")
    assert make_folder(site.policy(), "a/b", parents=True) == str(site.cwd / "a" / "b")
    make_folder(site.policy(), "a")
    with pytest.raises(FileNotFoundError):
        make_folder(site.policy(), "x/y")
    for parents in (True, False):
        with pytest.raises((FileExistsError, NotADirectoryError)):
            make_folder(site.policy(), "file.txt", parents=parents)


def test_a_folder_is_not_deleted(site: Site) -> None:
    (site.cwd / "deep").mkdir()
    with pytest.raises(IsADirectoryError):
        delete_file(site.policy(), "deep")


def test_a_folder_is_listed_up_to_a_number(site: Site) -> None:
    for name in "abc":
        (site.cwd / name).mkdir()
    found, count = entries(site.policy(), ".", 2)
    assert ([name for name, _ in found], count) == (["a", "b"], 4)


def test_everything_can_be_moved_to_another_device(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    deep = site.cwd / "deep"
    (deep / "inner").mkdir(parents=True)
    (deep / "inner" / "a.txt").write_text("text")
    (deep / "inner" / "a.txt").chmod(0o640)
    (deep / "link").symlink_to("inner")
    monkeypatch.setattr(os, "rename", refuse)
    move(site.policy(), "deep", "other")
    other = site.cwd / "other"
    assert (other / "inner" / "a.txt").read_text() == "text"
    assert (other / "inner" / "a.txt").stat().st_mode & 0o777 == 0o640
    assert str((other / "link").readlink()) == "inner"
    assert not deep.exists()
    (site.cwd / "old.txt").write_text("old")
    move(site.policy(), "file.txt", "old.txt")
    assert (site.cwd / "old.txt").read_text() == "cwd"
    assert not (site.cwd / "file.txt").exists()


def test_files_are_made_in_a_home_though_llmspell_keeps_its_own_there(site: Site) -> None:
    own = site.home / ".config" / "llmspell"
    own.mkdir(parents=True)
    policy = site.policy(None, Permissions(paths=(str(site.home),)))
    home = str(site.home)
    make_parents(policy, f"{home}/made.txt")
    assert make_folder(policy, home, parents=True) == home
    append(policy, f"{home}/made.txt")
    move(policy, f"{home}/made.txt", f"{home}/moved.txt")
    delete_file(policy, f"{home}/moved.txt")
    for change in (
        lambda: make_folder(policy, f"{own}/config.toml"),
        lambda: append(policy, f"{own}/config.toml"),
        lambda: move(policy, f"{home}/.config", f"{home}/elsewhere"),
        lambda: move(policy, f"{home}/file.txt", f"{own}/config.toml"),
        lambda: move(policy, f"{home}/file.txt", str(own)),
    ):
        with pytest.raises(SecurityError):
            change()


def test_a_file_that_is_allowed_alone_is_written(site: Site) -> None:
    path = str(site.outside / "file.txt")
    policy = site.policy(None, Permissions(paths=(path,)))
    make_parents(policy, path)
    append(policy, path)
    assert (site.outside / "file.txt").read_text() == "outsidemore"
    with pytest.raises(SecurityError):
        make_parents(policy, str(site.outside / "deep" / "other.txt"))
