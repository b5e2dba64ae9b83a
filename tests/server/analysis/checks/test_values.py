"""Numbers of values, constants, and loops that count down."""

from __future__ import annotations

import pytest

from .checking import check, findings


@pytest.mark.parametrize(
    "marked",
    [
        "local a = 1, ⟦2⟧, ⟦3⟧",
        "local a, b\na, b = 1, 2, ⟦3⟧",
        "local a, b = 1, 2",
        "local a = print(), ⟦print()⟧",
    ],
)
def test_redundant_value(marked: str) -> None:
    check("redundant-value", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local a, ⟦b⟧, ⟦c⟧ = 1",
        "local a, b = print()",
        "local a, b = ...",
        "local a, b",
        "local t = {}\nt.a, ⟦t.b⟧ = 1",
        "local a, b = (1):f()",
        "local a, _ = 1",
        "local a, _, ⟦c⟧ = 1",
    ],
)
def test_unbalanced_assignments(marked: str) -> None:
    check("unbalanced-assignments", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local a <close> = ⟦1⟧",
        "local a <close> = ⟦function() end⟧",
        "local a <close> = nil",
        "local a <close> = false",
        "local a <close> = io.open('x')",
        "local a <close> = setmetatable({}, { __close = print })",
        "local function f(x) local a <close> = x end",
    ],
)
def test_close_non_object(marked: str) -> None:
    check("close-non-object", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local a <const> = 1\n⟦a⟧ = 2",
        "local a <close> = nil\nlocal function f() ⟦a⟧ = 2 end",
        "local a <const> = {}\na.x = 1",
        "local a <const> = 1\nlocal function f(a) a = 2 end",
        "local a <const> = print\nfunction ⟦a⟧() end\nfunction b.a() end",
    ],
)
def test_local_const_reassign(marked: str) -> None:
    check("local-const-reassign", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "for i = ⟦10, 1⟧ do print(i) end",
        "for i = ⟦#arg, 1⟧ do print(i) end",
        "for i = 10, 1, ⟦1⟧ do print(i) end",
        "for i = 10, 1, -1 do print(i) end",
        "for i = 1, 10 do print(i) end",
        "for i = #arg, 0 do print(i) end",
        "for i = 1, 1 do print(i) end",
        "for i = -5, -1 do print(i) end",
        "for i = 10, 1, tonumber('-1') do print(i) end",
    ],
)
def test_count_down_loop(marked: str) -> None:
    check("count-down-loop", marked)


def test_comments_disable_codes_on_lines() -> None:
    texts = [
        "---@diagnostic disable-next-line: unbalanced-assignments\nlocal a, b = 1",
        "---@diagnostic disable-next-line\nlocal a, b = 1",
        "local a, b = 1 ---@diagnostic disable-line: unbalanced-assignments",
        "---@diagnostic disable: unbalanced-assignments\n\nlocal a, b = 1",
    ]
    for text in texts:
        assert "unbalanced-assignments" not in [each.code for each in findings(text)], text


def test_other_codes_and_lines_stay() -> None:
    check(
        "unbalanced-assignments",
        "---@diagnostic disable-next-line: unused-local\nlocal a, ⟦b⟧ = 1\n"
        "---@diagnostic disable: unbalanced-assignments\nlocal c, d = 1\n"
        "---@diagnostic enable: unbalanced-assignments\nlocal e, ⟦f⟧ = 1\n",
    )
