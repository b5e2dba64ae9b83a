"""`text-splitter`."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llmspell.errors import ValidationError
from llmspell.tools.service import Tools


def split(tools: Tools, text: str, **params: Any) -> list[str]:
    result = tools.invoke("text-splitter", {"input": text} | params).result
    assert result["count"] == len(result["chunks"])
    return [each["text"] for each in result["chunks"]]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("aaa bbb\n\ncc d", ["aaa bbb\n\n", "cc d"]),
        ("aaaaa. bb cc", ["aaaaa. ", "bb cc"]),
        ("aaaaaaaaaaaaa", ["aaaaaaaaaa", "aaa"]),
        ("", []),
    ],
)
def test_pieces_end_where_it_is_best(tools: Tools, text: str, pieces: list[str]) -> None:
    assert split(tools, text, size=10) == pieces


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60
)
@given(text=st.text("ab .\n"), size=st.integers(1, 12), share=st.floats(0, 0.99))
def test_pieces_are_small_and_together_the_text(
    tools: Tools, text: str, size: int, share: float
) -> None:
    overlap = int(size * share)
    pieces = split(tools, text, size=size, overlap=overlap)
    assert all(len(each) <= size for each in pieces)
    assert "".join([*pieces[:1], *(each[overlap:] for each in pieces[1:])]) == text


@pytest.mark.parametrize(
    ("params", "field"),
    [({"size": 2, "overlap": 2}, "overlap"), ({"size": 0}, "size"), ({"size": 1}, "size")],
)
def test_wrong_sizes_name_the_field(tools: Tools, params: Any, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        split(tools, "a" * 100_001, **params)
    assert caught.value.details["field"] == field
