"""Values that do not fit, and the fields of table constructors."""

from __future__ import annotations

import pytest

from .checking import check

O = (  # noqa: E741
    "---@class (exact) O\n---@field size integer\n---@field mode? 'a'|'b'\n\n"
    "---@param o O\nlocal function f(o) return o end\n"
)
E = "---@enum E\nlocal E = { A = 'a', B = 'b' }\n"


@pytest.mark.parametrize(
    "marked",
    [
        "---@type string\nlocal s = ⟦1⟧",
        "---@type string\nlocal s = nil or 'x'",
        "---@type string, integer\nlocal s, n = 'x', ⟦'y'⟧",
        "---@type string[]\nlocal s = { 'a', ⟦1⟧ }",
        "---@type table<string, integer>\nlocal s = { a = 1, b = ⟦'x'⟧ }",
        "---@class A\n---@field n integer\nlocal A = {}\nA.n = ⟦'x'⟧",
        "---@class A\n---@field n integer\nlocal A = { n = 1 }",
        O + "f({ size = 1, mode = ⟦'c'⟧ })",
        O + "f({ size = ⟦'x'⟧ })",
        "---@type integer\nX = ⟦'x'⟧",
        "---@type string\nlocal s = ...",
    ],
)
def test_assign_type_mismatch(marked: str) -> None:
    check("assign-type-mismatch", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "---@type string\nlocal s\ns = ⟦1⟧\ns = 'x'",
        "---@param s string\nlocal function f(s) s = ⟦1⟧ end",
        "local s = 'x'\ns = 1",
        "---@param s string|integer\nlocal function f(s) s = 1 end",
        "---@type string?\nlocal s\ns = nil",
    ],
)
def test_cast_local_type(marked: str) -> None:
    check("cast-local-type", marked)


@pytest.mark.parametrize(
    "marked",
    [
        O + "f({ size = 1, ⟦mood⟧ = 'a' })",
        O + "f({ size = 1, [⟦'mood'⟧] = 'a' })",
        "---@class P\n---@field size integer\n\n---@type P\nlocal p = { size = 1, more = 2 }",
        "---@type { n: integer }\nlocal t = { n = 1, ⟦m⟧ = 2 }",
        "---@type table\nlocal t = { n = 1 }",
    ],
)
def test_unknown_key(marked: str) -> None:
    check("unknown-key", marked)


def test_the_nearest_key_is_proposed() -> None:
    [found] = check("unknown-key", O + "f({ size = 1, ⟦mod⟧ = 'a' })")
    assert found.finding.data["near"] == ["mode"]


@pytest.mark.parametrize(
    "marked",
    [
        O + "f(⟦{}⟧)",
        O + "f(⟦{⟧ mode = 'a' })",
        O + "f({ size = 1 })",
        (
            "---@class P\n---@field a integer\n\n---@class Q: P\n---@field b integer\n\n"
            "---@type Q\nlocal q = ⟦{⟧ b = 1 }"
        ),
        "---@class P\n---@field a integer\nlocal P = {}",
        "---@class P\n---@field a integer\n\n---@type P|string\nlocal p = ⟦{}⟧",
        "---@class P\n---@field a integer\n\n---@type P[]\nlocal p = { ⟦{}⟧, { a = 1 } }",
        "---@type { a: integer, b?: string }\nlocal p = ⟦{}⟧",
        (
            "---@class P\n---@field a integer\n---@field b any\n---@field c string|nil\n\n"
            "---@type P\nlocal p = { a = 1 }"
        ),
    ],
)
def test_missing_fields(marked: str) -> None:
    check("missing-fields", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local t = { a = 1, ⟦a⟧ = 2 }",
        "local t = { a = 1, [⟦'a'⟧] = 2 }",
        "local t = { [1] = 1, [⟦1⟧] = 2 }",
        "local t = { [1] = 1, ['1'] = 2 }",
        "local t = { [x] = 1, [x] = 2 }",
    ],
)
def test_duplicate_index(marked: str) -> None:
    check("duplicate-index", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "local M = {}\nfunction M.f() end\nfunction M.⟦f⟧() end",
        "local M = {}\nfunction M.f() end\nM.⟦f⟧ = function() end",
        "local M = {}\nfunction M:f() end\nfunction M.g() end",
        "local M = {}\nif x then function M.f() end else function M.f() end end",
        "local M = {}\nfunction M.f() end\nlocal N = {}\nfunction N.f() end",
        "local M = {}\nM.f = 1\nM.f = 2",
    ],
)
def test_duplicate_set_field(marked: str) -> None:
    check("duplicate-set-field", marked)


@pytest.mark.parametrize(
    "marked",
    [
        E + "---@param e E\nlocal function f(e) return e end\nf('a')\nf(⟦'c'⟧)\nf(E.A)",
        E + "---@type E\nlocal e = ⟦'c'⟧",
    ],
)
def test_enum_value_mismatch(marked: str) -> None:
    check("enum-value-mismatch", marked)
