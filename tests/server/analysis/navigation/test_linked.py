"""Names that change together while one is typed: `|` is the cursor, `⟦…⟧` what changes."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.navigation.linked import linked_at
from tests.server.marks import shown

from .worlds import MemoryWorld

FAR = "\n" * 70


@pytest.mark.parametrize(
    "marked",
    [
        "local ⟦a|⟧ = 1\nprint(⟦a⟧, b)\n⟦a⟧ = 2",
        "goto ⟦out|⟧\ndo local x end\n::⟦out⟧::",
        "---@param ⟦na|me⟧ string\nlocal function f(⟦name⟧) return ⟦name⟧ end",
        "local a = 1\ndo local ⟦a⟧ = 2; print(⟦a|⟧) end\nprint(a)",
        "for ⟦i|⟧ = 1, 2 do print(⟦i⟧) end",
        f"local a| = 1{FAR}print(a)",
        "globa|l = 1\nprint(global)",
        "local t = {}\nt.fie|ld = 1\nprint(t.field)",
        "local t = {}\nfunction t:m() return sel|f end",
        "print('te|xt', 'text')",
    ],
)
def test_what_changes_together(marked: str) -> None:
    world = MemoryWorld({"main.lua": marked})
    found = linked_at(world.here, world.file, world.offset, world)
    assert shown(world.here.text, *found) == marked.replace("|", "")
