"""A link that is put in after the check is not followed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from llmspell.errors import SecurityError
from llmspell.security import opening
from llmspell.security.opening import open_to_read, replacing, write_whole
from llmspell.security.policy import Policy

from .conftest import Site


@pytest.fixture(params=["openat2", "components"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "components":
        monkeypatch.setattr(opening, "_has_openat2", lambda: False)


class Raced(Policy):
    """A policy behind whose checks something happens."""

    between: Callable[[], None]

    def check_path(self, path: str, mode: object) -> str:
        resolved = super().check_path(path, mode)  # type: ignore[arg-type]
        self.between()
        return resolved


def raced(site: Site, between: Callable[[], None]) -> Raced:
    cwd = str(site.cwd)
    policy = Raced(
        "standard", cwd=cwd, script_dir=cwd, environ={}, read_roots=(cwd,), write_roots=(cwd,)
    )
    policy.between = between
    return policy


def become(path: Path, target: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to(target)


def test_a_file_is_read(site: Site) -> None:
    with open_to_read(site.policy(), "file.txt") as file:
        assert file.read() == b"cwd"


def test_a_file_that_became_a_link_is_not_read(site: Site) -> None:
    def swap() -> None:
        become(site.cwd / "file.txt", site.outside / "file.txt")

    with pytest.raises(SecurityError, match="became a link"):
        open_to_read(raced(site, swap), "file.txt")


def test_a_folder_that_became_a_link_is_not_gone_through(site: Site) -> None:
    (site.cwd / "deep").mkdir()
    (site.cwd / "deep" / "file.txt").write_text("own")

    def swap() -> None:
        become(site.cwd / "deep", site.outside)

    with pytest.raises(SecurityError, match="became a link"):
        open_to_read(raced(site, swap), "deep/file.txt")


def test_nothing_is_written_through_a_folder_that_became_a_link(site: Site) -> None:
    (site.cwd / "deep").mkdir()

    def swap() -> None:
        become(site.cwd / "deep", site.outside)

    with pytest.raises((SecurityError, NotADirectoryError)):
        write_whole(raced(site, swap), "deep/new.txt", b"x")
    assert [each.name for each in site.outside.iterdir()] == ["file.txt"]


def test_a_file_is_replaced_and_keeps_its_permissions(site: Site) -> None:
    file = site.cwd / "file.txt"
    file.chmod(0o640)
    write_whole(site.policy(), "file.txt", b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o640)
    assert [each.name for each in site.cwd.iterdir()] == ["file.txt"]


def test_a_new_file_cannot_be_executed(site: Site) -> None:
    write_whole(site.policy(), "new", b"x")
    assert (site.cwd / "new").stat().st_mode & 0o111 == 0


def test_after_an_error_the_old_content_stays(site: Site) -> None:
    with pytest.raises(ValueError, match="half"), replacing(site.policy(), "file.txt") as (file, _):
        file.write(b"half")
        raise ValueError("half")
    assert (site.cwd / "file.txt").read_text() == "cwd"
    assert [each.name for each in site.cwd.iterdir()] == ["file.txt"]


def test_a_pipe_is_not_waited_for(site: Site) -> None:
    os.mkfifo(site.cwd / "pipe")
    with pytest.raises(SecurityError, match="no regular file"):
        open_to_read(site.policy(), "pipe")
