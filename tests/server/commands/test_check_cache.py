"""What `llmspell check` tells without looking again, and when it looks again.

What is kept is altered, so that it can be seen whether it is told again.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner

import llmspell_server
from llmspell.cli.global_options import GlobalOptions
from llmspell_server.checking import ground, part
from llmspell_server.checking.kept import sealed, unsealed
from llmspell_server.checking.problems import Part
from llmspell_server.commands.check import check as command
from tests.runtime.cli.conftest import Shell, shell

__all__ = ["shell"]  # a fixture

TRUE, ALTERED = b"Undefined global `conter`", b"Kept of `conter`"


@frozen
class Told:
    """What `llmspell check` prints, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def is_kept(self) -> bool:
        """Whether it is what is kept."""
        assert (TRUE.decode() in self.out) != (ALTERED.decode() in self.out), self.out
        return ALTERED.decode() in self.out


def check(*words: str) -> Told:
    """Runs the command in this process."""
    arguments = ["--severity", "hint", *words]
    ended = CliRunner().invoke(command, arguments, obj=GlobalOptions(), standalone_mode=False)
    if ended.exception is not None:
        raise ended.exception
    return Told(ended.return_value, ended.stdout, ended.stderr)


def alter(cache: Path) -> int:
    """Makes what is kept tell something else; gives the number of entries."""
    with closing(sqlite3.connect(cache)) as file, file:
        rows = file.execute("select part, body from findings").fetchall()
        for part, body in rows:
            data = unsealed(body)
            assert data is not None
            assert TRUE in data
            altered = sealed(data.replace(TRUE, ALTERED))
            file.execute("update findings set body = ? where part = ?", (altered, part))
    return len(rows)


def entries(cache: Path) -> int:
    """How much is kept."""
    with closing(sqlite3.connect(cache)) as file:
        return int(file.execute("select count(*) from findings").fetchone()[0])


def of_home(home: Path) -> Path:
    """The file in which findings are kept."""
    return home / "cache/llmspell/language-server/findings-1.sqlite"


@pytest.fixture
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of a home that is not the user's."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("config", "state", "cache", "data"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return of_home(home)


@pytest.fixture
def folder(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def project(folder: Path, cache: Path) -> Path:
    """A project that was checked; what is kept of it is altered."""
    (folder / "lib").mkdir()
    (folder / "a.lua").write_text("local lib = require('lib.b')\nprint(conter, lib.x)\n")
    (folder / "lib/b.lua").write_text("---@class B\n---@field x number\nlocal B = {}\nreturn B\n")
    (folder / "c.lua").write_text("local t = {}\nreturn t\n")
    check()
    assert alter(cache) == 1
    return folder


def test_what_is_unchanged_is_told_from_the_cache(project: Path) -> None:
    assert check().is_kept


def test_touched_files_are_unchanged(project: Path) -> None:
    os.utime(project / "a.lua", (1, 1))
    assert check().is_kept


def test_without_the_cache_all_is_checked_and_nothing_is_kept(project: Path) -> None:
    assert not check("--no-cache").is_kept
    assert check().is_kept


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_each_format_tells_the_same_of_what_is_kept(project: Path, form: str) -> None:
    told = check("--format", form)
    true = check("--format", form, "--no-cache")
    assert told.out.replace(ALTERED.decode(), TRUE.decode()) == true.out
    assert (told.code, told.err) == (true.code, true.err)


def test_other_files_checked_together_are_another_question(project: Path) -> None:
    assert not check("a.lua").is_kept
    assert check().is_kept


def same_stamp(path: Path) -> None:
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"t = {}", b"t = 12"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


CHANGES: dict[str, Callable[[Path], object]] = {
    "an edit": lambda f: (f / "a.lua").write_text("print(conter)\n"),
    "an edit that keeps size and time": lambda f: same_stamp(f / "c.lua"),
    "a class of another file": lambda f: (f / "lib/b.lua").write_text("---@class B\nreturn {}\n"),
    "a new file": lambda f: (f / "d.lua").write_text("Shared = 1\n"),
    "a file that is gone": lambda f: (f / "lib/b.lua").unlink(),
    "a file with another name": lambda f: (f / "c.lua").rename(f / "e.lua"),
    "settings": lambda f: (f / ".luarc.json").write_text('{"diagnostics.disable": ["x"]}'),
    "globals of luacheck": lambda f: (f / ".luacheckrc").write_text("globals = {'other'}\n"),
    "a file to be ignored": lambda f: (f / ".gitignore").write_text("c.lua\n"),
    "the configuration": lambda f: (f / "llmspell.toml").write_text("[tools]\n"),
    "the user's configuration": lambda _: Path("~/.llmspell.toml").expanduser().write_text("\n"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_makes_all_be_checked_again(project: Path, change: str) -> None:
    CHANGES[change](project)
    told = check()
    assert not told.is_kept
    assert told == check("--no-cache")


def test_another_state_of_the_program_makes_all_be_checked_again(
    project: Path,
    cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    package = tmp_path_factory.mktemp("package")
    monkeypatch.setattr(llmspell_server, "__path__", [*llmspell_server.__path__, str(package)])
    ground.program.cache_clear()
    assert check().is_kept
    (package / "more.py").write_text("")
    ground.program.cache_clear()
    assert not check().is_kept
    alter(cache)
    monkeypatch.setattr(ground, "__version__", "0.0.0")
    ground.program.cache_clear()
    assert not check().is_kept
    ground.program.cache_clear()


def asking(folder: Path, cache: Path, source: str) -> None:
    """Checks a program that says more than Lua; what is kept of it is altered."""
    (folder / "a.lua").write_text(f"print(conter)\n{source}\n")
    check()
    alter(cache)
    assert check().is_kept


def test_a_key_in_the_environment_makes_models_be_asked_for_again(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking(folder, cache, 'print(Agent.builder():model("openai/gpt-4o-mini"):build())')
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    assert not check().is_kept


def test_what_the_environment_allows_makes_permissions_be_asked_for_again(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "llmspell.toml").write_text("[tools]\n")
    asking(folder, cache, "print(os.execute('ls'))")
    monkeypatch.setenv("LLMSPELL_ALLOW_PROCESS_SPAWN", "true")
    told = check()
    assert not told.is_kept
    assert told == check("--no-cache")


def test_a_folder_that_a_path_leads_through_makes_permissions_be_asked_for_again(
    folder: Path, cache: Path
) -> None:
    asking(folder, cache, "print(io.open('data/notes.txt'))")
    (folder / "data").symlink_to("/srv")
    told = check()
    assert not told.is_kept
    assert "[not-permitted]" in told.out


def test_a_file_that_a_string_may_name_makes_the_string_be_checked_again(
    folder: Path, cache: Path
) -> None:
    asking(folder, cache, "print(require('start'))")
    (folder / "start").mkdir()
    assert not check().is_kept


def test_what_could_not_be_asked_is_not_kept(
    folder: Path,
    cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = tmp_path_factory.mktemp("broken")
    (broken / "sitecustomize.py").write_text("import os\nos._exit(1)\n")
    (folder / "a.lua").write_text("print(conter)\n")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    check()
    assert entries(cache) == 0


def test_what_changes_while_it_is_checked_is_not_kept(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.lua").write_text("print(conter)\n")
    checked_part = part.checked_part

    def edited(*given: Any) -> Part:
        found = checked_part(*given)
        os.utime(folder / "a.lua", (1, 1))  # there and back again
        return found

    monkeypatch.setattr(part, "checked_part", edited)
    check()
    assert entries(cache) == 0


def test_a_part_that_is_kept_is_not_checked_again(folder: Path, cache: Path) -> None:
    """As after a check that was ended half-way."""
    for name in "ab":
        (folder / f"{name}.lua").write_text("print(conter)\n")
    check("--jobs", "2")
    assert alter(cache) == 2
    with closing(sqlite3.connect(cache)) as file, file:
        file.execute("delete from findings where part = (select min(part) from findings)")
    told = check("--jobs", "2").out
    assert (told.count(TRUE.decode()), told.count(ALTERED.decode())) == (1, 1)


def reversed_half(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(each ^ 0xFF for each in data[middle:])


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "damaged": reversed_half,
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "foreign": lambda _: b"x" * 9000,
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_cache_is_as_good_as_none(project: Path, cache: Path, harm: str) -> None:
    true = check("--no-cache")
    cache.write_bytes(HARMS[harm](cache.read_bytes()))
    assert check() == check() == true
    assert alter(cache) == 1  # it is a cache again


@pytest.mark.parametrize(
    "body",
    [b"", b"short", sealed(b"{}"), sealed(b"[1]"), sealed(b"\xff"), 1],
    ids=["empty", "short", "without keys", "another table", "no JSON", "no bytes"],
)
def test_an_entry_that_nobody_can_read_is_as_good_as_none(
    project: Path, cache: Path, body: bytes | int
) -> None:
    with closing(sqlite3.connect(cache)) as file, file:
        file.execute("update findings set body = ?", (body,))
    assert not check().is_kept


def test_a_table_of_somebody_else_is_as_good_as_none(project: Path, cache: Path) -> None:
    with closing(sqlite3.connect(cache)) as file, file:
        file.execute("drop table findings")
        file.execute("create table findings (other text)")
    assert not check().is_kept


def test_a_cache_that_cannot_be_written_is_no_failure(folder: Path, cache: Path) -> None:
    (folder / "a.lua").write_text("print(conter)\n")
    cache.parents[2].write_text("no folder")
    assert not check().is_kept


def test_two_at_once_find_the_same(shell: Shell) -> None:
    for number in range(4):
        shell.write(f"m{number}.lua", "print(conter)\n")
    both = [shell.start("llmspell", "check", "--jobs", "2") for _ in range(2)]
    outs = [process.communicate()[0] for process in both]
    assert outs[0] == outs[1] == shell("llmspell", "check", "--no-cache").out_bytes
    assert alter(of_home(shell.home)) == 2
    assert shell("llmspell", "check", "--jobs", "2").out.count(ALTERED.decode()) == 4


def test_one_that_was_killed_leaves_nothing_wrong(shell: Shell) -> None:
    for number in range(30):
        shell.write(f"m{number}.lua", f"print(conter, require('m{number + 1}'))\n")
    true = shell("llmspell", "check", "--no-cache")
    process = shell.start("llmspell", "check", "--jobs", "2", start_new_session=True)
    while process.poll() is None and not list(of_home(shell.home).parent.glob("summaries-*")):
        pass  # until it is in the middle of its work
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert shell("llmspell", "check", "--jobs", "2").out == true.out
    assert shell("llmspell", "check", "--jobs", "2").out == true.out
