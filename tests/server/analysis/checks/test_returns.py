"""What functions give back, compared with what they promise."""

from __future__ import annotations

import pytest

from .checking import check

R = "---@return string\n"
RR = "---@return string\n---@return integer?\n"


@pytest.mark.parametrize(
    "marked",
    [
        R + "local function f() print() ⟦end⟧",
        R + "local function f(x) if x then return 'x' end ⟦end⟧",
        R + "local function f(x) if x then return 'x' else return 'y' end end",
        R + "local function f(x) error('x') end",
        R + "local function f(x) while true do print() end end",
        R + "local function f(x) while x do print() end ⟦end⟧",
        R + "local function f() end",
        "---@return string?\nlocal function f() print() end",
        "---@return any\nlocal function f() print() end",
        "local function f() print() end",
        "---@return nil\nlocal function f() print() end",
    ],
)
def test_missing_return(marked: str) -> None:
    check("missing-return", marked)


@pytest.mark.parametrize(
    "marked",
    [
        R + "local function f(x) if x then ⟦return⟧ end return 'x' end",
        RR + "local function f(x) return 'x' end",
        "---@return string\n---@return integer\nlocal function f() ⟦return 'x'⟧ end",
        "---@return string\n---@return integer\nlocal function f() return print() end",
        "---@return string?\nlocal function f() return end",
    ],
)
def test_missing_return_value(marked: str) -> None:
    check("missing-return-value", marked)


@pytest.mark.parametrize(
    "marked",
    [
        R + "local function f() return 'x', ⟦1⟧ end",
        RR + "local function f() return 'x', 1 end",
        "---@return string ...\nlocal function f() return 'x', 'y' end",
        "local function f() return 'x', 'y' end",
    ],
)
def test_redundant_return_value(marked: str) -> None:
    check("redundant-return-value", marked)


@pytest.mark.parametrize(
    "marked",
    [
        R + "local function f() return ⟦1⟧ end",
        R + "local function f() return ⟦nil⟧ end",
        RR + "local function f() return 'x', ⟦'y'⟧ end",
        R + "local function f(x) return x end",
        R + "local function f() return tostring(1) end",
        R + "local function f(x) return x and 'a' or nil end",
        "---@generic T\n---@param x T\n---@return T\nlocal function f(x) return x end",
        "---@return 'a'|'b'\nlocal function f() return 'a' end",
        "---@return { n: integer }\nlocal function f() return { n = 1 } end",
    ],
)
def test_return_type_mismatch(marked: str) -> None:
    check("return-type-mismatch", marked)
