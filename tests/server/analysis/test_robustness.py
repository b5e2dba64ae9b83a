"""Whatever has been typed so far, something sensible is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell_server.analysis.completion.complete import Options, complete
from llmspell_server.analysis.evaluatable import evaluatable_at
from llmspell_server.analysis.faults import syntax_fault
from llmspell_server.analysis.hover import hovered
from llmspell_server.analysis.inlay_hints import Wanted, hints_in
from llmspell_server.analysis.inline_values import inline_values
from llmspell_server.analysis.semantic_tokens import tokens_of
from llmspell_server.analysis.signature import active_call
from llmspell_server.analysis.text import Text
from llmspell_server.analysis.type_places import implementations, type_definitions
from llmspell_server.compiler import Compiler
from tests.server.places import URI, place_at

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").rglob("*.lua"))
compile_chunk = Compiler()  # hypothesis wants no fixtures of a function


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_have_no_diagnostics(path: Path, compiler: Compiler) -> None:
    assert syntax_fault(Text(path.read_text("utf-8")), compiler) is None


@given(st.data())
@settings(deadline=None)
def test_every_prefix_of_an_example_is_answered(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(EXAMPLES)).read_text("utf-8")
    end = data.draw(st.integers(0, len(source)))
    answer_everywhere(Text(source[:end]), end)


FRAGMENTS = ["State.save(", "'", '"', "[[", "]]", "--", "\n", "\r", "é😀", "= ", "end ", "{", "\\"]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
@settings(deadline=None)
def test_any_mixture_is_answered(source: str) -> None:
    answer_everywhere(Text(source), len(source))


def answer_everywhere(text: Text, offset: int) -> None:
    """Asks everything that can be asked, and looks that each place lies in the text."""
    fault = syntax_fault(text, compile_chunk)
    assert fault is None or 0 <= fault.start <= fault.end <= len(text.source)
    subject = place_at(text.source, offset)
    completed = complete(subject, Options(dict, True))
    assert completed.start <= offset <= completed.end
    found = hovered(subject)
    assert found is None or found.start <= offset <= found.end
    active_call(subject)
    list(hints_in(subject.inference, URI, 0, len(text.source), Wanted("all", True, True)))
    list(inline_values(subject.snapshot, 0, len(text.source), offset))
    evaluatable_at(subject.snapshot, offset)
    tokens_of(subject.snapshot, frozenset(), "utf-16")
    type_definitions(subject)
    implementations(subject)
