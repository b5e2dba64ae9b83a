"""`file-converter`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import LLMSpellError, SecurityError, StorageError, ToolError, ValidationError
from llmspell.tools.answer import ToolResult
from llmspell.tools.builtin.filesystem import file_converter
from llmspell.tools.service import Tools


def convert(tools: Tools, operation: str, path: str = "a.txt", **params: Any) -> ToolResult:
    return tools.invoke("file-converter", {"operation": operation, "path": path, **params})


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("utf8", "utf-8"),
        ("UTF-8", "utf-8"),
        ("utf16le", "utf-16-le"),
        ("utf-16BE", "utf-16-be"),
        ("windows-1252", "cp1252"),
        ("iso88591", "latin-1"),
    ],
)
def test_every_encoding_is_real(confined: Tools, inside: Path, name: str, codec: str) -> None:
    (inside / "a.txt").write_bytes("\ufeffgrün\n".encode())
    convert(confined, "encoding", to_encoding=name, target_path="b.txt")
    assert (inside / "b.txt").read_bytes() == "grün\n".encode(codec)
    back = {"path": "b.txt", "to_encoding": "utf-8", "from_encoding": name}
    convert(confined, "encoding", target_path="c.txt", **back)
    assert (inside / "c.txt").read_bytes() == "grün\n".encode()


@pytest.mark.parametrize(
    "data",
    [
        "“grün” for all".encode("cp1252"),
        "“grün” for all".encode(),
        b"\xef\xbb\xbf" + "“grün” for all".encode(),
        "“grün” for all".encode("utf-16-le"),
        "“grün” for all".encode("utf-16-be"),
        "“grün” for all".encode("utf-16"),
    ],
)
@pytest.mark.parametrize("said", [{}, {"from_encoding": "klingon"}])
def test_encodings_are_detected(
    confined: Tools, inside: Path, data: bytes, said: dict[str, str]
) -> None:
    (inside / "a.txt").write_bytes(data)
    convert(confined, "encoding", to_encoding="utf-8", **said)
    assert (inside / "a.txt").read_text("utf-8") == "“grün” for all"


def test_latin_1_is_not_windows_1252(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_bytes(b"\x80")
    params = {"from_encoding": "iso-8859-1", "to_encoding": "utf-8"}
    convert(confined, "encoding", **params)
    assert (inside / "a.txt").read_text("utf-8") == "\x80"


@pytest.mark.parametrize(("name", "end"), [("lf", b"\n"), ("CRLF", b"\r\n"), ("cr", b"\r")])
def test_line_ends(confined: Tools, inside: Path, name: str, end: bytes) -> None:
    (inside / "a.txt").write_bytes(b"1\n2\r\n3\r\r\n")
    convert(confined, "line_endings", line_ending=name)
    assert (inside / "a.txt").read_bytes() == end.join((b"1", b"2", b"3", b"", b""))


def test_other_encodings_keep_theirs(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_bytes("ü\n".encode("utf-16"))
    convert(confined, "line_endings", line_ending="crlf")
    assert (inside / "a.txt").read_bytes() == "ü\r\n".encode("utf-16")


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "a\n    b\n        c    d\n"),
        ({"tab_size": 2}, "a\n  b\n    c    d\n"),
        ({"convert_to_spaces": False}, "a\n\tb\n\t\tc\td\n"),
        ({"convert_to_spaces": False, "tab_size": 2}, "a\n\tb\n\t\tc\t\td\n"),
    ],
)
def test_indentation(confined: Tools, inside: Path, params: dict[str, Any], text: str) -> None:
    (inside / "a.txt").write_text("a\n\tb\n\t\tc    d\n")
    convert(confined, "indentation", **params)
    assert (inside / "a.txt").read_text() == text


def test_in_place_the_original_is_kept_beside(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("\tx")
    done = convert(confined, "indentation")
    table = done.table()
    assert table["metadata"]["response"]["result"] == {
        "input_path": str(inside / "a.txt"),
        "output_path": str(inside / "a.txt"),
        "operation": "indentation",
        "backup_path": str(inside / "a.txt.backup"),
    }
    assert table["metadata"]["operation"] == "indentation"
    assert (inside / "a.txt.backup").read_text() == "\tx"


def test_elsewhere_the_original_stays(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("\tx")
    convert(confined, "indentation", target_path="deep/b.txt")
    assert (inside / "a.txt").read_text() == "\tx"
    assert (inside / "deep" / "b.txt").read_text() == "    x"
    assert not (inside / "a.txt.backup").exists()


def test_what_the_target_cannot_hold_changes_nothing(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("1\nü")
    with pytest.raises(ToolError, match=r"'ü' \(line 2\)"):
        convert(confined, "encoding", to_encoding="ascii")
    assert [each.name for each in inside.iterdir()] == ["a.txt"]


def test_a_wrong_encoding_is_said(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_bytes(b"ok\xff")
    with pytest.raises(ToolError, match="byte 3"):
        convert(confined, "encoding", from_encoding="utf-8", to_encoding="ascii")


def test_a_backup_that_cannot_be_made_stops_it(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("\tx")
    (inside / "a.txt.backup").mkdir()
    with pytest.raises(StorageError) as raised:
        convert(confined, "indentation")
    assert raised.value.details["operation"] == "backup"
    assert (inside / "a.txt").read_text() == "\tx"


def test_a_backup_goes_through_no_link(confined: Tools, inside: Path, outside: Path) -> None:
    (inside / "a.txt").write_text("\tx")
    (inside / "a.txt.backup").symlink_to(outside / "secret.txt")
    with pytest.raises(SecurityError):
        convert(confined, "indentation")
    assert (outside / "secret.txt").read_text() == "secret"


def test_sizes_are_limited(confined: Tools, inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_converter, "LARGEST", 5)
    (inside / "a.txt").write_text("123456")
    with pytest.raises(ValidationError) as raised:
        convert(confined, "indentation")
    assert raised.value.details["field"] == "input_path"


@pytest.mark.parametrize(
    ("params", "error", "field"),
    [
        ({"operation": "indentation"}, ValidationError, "path"),
        ({"path": "a.txt"}, ValidationError, "operation"),
        ({"operation": "case", "path": "a.txt"}, ValidationError, "operation"),
        ({"operation": "encoding", "path": "a.txt"}, ValidationError, "to_encoding"),
        (
            {"operation": "encoding", "path": "a.txt", "to_encoding": "klingon"},
            ValidationError,
            "to_encoding",
        ),
        ({"operation": "line_endings", "path": "a.txt"}, ValidationError, "line_ending"),
        (
            {"operation": "line_endings", "path": "a.txt", "line_ending": "nl"},
            ValidationError,
            "line_ending",
        ),
        ({"operation": "indentation", "path": "a.txt", "tab_size": 0}, ValidationError, "tab_size"),
        ({"operation": "indentation", "path": "none"}, ValidationError, "path"),
        ({"operation": "indentation", "path": "."}, ValidationError, "path"),
        ({"operation": "indentation", "path": "../inner/secret.txt"}, SecurityError, None),
        (
            {"operation": "indentation", "path": "a.txt", "target_path": "../inner/x"},
            SecurityError,
            None,
        ),
        (
            {"operation": "indentation", "path": "a.txt", "target_path": "x.exe"},
            SecurityError,
            None,
        ),
    ],
)
def test_mistakes_name_the_parameter(
    confined: Tools,
    inside: Path,
    params: dict[str, Any],
    error: type[LLMSpellError],
    field: str | None,
) -> None:
    (inside / "a.txt").write_text("x")
    with pytest.raises(error) as raised:
        confined.invoke("file-converter", params)
    assert raised.value.details.get("field") == field
