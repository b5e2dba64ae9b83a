"""Nothing is wrong with the strings of the examples, and every beginning of one is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell_server.analysis.api import Api
from llmspell_server.analysis.spells.kinds import completions, explained, problem
from llmspell_server.analysis.spells.sources import KindSources
from llmspell_server.kind_sources import Folders
from llmspell_server.library import load_api

from .saying import written

ROOT = Path(__file__).parents[4]
EXAMPLES = sorted((ROOT / "examples").rglob("*.lua"))
API = load_api()  # hypothesis wants no fixtures of a function


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_no_problems(path: Path, api: Api) -> None:
    roots = {"script": str(path.parent), "workspace": str(ROOT)}
    sources = KindSources(roots=roots, listing=Folders().listing)
    strings = written(path.read_text("utf-8"), api)
    found = [problem(each.kind, each.content, sources) for each in strings]
    assert [each for each in found if each is not None] == []


@given(st.data())
@settings(deadline=None)
def test_every_beginning_is_answered(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(EXAMPLES)).read_text("utf-8")
    end = data.draw(st.integers(0, len(source)))
    for each in written(source[:end], API):
        assert source[each.start : each.end] == each.content
        problem(each.kind, each.content)


@given(st.sampled_from(sorted(API.kinds)), st.text(".:*/<>…ab\\'\0é", max_size=12), st.data())
def test_whatever_a_string_holds_is_answered(kind: str, content: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(content)))
    sources = KindSources(roots={"script": "/", "workspace": "/"}, listing=lambda folder: {})
    found = completions(API.kinds[kind], content, cursor, sources)
    assert found.start <= cursor <= found.end
    explained(API.kinds[kind], content, sources)
    problem(API.kinds[kind], content, sources)
