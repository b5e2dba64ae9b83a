"""Who calls a function, and what it calls: `|` is the function, `⟦…⟧` the calls."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.navigation.hierarchy import (
    Callable,
    Calls,
    callables_at,
    incoming,
    outgoing,
)
from llmspell_server.analysis.navigation.places import Place

from .worlds import MemoryWorld


def asked(world: MemoryWorld) -> Callable:
    (found,) = callables_at(world.here, world.file, world.offset, world)
    return found


def marked_spans(world: MemoryWorld, calls: list[Calls], file: str = "") -> dict[str, str]:
    """All texts with the calls marked. file: that has them all; empty: that of each caller."""
    return world.shown(
        Place(file or each.callable.file, *span) for each in calls for span in each.spans
    )


@pytest.mark.parametrize(
    ("files", "callers"),
    [
        ({"a.lua": "local function f|() end\n⟦f⟧()\nlocal g = f"}, ["a.lua"]),
        (
            {"a.lua": "local function f|() end\nlocal function g() ⟦f⟧() return ⟦f⟧() end"},
            ["g"],
        ),
        (
            {
                "m.lua": "local M = {}\nfunction M.run|() end\nreturn M",
                "a.lua": "local m = require('m')\nlocal t = { go = function() m.⟦run⟧() end }",
            },
            ["go"],
        ),
        (
            {"a.lua": "local C = {}\nfunction C:m|() self:⟦m⟧() end\nfunction C.n() C:⟦m⟧() end"},
            ["C.n", "C:m"],
        ),
        ({"a.lua": "local function f|() end\nprint(f)"}, []),
    ],
)
def test_who_calls_it(files: dict[str, str], callers: list[str]) -> None:
    world = MemoryWorld(files)
    found = incoming(asked(world), world)
    assert marked_spans(world, found) == world.expected
    assert sorted(each.callable.name for each in found) == callers


@pytest.mark.parametrize(
    ("files", "called"),
    [
        (
            {
                "a.lua": "local function g() end\nlocal function f|()\n  ⟦g⟧() if x then ⟦g⟧() end\n"
                "  local function inner() g() end\nend"
            },
            ["g"],
        ),
        (
            {
                "m.lua": "local M = {}\nfunction M.run() end\nreturn M",
                "a.lua": "local m = require('m')\nlocal f| = function() m.⟦run⟧() end",
            },
            ["M.run"],
        ),
        ({"a.lua": "local function f|() unknown() ('x'):rep(2) end"}, []),
    ],
)
def test_what_it_calls(files: dict[str, str], called: list[str]) -> None:
    world = MemoryWorld(files)
    found = outgoing(asked(world), world)
    assert marked_spans(world, found, world.file) == world.expected
    assert [each.callable.name for each in found] == called
