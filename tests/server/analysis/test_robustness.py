"""Whatever has been typed so far, something sensible is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell_server.analysis.faults import syntax_fault
from llmspell_server.analysis.text import Text
from llmspell_server.compiler import Compiler
from tests.server.asking import ask_everywhere
from tests.server.places import place_at

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.lua"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_have_no_diagnostics(path: Path, compiler: Compiler) -> None:
    assert syntax_fault(Text(path.read_text("utf-8")), compiler) is None


@given(st.data())
@settings(deadline=None)
def test_every_prefix_of_an_example_is_answered(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(EXAMPLES)).read_text("utf-8")
    end = data.draw(st.integers(0, len(source)))
    ask_everywhere(place_at(source[:end], end))


FRAGMENTS = ["State.save(", "'", '"', "[[", "]]", "--", "\n", "\r", "é😀", "= ", "end ", "{", "\\"]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
@settings(deadline=None)
def test_any_mixture_is_answered(source: str) -> None:
    ask_everywhere(place_at(source, len(source)))
