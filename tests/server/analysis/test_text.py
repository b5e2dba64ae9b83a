from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell_server.analysis.text import Text, Units


@pytest.mark.parametrize("units", ["utf-8", "utf-16", "utf-32"])
def test_every_offset_survives_its_position(units: Units) -> None:
    text = Text("é😀\r\nb\rc\n\u2028d\f\n")
    inside_break = text.source.index("\r\n") + 1
    for offset in range(len(text.source) + 1):
        if offset != inside_break:
            assert text.offset(*text.position(offset, units), units) == offset


def test_only_lf_crlf_and_cr_end_lines() -> None:
    assert Text("a\nb\r\nc\rd\fe\u2028f\x85g\vh").line_count == 4


@pytest.mark.parametrize("place", [(0, 99), (0, 3)])
def test_a_column_after_the_end_means_the_end(place: tuple[int, int]) -> None:
    assert Text("abc\r\ndef").offset(*place, "utf-16") == 3


def test_a_column_after_the_end_of_the_last_line_means_the_end() -> None:
    assert Text("abc\ndef").offset(1, 99, "utf-16") == 7


def test_a_line_after_the_last_means_the_end() -> None:
    assert Text("abc\n").offset(5, 2, "utf-16") == 4


@pytest.mark.parametrize(("units", "column"), [("utf-16", 1), ("utf-8", 2)])
def test_half_a_character_means_its_beginning(units: Units, column: int) -> None:
    assert Text("😀a").offset(0, column, units) == 0


def test_a_lone_surrogate_keeps_positions_and_can_be_encoded() -> None:
    text = Text("'\ud83d' x")
    assert text.encoded.decode() == "'\ufffd' x"
    assert text.position(4, "utf-16") == (0, 4)


def test_replacing_leaves_the_text_as_it_was() -> None:
    text = Text("a b")
    assert (text.replaced(2, 3, "c\n").source, text.source) == ("a c\n", "a b")


@pytest.mark.parametrize(
    ("source", "expected"),
    [("a\r\nb\n", "x\r\ny\r\n"), ("a\nb\r\n", "x\ny\r\n"), ("a\rb", "x\ny\r\n"), ("", "x\ny\r\n")],
)
def test_what_is_put_into_a_text_breaks_lines_as_it_does(source: str, expected: str) -> None:
    assert Text(source).broken_alike("x\ny\r\n") == expected


@pytest.mark.parametrize(("offset", "expected"), [(0, 3), (1, 3), (3, 4)])
def test_the_next_line_begins_behind_its_break(offset: int, expected: int) -> None:
    assert Text("a\r\nb").next_line(offset) == expected


_LINES = st.text("ab\r\n😀\u2028\ud800", max_size=12)


@given(_LINES, st.integers(0, 12), st.integers(0, 12), _LINES)
def test_lines_after_an_edit_are_those_of_the_new_text(
    source: str, start: int, length: int, replacement: str
) -> None:
    text = Text(source)
    start = min(start, len(source))
    end = min(start + length, len(source))
    edited = text.replaced(start, end, replacement)
    fresh = Text(source[:start] + replacement + source[end:])
    assert edited.source == fresh.source
    assert edited.line_count == fresh.line_count
    for line in range(fresh.line_count):
        assert edited.line_start(line) == fresh.line_start(line)
        assert edited.offset(line, 99, "utf-32") == fresh.offset(line, 99, "utf-32")
