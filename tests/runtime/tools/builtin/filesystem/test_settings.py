"""What `[tools.file_operations]` says about extensions, contents and depth, in all file tools."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import SecurityError
from llmspell.tools.service import Tools

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
PROGRAM = b"\x7fELF\2\1\1\0"

CALLS: dict[str, dict[str, Any]] = {
    "archive-handler": {"operation": "create", "path": "a.zip", "input": ["a.secret"]},
    "base64-encoder": {"operation": "encode", "input_file": "a.secret"},
    "diff-calculator": {"old_file": "a.secret", "new_file": "a.txt"},
    "file-deduplicator": {"operation": "hash", "path": "a.secret"},
    "file-search": {"pattern": "x", "path": "a.secret"},
    "hash-calculator": {"operation": "hash", "file": "a.secret"},
    "pdf-processor": {"input": "a.secret"},
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "setting", ['blocked_extensions = ["secret"]', 'allowed_extensions = ["txt", "zip"]']
)
def test_extensions_that_are_refused_are_refused_everywhere(
    narrow: Callable[[str], Tools], inside: Path, name: str, setting: str
) -> None:
    for file in ("a.secret", "a.txt"):
        (inside / file).write_text("x")
    with pytest.raises(SecurityError, match=r"'\.secret'.*blocked_extensions"):
        narrow(setting).invoke(name, CALLS[name])


def test_a_search_of_a_folder_passes_over_refused_files(
    narrow: Callable[[str], Tools], inside: Path
) -> None:
    for file in ("a.log", "a.txt"):
        (inside / file).write_text("x")
    tools = narrow('blocked_extensions = ["log"]')
    found = tools.invoke("file-search", {"pattern": "x", "path": "."}).result
    assert [each["file_path"] for each in found["skipped_files"]] == [str(inside / "a.log")]
    assert found["summary"]["total_matches"] == 1
    listed = tools.invoke("file-deduplicator", {"operation": "hash", "path": "."}).result
    assert [Path(each["path"]).name for each in listed["files"]] == ["a.txt"]


def test_entries_with_refused_extensions_are_not_unpacked(
    narrow: Callable[[str], Tools], inside: Path
) -> None:
    with zipfile.ZipFile(inside / "a.zip", "w") as bundle:
        bundle.writestr("good.txt", "x")
        bundle.writestr("bin/evil.exe", "x")
    done = narrow("").invoke(
        "archive-handler", {"operation": "extract", "path": "a.zip", "target_path": "out"}
    )
    assert done.result["skipped_files"] == ["bin/evil.exe"]
    assert [path.name for path in (inside / "out").rglob("*")] == ["good.txt"]
    for name in ("evil.exe.gz", "a.dll"):
        (inside / name).write_bytes(b"")
    with pytest.raises(SecurityError, match=r"'\.exe'"):
        narrow("").invoke(
            "archive-handler", {"operation": "extract", "path": "evil.exe.gz", "target_path": "out"}
        )


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", PROGRAM), ("a.json", PNG), ("a.jpg", PNG), ("a.pdf", b"PK\3\4rest")],
)
def test_a_file_that_is_not_what_its_extension_says_is_not_read(
    narrow: Callable[[str], Tools], inside: Path, name: str, content: bytes
) -> None:
    (inside / name).write_bytes(content)
    copy = {"operation": "copy", "source_path": name, "target_path": "b"}
    with pytest.raises(SecurityError, match="validate_file_types"):
        narrow("").invoke("file-operations", copy)
    narrow("validate_file_types = false").invoke("file-operations", copy)
    assert (inside / "b").read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", PNG),
        ("a.txt", b"MZ is the name of two letters"),
        ("a.png", b"text"),
        ("a", PROGRAM),
    ],
)
def test_what_fits_or_is_not_known_is_read(
    confined: Tools, inside: Path, name: str, content: bytes
) -> None:
    (inside / name).write_bytes(content)
    confined.invoke(
        "file-operations", {"operation": "copy", "source_path": name, "target_path": "b"}
    )
    assert (inside / "b").read_bytes() == content


def test_a_windows_program_is_known(narrow: Callable[[str], Tools], inside: Path) -> None:
    head = b"MZ" + bytes(58) + (128).to_bytes(4, "little") + bytes(64) + b"PE\0\0"
    (inside / "a.txt").write_bytes(head)
    with pytest.raises(SecurityError, match="is a program"):
        narrow("").invoke("file-operations", {"operation": "read", "path": "a.txt"})


@pytest.mark.parametrize(
    ("settings", "count"), [("", 3), ("max_depth = 1", 2), ("max_depth = 9", 3)]
)
def test_walks_end_at_the_depth_that_is_set(
    narrow: Callable[[str], Tools], inside: Path, settings: str, count: int
) -> None:
    for folder in (inside, inside / "a", inside / "a" / "b"):
        folder.mkdir(exist_ok=True)
        (folder / "x.txt").write_text(f"x{folder}")
    tools = narrow(settings)
    params = {"pattern": "x", "path": ".", "recursive": True}
    summary = tools.invoke("file-search", params).result["summary"]
    assert summary["files_searched"] == count
    hashed = tools.invoke("file-deduplicator", {"operation": "hash", "path": "."}).result
    assert len(hashed["files"]) == count
