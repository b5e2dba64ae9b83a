"""`diff-calculator`."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import SecurityError, TimeLimitError, ToolError, ValidationError
from llmspell.tools.service import Tools

NAME = "diff-calculator"
OLD, NEW = "a\nb\nc\n", "a\nB\nc\nd\n"


def text_diff(tools: Tools, old: str, new: str, form: str = "unified") -> Any:
    params = {"type": "text", "old_text": old, "new_text": new, "format": form}
    return tools.invoke(NAME, params).result["diff"]


def json_diff(tools: Tools, old: Any, new: Any) -> Any:
    return tools.invoke(NAME, {"type": "json", "old_json": old, "new_json": new}).result


def test_texts_are_compared_in_the_unified_form(tools: Tools) -> None:
    result = tools.invoke(NAME, {"old_text": OLD, "new_text": NEW})
    assert result.envelope["operation"] == "text_diff"
    assert result.result == {
        "type": "text",
        "format": "unified",
        "diff": "--- old\n+++ new\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+d\n",
        "stats": {"old_lines": 3, "new_lines": 4},
    }


@pytest.mark.skipif(not shutil.which("patch"), reason="patch is not installed")
@pytest.mark.parametrize(("old", "new"), [("a\nb", "a\nc\n"), ("", "x"), ("a\u2028b\n", "b\r\n")])
def test_patch_makes_the_new_text_of_the_old_one(
    tools: Tools, tmp_path: Path, old: str, new: str
) -> None:
    path = tmp_path / "old"
    path.write_bytes(old.encode())
    diff = text_diff(tools, old, new).encode()
    subprocess.run(["patch", "--binary", str(path)], input=diff, check=True, capture_output=True)
    assert path.read_bytes() == new.encode()


def test_the_end_of_the_file_is_marked(tools: Tools) -> None:
    mark = "\\ No newline at end of file\n"
    assert text_diff(tools, "a", "a\n").endswith(f"-a\n{mark}+a\n")


@pytest.mark.parametrize("form", ["unified", "inline", "simple", "CONTEXT"])
def test_equal_texts(tools: Tools, form: str) -> None:
    expected = {
        "unified": "",
        "inline": " a\n",
        "simple": "Total changes: 0\n\n",
        "CONTEXT": "*** old\n--- new\n***************\n",
    }
    assert text_diff(tools, "a\n", "a\n", form) == expected[form]


def test_other_forms(tools: Tools) -> None:
    row = "***************\n"
    assert (
        text_diff(tools, OLD, NEW, "context")
        == f"*** old\n--- new\n{row}  a\n- b\n+ B\n  c\n+ d\n{row}"
    )
    assert text_diff(tools, OLD, NEW, "inline") == " a\n-b\n+B\n c\n+d\n"
    assert text_diff(tools, OLD, NEW, "simple") == (
        "Total changes: 2\n\nReplaced 1 line at line 2 with 1 line\nInserted 1 line at line 4\n"
    )
    assert "Deleted 2 lines at line 2" in text_diff(tools, "a\nb\nc\n", "a\n", "simple")


def test_json_is_compared_by_path(tools: Tools) -> None:
    old = {"a": {"b": 1, "c": [1], "gone": None}, "same": {"x": 1}}
    new = {"a": {"b": 2, "c": [1, 2], "new": {}}, "same": {"x": 1.0}}
    found = json_diff(tools, old, new)
    assert found["diff"] == {
        "added": {"a.new": {}},
        "removed": {"a.gone": None},
        "modified": {"a.b": {"old": 1, "new": 2}, "a.c": {"old": [1], "new": [1, 2]}},
        "unchanged": ["same.x"],
    }
    assert found["summary"] == {"added": 1, "removed": 1, "modified": 2, "unchanged": 1}


@pytest.mark.parametrize(
    ("old", "new", "modified", "unchanged"),
    [
        ([1], [1, 2], {"[]": {"old": [1], "new": [1, 2], "old_length": 1, "new_length": 2}}, []),
        ([1], [1], {}, ["[]"]),
        (1, 2, {"": {"old": 1, "new": 2}}, []),
        (1, True, {"": {"old": 1, "new": True}}, []),
        ({"a": 1}, [1], {"": {"old": {"a": 1}, "new": [1]}}, []),
        ("x", "x", {}, [""]),
    ],
)
def test_json_that_is_no_object(
    tools: Tools, old: Any, new: Any, modified: Any, unchanged: Any
) -> None:
    diff = json_diff(tools, old, new)["diff"]
    assert (diff["modified"], diff["unchanged"]) == (modified, unchanged)


def test_files_win_over_values(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": 1}')
    (tmp_path / "b.json").write_text('{"a": 2}')
    files = {"old_file": "a.json", "new_file": str(tmp_path / "b.json")}
    params = {"type": "json", "old_json": {}, "new_json": {}, **files}
    assert tools.invoke(NAME, params).result["summary"]["modified"] == 1
    assert '-{"a": 1}' in tools.invoke(NAME, files).result["diff"]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"type": "xml", "old_text": "", "new_text": ""}, "type"),
        ({"old_text": "", "new_text": "", "format": "html"}, "format"),
        ({"old_text": "a"}, "input"),
        ({"old_file": "a", "new_text": "b"}, "input"),
        ({"type": "json", "old_json": {}}, "input"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke(NAME, params)
    assert caught.value.details["field"] == field


def test_files_that_cannot_be_read_are_failures(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("{")
    (tmp_path / "b").write_bytes(b"\xff")
    for params in (
        {"old_file": "a", "new_file": "none"},
        {"old_file": "a", "new_file": "b"},
        {"type": "json", "old_file": "a", "new_file": "a"},
    ):
        with pytest.raises(ToolError):
            tools.invoke(NAME, params)


def test_files_elsewhere_are_refused(tools: Tools) -> None:
    with pytest.raises(SecurityError, match="not in allowed"):
        tools.invoke(NAME, {"old_file": "/etc/passwd", "new_file": "/etc/passwd"})


def test_long_texts_are_compared_alike(tools: Tools) -> None:
    old = "".join(f"{n}\n" for n in range(3000))
    assert text_diff(tools, old, old.replace("1500\n", "x\n"), "simple").startswith(
        "Total changes: 1\n\nReplaced 1 line at line 1501"
    )


def test_a_comparison_that_takes_too_long_is_ended(tools: Tools) -> None:
    choose = random.Random(1)
    words = [f"{n}\n" for n in range(150)]
    old, new = ("".join(choose.choices(words, k=40_000)) for _ in range(2))
    params = {"old_text": old, "new_text": new}
    with pytest.raises(TimeLimitError):
        tools.invoke(NAME, params, seconds=0.3)
