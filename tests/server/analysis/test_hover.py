from __future__ import annotations

import pytest

from llmspell_server.analysis.api import Api
from llmspell_server.analysis.hover import described_under
from tests.server.marks import cursor


@pytest.mark.parametrize(
    ("marked", "name", "word"),
    [
        ("State.sa|ve('a')", "State.save", "save"),
        ("State.|save('a')", "State.save", "save"),
        ("State.save|('a')", "State.save", "save"),
        ("St|ate.save('a')", "State", "State"),
        ("x = string.for|mat", "string.format", "format"),
        ("|print(1)", "print", "print"),
        ("ARGS|.name", "ARGS", "ARGS"),
    ],
)
def test_the_name_under_the_cursor(marked: str, name: str, word: str, api: Api) -> None:
    text, offset = cursor(marked)
    found = described_under(text, offset, api)
    assert found is not None
    assert (found.symbol.name, text.source[found.start : found.end]) == (name, word)


@pytest.mark.parametrize(
    "marked",
    [
        "State.un|known",
        "'State.sa|ve'",
        "-- pri|nt",
        "local print = 1\npri|nt()",
        "x = 1 | + 2",
        "e|nd",
        "|",
    ],
)
def test_nothing_elsewhere(marked: str, api: Api) -> None:
    text, offset = cursor(marked)
    assert described_under(text, offset, api) is None
