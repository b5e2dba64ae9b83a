"""What functions without annotations give of what they are given."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.inference.inference import Inference

from .worlds import MemoryWorld, shown_type, type_at


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function id(x) return x end local a = id('x') print(a|)", "string"),
        ("local function id(x) return x end local a = id({ n = 1 }) print(a.n|)", "integer"),
        ("local function id(x) return x end local a = id() print(a|)", "nil"),
        ("local function id(x) return x end local a = id(b) print(a|)", "unknown"),
        ("function id(x) return x end\nlocal a = id(1)\nprint(a|)", "integer"),
        ("local M = {}\nfunction M.id(x) return x end\nlocal a = M.id('x')\nprint(a|)", "string"),
        ("local M = {}\nfunction M:id(x) return x end\nlocal a = M:id('x')\nprint(a|)", "string"),
        ("local function swap(a, b) return b, a end local x, y = swap(1, 'x') print(y|)", "integer"),
        ("local function id(x) local y = x return y end local a = id('x') print(a|)", "string"),
        ("local function id(x) return (x) end local a = id('x') print(a|)", "string"),
        ("local function id(x) return assert(x) end local a = id('x') print(a|)", "string"),
        ("local function one(x) if x then return x end return 1 end local a = one('x') print(a|)",
         "string|integer"),
        ("local function set(x) x = x or 1 return x end local a = set('x') print(a|)",
         "string|integer"),
        ("local function set(x) x = x or 1 return x end local a = set() print(a|)", "integer"),
        ("local function set(x) if not x then x = 1 end return x end local a = set() print(a|)",
         "integer"),
        ("local function set(x) while x do x = g(x) end return x end local a = set('x') print(a|)",
         "unknown"),
        (("local function set(x) x = x or {} x.k = 1 return x end local a = set({ n = 'x' }) "
          "print(a.n|)"), "string"),
    ],
)  # fmt: skip
def test_an_argument(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function d(x, y) return x or y end local a = d(nil, 'x') print(a|)", "string"),
        ("local function d(x) return x or 1 end local a = d() print(a|)", "integer"),
        ("local function d(x) return x or 1 end local a = d('x') print(a|)", "string|integer"),
        ("local function d(x) return x and x.n end local a = d({ n = 1 }) print(a|)", "integer"),
        ("local function f(t) return t.name end local a = f({ name = 'x' }) print(a|)", "string"),
        ("local function f(t) return t[1] end local a = f({ 'x' }) print(a|)", "string"),
        ("local function f(t, k) return t[k] end local a = f({ n = 1 }, 'n') print(a|)", "integer"),
        ("local function f(t, k) return rawget(t, k) end local a = f({ n = 1 }, 'n') print(a|)",
         "integer"),
        ("local function f(g) return g() end local a = f(function() return 1 end) print(a|)",
         "integer"),
        ("local function f(g, x) return g(x) end local a = f(function(y) return y end, 1) print(a|)",
         "integer"),
        (("local function f(o) return o:get() end\n"
          "local a = f({ n = 1, get = function(self) return self.n end }) print(a|)"), "integer"),
        (("local function g(x) return x end local function f(x) return g(x) end\n"
          "local a = f(1) print(a|)"), "integer"),
        (("local function g(x, y) return y end local function f(x) return g(1, x.n) end\n"
          "local a = f({ n = 'x' }) print(a|)"), "string"),
    ],
)  # fmt: skip
def test_what_is_made_of_arguments(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function f(...) return ... end local a, b = f(1, 'x') print(b|)", "string"),
        ("local function f(x, ...) return 1, ... end local a, b = f(1, 'x') print(b|)", "string"),
        ("local function f(...) return select(2, ...) end local a = f(1, 'x') print(a|)", "string"),
        ("local function f(...) local a, b = ... return b end local c = f(1, 'x') print(c|)",
         "string"),
        ("local M = {}\nfunction M:f(...) return ... end\nlocal a = M:f('x') print(a|)", "string"),
    ],
)  # fmt: skip
def test_any_number_of_arguments(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function id(x) return x end local ok, v = pcall(id, 'x') print(v|)", "string"),
        ("local ok, v = xpcall(function(a) return a end, print, 'x') print(v|)", "string"),
        ("local ok, v = xpcall(function() return 'x', 1 end, print) print(v|)", "string"),
    ],
)
def test_protected_calls(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


POINT = "local function point(x, y) return { x = x, y = y or 0 } end "
CLASS = (
    "local C = {} C.__index = C\n"
    "function C.new(n) local self = setmetatable({ n = n }, C) self.m = n return self end\n"
    "function C:get() return self.n end\n"
    "local c = C.new('x')\n"
)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (POINT + "print(point('a').x|)", "string"),
        (POINT + "local p = point('a', {}) print(p.x|)", "string"),
        (POINT + "local p = point('a') print(p.y|)", "integer"),
        (POINT + "local p, q = point('a'), point(1) print(q.x|)", "integer"),
        (POINT + "local p = point() print(p.x|)", "unknown"),
        (POINT + "local function to(x) return point(x, x) end local p = to('a') print(p.x|)",
         "string"),
        (POINT + "local function to(x) return point(1, x) end local p = to('a') print(p.x|)",
         "integer"),
        ("local function f(x) return { a = { b = x } } end local t = f(1) print(t.a.b|)", "integer"),
        ("local function f(x) local t = {} t.a = x return t end local t = f(1) print(t.a|)",
         "integer"),
        ("local function f(x) if not x then return nil, 1 end return { a = x } end print(f(1).a|)",
         "integer"),
        ("local function f(x) if x then return { a = 1 } end return { a = x } end print(f('').a|)",
         "integer|unknown"),
        (("local function f(g) return { call = g } end local r = f(function() return 1 end).call() "
          "print(r|)"), "integer"),
        ("local function f(x) x = x or 1 return { a = x } end print(f('').a|)", "string|integer"),
        (CLASS + "print(c.n|)", "string"),
        (CLASS + "print(c.m|)", "string"),
        (CLASS + "local n = c:get() print(n|)", "string"),
        (CLASS + "c.n = 1 local d = C.new(true) print(d.n|)", "boolean"),
    ],
)  # fmt: skip
def test_fields_of_a_table_that_is_made(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


def test_a_table_that_is_put_into_the_next_one_is_no_ever_larger_type() -> None:
    node = "local function node(v, next) return { v = v, next = next } end\nlocal l = node(1)\n"
    marked = node + "l = node('x', l)\n" * 300 + "print(l.next.next.v|)"
    assert type_at(marked) == "string"
    assert type_at(marked.replace(".v|", ".next.v|")) == "unknown"


def test_a_table_that_is_made_in_many_ways_is_one() -> None:
    made = ", ".join(f"point(function(a{n}) end, 'x')" for n in range(1, 40))
    assert type_at(f"{POINT} local all = {{ {made} }} print(all[f()].y|)") == "unknown|integer"


def test_a_function_that_is_given_itself_is_no_endless_question() -> None:
    assert type_at("local function f(g) return g(g) end local a = f(f) print(a|)") == "unknown"
    assert type_at("local function f(x) return f(x) end local a = f(1) print(a|)") == "unknown"


def test_functions_that_pass_on_ever_more_are_no_endless_question() -> None:
    first = "local function f0(x) return x.a(x, x) end\n"
    further = (
        f"local function f{n}(x) return f{n - 1}(x.a(x, x), x.b(x, x)) end\n" for n in range(1, 40)
    )
    assert type_at(f"{first}{''.join(further)}local a = f39({{}}) print(a|)") == "unknown"


def test_a_change_of_the_argument_is_seen() -> None:
    main = "local function id(x) return x end\nlocal a = id({})\nlocal b = a.n\nprint(b)"
    world = MemoryWorld(main=main)
    inference = Inference(world)
    assert shown_type(inference, "main.lua", main.rindex("b)")) == "unknown"
    world.set("main.lua", changed := main.replace("{}", "{ n = 1 }"))
    inference.advance()
    assert shown_type(inference, "main.lua", changed.rindex("b)")) == "integer"
