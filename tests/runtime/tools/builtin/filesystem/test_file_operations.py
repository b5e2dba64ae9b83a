"""`file-operations`: what it does, and what it refuses."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import LLMSpellError, SecurityError, StorageError, ValidationError
from llmspell.security.policy import Policy
from llmspell.tools.answer import ToolResult
from llmspell.tools.service import Tools


def call(tools: Tools, operation: str, **params: Any) -> ToolResult:
    return tools.invoke("file-operations", {"operation": operation, **params})


def test_what_was_written_is_read(confined: Tools, inside: Path) -> None:
    done = call(confined, "write", path="new/a.txt", input="héllo")
    assert done.envelope["metadata"] == {"file_path": str(inside / "new/a.txt"), "file_size": 6}
    found = call(confined, "read", path="new/a.txt")
    assert (found.text, found.result["size"]) == ("héllo", 6)


@pytest.mark.parametrize("atomic", ["true", "false"])
def test_writing_replaces_and_keeps_permissions(
    narrow: Callable[[str], Tools], inside: Path, atomic: str
) -> None:
    (inside / "a").write_text("longer than before")
    (inside / "a").chmod(0o640)
    call(narrow(f"atomic_writes = {atomic}"), "write", path="a", input="x")
    assert (inside / "a").read_text() == "x"
    assert (inside / "a").stat().st_mode & 0o777 == 0o640
    assert [each.name for each in inside.iterdir()] == ["a"]


def test_a_new_file_cannot_be_executed(confined: Tools, inside: Path) -> None:
    call(confined, "write", path="a", input="x")
    assert (inside / "a").stat().st_mode & 0o111 == 0


def test_appending_makes_and_lengthens(confined: Tools, inside: Path) -> None:
    call(confined, "append", path="deep/a", input="1")
    done = call(confined, "append", path="deep/a", input="ü2")
    assert done.result["appended_size"] == 3
    assert (inside / "deep" / "a").read_text() == "1ü2"


def test_a_file_is_deleted(confined: Tools, inside: Path) -> None:
    (inside / "a").write_text("x")
    assert call(confined, "delete", path="a").success
    assert not (inside / "a").exists()


def test_of_a_link_the_link_is_deleted(confined: Tools, inside: Path) -> None:
    (inside / "a").write_text("x")
    (inside / "link").symlink_to("a")
    call(confined, "delete", path="link")
    assert [each.name for each in inside.iterdir()] == ["a"]


@pytest.mark.parametrize("operation", ["create_dir", "mkdir", "MKDIR"])
def test_a_folder_is_made_and_may_exist(confined: Tools, inside: Path, operation: str) -> None:
    for _ in range(2):
        assert call(confined, operation, path="made").success
    assert (inside / "made").is_dir()


def test_parents_are_made_when_asked_for(confined: Tools, inside: Path) -> None:
    with pytest.raises(StorageError) as raised:
        call(confined, "create_dir", path="a/b")
    assert raised.value.details["operation"] == "create_dir"
    call(confined, "create_dir", path="a/b", recursive=True)
    assert (inside / "a" / "b").is_dir()


@pytest.mark.parametrize("operation", ["list_dir", "ls", "dir"])
def test_a_folder_is_listed_by_name(confined: Tools, inside: Path, operation: str) -> None:
    (inside / "b.txt").write_text("four")
    (inside / "a").mkdir()
    (inside / "c").symlink_to("nowhere")
    found = call(confined, operation, path=".").result
    assert [(each["name"], each["type"]) for each in found["entries"]] == [
        ("a", "directory"),
        ("b.txt", "file"),
        ("c", "symlink"),
    ]
    assert found["count"] == 3
    assert found["entries"][1]["size"] == 4


def test_a_list_ends_at_a_thousand(confined: Tools, inside: Path) -> None:
    for number in range(1003):
        (inside / f"{number:04}").touch()
    found = call(confined, "list_dir", path=".").result
    assert (found["count"], found["left_out"]) == (1000, 3)


def test_a_folder_is_listed_with_those_below_it(confined: Tools, inside: Path) -> None:
    (inside / "b" / "c").mkdir(parents=True)
    for name in ("a.txt", "b/d.txt", "b/c/e.txt"):
        (inside / name).write_text("four")
    found = call(confined, "list_dir", path=".", recursive=True).result
    assert [(each["path"], each["name"]) for each in found["entries"]] == [
        (str(inside / path), Path(path).name)
        for path in ("a.txt", "b", "b/c", "b/d.txt", "b/c/e.txt")
    ]
    assert found["count"] == 5
    assert not {"left_out", "unread"} & found.keys()


def test_a_list_of_folders_goes_through_no_link(
    confined: Tools, inside: Path, outside: Path
) -> None:
    (inside / "a").mkdir()
    (inside / "a" / "loop").symlink_to(inside)
    (inside / "a" / "out").symlink_to(outside)
    found = call(confined, "list_dir", path=".", recursive=True).result
    assert [(each["name"], each["type"]) for each in found["entries"]] == [
        ("a", "directory"),
        ("loop", "symlink"),
        ("out", "symlink"),
    ]


def test_a_list_of_folders_ends_at_a_thousand_with_the_upper_ones(
    confined: Tools, inside: Path
) -> None:
    for folder in ("a", "b", "c"):
        (inside / folder).mkdir()
    for number in range(600):
        (inside / "a" / f"{number:04}").touch()
        (inside / "b" / f"{number:04}").touch()
    found = call(confined, "list_dir", path=".", recursive=True).result
    assert [each["name"] for each in found["entries"][:3]] == ["a", "b", "c"]
    assert (found["count"], found["left_out"]) == (1000, 203)


@pytest.mark.parametrize(("settings", "count"), [("", 3), ("max_depth = 1", 2)])
def test_the_configured_depth_ends_a_list_of_folders(
    narrow: Callable[[str], Tools], inside: Path, settings: str, count: int
) -> None:
    (inside / "a" / "b" / "c").mkdir(parents=True)
    assert call(narrow(settings), "list_dir", path=".", recursive=True).result["count"] == count


def test_folders_that_may_not_be_read_are_named(
    confined: Tools, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inside / "a").mkdir()
    (inside / "b").mkdir()
    (inside / "b" / "x").touch()
    listed = os.listdir

    def listdir(handle: int) -> list[str]:
        if os.fstat(handle).st_ino == (inside / "a").stat().st_ino:
            raise PermissionError(13, "Permission denied")
        return listed(handle)

    monkeypatch.setattr(os, "listdir", listdir)  # whoever runs the tests as root may read all
    found = call(confined, "list_dir", path=".", recursive=True).result
    assert [each["name"] for each in found["entries"]] == ["a", "b", "x"]
    assert found["unread"] == [str(inside / "a")]


@pytest.mark.parametrize("operation", ["copy", "cp"])
def test_a_copy_overwrites(confined: Tools, inside: Path, operation: str) -> None:
    (inside / "a").write_text("new")
    (inside / "b").write_text("old")
    call(confined, operation, source_path="a", target_path="b")
    assert [(inside / name).read_text() for name in "ab"] == ["new", "new"]


def test_a_copy_into_a_folder_keeps_its_name(confined: Tools, inside: Path) -> None:
    (inside / "a").write_text("x")
    (inside / "into").mkdir()
    done = call(confined, "copy", source_path="a", target_path="into")
    assert done.result["target"] == str(inside / "into" / "a")
    assert (inside / "into" / "a").read_text() == "x"


@pytest.mark.parametrize("operation", ["move", "mv", "rename"])
def test_a_move_makes_folders(confined: Tools, inside: Path, operation: str) -> None:
    (inside / "a").write_text("x")
    call(confined, operation, source_path="a", target_path="deep/b")
    assert not (inside / "a").exists()
    assert (inside / "deep" / "b").read_text() == "x"


def test_a_folder_is_moved_with_what_it_holds(confined: Tools, inside: Path) -> None:
    (inside / "a").mkdir()
    (inside / "a" / "f").write_text("x")
    call(confined, "move", source_path="a", target_path="b")
    assert (inside / "b" / "f").read_text() == "x"


@pytest.mark.parametrize("operation", ["metadata", "stat", "info"])
def test_metadata(confined: Tools, inside: Path, operation: str) -> None:
    (inside / "a").write_text("four")
    os.utime(inside / "a", (0, 1))
    (inside / "a").chmod(0o444)
    found = call(confined, operation, path="a").result
    assert found["type"] == "file"
    assert found["size"] == 4
    assert found["readonly"] is True
    assert found["modified"] == "1970-01-01T00:00:01Z"


def test_existence(confined: Tools, inside: Path) -> None:
    assert call(confined, "exists", path=".").result["exists"] is True
    done = call(confined, "exists", path="none")
    assert done.result["exists"] is False
    assert str(done.text).endswith("does not exist")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "operation"),
        ({"operation": "remove"}, "operation"),
        ({"operation": "read"}, "path"),
        ({"operation": "write", "path": "a"}, "input"),
        ({"operation": "append", "input": "a"}, "path"),
        ({"operation": "copy", "source_path": "a"}, "target_path"),
        ({"operation": "move", "target_path": "a"}, "source_path"),
        ({"operation": "delete", "path": ".."}, "path"),
    ],
)
def test_mistakes_name_the_parameter(confined: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        confined.invoke("file-operations", params)
    assert raised.value.details["field"] == field


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("read", {"path": "folder"}),
        ("append", {"path": "folder", "input": "x"}),
        ("delete", {"path": "folder"}),
        ("delete", {"path": "none"}),
        ("list_dir", {"path": "none"}),
        ("create_dir", {"path": "file"}),
        ("copy", {"source_path": "none", "target_path": "x"}),
        ("copy", {"source_path": "folder", "target_path": "x"}),
        ("move", {"source_path": "none", "target_path": "x"}),
        ("metadata", {"path": "none"}),
    ],
)
def test_what_the_system_refuses_is_a_storage_error(
    confined: Tools, inside: Path, operation: str, params: dict[str, Any]
) -> None:
    (inside / "folder").mkdir()
    (inside / "file").write_text("x")
    if operation == "create_dir":
        params = {"path": "file/below"}
    with pytest.raises(StorageError) as raised:
        call(confined, operation, **params)
    assert raised.value.details["operation"] == operation


def test_what_is_no_utf8_text_is_not_read(confined: Tools, inside: Path) -> None:
    (inside / "a").write_bytes(b"ok\xff")
    with pytest.raises(StorageError, match="byte 3"):
        call(confined, "read", path="a")


def test_a_pipe_is_neither_read_nor_added_to(confined: Tools, inside: Path) -> None:
    os.mkfifo(inside / "pipe")
    with pytest.raises(SecurityError, match="no regular file"):
        call(confined, "read", path="pipe")
    with pytest.raises(StorageError, match="no regular file"):
        call(confined, "append", path="pipe", input="x")


OUTSIDE = [
    "../inner/secret.txt",
    "none/../../inner/secret.txt",
    "link/secret.txt",
    "file-link",
    "/etc/passwd",
    "../../../../../../../../etc/passwd",
    "/proc/self/root/etc/passwd",
    "a\0b",
]
"""Ways out of the working directory `in`; the folder `inner` begins with its name."""


def add_links(inside: Path, outside: Path) -> None:
    (inside / "link").symlink_to(outside)
    (inside / "file-link").symlink_to(outside / "secret.txt")
    (inside / "a").write_text("mine")


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("operation", ["read", "list_dir", "metadata", "exists", "append"])
def test_nothing_outside_is_touched(
    confined: Tools, inside: Path, outside: Path, path: str, operation: str
) -> None:
    add_links(inside, outside)
    with pytest.raises(SecurityError, match="Path not allowed"):
        call(confined, operation, path=path, input="x")
    assert (outside / "secret.txt").read_text() == "secret"


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_is_written_outside_and_that_is_given(
    confined: Tools, inside: Path, outside: Path, path: str
) -> None:
    add_links(inside, outside)
    done = call(confined, "write", path=path, input="x")
    assert not done.success
    assert done.result["error_type"] == "security_violation"
    assert done.table()["metadata"]["response"]["success"] is False
    assert (outside / "secret.txt").read_text() == "secret"


@pytest.mark.parametrize("operation", ["copy", "move"])
@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_comes_in_or_goes_out(
    confined: Tools, inside: Path, outside: Path, path: str, operation: str
) -> None:
    add_links(inside, outside)
    with pytest.raises(SecurityError):
        call(confined, operation, source_path="a", target_path=path)
    with pytest.raises(SecurityError):
        call(confined, operation, source_path=path, target_path="b")
    assert (outside / "secret.txt").read_text() == "secret"


@pytest.mark.parametrize("operation", ["copy", "move"])
def test_a_link_in_the_target_folder_leads_nowhere(
    confined: Tools, inside: Path, outside: Path, operation: str
) -> None:
    (inside / "secret.txt").write_text("mine")
    (inside / "into").mkdir()
    (inside / "into" / "secret.txt").symlink_to(outside / "secret.txt")
    with pytest.raises(SecurityError, match="Path not allowed"):
        call(confined, operation, source_path="secret.txt", target_path="into")
    assert (outside / "secret.txt").read_text() == "secret"


def test_under_safe_nothing_is_written(make_runtime: Any, tmp_path: Path) -> None:
    done = call(make_runtime(security="safe").tools, "write", path="a", input="x")
    assert "--security standard" in done.envelope["error"]["message"]
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("name", ["a.exe", "a.EXE", "b.x.so", "link.txt"])
def test_extensions_are_refused(confined: Tools, inside: Path, name: str) -> None:
    (inside / "a.exe").write_text("x")
    (inside / "link.txt").symlink_to("a.exe")
    with pytest.raises(SecurityError, match="extension blocked"):
        call(confined, "read", path=f"{name}")
    (inside / "a").write_text("x")
    with pytest.raises(SecurityError, match="extension blocked"):
        call(confined, "copy", source_path="a", target_path=f"{name}")


def test_a_list_of_extensions_excludes_the_others(narrow: Callable[[str], Tools]) -> None:
    tools = narrow('allowed_extensions = [".txt", "md"]')
    assert call(tools, "write", path="a.TXT", input="x").success
    assert not call(tools, "write", path="a.lua", input="x").success
    assert not call(tools, "write", path="a", input="x").success


@pytest.mark.parametrize(
    ("operation", "params", "field"),
    [
        ("read", {"path": "six"}, "file_size"),
        ("copy", {"source_path": "six", "target_path": "x"}, "file_size"),
        ("append", {"path": "five", "input": "6"}, "total_size"),
    ],
)
def test_sizes_are_limited(
    narrow: Callable[[str], Tools], inside: Path, operation: str, params: Any, field: str
) -> None:
    (inside / "five").write_text("12345")
    (inside / "six").write_text("123456")
    tools = narrow("max_file_size = 5")
    with pytest.raises(ValidationError) as raised:
        call(tools, operation, **params)
    assert raised.value.details["field"] == field
    assert (inside / "five").read_text() == "12345"


def test_too_much_to_write_is_given_as_a_failure(narrow: Callable[[str], Tools]) -> None:
    done = call(narrow("max_file_size = 5"), "write", path="a", input="123456")
    assert done.result["error_type"] == "validation_error"


def test_a_write_that_the_system_refuses_is_given(confined: Tools, inside: Path) -> None:
    (inside / "file").write_text("x")
    done = call(confined, "write", path="file/below", input="x")
    assert done.result["error_type"] == "execution_error"
    assert done.envelope["message"] == "file/below could not be written"
    assert str(done.raw).startswith("Operation 'write' failed: ")


def test_reading_what_is_not_there_gives_its_failure(confined: Tools) -> None:
    done = call(confined, "read", path="none")
    assert not done.success
    assert done.text is None


def test_every_refusal_names_its_tool(confined: Tools) -> None:
    with pytest.raises(LLMSpellError) as raised:
        call(confined, "read", path="/etc/passwd")
    assert raised.value.details["tool"] == "file-operations"


RACED: dict[str, dict[str, Any]] = {
    "write": {"path": "deep/file.txt", "input": "x"},
    "append": {"path": "deep/file.txt", "input": "x"},
    "delete": {"path": "deep/file.txt"},
    "create_dir": {"path": "deep/new", "recursive": True},
    "mkdir": {"path": "deep/new"},
    "copy": {"source_path": "own.txt", "target_path": "deep/file.txt"},
    "move": {"source_path": "own.txt", "target_path": "deep/file.txt"},
    "mv": {"source_path": "deep/file.txt", "target_path": "own.txt"},
    "read": {"path": "deep/file.txt"},
    "list_dir": {"path": "deep"},
    "metadata": {"path": "deep/file.txt"},
}


@pytest.mark.parametrize("operation", RACED)
@pytest.mark.parametrize("checks", range(1, 6))
def test_a_link_put_in_after_any_check_changes_and_tells_nothing_outside(
    confined: Tools,
    inside: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
    checks: int,
) -> None:
    outside = tmp_path / "outside"
    for folder, text in ((inside / "deep", "own"), (outside, "secret")):
        folder.mkdir()
        (folder / "file.txt").write_text(text)
    (outside / "secret.txt").write_text("secret")
    (inside / "own.txt").write_text("own")
    done = 0
    check = Policy.check_path

    def raced(policy: Policy, path: str, mode: Any) -> str:
        nonlocal done
        resolved = check(policy, path, mode)
        done += 1
        if done == checks:
            (inside / "deep").rename(inside / "away")
            (inside / "deep").symlink_to(outside)
        return resolved

    monkeypatch.setattr(Policy, "check_path", raced)
    try:
        told = confined.invoke("file-operations", RACED[operation] | {"operation": operation}).raw
    except LLMSpellError as error:
        told = str(error)
    assert sorted(each.name for each in outside.iterdir()) == ["file.txt", "secret.txt"]
    assert (outside / "file.txt").read_text() == "secret"
    assert "secret" not in told
