"""Types of code without annotations. The cursor `|` stands in the name that is asked for."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.inference.inference import Inference

from .worlds import MemoryWorld, shown_type, type_at


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local x| = 1", "integer"),
        ("local a = 1 local b = a| + 1.5", "integer"),
        ("local x = 1 + 2.5 print(x|)", "number"),
        ("local x = 'a' .. 1 print(x|)", "string"),
        ("local x = 1 < 2 print(x|)", "boolean"),
        ("local x = #t print(x|)", "integer"),
        ("local x = not y print(x|)", "boolean"),
        ("local x = 7 // 2 print(x|)", "integer"),
        ("local x = 7 / 2 print(x|)", "number"),
        ("local x = nil print(x|)", "nil"),
        ("local x = y and 1 or 'a' print(x|)", "integer|string"),
        ("local x = (y and z and 1) or 'a' print(x|)", "integer|string"),
        ("local a, b = 1, 'x' print(b|)", "string"),
        ("for i = 1, 3 do print(i|) end", "integer"),
        ("for i = 1, 3, 0.5 do print(i|) end", "number"),
        ("x = 'a' function f() return x| end", "string"),
    ],
)
def test_values(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function f() return 1 end local x = f() print(x|)", "integer"),
        ("local function f() return 1, 'a' end local x, y = f() print(y|)", "string"),
        ("local function f(a) if a then return 1 end end local x = f() print(x|)", "integer?"),
        ("local function f(n) if n then return f(n) end return 'a' end local x = f() print(x|)",
         "string"),
        ("local t = { f = function() return 'a' end } local x = t.f() print(x|)", "string"),
        ("local function f(...) return ... end local x = f(1) print(x|)", "integer"),
        ("local f = function() return true end local x = f() print(x|)", "boolean"),
        ("local ok, v = pcall(function() return 1 end) print(v|)", "integer"),
    ],
)  # fmt: skip
def test_results_of_functions(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local t = { a = 1, b = { c = 'x' } } print(t.b.c|)", "string"),
        ("local t = {} t.a = 1 print(t.a|)", "integer"),
        ("local t = {}\nfunction t.f() return 1 end\nlocal x = t.f()\nprint(x|)", "integer"),
        ("local t = {}\nt.a = {}\nt.a.b = 'x'\nprint(t.a.b|)", "string"),
        ("local t = { 1, 2 } local x = t[1] print(x|)", "integer"),
        ("local t = { ['a'] = 1 } print(t.a|)", "integer"),
        ("M = {}\nfunction M.f() return 1 end\nlocal x = M.f()\nprint(x|)", "integer"),
        ("local a = { x = 1 } local b = a print(b.x|)", "integer"),
        ("local t = { a = 1 } print(t.b|)", "unknown"),
        ("_G.made = { a = 1 }\nprint(made.a|)", "integer"),
        ("made = 'x'\nprint(_G.made|)", "string"),
        ("_G.made.a = 1\nlocal _G = {}\n_G.made = 'x'\nprint(made.a|)", "integer"),
    ],
)
def test_shapes_of_tables(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


CLASS = """local C = {}
C.__index = C
function C.new(name)
  local self = setmetatable({}, C)
  self.name = 'n'
  self.count = 1
  return self
end
function C:get() return self.name end
function C:add(n) self.total = 1.5 return self end
"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local o = C.new() print(o.count|)", "integer"),
        ("local o = C.new() local x = o:get() print(x|)", "string"),
        ("local o = C.new() local x = o:add(1):add(2):get() print(x|)", "string"),
        ("function C:more() return self.count| end", "integer"),
        ("local o = C.new() print(o.total|)", "number"),
        ("local o = setmetatable({ own = true }, C) print(o.own|)", "boolean"),
        ("local o = setmetatable({}, { __index = C }) local x = o:get() print(x|)", "string"),
        (("local D = setmetatable({}, { __index = C })\nD.__index = D\n"
         "local d = setmetatable({}, D)\nlocal x = d:get()\nprint(x|)"), "string"),
    ],
)  # fmt: skip
def test_classes_made_with_metatables(marked: str, expected: str) -> None:
    assert type_at(CLASS + marked) == expected


MAYBE = "local function f(a) if a then return 'x' end end local v = f() "


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (MAYBE + "print(v|)", "string?"),
        (MAYBE + "if v then print(v|) end", "string"),
        (MAYBE + "if not v then print(v|) end", "nil"),
        (MAYBE + "if not v then return end print(v|)", "string"),
        (MAYBE + "if v == nil then return end print(v|)", "string"),
        (MAYBE + "if v ~= nil then print(v|) end", "string"),
        (MAYBE + "assert(v) print(v|)", "string"),
        (MAYBE + "local n = v and #v| or 0", "string"),
        (MAYBE + "local n = v or 1 print(n|)", "string|integer"),
        (MAYBE + "while v do print(v|) end", "string"),
        (MAYBE + "if type(v) == 'string' then print(v|) end", "string"),
        (MAYBE + "if type(v) ~= 'string' then print(v|) end", "nil"),
        (MAYBE + "if v then v = nil print(v|) end", "nil"),
        (MAYBE + "if not v then error('x') end print(v|)", "string"),
        ("local function g(p) if type(p) == 'table' then print(p|) end end", "table"),
        (MAYBE + "v = v or 'a' print(v|)", "string"),
    ],
)
def test_what_conditions_say(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function f() local x = 1 x = 'a' print(x|) end", "string"),
        ("local function f() local x if y then x = 1 end print(x|) end", "integer?"),
        ("local function f() local x = 1 if y then x = 'a' end print(x|) end", "integer|string"),
        ("local function f() local x for i = 1, 2 do print(x|) x = i end end", "integer?"),
        ("local function f() local x = 1 local function g() print(x|) end x = 'a' end",
         "integer|string"),
    ],
)  # fmt: skip
def test_what_assignments_lead_to_a_use(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


def test_a_module_gives_what_it_returns() -> None:
    module = "local M = {}\nfunction M.f() return 'a' end\nreturn M"
    assert type_at("local m = require('mod') local x = m.f() print(x|)", mod=module) == "string"


def test_a_change_elsewhere_is_seen() -> None:
    main = "local x = f()\nprint(x)"
    world = MemoryWorld(main=main, other="function f() return 1 end")
    inference = Inference(world)
    assert shown_type(inference, "main.lua", main.index("x)")) == "integer"
    world.set("other.lua", "function f() return 'a' end")
    inference.advance()
    assert shown_type(inference, "main.lua", main.index("x)")) == "string"


def test_metatables_of_each_other_are_no_endless_question() -> None:
    code = """local a, b = {}, {}
    setmetatable(a, b) setmetatable(b, a)
    a.__index, b.__index = b, a
    function a.f() return 1 end
    local x = a.f() print(x|)"""
    assert type_at(code) == "integer"


def test_a_module_that_returns_its_environment_is_not_nil() -> None:
    module = "_ENV = host_module('mod')\nfunction f() end\nreturn _ENV"
    assert type_at("local m = require 'mod' print(m|)", mod=module) == "unknown"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local t = {}\nt[#t + 1] = 'x'\nlocal v = t[1] print(v|)", "string"),
        ("local t = {}\ntable.insert(t, 'x')\nlocal v = t[1] print(v|)", "string"),
        ("local t = {}\ntable.insert(t, 1, { n = 1 })\nprint(t[2].n|)", "integer"),
        (("local M = { list = {} }\nfunction M:add() table.insert(self.list, 'x') end\n"
          "print(M.list[1]|)"), "string"),
        ("local function f() local t = {} table.insert(t, 'x') return t end\nprint(f()[1]|)",
         "string"),
        ("local add, other = table.insert, 1\nlocal t = {}\nadd(t, 'x')\nprint(t[1]|)", "string"),
        ("local add = table.insert\nlocal function f() local t = {} add(t, 'x') print(t[1]|) end",
         "string"),
        ("local function f() local add, t = table.insert, {} add(t, 'x') print(t[1]|) end",
         "string"),
        ("local add = print\nlocal t = {}\nadd(t, 'x')\nprint(t[1]|)", "unknown"),
        ("local t = {}\nrawset(t, 'name', 'x')\nprint(t.name|)", "string"),
        ("local t = {}\nrawset(t, f(), 'x')\nprint(t[1]|)", "string"),
        ("local t = { name = 'x' }\nlocal v = rawget(t, 'name') print(v|)", "string"),
    ],
)  # fmt: skip
def test_what_functions_put_into_tables(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local a, b = select(2, 1, 'x', true) print(a|)", "string"),
        ("local a, b = select(2, 1, 'x', true) print(b|)", "boolean"),
        ("local a = select(3, 1, 'x') print(a|)", "nil"),
        ("local function g() return 1, 'x' end local a = select(2, g()) print(a|)", "string"),
        ("local select = select\nlocal a = select(2, 1, 'x') print(a|)", "string"),
        ("local function select() return true end\nlocal a = select(2, 1, 'x') print(a|)",
         "boolean"),
    ],
)  # fmt: skip
def test_what_select_leaves(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


def test_insertions_leave_what_conditions_say() -> None:
    code = MAYBE + "local t = v and {} if t then table.insert(t, 1) t[v] = 2 print(t|) end"
    assert type_at(code) == "table"


@pytest.mark.parametrize(("written", "key"), [("1", "a + 1"), ("'a' .. x", "x and 1 or y")])
def test_a_key_that_may_be_one_of_those_that_are_there_gives_what_is_there(
    written: str, key: str
) -> None:
    source = f"local t, a = {{}}, 0.5 t[{written}] = true local x = t[{key}] print(x|)"
    assert type_at(source) == "boolean"
