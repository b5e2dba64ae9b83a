from __future__ import annotations

import pytest

from llmspell_server.analysis.selections import selections_at
from llmspell_server.analysis.snapshot import Snapshot
from tests.server.marks import cursor


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("f(a|b, c)", ["ab", "ab, c", "(ab, c)", "f(ab, c)"]),
        ("x = a.b|c", ["bc", "a.bc", "x = a.bc"]),
        ("x = 'a| b'", ["a b", "'a b'", "x = 'a b'"]),
        ("x = [==[a|]==]", ["a", "[==[a]==]", "x = [==[a]==]"]),
        ("-- one tw|o\n-- three", ["two", "-- one two", "-- one two\n-- three"]),
        ("do\n  f()\n  g(|)\nend", ["()", "g()", "f()\n  g()", "do\n  f()\n  g()\nend"]),
    ],
)
def test_a_selection_grows(marked: str, expected: list[str]) -> None:
    text, offset = cursor(marked)
    spans = selections_at(Snapshot.of(text), offset)
    assert [text.source[slice(*span)] for span in spans if span != (0, len(text.source))] == [
        each for each in expected if each != text.source
    ]
    assert spans[-1] == (0, len(text.source))
