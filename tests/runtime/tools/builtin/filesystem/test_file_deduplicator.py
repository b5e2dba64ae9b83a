"""`file-deduplicator`, on folders made for it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import SecurityError, ToolError, ValidationError
from llmspell.security.opening import open_to_read
from llmspell.tools.builtin.filesystem.file_deduplicator import FileDeduplicator
from llmspell.tools.service import Tools

NAME = "file-deduplicator"


def run(tools: Tools, operation: str = "find", **params: Any) -> Any:
    return tools.invoke(NAME, {"operation": operation, "path": "."} | params).result


def names(found: Any) -> list[list[str]]:
    return [[Path(path).name for path in group["files"]] for group in found["groups"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep/er").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "deep/er/c.md"):
        (tmp_path / name).write_text("the same")
    (tmp_path / "other.txt").write_text("the size")
    for name in ("large1", "deep/large2"):
        (tmp_path / name).write_bytes(b"x" * 100_000 + b"1")
    (tmp_path / "large3").write_bytes(b"x" * 100_000 + b"2")
    for name in ("empty1", "empty2"):
        (tmp_path / name).touch()
    return tmp_path


def test_equal_files_are_found_the_most_wasteful_first(tools: Tools, folder: Path) -> None:
    found = run(tools)
    assert names(found) == [["large2", "large1"], ["a.txt", "b.txt", "c.md"]]
    assert (found["group_count"], found["duplicate_files"]) == (2, 3)
    assert found["wasted_bytes"] == 100_001 + 2 * 8
    assert found["groups"][1] == {
        "hash": hashlib.sha256(b"the same").hexdigest(),
        "size": 8,
        "count": 3,
        "wasted_bytes": 16,
        "files": [str(folder / name) for name in ("a.txt", "b.txt", "deep/er/c.md")],
    }
    assert (found["file_count"], found["skipped"], found["truncated"]) == (7, [], False)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"pattern": "*.txt"}, [["a.txt", "b.txt"]]),
        ({"recursive": False}, [["a.txt", "b.txt"]]),
        ({"max_size": 100}, [["a.txt", "b.txt", "c.md"]]),
        ({"min_size": 100}, [["large2", "large1"]]),
        ({"min_size": 0, "max_size": 0}, [["empty1", "empty2"]]),
        ({"limit": 1}, [["large2", "large1"]]),
        ({"path": "a.txt"}, []),
    ],
)
def test_what_counts_is_narrowed(
    tools: Tools, folder: Path, params: dict[str, Any], expected: list[list[str]]
) -> None:
    found = run(tools, **params)
    assert names(found) == expected
    assert found["truncated"] is ("limit" in params)


def test_hidden_files_count_where_that_is_wished(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in (".git/a", ".b", "c"):
        (tmp_path / name).write_text("x")
    assert names(run(tools)) == []
    assert names(run(tools, include_hidden=True)) == [[".b", "a", "c"]]


def test_links_are_no_files(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "c").hardlink_to(tmp_path / "a")
    (tmp_path / "d").symlink_to("/etc")
    (tmp_path / "loop").symlink_to(".")
    os.mkfifo(tmp_path / "pipe")
    found = run(tools)
    assert (names(found), found["file_count"]) == ([], 1)


@pytest.mark.parametrize("algorithm", ["sha256", "md5", "blake2b"])
def test_hashes_of_all_files_are_told(tools: Tools, folder: Path, algorithm: str) -> None:
    found = run(tools, "hash", algorithm=algorithm)
    told = {Path(each["path"]).name: each for each in found["files"]}
    assert told["large3"]["hash"] == hashlib.new(algorithm, b"x" * 100_000 + b"2").hexdigest()
    assert told["empty1"]["size"] == 0
    assert len(told) == 9


def test_a_file_that_cannot_be_read_is_told(
    tools: Tools, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is removed between the walk and the reading is one of them."""

    def gone(policy: Any, path: str) -> Any:
        if path.endswith("a.txt"):
            Path(path).unlink()
        return open_to_read(policy, path)

    monkeypatch.setattr(f"{FileDeduplicator.__module__}.open_to_read", gone)
    found = run(tools, max_size=100)
    assert names(found) == [["b.txt", "c.md"]]
    assert [Path(each["path"]).name for each in found["skipped"]] == ["a.txt"]


def test_the_policy_is_asked(tools: Tools) -> None:
    with pytest.raises(SecurityError):
        run(tools, path="/etc")


def test_a_path_that_is_not_there_is_told(tools: Tools) -> None:
    with pytest.raises(ValidationError, match="there is no 'x'") as caught:
        run(tools, path="x")
    assert caught.value.details["field"] == "path"


def test_it_can_be_cancelled(tools: Tools, folder: Path) -> None:
    from llmspell.tools.call import Call

    call = Call(NAME, "find", {"path": "."}, tools.around, 10)
    call.cancel()
    with pytest.raises(ToolError, match="cancelled"):
        tools.chosen(NAME).run(call)
