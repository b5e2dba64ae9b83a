"""How far declarations reach."""

from __future__ import annotations

import re

import pytest

from llmspell_server.analysis.navigation.extents import extent
from llmspell_server.analysis.snapshot import Snapshot
from tests.server.marks import cursor, ranges, shown


@pytest.mark.parametrize(
    "marked",
    [
        "⟦local |f = function(a)\n  return a\nend⟧\nprint(f)",
        "⟦local function |f(a)\n  return a\nend⟧",
        "print()\n\n-- other\n\n⟦---@param a string\n-- more\nfunction M.|go(a) end⟧",
        "⟦function M:|go() end⟧",
        "⟦M.|x = { 1,\n2 }⟧",
        "⟦x, |y = 1, 2⟧",
        "local t = {\n  ⟦-- says it\n  |run = function() end⟧,\n}",
        "local function f(⟦|a⟧) end",
        "local f = function(⟦|a⟧) end",
        "for ⟦|i⟧ = 1, 2 do print(i) end",
        "for k, ⟦|v⟧ in pairs(t) do print(k, v) end",
        "do\n  ⟦local |x <const> = 1⟧\nend",
        "goto done\n⟦::|done::⟧",
        "print()\n⟦---@class |Box\n---@field size integer⟧\n\nlocal x",
        "---@class Box\n⟦---@field |size integer⟧\n---@field b string\nlocal x",
        "⟦Event.publish('|order.paid', {\n})⟧",
        "⟦Tool.register({ name = '|juice', execute = print })⟧",
        "Tool.register('juice', ⟦|function(p)\n  return p\nend⟧)",
    ],
)
def test_what_is_declared_is_around_its_name(marked: str) -> None:
    text, (whole,) = ranges(marked.replace("|", ""))
    _, start = cursor(re.sub("[⟦⟧]", "", marked))
    name = re.compile(r"[\w.]+").match(text.source, start)
    assert name is not None
    found = extent(Snapshot.of(text), *name.span())
    assert shown(text, found) == shown(text, whole)
