from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell.syntax.lines import Lines, line_breaks


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 1), ("a", 1), ("a\n", 2), ("a\r\nb", 2), ("a\n\rb", 2), ("a\rb", 2), ("\r\r", 3),
     ("\n\n", 3), ("\r\n\r\n", 3), ("a\x0cb\u2028c\x0bd\x85e", 1)],
)  # fmt: skip
def test_lines_end_as_for_the_compiler(text: str, count: int) -> None:
    assert Lines(text.encode()).count == count
    assert line_breaks(text.encode()) == count - 1


@pytest.mark.parametrize(
    ("text", "byte", "column"),
    [("abc", 2, 3), ("ä=b", 3, 3), ("😀=b", 5, 4), ("x\nä=b", 5, 3), ("", 0, 1)],
)
def test_columns_are_utf16_units(text: str, byte: int, column: int) -> None:
    lines = Lines(text.encode())
    assert lines.column(byte) == column
    assert lines.offset(lines.line(byte), column) == byte


def test_bytes_that_are_not_utf8_are_a_column_each() -> None:
    lines = Lines(b"\xff\xfe=b")
    assert (lines.column(3), lines.offset(1, 4)) == (4, 3)


def test_columns_outside_of_the_line() -> None:
    lines = Lines("ab\ncdé".encode())
    assert (lines.offset(1, 99), lines.offset(2, 99), lines.offset(9, 1)) == (2, 7, 7)
    assert (lines.offset(1, 0), lines.offset(2, -5)) == (0, 3)


@given(st.text(st.sampled_from("aä€😀\r\n"), max_size=20))
def test_columns_and_offsets_are_inverse(text: str) -> None:
    source, lines = text.encode(), Lines(text.encode())
    for index, _ in enumerate(text):
        offset = len(text[:index].encode())
        line = lines.line(offset)
        if offset <= lines.end(line):
            assert lines.offset(line, lines.column(offset)) == offset
    assert lines.line(len(source)) == lines.count
