"""Replacements: as small as they can be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from llmspell_server.analysis.formatting.edits import Edit, applied, gap_edits, line_edits, within

TEXT = st.text("ab \n\r", max_size=30)
GAP = st.text(" \t\n\r", max_size=8)


@given(TEXT, TEXT)
def test_line_edits_make_the_target(source: str, target: str) -> None:
    assert applied(source, line_edits(source, target)) == target


NEW_GAP = st.from_regex(r"((\n|\r\n)*)( *|\t*)", fullmatch=True)


@given(GAP, NEW_GAP)
def test_gap_edits_make_the_target(old: str, new: str) -> None:
    source = f"a{old}b"
    assert applied(source, list(gap_edits(source, 1, 1 + len(old), new))) == f"a{new}b"


def test_a_changed_line_is_the_only_one_replaced() -> None:
    assert line_edits("a\nb\nc\n", "a\nB\nc\n") == [Edit(2, 4, "B\n")]


def test_edits_outside_of_a_range_are_left_out() -> None:
    inside, across, outside = Edit(2, 3, ""), Edit(3, 6, ""), Edit(7, 8, "")
    assert within([inside, across, outside], 2, 5) == [inside]
