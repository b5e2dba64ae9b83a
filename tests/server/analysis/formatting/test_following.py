"""Indentation while typing, and the step that a text has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmspell_server.analysis.formatting.edits import applied
from llmspell_server.analysis.formatting.following import style_of, typed_edit
from llmspell_server.analysis.formatting.style import Style
from tests.server.marks import cursor


def typed(marked: str, key: str) -> str:
    """The text after a key was typed before the cursor."""
    text, offset = cursor(marked)
    line = text.line_at(offset)
    until = text.source[: text.line_end(line)]
    edit = typed_edit(until, text.line_start(line), offset, "  ", key)
    return text.source if edit is None else applied(text.source, [edit])


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("if a then\n|", "if a then\n  "),
        ("if a then\n|b()", "if a then\n  b()"),
        ("f(function()\n|end)", "f(function()\nend)"),
        ("    f({\n|", "    f({\n      "),
        ("if a then\n  b()\n|", "if a then\n  b()\n  "),
        ("    b()\n  |", "    b()\n"),
        ("do\n      b()\n|", "do\n      b()\n  "),
        ("x =\n|", "x =\n  "),
        ("t = {\n  a = 1,\n|", "t = {\n  a = 1,\n  "),
        ("do\n|\n  a()\nend", "do\n  \n  a()\nend"),
    ],
)
def test_a_new_line_is_indented(marked: str, expected: str) -> None:
    assert typed(marked, "\n") == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("if a then\n  b()\n  end|", "if a then\n  b()\nend"),
        ("if a then\n  b()\n  else|", "if a then\n  b()\nelse"),
        ("repeat\n  b()\n  until|", "repeat\n  b()\nuntil"),
        ("   t = {\n     1,\n     }|", "   t = {\n     1,\n   }"),
    ],
)
def test_a_word_that_closes_is_put_under_what_it_closes(marked: str, expected: str) -> None:
    assert typed(marked, expected.rstrip()[-1]) == expected


@pytest.mark.parametrize(
    ("marked", "key"),
    [
        ("do\n  send|", "d"),  # not the word
        ("do\n  b() end|", "d"),  # not the first of its line
        ("x = [[\n|", "\n"),
        ("x = [[\n  end|", "d"),
        ("--[[\n  end|", "d"),
        ("-- a\n  -- end|", "d"),
        ("do\nx|()", "\n"),  # not the beginning of the line
    ],
)
def test_nothing_else_is_touched(marked: str, key: str) -> None:
    assert typed(marked, key) == cursor(marked)[0].source


@given(
    st.lists(
        st.sampled_from(
            [
                "f",
                "(",
                ")",
                "{",
                "}",
                "end",
                "if",
                "then",
                "else",
                "do",
                "repeat",
                "until",
                "x",
                "=",
                ",",
                "[[",
                "--",
                "\n",
            ]
        )
    )
)
def test_unfinished_text_is_read_as_far_as_it_goes(words: list[str]) -> None:
    source = " ".join(words) + "\n"
    edit = typed_edit(source, len(source), len(source), "  ", "\n")
    assert edit is None or edit.text.strip(" ") == ""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x()\n", None),
        ("do\n    x()\nend", Style(width=4)),
        ("do\n\tx()\nend", Style(tabs=True)),
        ("do\nx()\nif a then\n   b()\nend\nend", Style(width=3)),
        ("x = a\n      or b\ndo\n  x()\nend", Style(width=2)),
        ("do\n \tx()\nend", None),
    ],
)
def test_the_first_indented_block_says_the_step(source: str, expected: Style | None) -> None:
    assert style_of(source) == expected
