"""What functions of Lua give that are known by what they do, and what loops get."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.world import definition_files
from tests.server.marks import cursor

from .worlds import MemoryWorld, shown_type

WORLD = MemoryWorld()
WORLD.snapshots |= definition_files()


def type_at(marked: str) -> str:
    text, offset = cursor(marked)
    WORLD.set("main.lua", text.source)
    return shown_type(Inference(WORLD), "main.lua", offset)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local a, b = table.unpack({ 'a', 1 }) print(b|)", "integer"),
        ("local t = { 'a', 1 } local a, b = table.unpack(t) print(b|)", "integer"),
        ("local a, b = table.unpack({ 'a', 1, true }, 2) print(b|)", "boolean"),
        ("local a, b = table.unpack({ 1, f() }) print(b|)", "unknown"),
        ("local t = { 1 } t[#t + 1] = 'x' local a = table.unpack(t) print(a|)", "integer|string|nil"),
        ("local t = { 1 } table.insert(t, 'x') local a = table.unpack(t) print(a|)",
         "integer|string|nil"),
        ("local unpack = table.unpack or unpack\nlocal a, b = unpack({ 'a', 1 }) print(b|)",
         "integer"),
        ("local unpack = unpack or table.unpack local a, b = unpack({ 'a', 1 }) print(b|)",
         "integer"),
        ("local table = f() local a, b = table.unpack({ 'a', 1 }) print(b|)", "unknown"),
        ("local a = select(-1, 1, 'x') print(a|)", "string"),
        ("local a, b = select(-2, 1, 'x', true) print(b|)", "boolean"),
        ("local t = { 1, 'x' } local a, b = table.unpack(t, 1, #t) print(b|)", "string"),
        ("local t = { 1, 'x' } local a, b = table.unpack(t, 1, #u) print(b|)",
         "integer|string|nil"),
        ("local t = table.pack(1, 'x') local a = t[2] print(a|)", "string"),
        ("local t, i = table.pack(1, 'x'), f() local a = t[i] print(a|)", "integer|string"),
        ("local t = table.pack(1, 'x') local a = t.n print(a|)", "integer"),
        ("local t = table.pack(1, 'x') local a, b = table.unpack(t, 1, t.n) print(b|)", "string"),
        ("local t = table.pack(pcall(function() return 'x' end)) local a = t[2] print(a|)",
         "string"),
        ("local t = { 1, 'x' } local a = t[2] print(a|)", "string"),
        ("local t = { 1, 'x' } t[2] = true local a = t[2] print(a|)",
         "integer|string|boolean"),
        ("local t = { 1, 'x' } local a = t[3] print(a|)", "integer|string"),
    ],
)  # fmt: skip
def test_lists(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local f = coroutine.wrap(function() coroutine.yield('x') end) local v = f() print(v|)",
         "string?"),
        (("local f = coroutine.wrap(function() coroutine.yield('x') return 1 end) local v = f() "
          "print(v|)"), "string|integer"),
        (("local wrap, yield = coroutine.wrap, coroutine.yield\n"
          "for v in wrap(function() yield('x') end) do print(v|) end"), "string"),
        (("for v, w in coroutine.wrap(function() for i = 1, 2 do coroutine.yield(i, 'x') end end) do "
          "print(w|) end"), "string"),
        (("local function walk() coroutine.yield(1) end\n"
          "for v in coroutine.wrap(walk) do print(v|) end"), "integer"),
        ("local f = coroutine.wrap(function() other() end) local v = f() print(v|)", "any"),
        (("local co = coroutine.create(function() coroutine.yield('x') return 1 end)\n"
          "local ok, v = coroutine.resume(co) print(v|)"), "string|integer"),
        (("local co = coroutine.create(function() coroutine.yield('x') end)\n"
          "local function f() local ok, v = coroutine.resume(co, 1) print(v|) end"), "string?"),
        (("local co = coroutine.create(function() coroutine.yield('x') end)\nco = other\n"
          "local ok, v = coroutine.resume(co) print(v|)"), "any"),
        (("local f = coroutine.wrap(function() g(function() coroutine.yield(1) end) end)\n"
          "local v = f() print(v|)"), "any"),
    ],
)  # fmt: skip
def test_coroutines(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (("local function it(n) return function() n = n - 1 if n > 0 then return n, 'x' end end end\n"
          "for i, s in it(3) do print(s|) end"), "string"),
        (("local function nxt(t, i) i = i + 1 if t[i] then return i, 'x' end end\n"
          "for i, s in nxt, {}, 0 do print(s|) end"), "string"),
        (("local function nxt(t, i) if i < 2 then return i + 1, t.name end end\n"
          "local function each(t) return nxt, t, 0 end\n"
          "for i, s in each({ name = 'x' }) do print(s|) end"), "string"),
        (("local function it() if f then return 1, 'x' elseif g then return 2 end end\n"
          "for i, s in it do print(s|) end"), "string?"),
        ("for k, v in next, { a = 1 } do print(v|) end", "integer"),
        ("for k, v in next, { a = 1 } do print(k|) end", "string"),
        ("for w in ('a'):gmatch('%w') do print(w|) end", "string"),
    ],
)  # fmt: skip
def test_loops(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


GET = "local C = {}\nfunction C:get() return 'x' end\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local t = setmetatable({}, { __index = function(t, k) return 1 end }) print(t.a|)",
         "integer"),
        ("local t = setmetatable({}, { __index = function(t, k) return 1 end }) print(t[f()]|)",
         "integer"),
        ("local t = setmetatable({ a = 'x' }, { __index = function() return 1 end }) print(t.a|)",
         "string"),
        ("local t = setmetatable({}, { __index = function(t, k) return f(k) end }) print(t.a|)",
         "unknown"),
        (GET + ("C.__index = function(self, key) return C[key] end\n"
                "local v = setmetatable({}, C).get() print(v|)"), "string"),
        (GET + ("C.__index = function(self, key) return rawget(C, key) end\n"
                "local v = setmetatable({}, C).get() print(v|)"), "string"),
        (GET + ("C.__index = C\nlocal function new(t) return setmetatable(t or {}, C) end\n"
                "local v = new():get() print(v|)"), "string"),
        (GET + ("local mt = { __index = C }\nlocal function new(t) return setmetatable(t, mt) end\n"
                "local v = new({ n = 1 }):get() print(v|)"), "string"),
        (GET + ("local mt = { __index = C }\nlocal function new(t) return setmetatable(t, mt) end\n"
                "local v = new({ n = 1 }) print(v.n|)"), "integer"),
        (GET + ("C.__index = C\nlocal function new() local t = {} setmetatable(t, C) return t end\n"
                "local v = new():get() print(v|)"), "string"),
    ],
)  # fmt: skip
def test_metatables(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


CALLED = "local C = setmetatable({{}}, {{ __call = function({0}) {1} end }}) C.__index = C\n"
NEW = "function C.new(n) return setmetatable({ n = n }, C) end\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (CALLED.format("self, x", "return x") + "local a = C('x') print(a|)", "string"),
        (CALLED.format("self, x", "return self, x") + "local a, b = C('x') print(b|)", "string"),
        (CALLED.format("self, ...", "return ...") + "local a, b = C('x', 1) print(b|)", "integer"),
        (CALLED.format("c, n", "return setmetatable({ n = n }, c)") + "print(C('x').n|)", "string"),
        (CALLED.format("c, n", "return c.new(n)") + NEW + "print(C('x').n|)", "string"),
        (CALLED.format("c, ...", "return c.new(...)") + NEW + "print(C('x').n|)", "string"),
    ],
)
def test_a_table_that_is_called_gives_what_is_made_of_arguments(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("return next, { a = 'x' }", "string"),
        ("return function(_, k) return 1, 'x' end, t", "string"),
        ("return function(_, k) return 1, f() and 'x' or nil end, t", "string?"),
    ],
)
def test_pairs_gives_what_a_metatable_says(function: str, expected: str) -> None:
    table = f"local t = setmetatable({{ 1 }}, {{ __pairs = function(t) {function} end }})\n"
    assert type_at(f"{table}for k, v in pairs(t) do print(v|) end") == expected
