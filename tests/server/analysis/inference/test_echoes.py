"""What functions without annotations give of what they are given."""

from __future__ import annotations

from importlib.resources import files

import pytest

from llmspell_server.analysis.inference.inference import Inference

from .worlds import MemoryWorld, shown_type, type_at

LUA = {
    name: (files("llmspell") / "library" / "lua54" / f"{name}.lua").read_text()
    for name in ("basic", "string", "table")
}


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
        ("local function f(...) local a = select(2, ...) return a end local b = f(1, 'x') print(b|)",
         "string"),
        ("local function f(...) local a, b = select(2, ...) return b end local c = f(1, 2, 'x') print(c|)",
         "string"),
        ("local function f(i, ...) return (select(i, ...)) end local a = f(n, 1, 'x') print(a|)",
         "integer|string"),
        ("local function f(...) return { ... } end local a = f(1, 'x')[2] print(a|)", "string"),
        ("local function f(...) return { ... } end local a = f(1, 'x')[n] print(a|)",
         "integer|string"),
        ("local function f(...) local t = { ... } return t end local a = f(1, 'x')[2] print(a|)",
         "string"),
        ("local function f(...) local t = { ... } return t[2] end local a = f(1, 'x') print(a|)",
         "string"),
        ("local function f(...) local t = { ... } t.n = 1 return t end print(f(1, 'x').n|)",
         "integer"),
        ("local function f(...) local t = table.pack(...) return t end local a = f(1)[1] print(a|)",
         "integer"),
        ("local function f(...) return table.pack(...) end print(f('x').n|)", "integer"),
        ("local function f(...) local t = table.pack(...) return t[1] end local a = f('x') print(a|)",
         "string"),
        (("local function f(...) local t = { ... } return table.unpack(t) end "
         "local a, b = f(1, 'x') print(b|)"), "string"),
        (("local function f(...) local t = table.pack(...) return 1, table.unpack(t, 1, t.n) end "
         "local a, b, c = f(1, 'x') print(c|)"), "string"),
        ("local function f(...) return table.unpack({ ... }, 2) end local a = f(1, 'x') print(a|)",
         "unknown"),
    ],
)  # fmt: skip
def test_any_number_of_arguments(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


TRY = (
    "local function try(f, ...) local ok, r = pcall(f, ...) if ok then return r end return nil end "
)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function id(x) return x end local ok, v = pcall(id, 'x') print(v|)", "string"),
        ("local ok, v = xpcall(function(a) return a end, print, 'x') print(v|)", "string"),
        ("local ok, v = xpcall(function() return 'x', 1 end, print) print(v|)", "string"),
        (TRY + "local v = try(function(a) return a end, 'x') print(v|)", "string?"),
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


ACCOUNT = (
    "local A = { balance = 0 }\n"
    "function A:new(o) o = o or {} setmetatable(o, self) self.__index = self return o end\n"
    "function A:name() return 'x' end\n"
)
MADE_OF = "local C = { m = function() return 'x' end } C.__index = C\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (ACCOUNT + "local a = A:new({ owner = 'x' }) print(a.owner|)", "string"),
        (ACCOUNT + "local a = A:new({ owner = 'x' }) print(a.balance|)", "integer"),
        (ACCOUNT + "local a = A:new({ balance = 'x' }) print(a.balance|)", "string"),
        (ACCOUNT + "local a = A:new({ owner = 1 }) local n = a:name() print(n|)", "string"),
        (ACCOUNT + "local a = A:new({ a = 1 }) local b = A:new({ b = 1 }) print(b.a|)", "unknown"),
        (ACCOUNT + "local a = A:new() print(a.owner|)", "unknown"),
        (ACCOUNT + "local B = A:new() function B:f() end local b = B:new({ owner = 1 }) "
         "print(b.owner|)", "integer"),
        (ACCOUNT + "local B = A:new() function B:new(o) return A.new(self, o) end "
         "local b = B:new({ owner = 1 }) print(b.owner|)", "integer"),
        (ACCOUNT + "local o = { owner = 1 } o.late = 'x' local a = A:new(o) print(a.late|)",
         "string"),
        (MADE_OF + "function C.of(o) return setmetatable(o or {}, C) end "
         "print(C.of({ n = 1 }).n|)", "integer"),
        (MADE_OF + "function C.of(o) local self = o or {} self.k = 1 return setmetatable(self, C) end "
         "print(C.of({ n = 'x' }).n|)", "string"),
        (MADE_OF + "function C.of(o) local t = setmetatable(o or {}, C) return t end "
         "local v = C.of({ n = 1 }).m() print(v|)", "string"),
        (("local function view(t) return setmetatable({}, { __index = t }) end "
         "print(view({ n = 1 }).n|)"), "integer"),
        (("local function copy(t) local c = {} for k, v in pairs(t) do c[k] = v end return c end "
         "print(copy({ n = 1 }).n|)"), "integer"),
        (("local function both(a, b) local c = {} for k, v in pairs(a) do c[k] = v end "
          "for k, v in pairs(b) do c[k] = v end return c end "
          "print(both({ n = 1, m = 1 }, { n = 'x' }).n|)"), "string"),
    ],
)  # fmt: skip
def test_a_table_that_is_made_of_one_that_is_given(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


def test_objects_that_are_made_of_each_other_are_no_ever_larger_type() -> None:
    marked = f"{ACCOUNT}local a = A:new({{ n = 1 }})\n" + "a = A:new(a)\n" * 300 + "print(a.n|)"
    assert type_at(marked) in ("integer", "unknown")


EACH = "local function each(t, f) for i, v in ipairs(t) do f(v, i) end end "
MAP = "local function map(t, f) local out = {} for i, v in ipairs(t) do out[i] = f(v) end return out end "
KEYS = "local function keys(t) local out = {} for k in pairs(t) do out[#out + 1] = k end return out end "
FIND = "local function find(t, f) for _, v in ipairs(t) do if f(v) then return v end end end "
FOLD = "local function fold(t, f, a) for _, v in ipairs(t) do a = f(a, v) end return a end "
LIST = (
    "local L = {} L.__index = L\n"
    "function L.new(items) return setmetatable({ items = items or {} }, L) end\n"
    "function L:each(f) for _, v in ipairs(self.items) do f(v) end return self end\n"
    "function L:map(f) local out = {} for _, v in ipairs(self.items) do table.insert(out, f(v)) end "
    "return L.new(out) end\n"
)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (EACH + "each({ 'a' }, function(v) print(v|) end)", "string"),
        (EACH + "each({ 'a' }, function(v, i) print(i|) end)", "integer"),
        (EACH + "each({ { n = 1 } }, function(v) print(v.n|) end)", "integer"),
        (EACH + "local function all(t, f) each(t, f) end all({ 'a' }, function(v) print(v|) end)",
         "string"),
        (LIST + "L.new({ 'a' }):each(function(v) print(v|) end)", "string"),
        (FIND + "find({ { n = 1 } }, function(v) return v.n| == 1 end)", "integer"),
        (FOLD + "fold({ 'a' }, function(a, v) print(v|) end, 0)", "string"),
        ("local function with(f) return pcall(f, 'x') end with(function(v) print(v|) end)",
         "string"),
        ("local function tap(x, f) f(x) return x end tap(1, function(v) print(v|) end)", "integer"),
        ("local function tap(x, f) f() f(x) end tap(1, function(v) print(v|) end)", "integer"),
        ("local function later(f) return f end later(function(v) print(v|) end)", "unknown"),
        (EACH + "each(t, function(v) print(v|) end)", "unknown"),
    ],
)  # fmt: skip
def test_what_a_function_gets_that_is_given_to_another(marked: str, expected: str) -> None:
    assert type_at(marked, **LUA) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (MAP + "local v = map({ 1 }, function(n) return n .. '' end)[1] print(v|)", "string"),
        (MAP + "local v = map({ 'a' }, function(s) return s end)[1] print(v|)", "string"),
        (KEYS + "local v = keys({ a = 1 })[1] print(v|)", "string"),
        (FIND + "local v = find({ 1 }, function() return true end) print(v|)", "integer?"),
        (FOLD + "local v = fold({ 1 }, function(a, v) return v end, 'x') print(v|)",
         "string|integer"),
        (LIST + "local l = L.new({ 'a' }):map(function(s) return 1 end) local v = l.items[1] print(v|)",
         "integer"),
        (("local function flip(t) local r = {} for k, v in pairs(t) do r[v] = k end return r end "
         "local v = flip({ a = 1 })[1] print(v|)"), "string"),
        ("local function last(t) return t[#t] end local v = last({ 'a' }) print(v|)", "string"),
        ("local function pop(t) return table.remove(t) end local v = pop({ 'a' }) print(v|)",
         "string?"),
        (("local function max(t) local m = t[1] for _, v in ipairs(t) do if v > m then m = v end end "
          "return m end local v = max({ 1 }) print(v|)"), "integer"),
        (("local function words(s) local out = {} for w in s:gmatch('%a+') do out[#out + 1] = w end "
          "return out end local v = words('a b')[1] print(v|)"), "string"),
        (("local function all(t) return ipairs(t.items) end "
         "for _, v in all({ items = { 'a' } }) do print(v|) end"), "string"),
        ("local function put(t) local out = {} out.n = 1 out[1] = t return out end print(put('x').n|)",
         "integer"),
    ],
)  # fmt: skip
def test_what_a_function_finds_in_a_table(marked: str, expected: str) -> None:
    assert type_at(marked, **LUA) == expected


@pytest.mark.parametrize(
    "metatable",
    [
        "{ __pairs = function(t) return pairs(t.items) end }",
        "{ __pairs = function(t) return next, t.items, nil end }",
    ],
)
def test_what_pairs_finds_in_an_object_with_items(metatable: str) -> None:
    made = f"local function of(items) return setmetatable({{ items = items }}, {metatable}) end "
    assert type_at(made + "for k, v in pairs(of({ n = 'x' })) do print(v|) end", **LUA) == "string"


def test_a_table_that_is_put_into_the_next_one_is_no_ever_larger_type() -> None:
    node = "local function node(v, next) return { v = v, next = next } end\nlocal l = node(1)\n"
    marked = node + "l = node('x', l)\n" * 300 + "print(l.next.next.v|)"
    assert type_at(marked) == "string"
    assert type_at(marked.replace(".v|", ".next.v|")) == "unknown"


def test_a_table_that_is_made_in_many_ways_is_one() -> None:
    made = ", ".join(f"point(function(a{n}) end, 'x')" for n in range(1, 40))
    assert type_at(f"{POINT} local all = {{ {made} }} print(all[f()].y|)") == "integer|unknown"


def test_a_function_that_is_given_itself_is_no_endless_question() -> None:
    assert type_at("local function f(g) return g(g) end local a = f(f) print(a|)") == "unknown"
    assert type_at("local function f(x) return f(x) end local a = f(1) print(a|)") == "unknown"


def test_a_table_that_is_filled_with_what_is_in_itself_is_no_endless_question() -> None:
    function = "local function f(n) local t = {} for i, v in ipairs(t) do t[i] = g(v, n[i]) end return t end "
    assert type_at(f"{function}local a = f({{}})[1] print(a|)") == "unknown"
    twice = function.replace("ipairs(t)", "ipairs({ t, u })").replace("local t", "local u, t = {}")
    assert type_at(f"{twice}local a = f({{}})[1] print(a|)") == "unknown"


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
