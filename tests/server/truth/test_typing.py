"""Our examples are typed from their beginning: at each token all that editors ask is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.asking import Typed, ask_everywhere, ask_here, boundaries

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.lua"))
_EVERYTHING_EACH = 16  # what is about the whole document grows with it


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_typed(path: Path) -> None:
    type_through(path.read_text("utf-8"))


def type_through(source: str) -> None:
    """Types a text token by token, and asks at the beginning and the end of each."""
    typed, before = Typed(), 0
    for number, end in enumerate(boundaries(source)):
        subject = typed.type(source[before:end])
        typed.check()
        (ask_here if number % _EVERYTHING_EACH else ask_everywhere)(subject)
        before = end
