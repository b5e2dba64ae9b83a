"""What stands above functions and spells. `⟦…⟧` is the name whose uses are counted."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.lenses import lenses_in
from llmspell_server.analysis.snapshot import Snapshot
from tests.server.marks import ranges, shown


@pytest.mark.parametrize(
    "marked",
    [
        "local function ⟦f⟧() end\n",
        "function M.⟦f⟧() end\nfunction M:⟦g⟧() end\n",
        "local ⟦f⟧ = function() end\nM.⟦g⟧ = function() end\n",
        "do local function inner() end end\nlocal x = 1\n",
    ],
)
def test_functions_of_the_chunk_have_a_lens(marked: str) -> None:
    text, _ = ranges(marked)
    found = [each for each in lenses_in(Snapshot.of(text)) if each.kind == "references"]
    assert shown(text, *((each.offset, each.end) for each in found)) == marked


@pytest.mark.parametrize(
    ("source", "runs"),
    [
        ("-- about\nprint(1)\n", 1),
        ("local M = {}\nreturn M\n", 0),
        ("---@meta\nfoo = 1\n", 0),
        ("", 0),
    ],
)
def test_what_runs_by_itself_can_be_run(source: str, runs: int) -> None:
    found = lenses_in(Snapshot.of(ranges(source)[0]))
    assert sum(each.kind == "run" for each in found) == runs
