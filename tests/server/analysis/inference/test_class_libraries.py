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


COPYING = """local function class(base)
  local made = {}
  for key, value in pairs(base or {}) do made[key] = value end
  made.__index = made
  local meta = {}
  meta.__call = function(this, ...)
    local object = {}
    setmetatable(object, made)
    if this.init then this.init(object, ...) end
    return object
  end
  return setmetatable(made, meta)
end
"""
DERIVED = """function Dog:bark() return true end
local d = Dog()
"""
FOR_BASES = ANIMAL.replace("class()", "class('Animal')")


@pytest.mark.parametrize(
    ("library", "derived"),
    [
        (COPYING, "local Dog = class(Animal)\n"),
        (UNKNOWN, "local Dog = class(Animal)\n"),
        (UNKNOWN, "local Dog = class('Dog', Animal)\n"),
        (UNKNOWN, "local Dog = class('Dog', Animal):include({})\n"),
        (UNKNOWN, "local Dog = Animal:subclass('Dog')\n"),
        (UNKNOWN, "local Dog = Animal:extend()\n"),
        (UNKNOWN, "local Dog = Animal.extend()\n"),
        (UNKNOWN, "local Dog = class.extend(Animal)\n"),
        (UNKNOWN, "local Dog = Animal:extend('Dog', { legs = 4 })\n"),
    ],
)
@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local v = d:bark() print(v|)", "boolean"),
        ("local v = d:speak() print(v|)", "integer"),
        ("print(d.name|)", "string"),
        ("function Dog:more() return self.name| end", "string"),
        ("local v = Animal() print(v.bark|)", "unknown"),
    ],
)
def test_classes_with_a_base(library: str, derived: str, marked: str, expected: str) -> None:
    assert type_at(library + FOR_BASES + derived + DERIVED + marked) == expected


def test_fields_that_a_class_is_given_as_a_table() -> None:
    source = UNKNOWN + "local W = class('W', { width = 1 })\nfunction W:grow() end\nlocal w = W()\n"
    assert type_at(source + "print(w.width|)") == "integer"


def test_a_class_that_is_called_makes_what_its_constructor_makes() -> None:
    source = """local Base = {}
Base.__index = Base
function Base:base() return 'b' end
local C = {}
C.__index = C
setmetatable(C, { __index = Base, __call = function(cls, ...) return cls.new(...) end })
function C.new() local self = setmetatable({}, C) self.n = 1 return self end
local o = C()
"""
    assert type_at(source + "print(o.n|)") == "integer"
    assert type_at(source + "local v = o:base() print(v|)") == "string"


MIXIN = """local M = {}
function M:fly() return 'f' end
local C = {}
C.__index = C
function C.new() return setmetatable({}, C) end
"""
COPIER = (
    "local function mix(into, from) for k, v in pairs(from) do into[k] = v end return into end\n"
)


@pytest.mark.parametrize(
    "mixing",
    [
        "for k, v in pairs(M) do C[k] = v end",
        "for k, v in next, M do C[k] = v end",
        "for k, v in pairs(M) do if not C[k] then C[k] = v end end",
        "for k, v in pairs(M) do rawset(C, k, v) end",
        COPIER + "mix(C, M)",
        COPIER.replace("local function mix", "local mix = function") + "mix(C, M)",
        "C:include(M)",
        "C:implement(M)",
    ],
)
def test_what_is_copied_into_a_class(mixing: str) -> None:
    source = f"{MIXIN}{mixing}\nlocal o = C.new() local v = o:fly() "
    assert type_at(source + "print(v|)") == "string"
    assert type_at(source + "print(M.new|)") == "unknown"


ANIMALS = """local Animal = {}
Animal.__index = Animal
function Animal.new(name)
  local self = setmetatable({}, Animal)
  self.name = name
  self.legs = 4
  return self
end
function Animal:speak() return 1 end
local Dog = setmetatable({}, { __index = Animal })
Dog.__index = Dog
function Dog:bark() return 'woof' end
function Dog:speak() return 'woof' end
"""


@pytest.mark.parametrize(
    "made",
    [
        "local self = Animal.new(name) setmetatable(self, Dog) self.tricks = true return self",
        "local self = setmetatable(Animal.new(name), Dog) self.tricks = true return self",
        "local self = Animal.new(name) self.tricks = true return setmetatable(self, Dog)",
    ],
)
@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local v = d:bark() print(v|)", "string"),
        ("local v = d:speak() print(v|)", "string"),
        ("print(d.legs|)", "integer"),
        ("print(d.tricks|)", "boolean"),
        ("local a = Animal.new('x') local v = a:speak() print(v|)", "integer"),
        ("local a = Animal.new('x') print(a.tricks|)", "unknown"),
    ],
)
def test_objects_of_the_class_above_that_become_ones_of_a_class(
    made: str, marked: str, expected: str
) -> None:
    classes = f"{ANIMALS}function Dog.new(name) {made} end\nlocal d = Dog.new('Rex')\n"
    assert type_at(classes + marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (("return setmetatable(Animal.new(name), Dog) end local d = Dog.new() "
         "local v = d:bark() print(v|)"), "string"),
        ("return setmetatable(Animal.new(name), Dog) end local d = Dog.new() print(d.legs|)",
         "integer"),
        ("end local d = Animal.new('x')\nsetmetatable(d, Dog)\nlocal v = d:bark() print(v|)",
         "string"),
    ],
)  # fmt: skip
def test_a_metatable_that_is_given_later(marked: str, expected: str) -> None:
    assert type_at(f"{ANIMALS}function Dog.new(name) {marked}") == expected
