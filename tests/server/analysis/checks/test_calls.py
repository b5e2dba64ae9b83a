"""Calls: what is called, how many arguments, of which types."""

from __future__ import annotations

import pytest

from .checking import check

F = "---@param a string\n---@param b? integer\nlocal function f(a, b) return a, b end\n"
V = "---@param a string\n---@param ... integer\nlocal function f(a, ...) return a, ... end\n"
O = (  # noqa: E741
    "---@overload fun(a: integer): boolean\n---@param a string\n---@param b string\n"
    "local function f(a, b) return a, b end\n"
)
C = "---@class C\nlocal C = {}\n---@param a integer\nfunction C:m(a) return a end\n"


@pytest.mark.parametrize(
    "marked",
    [
        F + "f⟦()⟧",
        F + "f('x')",
        F + "f(...)",
        F + "f(table.unpack({}))",
        V + "f⟦()⟧",
        O + "f⟦()⟧\nf(1)\nf('a', 'b')",
        C + "C:m⟦()⟧\nC.m⟦(C)⟧\nC:m(1)",
        "local function f(a) return a end\nf()",
        "string.rep⟦('x')⟧",
        "('x'):rep⟦()⟧",
        "local x\nx.y.z()",
        "---@type fun(a: string, b: any, c: number?)\nlocal f\nf⟦()⟧ f('x')",
        (
            "local M = setmetatable({}, {\n---@param _ table\n---@param a string\n"
            "__call = function(_, a) return a end })\nM('x')\nM⟦()⟧"
        ),
        "---@param a (optional, string) unreadable\nlocal function f(a) return a end\nf()",
        "---@param a Undeclared\nlocal function f(a) return a end\nf()",
    ],
)
def test_missing_parameter(marked: str) -> None:
    check("missing-parameter", marked)


AGENT = "local a = Agent.builder().name('x').model('echo/echo').build()\n"


@pytest.mark.parametrize(
    "marked",
    [
        "a.invoke('x')",
        "a.invoke({ text = 'x' })",
        "a:invoke('x')",
        "a.invoke(a, 'x')",
        "pcall(a.invoke, a, 'x')",
        "local ask = a.invoke\nask('x')",
        "a.invoke⟦()⟧",
        "a:invoke⟦()⟧",
    ],
)
def test_methods_of_the_runtimes_objects_are_bound_where_they_are_read(marked: str) -> None:
    check("missing-parameter", AGENT + marked)


def test_arguments_of_a_bound_method_are_checked_and_its_results_known() -> None:
    check("param-type-mismatch", AGENT + "a.invoke(⟦1⟧)")
    check("undefined-field", AGENT + "print(a.get_metrics().⟦nope⟧)")


@pytest.mark.parametrize(
    "marked",
    [
        F + "f('x', 1, ⟦2, 3⟧)",
        V + "f('x', 1, 2, 3)",
        C + "C:m(1, ⟦2⟧)",
        C + "C.m(C, 1, ⟦2⟧)",
        "local function f(a) return a end\nf(1, ⟦2⟧)",
        "local function f(a) return a end\nf = print\nf(1, 2)",
        "local T = {}\nfunction T:m() end\nT:m(1)",
        "---@type fun()\nlocal f\nf(1)",
        "local f = load('')\nf(1)",
        F + "f('x', string.find('', ''))",
    ],
)
def test_redundant_parameter(marked: str) -> None:
    check("redundant-parameter", marked)


@pytest.mark.parametrize(
    "marked",
    [
        F + "f(⟦1⟧)",
        F + "f('x', ⟦'y'⟧)",
        F + "f('x', nil)",
        "---@param f Undeclared\nlocal function g(f) return f end\ng(function() end)\ng(1)",
        "local function f(s) s = s or {}\nif s then s = {} end return s:upper() .. ('').rep(s) end",
        "local t = {}\nt[1] = ('x'):find('x')\nprint(table.concat(t))",
        "local t = { f.x }\nt[2] = g and g.y or {}\nprint(table.concat(t))",
        "local t = {}\nt[1] = {}\nprint(table.concat(⟦t⟧))",
        "local t = { 'a' }\nt[f.x] = true\nprint(table.concat(t))",
        "print(io.open('x', 'r' .. (f or '')))",
        (
            "---@param m string|table\nlocal function f(m)\n"
            "  m = type(m) == 'string' and { m } or m\n  print(table.unpack(m))\nend"
        ),
        F + "f(⟦nil⟧)",
        F + "f(⟦{}⟧)",
        F + "local x\nf(x.y)",
        "local t = { 'x' }\nfill(t)\nlocal a = table.unpack(t)\nprint(math.floor(a))",
        (
            "local co = coroutine.create(function() coroutine.yield('x') end)\n"
            "local ok, v = coroutine.resume(co)\nprint(ok, math.floor(v))"
        ),
        F + "f('x', 1.0)\nf('x', 4 / 2)\nf('x', ⟦1.5⟧)",
        F + "f(('x'):match('y'))",
        F + "---@type string|integer\nlocal x\nf(⟦x⟧)",
        F + "local x = math.random() > 1 and 'x' or 1\nf(x)",
        V + "f('x', 1, ⟦'y'⟧)",
        O + "f(⟦true⟧)",
        "---@param m 'a'|'b'\nlocal function f(m) return m end\nf('a')\nf(⟦'c'⟧)",
        (
            "---@param m fun(x: integer): string\nlocal function f(m) return m end\n"
            "f(function() end)\nf(function(x, y) return x, y end)\nf(⟦1⟧)"
        ),
        (
            "---@class A\n---@class B\n\n---@param a A\nlocal function f(a) return a end\n"
            "---@type B\nlocal b\nf(⟦b⟧)\nf({})"
        ),
        (
            "---@class A\n---@class B: A\n\n---@param a A\nlocal function f(a) return a end\n"
            "---@type B\nlocal b\nf(b)"
        ),
        "---@param t { n: integer }\nlocal function f(t) return t end\nf({ n = 1 })",
        (
            "---@generic T\n---@param a T\n---@param b T\nlocal function f(a, b) return a, b end\n"
            "f(1, 2)"
        ),
        "State.load(⟦1⟧, 'k')",
    ],
)
def test_param_type_mismatch(marked: str) -> None:
    check("param-type-mismatch", marked)


def test_the_nearest_of_the_allowed_strings_is_proposed() -> None:
    [found] = check(
        "param-type-mismatch",
        "---@param m 'read'|'write'\nlocal function f(m) return m end\nf(⟦'raed'⟧)",
    )
    assert found.finding.data["near"] == ["read"]
    assert found.finding.message.endswith("Did you mean `read`?")


@pytest.mark.parametrize(
    "marked",
    [
        "⟦(1)⟧()",
        "local x = 'a'\n⟦x⟧()",
        "local x\n⟦x⟧()",
        "local x\nlocal function set() x = print end\nset()\nx()",
        "local x = {}\nx()",
        "local x = (...).x\nx()",
        "undefined()",
        "local t = { n = 1 }\nt.n()",
        "local t = { n = nil }\nt.n()",
        "local t = { n = false }\nt:n()",
        "---@type { n: boolean }\nlocal t\nt:⟦n⟧()",
        "---@type boolean|integer\nlocal x\n⟦x⟧()",
        "---@type boolean|fun()\nlocal x\nx()",
    ],
)
def test_call_non_callable(marked: str) -> None:
    check("call-non-callable", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "---@nodiscard\nlocal function f() return 1 end\n⟦f()⟧\nlocal x = f()",
        "⟦debug.gethook()⟧",
        "print()",
    ],
)
def test_discard_returns(marked: str) -> None:
    check("discard-returns", marked)


@pytest.mark.parametrize(
    "marked",
    [
        "---@deprecated use g\nlocal function f() return 1 end\n⟦f⟧()",
        "local t = {}\n---@deprecated\nfunction t.f() return 1 end\nt.⟦f⟧()",
        "local t = {}\n---@deprecated\nfunction t:f() return 1 end\nt:⟦f⟧()",
        "local function f() return 1 end\nf()",
    ],
)
def test_deprecated(marked: str) -> None:
    check("deprecated", marked)
