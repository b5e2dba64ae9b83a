"""Colours in strings: `⟦…⟧` is one."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.colors import Color, colors_in, written
from llmspell_server.analysis.snapshot import Snapshot
from tests.server.marks import ranges


@pytest.mark.parametrize(
    ("marked", "parts"),
    [
        ("local c = '⟦#ff0000⟧'", (1, 0, 0, 1)),
        ('f { color = "⟦#00F⟧" }', (0, 0, 1, 1)),
        ("x = '⟦#00ff0000⟧'", (0, 1, 0, 0)),
        ("-- 😀\nlocal c = '⟦#ffffff⟧'", (1, 1, 1, 1)),
    ],
)
def test_a_color(marked: str, parts: tuple[float, ...]) -> None:
    text, (place,) = ranges(marked)
    (found,) = colors_in(Snapshot.of(text))
    assert found == Color(*place, *parts)


@pytest.mark.parametrize(
    "source", ["local c = '#ff00'", "local c = 'is #ff0000'", "-- '#ff0000'", "x = #ff0000"]
)
def test_what_is_none(source: str) -> None:
    text, _ = ranges(source)
    assert list(colors_in(Snapshot.of(text))) == []


def test_a_color_is_written_with_its_alpha_where_that_counts() -> None:
    assert written(1, 0.5, 0, 1) == "#ff8000"
    assert written(1, 0.5, 0, 0.5) == "#ff800080"
