"""Fields: unknown, added, of nil, private."""

from __future__ import annotations

import pytest

from .checking import check

C = "---@class C\n---@field size integer\nlocal C = {}\nfunction C:m() end\n"
P = (
    "---@class P\n---@field private a integer\n---@field protected b integer\n"
    "---@field package c integer\nlocal P = {}\n"
)


def test_what_a_second_capture_is_nobody_knows() -> None:
    check("need-check-nil", "local a, b = ('x'):match('(.)(.)')\nprint(a:upper(), b:upper())")


@pytest.mark.parametrize(
    "marked",
    [
        C + "print(C.size, C.⟦sise⟧)",
        C + "C:m() C:⟦n⟧()",
        C + "function C:x() return self.⟦y⟧ end",
        C + "function C:x() self.y = 1 end\nfunction C:z() return self.y end",
        "print(State.⟦saev⟧, State['save'], State[⟦'sett'⟧])",
        "print(('x'):⟦upperr⟧())",
        "local t = {}\nprint(t.x)",
        "---@type { n: integer }\nlocal t\nprint(t.n, t.⟦m⟧)",
        "---@type table\nlocal t\nprint(t.n)",
        "---@type unknown_class\nlocal t\nprint(t.n)",
        "---@class B: Unknown\n---@type B\nlocal t\nprint(t.n)",
        C + "---@type C|{ other: string }\nlocal c\nprint(c.other, c.⟦nothing⟧)",
        "---@class D: C2\n---@class C2\n---@field a string\n---@type D\nlocal d\nprint(d.a, d.⟦b⟧)",
        "---@class M\nlocal M = setmetatable({}, { __index = function() return 1 end })\nprint(M.x)",
        "---@enum E\nlocal E = { A = 1 }\nprint(E.A, E.⟦B⟧)",
        "---@class (partial) Q\n---@type Q\nlocal q\nprint(q.x)",
        "print(_G.print, _G.anything)",
    ],
)
def test_undefined_field(marked: str) -> None:
    check("undefined-field", marked)


def test_the_nearest_field_is_proposed() -> None:
    [found] = check("undefined-field", C + "print(C.⟦sise⟧)")
    assert found.finding.data == {"name": "sise", "near": ["size"]}


@pytest.mark.parametrize(
    "marked",
    [
        C + "---@type C\nlocal c\nc.size = 1\nc.⟦other⟧ = 2",
        C + "C.other = 1\nfunction C.more() end",
        C + "function C:x() self.other = 1 end",
        C + "---@type C\nlocal c\nfunction c.⟦f⟧() end",
        C + "local c = setmetatable({}, { __index = C })\nc.other = 1",
        C + "local c = setmetatable({}, C)\nc.other = 1",
        "---@class (exact) X\n---@field a integer\nlocal X = {}\nX.a = 1\nX.⟦b⟧ = 2",
        "---@class (exact) X\n---@field [string] any\n\n---@type X\nlocal x\nx.b = 1",
        "---@class (exact) X\n---@field [integer] any\n\n---@type X\nlocal x\nx.⟦b⟧ = 1",
        "local t = {}\nt.x = 1",
        "State.⟦extra⟧ = 1",
    ],
)
def test_inject_field(marked: str) -> None:
    check("inject-field", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "---@type string?\nlocal s\nprint(⟦s⟧:len())",
        "---@type string?\nlocal s\nif s then print(s:len()) end",
        "---@param s string?\nlocal function f(s) return ⟦s⟧.len end",
        "---@param s? string\nlocal function f(s) return s and s.len end",
        "local f = io.open('x')\n⟦f⟧:read()",
        "local f = io.open('x')\nif not f then return end\nf:read()",
        "local f, err = io.open('x')\nif err then return end\nf:read()",
        "local f = assert(io.open('x'))\nf:read()",
        "⟦io.open('x')⟧:read()",
        "local function find(x) if x then return {} end end\nfind().y = 1",
        "local conn\nlocal function open() conn = {} end\nlocal function use() conn.x = 1 end",
        "---@type fun()?\nlocal f\n⟦f⟧()",
        "local f\nf = io.open('x')\n⟦f⟧:read()",
        "local f = io.open('x')\nif not f then os.exit(1); end\nf:read()",
        "local ok, f\nok, f = pcall(io.open, 'x')\nif ok then f:read() end",
        "local f = g and {}\nif g then f.x = 1 end",
        "local g = x == 1\nlocal f = g and io.open('x')\nif g then ⟦f⟧:read() end",
        (
            "local function g(f)\n  f = io.open('x')\n  if f then\n"
            "    if g.x then f = nil else f:read() end\n  end\nend"
        ),
        (
            "local function g(f)\n  f = io.open('x')\n  if f then\n    while true do\n"
            "      if g.x then f = nil else ⟦f⟧:read() end\n    end\n  end\nend"
        ),
        "local function g(f) if not f then f = io.open('x') else f:read() end end",
        "---says something\nlocal function g(f) if not f then f = io.open('x') end f:read() end",
        "---@param s? string\nlocal function f(s)\n  if s == nil then s = 'x' end\n  s:upper()\nend",
        "---@type string?\nlocal s\ns = 'x'\ns:upper()",
        "---@type string?\nlocal s = nil\n⟦s⟧:upper()\ns = 'a'",
        "local s = os.getenv('a')\nif not s then s = 'q' end\ns:upper()",
        "local s = os.getenv('a')\nif _G.x then s = 'q' end\n⟦s⟧:upper()",
        (
            "local function f(x)\n  local s = os.getenv('a')\n"
            "  while x do\n    if not s then s = 'q' end\n    x = nil\n  end\n  s:upper()\nend"
        ),
        "table.remove(x):read()",
        "print(debug.getinfo(1, 'S').source, debug.getinfo(g).what, ⟦debug.getinfo(7)⟧.what)",
    ],
)
def test_need_check_nil(marked: str) -> None:
    check("need-check-nil", marked)


@pytest.mark.parametrize(
    "marked",
    [
        P + "---@type P\nlocal p\nprint(p.⟦a⟧, p.⟦b⟧, p.c)",
        P + "function P:m() return self.a, self.b, self.c end",
        P + "print(P.a)",
        P + "---@class Q: P\nlocal Q = {}\nfunction Q:m() return self.⟦a⟧, self.b end",
        P + "---@class (partial) P\nprint()\n---@type P\nlocal p\nprint(p.⟦a⟧)",
        P + "---@private\nfunction P:secret() end\n---@type P\nlocal p\np:⟦secret⟧()",
    ],
)
def test_invisible(marked: str) -> None:
    check("invisible", marked)
