"""Statements that are never reached or do nothing."""

from __future__ import annotations

import pytest

from .checking import check


@pytest.mark.parametrize(
    "marked",
    [
        "do error('x') ⟦print()⟧ end",
        "do os.exit() ⟦print() print()⟧ end",
        "local function f() do return 1 end ⟦print()⟧ end",
        "local function f(x) if x then return 1 else return 2 end ⟦print()⟧ end",
        "local function f(x) if x then return 1 end print() end",
        "local function f() while true do print() end ⟦print()⟧ end",
        "local function f(x) while true do if x then break end end print() end",
        "local function f(x) while true do while x do break end end ⟦print()⟧ end",
        "local function f() goto done; do return end ::done:: print() end",
    ],
)
def test_unreachable_code(marked: str) -> None:
    check("unreachable-code", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "while true do break; ⟦print()⟧ end",
        "while true do if x then break end print() end",
        "while true do break end print()",
    ],
)
def test_code_after_break(marked: str) -> None:
    check("code-after-break", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "⟦if x then end⟧",
        "⟦if x then else end⟧",
        "if x then else print() end",
        "⟦while x do end⟧",
        "⟦for i = 1, 2 do end⟧",
        "⟦for k in pairs(x) do end⟧",
        "⟦repeat until x⟧",
        "if x then\n  -- nothing to do\nend",
        "local function f() end",
    ],
)
def test_empty_block(marked: str) -> None:
    check("empty-block", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local function f() print() ⟦return⟧ end",
        "local function f() if x then return end print() end",
        "local function f() return 1 end",
        "print() return",
    ],
)
def test_redundant_return(marked: str) -> None:
    check("redundant-return", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local x = 1⟦  ⟧\n⟦\t⟧\nprint(x)",
        "local x = [[\na  \n]]",
        "-- text⟦ ⟧\n",
        "local x = 1\r\nprint(x)⟦ ⟧\r\n",
        "print()⟦ ⟧",
    ],
)
def test_trailing_space(marked: str) -> None:
    check("trailing-space", marked)
