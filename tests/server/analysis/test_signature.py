from __future__ import annotations

import pytest

from llmspell_server.analysis.api import Api
from llmspell_server.analysis.signature import active_call
from tests.server.marks import cursor


@pytest.mark.parametrize(
    ("marked", "name", "parameter"),
    [
        ("State.save(|", "State.save", 0),
        ("State.save('a', |)", "State.save", 1),
        ("State.save('a', f(1, 2), {3, 4}, |", "State.save", 3),
        ("State.save('a,(', |", "State.save", 1),
        ("print(1, State.load(|", "State.load", 0),
        ("print(State.load(1), |", "print", 0),
        ("string.format('%d', 1, |", "string.format", 1),
    ],
)
def test_the_parameter_under_the_cursor(marked: str, name: str, parameter: int, api: Api) -> None:
    text, offset = cursor(marked)
    found = active_call(text, offset, api)
    assert found is not None
    assert (found.symbol.name, found.parameter) == (name, parameter)


@pytest.mark.parametrize(
    "marked",
    ["State.save|(", "State.save()|", "unknown(|", "(|", "if (|", "print(1) -- (|", "State(|"],
)
def test_no_call(marked: str, api: Api) -> None:
    text, offset = cursor(marked)
    assert active_call(text, offset, api) is None
