"""`io` and `os` of scripts open what was judged, also where a link was put in between."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

import pytest

from llmspell.lua.files import Files
from llmspell.security import opening

from .conftest import Site
from .test_opening import become, raced


@pytest.fixture(params=["openat2", "components"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "components":
        monkeypatch.setattr(opening, "_has_openat2", lambda: False)


@pytest.mark.parametrize("mode", [b"r", b"r+", b"w", b"a", b"a+"])
@pytest.mark.parametrize("name", ["file.txt", "deep/file.txt", "deep/new.txt"])
def test_what_became_a_link_is_not_opened(site: Site, mode: bytes, name: str) -> None:
    (site.cwd / "deep").mkdir()
    (site.cwd / "deep" / "file.txt").write_text("own")

    def swap() -> None:
        first = name.partition("/")[0]
        become(site.cwd / first, site.outside / first if first == name else site.outside)

    failure = Files(raced(site, swap)).opened(name.encode(), mode)
    assert failure[0] is None
    assert [each.name for each in site.outside.iterdir()] == ["file.txt"]
    assert (site.outside / "file.txt").read_text() == "outside"


def test_a_new_file_that_became_a_link_is_not_made(site: Site) -> None:
    def swap() -> None:
        (site.cwd / "new.txt").symlink_to(site.outside / "new.txt")

    assert Files(raced(site, swap)).opened(b"new.txt", b"w")[0] is None
    assert not (site.outside / "new.txt").exists()


def test_what_was_opened_stays_the_file_whatever_the_path_leads_to(site: Site) -> None:
    files = Files(site.policy())
    name, handle = files.opened(b"file.txt", b"w")  # type: ignore[misc]
    become(site.cwd / "file.txt", site.outside / "file.txt")
    with open(name, "w") as file:  # noqa: PTH123 - as Lua opens it
        file.write("new")
    files.let_go(handle)
    assert (site.cwd / "moved").read_text() == "new"
    assert (site.outside / "file.txt").read_text() == "outside"


@pytest.mark.parametrize(
    "change",
    [
        lambda files: files.remove(b"deep/file.txt"),
        lambda files: files.rename(b"deep/file.txt", b"here.txt"),
        lambda files: files.rename(b"file.txt", b"deep/file.txt"),
    ],
)
def test_nothing_is_changed_in_a_folder_that_became_a_link(
    site: Site, change: Callable[[Files], object]
) -> None:
    deep = site.cwd / "deep"
    deep.mkdir()
    (deep / "file.txt").write_text("own")

    def swap() -> None:
        if not deep.is_symlink():
            become(deep, site.outside)

    assert isinstance(change(Files(raced(site, swap))), tuple)
    assert (site.outside / "file.txt").read_text() == "outside"


def test_a_link_is_removed_and_renamed_itself(site: Site) -> None:
    for name in ("a", "b"):
        (site.cwd / name).symlink_to("file.txt")
    files = Files(site.policy())
    assert (files.remove(b"a"), files.rename(b"b", b"c")) == (True, True)
    assert sorted(each.name for each in site.cwd.iterdir()) == ["c", "file.txt"]


def test_empty_folders_are_removed_and_others_are_not(site: Site) -> None:
    (site.cwd / "empty").mkdir()
    files = Files(site.policy())
    assert files.remove(b"empty/") is True
    (site.cwd / "full").mkdir()
    (site.cwd / "full" / "file.txt").write_text("own")
    assert files.remove(b"full") == (None, b"full: Directory not empty", errno.ENOTEMPTY)


def test_a_refusal_names_the_path_itself(site: Site) -> None:
    refused = Files(site.policy()).remove(os.fsencode(site.outside / "file.txt"))
    assert isinstance(refused, tuple)
    assert refused[1].startswith(f"{site.outside}/file.txt: Path not allowed".encode())
    assert b".llmspell" not in refused[1]
