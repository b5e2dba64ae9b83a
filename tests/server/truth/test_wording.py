"""What is told after an edit is told in the words of the text as it is now."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol import types

from .sessions import session

SHOP = """local Shop = {}
function Shop.open() end
if late then shown = 1 else shown = Shop end
local function get() return shown end
print(get())
"""
DOCUMENTED = """--- Counts.
---@param step integer how far
---@return number sum the sum
---@return number rest the rest
local function count(step) return step, step end
local M = { count = count }
M.count(1)
"""


def hovers(source: str, before: str | None = None) -> list[Any]:
    """What hover tells at the last place of each name; before: of which that was asked, too."""
    with session({"main.lua": before if before is not None else source}) as opened:
        if before is not None:
            _hovers(opened.ask, before)
            opened.edit("main.lua", 0, len(before), source)
        return _hovers(opened.ask, source)


def _hovers(ask: Any, source: str) -> list[Any]:
    places = [source.rindex(name) for name in ("shown", "get", "count") if name in source]
    return [ask(types.TEXT_DOCUMENT_HOVER, "main.lua", place) for place in places]


@pytest.mark.parametrize(
    ("source", "old", "new"),
    [
        (SHOP, "shown = 1 else shown = Shop", "shown = Shop else shown = 1"),
        (DOCUMENTED, "Counts", "Adds"),
        (DOCUMENTED, "how far", "how much"),
        (DOCUMENTED, "number sum", "number total"),
        (DOCUMENTED, "--- Counts.\n", ""),
    ],
)
def test_an_edit_that_leaves_all_types_equal_is_told(source: str, old: str, new: str) -> None:
    edited = source.replace(old, new)
    assert hovers(edited, before=source) == hovers(edited) != hovers(source)
