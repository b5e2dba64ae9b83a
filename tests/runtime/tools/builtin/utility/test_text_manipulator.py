"""`text-manipulator`."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.errors import ValidationError
from llmspell.tools.service import Tools


@pytest.mark.parametrize(
    ("operation", "text", "options", "expected"),
    [
        ("uppercase", "straße", {}, "STRASSE"),
        ("lowercase", "ÄB", {}, "äb"),
        ("reverse", "aüb", {}, "büa"),
        ("trim", " \ta \n", {}, "a"),
        ("replace", "a.a", {"from": ".", "to": ""}, "aa"),
        ("substring", "hello", {"start": 1, "end": 3}, "el"),
        ("substring", "aüb", {"start": 2, "end": 3}, "ü"),
        ("substring", "abc", {"start": 2, "end": 9}, ""),
        ("split", "a,b", {"delimiter": ","}, '["a","b"]'),
        ("join", '["a", "b"]', {"delimiter": "-"}, "a-b"),
        ("snake_case", "someHTTPName", {}, "some_httpname"),
        ("camel_case", "some_long-name", {}, "someLongName"),
        ("pascal_case", "some_name", {}, "SomeName"),
        ("sanitize", " a\u200bü\tb\x07 ", {}, "a\tb"),
        ("truncate", "abcdefgh", {"max_length": 6}, "abc..."),
        ("truncate", "üüü", {"max_length": 5}, "ü..."),
        ("truncate", "abc", {}, "abc"),
        ("indent", "a\nb", {"spaces": 2}, "  a\n  b"),
        ("dedent", "  a\n\n    b", {}, "a\n\n  b"),
        ("normalize_whitespace", " a \n b ", {}, "a b"),
        ("word_wrap", "one two three", {"width": 7}, "one two\nthree"),
        ("word_wrap", "abcdefgh ij", {"width": 3}, "abc\ndef\ngh\nij"),
        ("word_wrap", "a", {"width": 0}, ""),
    ],
)
def test_every_operation(
    tools: Tools, operation: str, text: str, options: dict[str, Any], expected: str
) -> None:
    params = {"operation": operation, "input": text, "options": options}
    result = tools.invoke("text-manipulator", params)
    assert result.text == result.result["result"] == expected
    assert result.result["original_length"] == len(text.encode())
    assert result.result["result_length"] == len(expected.encode())


def test_a_count_of_everything(tools: Tools) -> None:
    found = tools.invoke("text-manipulator", {"operation": "count", "input": "ü b\nc"}).result
    assert {key: found[key] for key in ("characters", "bytes", "words", "lines")} == {
        "characters": 5,
        "bytes": 6,
        "words": 3,
        "lines": 2,
    }


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"operation": "trim"}, "input"),
        ({"operation": "replace", "input": "a"}, "options"),
        ({"operation": "replace", "input": "a", "options": {"from": "a"}}, "to"),
        ({"operation": "replace", "input": "a", "options": {"from": "", "to": ""}}, "from"),
        ({"operation": "substring", "input": "a", "options": {"start": 0}}, "end"),
        (
            {"operation": "substring", "input": "a", "options": {"start": -1, "end": 1}},
            "options.start",
        ),
        ({"operation": "join", "input": "[1]"}, "text"),
        ({"operation": "shout", "input": "a"}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke("text-manipulator", params)
    assert caught.value.details["field"] == field
