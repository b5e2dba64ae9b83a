"""`archive-handler`: what it packs other programs unpack, and what hostile people pack stays in."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import (
    LLMSpellError,
    ResourceError,
    SecurityError,
    StorageError,
    ValidationError,
)
from llmspell.security.archives import Quota
from llmspell.tools.answer import ToolResult
from llmspell.tools.builtin.filesystem import archive_handler
from llmspell.tools.service import Tools


def call(tools: Tools, operation: str, path: str, **params: Any) -> ToolResult:
    return tools.invoke("archive-handler", {"operation": operation, "path": path, **params})


@pytest.fixture
def two(inside: Path) -> list[str]:
    """Two files in different folders."""
    (inside / "deep").mkdir()
    (inside / "a.txt").write_text("one")
    (inside / "deep" / "b.txt").write_text("two" * 1000)
    return ["a.txt", "deep/b.txt"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("p.zip", "ZIP"),
        ("p.ZIP", "ZIP"),
        ("p.tar", "TAR"),
        ("p.tar.gz", "TAR.GZ"),
        ("p.tgz", "TAR.GZ"),
    ],
)
def test_what_was_packed_is_listed_and_unpacked(
    confined: Tools, inside: Path, two: list[str], name: str, kind: str
) -> None:
    made = call(confined, "create", f"new/{name}", input=two)
    assert made.result == {
        "archive_path": str(inside / "new" / name),
        "archived_files": ["a.txt", "b.txt"],
        "total_size": 3003,
        "compression_level": 6,
    }
    listed = call(confined, "list", f"new/{name}").result
    assert (listed["format"], listed["file_count"]) == (kind, 2)
    assert [(each["name"], each["size"], each["is_dir"]) for each in listed["files"]] == [
        ("a.txt", 3, False),
        ("b.txt", 3000, False),
    ]
    done = call(confined, "extract", f"new/{name}", target_path="out").result
    assert done["extracted_files"] == [str(inside / "out" / each) for each in ("a.txt", "b.txt")]
    assert (done["total_size"], done["output_dir"]) == (3003, str(inside / "out"))
    assert (inside / "out" / "b.txt").read_text() == "two" * 1000


def test_other_programs_read_what_was_packed(confined: Tools, inside: Path, two: list[str]) -> None:
    call(confined, "create", "p.tar.gz", input=two)
    told = subprocess.run(
        ["tar", "-tzf", inside / "p.tar.gz"], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["a.txt", "b.txt"]
    call(confined, "create", "p.zip", input=two)
    with zipfile.ZipFile(inside / "p.zip") as packed:
        assert packed.testzip() is None
        assert packed.infolist()[1].compress_size < 100


def test_a_single_file_in_gz(confined: Tools, inside: Path, two: list[str]) -> None:
    call(confined, "create", "b.txt.gz", input=two[1:])
    assert gzip.decompress((inside / "b.txt.gz").read_bytes()) == b"two" * 1000
    entry = call(confined, "list", "b.txt.gz").result["files"][0]
    assert (entry["name"], entry["size"]) == ("b.txt", 3000)
    done = call(confined, "extract", "b.txt.gz", target_path="out").result
    assert done["extracted_files"] == [str(inside / "out" / "b.txt")]
    assert (inside / "out" / "b.txt").read_bytes() == b"two" * 1000


def test_the_text_says_what_was_done(confined: Tools, two: list[str]) -> None:
    table = call(confined, "create", "p.zip", input=two).table()
    assert table["text"].startswith("Packed 2 files into ")
    assert table["metadata"]["response"]["result"]["archived_files"] == ["a.txt", "b.txt"]


def test_what_cannot_be_packed_is_told(confined: Tools, inside: Path, two: list[str]) -> None:
    os.mkfifo(inside / "pipe")
    with (inside / "huge").open("wb") as file:
        file.truncate(100 * 1024 * 1024 + 1)
    given = [*two, "none", "deep", "pipe", "huge"]
    done = call(confined, "create", "p.zip", input=given).result
    assert done["archived_files"] == ["a.txt", "b.txt"]
    assert [each["path"] for each in done["skipped_files"]] == given[2:]


def test_equal_names_are_numbered(confined: Tools, inside: Path, two: list[str]) -> None:
    (inside / "deep" / "a.txt").write_text("other")
    done = call(confined, "create", "p.zip", input=["a.txt", "deep/a.txt"]).result
    assert done["archived_files"] == ["a.txt", "a-2.txt"]
    with zipfile.ZipFile(inside / "p.zip") as packed:
        assert packed.read("a-2.txt") == b"other"


@pytest.mark.parametrize("name", ["p.zip", "p.tar", "p.tgz", "p.gz"])
def test_an_archive_that_cannot_be_made_leaves_the_old_one(
    confined: Tools, inside: Path, outside: Path, name: str
) -> None:
    (inside / name).write_text("old")
    with pytest.raises(SecurityError):
        call(confined, "create", name, input=["../inner/secret.txt"])
    assert (inside / name).read_text() == "old"
    assert [each.name for each in inside.iterdir()] == [name]


NAMES = ["../evil", "/evil", "a/../../evil", "..\\evil"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_names_that_lead_out_stay_in(
    confined: Tools, inside: Path, tmp_path: Path, name: str, kind: str
) -> None:
    if kind == "zip":
        with zipfile.ZipFile(inside / "p.zip", "w") as packed:
            packed.writestr(name, "x")
            packed.writestr("good", "y")
    else:
        with tarfile.open(inside / f"p.{kind}", "w:gz" if kind == "tar.gz" else "w") as bundle:
            for each in (name, "good"):
                info = tarfile.TarInfo(each)
                info.size = 1
                bundle.addfile(info, io.BytesIO(b"x"))
    done = call(confined, "extract", f"p.{kind}", target_path="out").result
    assert done["extracted_files"] == [str(inside / "out" / "good")]
    assert done["skipped_files"] == [name]
    assert not list(tmp_path.rglob("*evil"))
    assert not Path("/evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_left_out(
    confined: Tools, inside: Path, outside: Path, kind: bytes
) -> None:
    with tarfile.open(inside / "p.tar", "w") as bundle:
        info = tarfile.TarInfo("way")
        info.type, info.linkname = kind, str(outside)
        bundle.addfile(info)
        inner = tarfile.TarInfo("way/secret.txt")
        inner.size = 1
        bundle.addfile(inner, io.BytesIO(b"x"))
    call(confined, "extract", "p.tar", target_path="out")
    assert (outside / "secret.txt").read_text() == "secret"
    assert not (inside / "out" / "way").is_symlink()


def test_a_link_that_is_in_the_target_already_is_not_followed(
    confined: Tools, inside: Path, outside: Path
) -> None:
    (inside / "out").mkdir()
    (inside / "out" / "way").symlink_to(outside)
    with zipfile.ZipFile(inside / "p.zip", "w") as packed:
        packed.writestr("way/secret.txt", "x")
    with pytest.raises(SecurityError):
        call(confined, "extract", "p.zip", target_path="out")
    assert (outside / "secret.txt").read_text() == "secret"


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.tgz"])
def test_a_bomb_is_refused(confined: Tools, inside: Path, name: str) -> None:
    (inside / "zeros").write_bytes(bytes(50 * 1024 * 1024))
    call(confined, "create", name, input=["zeros"])
    with pytest.raises(ResourceError, match="unpacks to more"):
        call(confined, "extract", name, target_path="out")


def test_a_gz_bomb_leaves_nothing(
    confined: Tools, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_handler, "QUOTA", Quota(entry=1000))
    (inside / "bomb.gz").write_bytes(gzip.compress(bytes(1001)))
    with pytest.raises(ResourceError, match="more than 1000 bytes"):
        call(confined, "extract", "bomb.gz", target_path="out")
    assert list((inside / "out").iterdir()) == []


def test_an_entry_without_a_name_is_listed(confined: Tools, inside: Path) -> None:
    with zipfile.ZipFile(inside / "p.zip", "w") as packed:
        packed.writestr(zipfile.ZipInfo(""), "nameless")
    (entry,) = call(confined, "list", "p.zip").result["files"]
    assert (entry["name"], entry["is_dir"]) == ("", False)


def test_entries_are_counted(
    confined: Tools, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_handler, "QUOTA", Quota(count=3))
    with zipfile.ZipFile(inside / "p.zip", "w") as packed:
        for number in range(4):
            packed.writestr(str(number), "x")
    for operation in ("extract", "list"):
        with pytest.raises(ResourceError, match="more than 3 entries"):
            call(confined, operation, "p.zip", target_path="out")


@pytest.mark.parametrize("operation", ["list", "extract"])
@pytest.mark.parametrize("name", ["p.zip", "p.tar", "p.tgz", "p.gz"])
@pytest.mark.parametrize("content", [b"", b"no archive at all, only text" * 40, b"\x1f\x8b" * 20])
def test_what_is_no_archive_is_said(
    confined: Tools, inside: Path, operation: str, name: str, content: bytes
) -> None:
    (inside / name).write_bytes(content)
    with pytest.raises(ValidationError, match="cannot be unpacked"):
        call(confined, operation, name, target_path="out")


@pytest.mark.parametrize("name", ["p.zip", "p.tar", "p.tgz", "p.gz"])
def test_half_an_archive_is_said(confined: Tools, inside: Path, two: list[str], name: str) -> None:
    (inside / "noise").write_bytes(os.urandom(50_000))
    call(confined, "create", name, input=["noise"])
    data = (inside / name).read_bytes()
    (inside / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(ValidationError, match="cannot be unpacked"):
        call(confined, "extract", name, target_path="out")


@pytest.mark.parametrize(
    ("params", "error", "field"),
    [
        ({"path": "p.zip"}, ValidationError, "operation"),
        ({"operation": "pack", "path": "p.zip"}, ValidationError, "operation"),
        ({"operation": "list"}, ValidationError, "path"),
        ({"operation": "extract", "path": "p.zip"}, ValidationError, "target_path"),
        ({"operation": "create", "path": "p.zip"}, ValidationError, "input"),
        ({"operation": "create", "path": "p.zip", "input": [1]}, ValidationError, "input[1]"),
        ({"operation": "create", "path": "p.rar", "input": []}, ValidationError, "archive_path"),
        ({"operation": "list", "path": "p"}, ValidationError, "path"),
        ({"operation": "create", "path": "p.gz", "input": []}, ValidationError, "files"),
        ({"operation": "create", "path": "p.gz", "input": ["a", "b"]}, ValidationError, "files"),
        ({"operation": "list", "path": "none.zip"}, StorageError, None),
        ({"operation": "list", "path": "/etc/x.zip"}, SecurityError, None),
        ({"operation": "create", "path": "../inner/x.zip", "input": []}, SecurityError, None),
        (
            {"operation": "extract", "path": "p.zip", "target_path": "../inner"},
            SecurityError,
            None,
        ),
    ],
)
def test_mistakes_name_the_parameter(
    confined: Tools, params: dict[str, Any], error: type[LLMSpellError], field: str | None
) -> None:
    with pytest.raises(error) as raised:
        confined.invoke("archive-handler", params)
    assert raised.value.details.get("field") == field
