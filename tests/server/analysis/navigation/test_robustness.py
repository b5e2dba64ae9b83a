"""Whatever has been typed so far, nothing that is asked of it fails."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from llmspell_server.analysis.folding import folds_of
from llmspell_server.analysis.links import links_of
from llmspell_server.analysis.navigation.hierarchy import callables_at, incoming, outgoing
from llmspell_server.analysis.navigation.highlights import highlights_at
from llmspell_server.analysis.navigation.linked import linked_at
from llmspell_server.analysis.navigation.renaming import NotRenamable, renaming
from llmspell_server.analysis.navigation.symbols import symbol_at
from llmspell_server.analysis.navigation.targets import targets
from llmspell_server.analysis.navigation.uses import uses_of
from llmspell_server.analysis.outline import outline_of
from llmspell_server.analysis.selections import selections_at

from .worlds import MemoryWorld

EXAMPLES = sorted((Path(__file__).parents[4] / "examples").rglob("*.lua"))


@given(st.data())
@settings(deadline=None)
def test_every_prefix_of_an_example_is_answered(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(EXAMPLES)).read_text("utf-8").replace("|", "")
    end = data.draw(st.integers(0, len(source)))
    offset = data.draw(st.integers(0, end))
    world = MemoryWorld({"main.lua": f"{source[:offset]}|{source[offset:end]}"})
    here, file, length = world.here, world.file, end
    found = targets(here, file, offset, world)
    assert found is None or found.span[0] <= offset <= found.span[1]
    under = symbol_at(here, file, offset, world)
    for place in uses_of(under.symbol, here, file, world) if under is not None else ():
        assert 0 <= place.start <= place.end <= length
    for start, stop, _ in highlights_at(here, file, offset, world):
        assert 0 <= start <= stop <= length
    for function in callables_at(here, file, offset, world):
        incoming(function, world)
        outgoing(function, world)
    with suppress(NotRenamable):
        renaming(here, file, offset, "another", world)
    linked_at(here, file, offset, world)
    outline_of(here)
    folds_of(here)
    links_of(here)
    assert selections_at(here, offset)[-1] == (0, length)
