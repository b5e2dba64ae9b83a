"""What nobody uses, and what hides something else."""

from __future__ import annotations

import pytest

from .checking import check


@pytest.mark.parametrize(
    "marked",
    [
        "local ⟦a⟧ = 1",
        "local a = 1\nprint(a)",
        "local ⟦a⟧ = 1\na = 2",
        "local _, _x = 1, 2",
        "local function f(⟦a⟧) return 1 end\nf()",
        "local function f(a) end\nf()",
        "for ⟦i⟧ = 1, 2 do print() end",
        "for ⟦k⟧, v in pairs({}) do print(v) end",
        "local a <close> = nil",
        "---@class A\nlocal A = {}",
        "function f:x() return 1 end",
        "local ⟦a⟧ = 1\nlocal a = 2\nprint(a)",
        "do local ⟦a⟧ = 1 end",
        "local a = 1\nlocal function f() return a end\nf()",
        "local ⟦a⟧\ndo local a = 1; print(a) end",
    ],
)
def test_unused_local(marked: str) -> None:
    check("unused-local", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local function ⟦f⟧() return 1 end",
        "local function ⟦f⟧() return 1 end\nf = nil",
        "local ⟦f⟧ = function() return 1 end",
        "local function f() return 1 end\nf()",
        "function f() return 1 end",
    ],
)
def test_unused_function(marked: str) -> None:
    check("unused-function", marked)


@pytest.mark.parametrize(
    "marked",
    ["⟦::a::⟧", "goto a ::a::", "do ⟦::a::⟧ end", "do goto a end ::a::"],
)
def test_unused_label(marked: str) -> None:
    check("unused-label", f"do {marked} end")


@pytest.mark.parametrize(
    "marked",
    [
        "local function f(⟦...⟧) return 1 end",
        "local function f(...) return ... end",
        "local function f(...) end",
        "local function f(⟦...⟧) return function(...) return ... end end",
        "print(...)",
    ],
)
def test_unused_vararg(marked: str) -> None:
    check("unused-vararg", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local a = 1\nlocal ⟦a⟧ = a",
        "local a = 1\ndo local ⟦a⟧ = 2 end",
        "local a = 1\nlocal function f(⟦a⟧) return a end",
        "local function f(a) local ⟦a⟧ = a end",
        "do local a end\nlocal a",
        "local function f() local a end\nlocal function g() local a end",
        "local _ = 1\nlocal _ = 2",
        "for i = 1, 2 do for ⟦i⟧ = 1, 2 do print(i) end end",
        "for i = 1, 2 do print(i) end for i = 1, 2 do print(i) end",
        "local f\nfunction f(a) return a end",
        "do local a = 1; if a then local ⟦a⟧ = 2 else local ⟦a⟧ = 3 end end",
    ],
)
def test_redefined_local(marked: str) -> None:
    check("redefined-local", marked)


def test_what_is_hidden_is_shown() -> None:
    [found] = check("redefined-local", "local a = 1\nlocal ⟦a⟧ = a")
    [related] = found.finding.related
    assert (related.start, related.end) == (6, 7)
