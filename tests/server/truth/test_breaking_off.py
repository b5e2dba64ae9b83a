"""Work that is broken off at any point leaves nothing behind that is wrong later."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol import types

from llmspell_server.analysis.pace import Cancelled, paced

from .sessions import OF_DOCUMENTS, InProcess, session, without_numbers

PROGRAM = """local shop = require("shop")
local function twice(n)
  local sum = 0
  for i = 1, n do sum = sum + shop.price(i) end
  if sum > 3 then return twice(n - 1) end
  return sum
end
local a, b = twice(2), nil
a, b = b or a, a
print(a.x, b, shop.open)
"""
SHOP = """local M = {}
function M.price(n) return n * 2 end
M.open = M.price(1)
return M
"""
_EACH = 7
"""Points apart; with 1 it takes a minute for each edit, and found no more."""
EDITS = [
    ("sum = 0", "sum = 'none'"),  # felt elsewhere
    ("print(", "end print("),  # no longer Lua
    ("if sum > 3 then", "if sum > 3"),  # read in another way until the end of the file
    (PROGRAM, ""),  # gone
    ("n * 2", "tostring(n)"),  # in the other document
]
PLACES = [PROGRAM.index(each) for each in ("twice(2)", "b or a", "sum + ", "x, b")]


class Breaking:
    """Ends work at one of the points at which it may end."""

    def __init__(self, point: int) -> None:
        self.left = point

    def __call__(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Cancelled


def answers(opened: InProcess) -> dict[Any, Any]:
    """What is found in both documents."""
    found: dict[Any, Any] = {
        (method, name): opened.ask(method, name)
        for name in ("main.lua", "shop.lua")
        for method in OF_DOCUMENTS
    }
    for place in PLACES:
        if place < len(opened.texts["main.lua"].source):
            found[place] = opened.ask(types.TEXT_DOCUMENT_HOVER, "main.lua", place)
    return {key: without_numbers(each) for key, each in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), EDITS)
def test_what_was_broken_off_is_found_as_if_nothing_had_been(old: str, new: str) -> None:
    name, source = ("main.lua", PROGRAM) if old in PROGRAM else ("shop.lua", SHOP)
    versions, start = [source, source.replace(old, new)], source.index(old)
    written = [old, new]
    expected = []
    for each in versions:
        with session({"main.lua": PROGRAM, "shop.lua": SHOP} | {name: each}) as fresh:
            assert isinstance(fresh, InProcess)
            expected.append(answers(fresh))
    with session({"main.lua": PROGRAM, "shop.lua": SHOP}) as opened:
        assert isinstance(opened, InProcess)
        answers(opened)
        point, was_broken_off = 1, True
        while was_broken_off:
            was_broken_off = False
            for number in (1, 0):
                opened.edit(name, start, start + len(written[1 - number]), written[number])
                try:
                    with paced(Breaking(point)):
                        answers(opened)
                except Cancelled:
                    was_broken_off = True
                assert answers(opened) == expected[number], point
            point += _EACH
        assert point > 50
