"""`regex-extractor`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import ValidationError
from llmspell.tools.service import Tools


def extract(tools: Tools, text: str, pattern: str, **params: Any) -> Any:
    return tools.invoke("regex-extractor", {"input": text, "pattern": pattern} | params).result


def test_matches_have_places_and_groups(tools: Tools) -> None:
    assert extract(tools, "ä k=1; x=", r"(?P<key>[a-z])=(\d)?") == {
        "matches": [
            {"text": "k=1", "start": 3, "stop": 5, "groups": ["k", "1"], "named": {"key": "k"}},
            {"text": "x=", "start": 8, "stop": 9, "groups": ["x", ""], "named": {"key": "x"}},
        ],
        "count": 2,
        "truncated": False,
    }


def test_matches_are_limited(tools: Tools) -> None:
    found = extract(tools, "aaa", "a", limit=2)
    assert (found["count"], found["truncated"]) == (2, True)
    assert extract(tools, "aaa", "a", limit=3)["truncated"] is False


@pytest.mark.parametrize(("ignore_case", "matched"), [(True, True), (False, False)])
def test_whether_something_matches(tools: Tools, ignore_case: bool, matched: bool) -> None:
    found = extract(tools, "Hello", "^h", operation="test", ignore_case=ignore_case)
    assert found == {"matched": matched}


def test_patterns_that_backtrack_elsewhere_take_linear_time(tools: Tools) -> None:
    assert extract(tools, "a" * 50_000 + "!", r"^(a+)+$", operation="test")["matched"] is False


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "(?=a)"])
def test_patterns_that_are_not_accepted_name_the_field(tools: Tools, pattern: str) -> None:
    with pytest.raises(ValidationError) as caught:
        extract(tools, "a", pattern)
    assert caught.value.details["field"] == "pattern"


def test_a_spell_extracts_groups(make_runtime: Callable[..., Runtime]) -> None:
    spell = r"""
    local found = Tool.execute("regex-extractor", {input = "v1.2", pattern = "(\\d)\\.(\\d)"})
    return found.result.matches[1].groups[2]"""
    assert make_runtime().run(spell).value == "2"
