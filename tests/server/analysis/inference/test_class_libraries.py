"""Classes that functions make, known by what the functions do."""

from __future__ import annotations

import pytest

from .worlds import type_at

EXTENDED = """local Object = {}
Object.__index = Object
function Object:new() end
function Object:extend()
  local made = {}
  made.__index = made
  made.super = self
  return setmetatable(made, self)
end
function Object:is(class) return getmetatable(self) == class end
function Object:__call(...)
  local object = setmetatable({}, self)
  object:new(...)
  return object
end
return Object
"""
POINTS = """local Object = require 'extended'
local Point = Object:extend()
function Point:new(x) self.x = 1 end
function Point:len() return 1.5 end
local Rect = Point:extend()
function Rect:new() self.w = 'x' end
local p, r = Point(1), Rect()
"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("print(p.x|)", "integer"),
        ("local v = p:len() print(v|)", "number"),
        ("function Point:more() return self.x| end", "integer"),
        ("print(r.w|)", "string"),
        ("print(r.x|)", "integer"),
        ("local v = r:len() print(v|)", "number"),
        ("local v = r:is(Point) print(v|)", "boolean"),
        ("print(p.w|)", "unknown"),
    ],
)
def test_classes_that_extend_others(marked: str, expected: str) -> None:
    assert type_at(POINTS + marked, extended=EXTENDED) == expected


PROTOTYPE = """local Account = { balance = 0 }
function Account:new(o)
  o = o or {}
  setmetatable(o, self)
  self.__index = self
  return o
end
local Special = Account:new()
function Special:limit() return 'x' end
"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local a = Account:new{ owner = 'x' } print(a.balance|)", "integer"),
        ("local s = Special:new() local v = s:limit() print(v|)", "string"),
        ("local s = Special:new() print(s.balance|)", "integer"),
    ],
)
def test_objects_that_are_prototypes(marked: str, expected: str) -> None:
    assert type_at(PROTOTYPE + marked) == expected


CALLED = """local function class()
  local made = {}
  made.__index = made
  return setmetatable(made, { __call = function(this, ...)
    local object = setmetatable({}, this)
    object:init(...)
    return object
  end })
end
"""
STORED = """local function class()
  local made = {}
  made.__index = made
  made.new = function(...)
    local object = setmetatable({}, made)
    return object
  end
  return made
end
"""
ANIMAL = """local Animal = class()
function Animal:init() self.name = 'x' end
function Animal:speak() return 1 end
"""
UNKNOWN = "local class = require 'elsewhere'\n"


@pytest.mark.parametrize(
    ("library", "marked", "expected"),
    [
        (CALLED, "local a = Animal() print(a.name|)", "string"),
        (CALLED, "local a = Animal() local v = a:speak() print(v|)", "integer"),
        (STORED, "local a = Animal.new() print(a.name|)", "string"),
        (STORED, "local a = Animal.new() local v = a:speak() print(v|)", "integer"),
        (STORED, "local Other = class()\nfunction Other:f() end\nlocal o = Other.new() print(o.name|)",
         "unknown"),
        (UNKNOWN, "local a = Animal() print(a.name|)", "string"),
        (UNKNOWN, "local a = Animal:new() local v = a:speak() print(v|)", "integer"),
        (UNKNOWN, ("local Dog = Animal:sub()\nfunction Dog:bark() return true end\n"
                   "local d = Dog:new() local v = d:bark() print(v|)"), "boolean"),
        (UNKNOWN, ("local Dog = Animal:sub()\nfunction Dog:bark() return true end\n"
                   "local d = Dog:new() print(d.name|)"), "string"),
        (UNKNOWN, "local a = Animal() local v = a:other() print(v|)", "unknown"),
    ],
)  # fmt: skip
def test_classes_that_functions_make(library: str, marked: str, expected: str) -> None:
    assert type_at(library + ANIMAL + marked) == expected
