"""`diff-calculator` (spec tools §8.5), on the standard library."""

from __future__ import annotations

import json

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import open_file
from llmspell.tools.builtin.utility.json_diff import JsonDiff
from llmspell.tools.builtin.utility.text_diff import FORMS, lines, rendered
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

FEW_LINES = 2000
"""Texts of more lines are compared in a process of their own, which can be stopped."""

_JSON = ("object", "array", "string", "number", "boolean")


class DiffCalculator(Tool):
    """Compares two texts or two JSON values, given or in files."""

    name = "diff-calculator"
    permissions = ("read",)
    limits = Limits(seconds=10)
    parameters = (
        Parameter("type", "string", "What is compared: `text` or `json`.", default="text"),
        Parameter("old_text", "string", "The first text."),
        Parameter("new_text", "string", "The second text."),
        Parameter("old_json", _JSON, "The first value."),
        Parameter("new_json", _JSON, "The second value."),
        Parameter("old_file", "string", "The first file.", kind="file-path"),
        Parameter("new_file", "string", "The second file.", kind="file-path"),
        Parameter(
            "format",
            "string",
            "Of texts: `unified`, `context`, `inline` or `simple`.",
            default="unified",
        ),
    )
    examples = (
        Example(
            {"old_text": "a\nb\n", "new_text": "a\nc\n", "format": "inline"},
            {"operation": "text_diff", "result": {"diff": " a\n-b\n+c\n"}},
        ),
        Example(
            {"type": "json", "old_json": {"a": 1, "b": 2}, "new_json": {"a": 1, "b": 3}},
            {
                "operation": "json_diff",
                "result": {
                    "diff": {"modified": {"b": {"old": 2, "new": 3}}, "unchanged": ["a"]},
                    "summary": {"modified": 1, "unchanged": 1},
                },
            },
        ),
        Example(
            {"old_file": "@/a.txt", "new_file": "@/b.txt", "format": "simple"},
            {"result": {"diff": "Total changes: 1\n\nInserted 1 line at line 2\n"}},
            files={"a.txt": "x\n", "b.txt": "x\ny\n"},
        ),
        Example({"old_text": "a"}, fails="new_text"),
    )

    def run(self, call: Call) -> Answer:
        """A `text_diff` or a `json_diff`."""
        kind = str(call.get("type", "text")).lower()
        if kind == "text":
            return _text_diff(call)
        if kind == "json":
            return Answer("json_diff", JsonDiff(*_json_pair(call)).result())
        raise ValidationError(f"'{kind}' cannot be compared: use 'text' or 'json'", field="type")


def _text_diff(call: Call) -> Answer:
    form = str(call.get("format", "unified")).lower()
    if form not in FORMS:
        raise ValidationError(
            f"'{form}' is no format; there are {', '.join(FORMS)}", field="format"
        )
    files = _files(call)
    old, new = files or _pair(call, "old_text", "new_text")
    stats = {"old_lines": len(lines(old)), "new_lines": len(lines(new))}
    request = [form, old, new]
    if max(stats.values()) <= FEW_LINES:
        text = rendered(request)
    else:
        text = isolated(call, f"{rendered.__module__}:rendered", request)
    told = {"type": "text", "format": form, "diff": text, "stats": stats}
    return Answer("text_diff", told, text=text)


def _json_pair(call: Call) -> tuple[Any, Any]:
    files = _files(call)
    if files is None:
        return _pair(call, "old_json", "new_json")
    old, new = files
    return _parsed(call, "old_file", old), _parsed(call, "new_file", new)


def _parsed(call: Call, name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ToolError(f"{call.params[name]} is no JSON: {error}") from None


def _pair(call: Call, old: str, new: str) -> tuple[Any, Any]:
    given = call.get(old), call.get(new)
    if None in given:
        raise ValidationError(f"'{old}' and '{new}' are needed, or two files", field="input")
    return given


def _files(call: Call) -> tuple[str, str] | None:
    """The contents of the two files, None where not both are given."""
    if call.get("old_file") is None or call.get("new_file") is None:
        return None
    return _read(call, "old_file"), _read(call, "new_file")


def _read(call: Call, name: str) -> str:
    path = str(call.params[name])
    most = call.settings.file_operations.max_file_size
    try:
        with open_file(call, path) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise ToolError(f"{path}: {error.strerror or error}") from error
    if len(data) > most:
        raise ToolError(
            f"{path} has more than `tools.file_operations.max_file_size` ({most} bytes)"
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ToolError(f"{path} is no UTF-8 text (byte {error.start + 1})") from error
