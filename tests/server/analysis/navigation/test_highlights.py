"""What lights up in a document: `|` is the cursor, `⟦…⟧` what lights up."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.navigation.highlights import highlights_at
from tests.server.marks import shown

from .worlds import MemoryWorld

OBJECT = """
local C = {}
C.__index = C
function C.new() return setmetatable({}, C) end
function C:⟦f|⟧() end
C.new():⟦f⟧()
local function g(o) o:f() end
return C
"""


@pytest.mark.parametrize(
    "marked",
    [
        "⟦func|tion⟧ f()\n  if a then ⟦return⟧ 1 end\n  local g = function() return 2 end\n  ⟦return⟧ 3\n⟦end⟧",
        "local ⟦function⟧ f() ⟦ret|urn⟧ 1 ⟦end⟧",
        "local f = ⟦function⟧() ⟦return⟧ 1 ⟦en|d⟧",
        "⟦if|⟧ a ⟦then⟧ f() ⟦elseif⟧ b ⟦then⟧ if c then end ⟦else⟧ g() ⟦end⟧",
        "⟦if⟧ a ⟦then⟧ f() ⟦else|⟧ g() ⟦end⟧",
        "⟦for|⟧ i = 1, 2 ⟦do⟧ if a then ⟦break⟧ end while b do break end ⟦end⟧",
        "⟦while⟧ a ⟦do⟧ ⟦bre|ak⟧ ⟦end⟧",
        "⟦repeat|⟧ f() ⟦until⟧ a",
        "⟦do|⟧ f() ⟦end⟧",
        "local function f(o) return o():⟦same|⟧() end\nx().⟦same⟧ = 1",
        "local ⟦a|⟧ = 1\nlocal function f() ⟦a⟧ = ⟦a⟧ + 1 end\nlocal a",
        "loc|al a",
        OBJECT,
    ],
)
def test_what_belongs_together(marked: str) -> None:
    world = MemoryWorld({"main.lua": marked})
    found = highlights_at(world.here, world.file, world.offset, world)
    spans = [(each.start, each.end) for each in found]
    assert shown(world.here.text, *spans) == marked.replace("|", "")
