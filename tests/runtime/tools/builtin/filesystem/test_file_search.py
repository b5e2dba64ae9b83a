"""`file-search`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import SecurityError, ToolError, ValidationError
from llmspell.tools.service import Tools


def search(tools: Tools, pattern: str, path: str = ".", **params: Any) -> Any:
    return tools.invoke("file-search", {"pattern": pattern, "path": path, **params}).result


def places(found: Any) -> list[tuple[str, int, int]]:
    return [
        (Path(each["file_path"]).name, each["line_number"], each["column_number"])
        for each in found["matches"]
    ]


def test_a_match_has_its_place_in_bytes_and_its_surroundings(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("1\n2\nüber x\r\n4\n5\n6\n")
    found = search(confined, "x", "a.txt")
    assert found["matches"] == [
        {
            "file_path": str(inside / "a.txt"),
            "line_number": 3,
            "column_number": 7,
            "line_content": "über x",
            "matched_text": "x",
            "context_before": ["1", "2"],
            "context_after": ["4", "5"],
        }
    ]
    assert found["summary"] == {
        "total_matches": 1,
        "files_searched": 1,
        "files_skipped": 0,
        "has_matches": True,
    }


def test_the_result_has_the_documented_shape(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("x")
    table = confined.invoke("file-search", {"pattern": "x", "path": "."}).table()
    assert table["text"] == "1 matches in 1 of 1 files"
    assert table["metadata"]["operation"] == "search"
    assert table["metadata"]["response"]["result"]["summary"]["total_matches"] == 1


def test_texts_may_overlap_and_expressions_do_not(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("aaa")
    assert [place[2] for place in places(search(confined, "aa"))] == [1, 2]
    assert [place[2] for place in places(search(confined, "aa", use_regex=True))] == [1]


def test_a_text_is_no_expression(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("axb\na.b (\n")
    assert places(search(confined, "a.b (")) == [("a.txt", 2, 1)]


@pytest.mark.parametrize("use_regex", [True, False])
def test_case_is_told_apart_unless_asked(confined: Tools, inside: Path, use_regex: bool) -> None:
    (inside / "a.txt").write_text("Ä\nä\n")
    params: dict[str, Any] = {"use_regex": use_regex}
    assert len(search(confined, "ä", **params)["matches"]) == 1
    assert len(search(confined, "ä", case_sensitive=False, **params)["matches"]) == 2


def test_anchors_are_those_of_lines_and_empty_matches_end(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("ab\nba\n")
    assert places(search(confined, "^a", use_regex=True)) == [("a.txt", 1, 1)]
    assert len(search(confined, "x*", use_regex=True)["matches"]) == 6


def test_a_cruel_expression_takes_linear_time(confined: Tools, inside: Path) -> None:
    (inside / "a.txt").write_text("a" * 50_000 + "b")
    assert search(confined, "(a+)+$", use_regex=True)["matches"] == []


def test_folders_below_are_searched_when_asked(confined: Tools, inside: Path) -> None:
    for folder in ("", "one", "one/two", ".git"):
        (inside / folder).mkdir(exist_ok=True)
        (inside / folder / f"f{len(folder)}.txt").write_text("x")
    assert places(search(confined, "x")) == [("f0.txt", 1, 1)]
    assert len(search(confined, "x", recursive=True)["matches"]) == 3
    assert len(search(confined, "x", recursive=True, max_depth=1)["matches"]) == 2
    assert len(search(confined, "x", recursive=True, exclude_dirs=["two"])["matches"]) == 3
    assert len(search(confined, "x", recursive=True, exclude_dirs="one, .git")["matches"]) == 1


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, ["a.TXT", "b.lua"]),
        ({"include_extensions": {}}, ["a.TXT", "b.lua"]),
        ({"include_extensions": ["foo", ".txt"]}, ["a.TXT", "d.foo"]),
        ({"include_extensions": "foo, lua"}, ["b.lua", "d.foo"]),
        ({"exclude_extensions": ["txt"]}, ["b.lua"]),
        ({"include_extensions": "png", "exclude_extensions": "foo"}, ["e.png"]),
        ({"include_extensions": "png"}, []),
    ],
)
def test_extensions_choose_files(
    confined: Tools, inside: Path, params: dict[str, Any], names: list[str]
) -> None:
    for name in ("a.TXT", "b.lua", "c", "d.foo", "e.png"):
        (inside / name).write_text("x")
    assert [place[0] for place in places(search(confined, "x", **params))] == names


def test_a_single_file_is_searched_whatever_its_extension(confined: Tools, inside: Path) -> None:
    (inside / "a.png").write_text("x")
    assert search(confined, "x", "a.png")["summary"]["total_matches"] == 1


def test_what_cannot_be_searched_is_told_in_a_folder(
    confined: Tools, inside: Path, outside: Path
) -> None:
    (inside / "big.txt").write_text("x" * 11)
    (inside / "binary.txt").write_bytes(b"x\xff")
    (inside / "out.txt").symlink_to(outside / "secret.txt")
    (inside / "small.txt").write_text("x")
    found = search(confined, "x", max_file_size=10)
    assert places(found) == [("small.txt", 1, 1)]
    assert found["summary"]["files_skipped"] == 3
    reasons = {Path(each["file_path"]).name: each["reason"] for each in found["skipped_files"]}
    assert "larger than 10" in reasons["big.txt"]
    assert "byte 2" in reasons["binary.txt"]
    assert "not in allowed" in reasons["out.txt"]


@pytest.mark.parametrize("content", [b"x" * 11, b"\xff"])
def test_what_cannot_be_searched_is_an_error_alone(
    confined: Tools, inside: Path, content: bytes
) -> None:
    (inside / "a.txt").write_bytes(content)
    with pytest.raises(ToolError):
        search(confined, "x", "a.txt", max_file_size=10)


def test_a_link_to_a_folder_is_not_followed(confined: Tools, inside: Path) -> None:
    (inside / "deep").mkdir()
    (inside / "deep" / "up").symlink_to(inside)
    (inside / "deep" / "a.txt").write_text("x")
    assert len(search(confined, "x", recursive=True)["matches"]) == 1


def test_matches_are_limited(confined: Tools, inside: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (inside / name).write_text("x\n" * 700)
    assert len(search(confined, "x")["matches"]) == 1000
    assert len(search(confined, "x", max_matches_per_file=2)["matches"]) == 4


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"path": "."}, "pattern"),
        ({"pattern": "x"}, "path"),
        ({"pattern": "", "path": "."}, "pattern"),
        ({"pattern": "x", "path": "none"}, "path"),
        ({"pattern": "(", "path": ".", "use_regex": True}, "pattern"),
        ({"pattern": "(?=x)", "path": ".", "use_regex": True}, "pattern"),
        ({"pattern": "x", "path": ".", "context_lines": 51}, "context_lines"),
        ({"pattern": "x", "path": ".", "max_depth": 101}, "max_depth"),
    ],
)
def test_mistakes_name_the_parameter(confined: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        confined.invoke("file-search", params)
    assert raised.value.details["field"] == field


@pytest.mark.parametrize("path", ["../inner", "/etc", "/tmp/../etc", "link", "../inner/none"])
def test_nothing_outside_is_searched(
    confined: Tools, inside: Path, outside: Path, path: str
) -> None:
    (inside / "link").symlink_to(outside)
    with pytest.raises(SecurityError):
        search(confined, "secret", path)


def test_it_is_called_from_a_spell(make_runtime: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\n")
    spell = (
        'local r = Tool.execute("file-search", {pattern = "one", path = ".", '
        "include_extensions = {}}) "
        "return r.metadata.response.result.matches[1].line_number"
    )
    assert make_runtime().run(spell).value == 1
