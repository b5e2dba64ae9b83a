"""Types of annotated code. The cursor `|` stands in the name that is asked for."""

from __future__ import annotations

import pytest

from .worlds import type_at

CLASS = """---@class Animal
---@field name string
---@field age? integer
local Animal = {}
---@param food string
---@return boolean eaten
---@return string
function Animal:eat(food) end
---@return Animal
function Animal.new() end
---@class Dog: Animal
---@field tail number
local Dog = {}
function Dog:bark() return 1 end
"""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("---@type string\nlocal x = f()\nprint(x‸)", "string"),
        ("local x ---@type integer[]\nprint(x‸)", "integer[]"),
        ("---@type string, integer\nlocal x, y\nprint(y‸)", "integer"),
        ("---@param x string\nlocal function f(x) print(x‸) end", "string"),
        ("---@param x? string\nlocal function f(x) print(x‸) end", "string?"),
        ("---@param ... integer\nlocal function f(...) local a = ... print(a‸) end", "integer?"),
        ("---@return string\nlocal function f() end local x = f() print(x‸)", "string"),
        ("---@return string, integer?\nlocal function f() end local x, y = f() print(y‸)",
         "integer?"),
        ("---@alias Kind 'a'|'b'\n---@type Kind\nlocal x\nprint(x‸)", "Kind"),
        ("---@type fun(a: integer): string\nlocal f\nlocal x = f(1)\nprint(x‸)", "string"),
        ("---@type fun(cb: fun(n: integer))\nlocal f\nf(function(n) print(n‸) end)", "integer"),
        ("---@type { a: string, b: integer }\nlocal t\nprint(t.b‸)", "integer"),
        ("---@type table<string, number>\nlocal t\nprint(t.x‸)", "number"),
        ("---@type string[]\nlocal t\nprint(t[1]|)", "string"),
        ("local x = f() --[[@as string]]\nprint(x‸)", "string"),
        ("---@type string?\nlocal x\n---@cast x -?\nprint(x‸)", "string"),
        ("local x\n---@cast x integer\nprint(x‸)", "integer"),
        ("local x\n---@cast x integer\nprint(1)\nprint(x‸)", "integer"),
        ("local x\n---@cast x integer\nprint(1)\n---@cast x +string\nprint(x‸)", "integer|string"),
        ("local x\n---@cast x integer\nprint(1)\nx = 'a'\nprint(x‸)", "string"),
        ("local x\n---@cast x integer\nx = 'a'\nprint(x‸)", "string"),
        ("local x = 'a'\nif y then\n---@cast x integer\nprint(x)\nend\nprint(x‸)", "string"),
        ("local x = 'a'\n---@cast x integer\nprint(1)\nlocal x = true\nprint(x‸)", "boolean"),
        ("---@type any\nx = 'a'\n---@cast x integer\nprint(1)\nprint(x‸)", "integer"),
        ("---@type string\nlocal x\n---@cast x +integer\nprint(x‸)", "string|integer"),
    ],
)  # fmt: skip
def test_declared_values(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("print(Animal‸)", "Animal"),
        ("local a = Animal.new() print(a‸)", "Animal"),
        ("local a = Animal.new() print(a.name‸)", "string"),
        ("local a = Animal.new() print(a.age‸)", "integer?"),
        ("local a = Animal.new() local x, y = a:eat('x') print(y‸)", "string"),
        ("---@type Dog\nlocal d\nprint(d.name‸)", "string"),
        ("---@type Dog\nlocal d\nlocal x = d:bark()\nprint(x‸)", "integer"),
        ("function Animal:go() print(self.name‸) end", "string"),
        ("local d = setmetatable({}, Dog) print(d‸)", "Dog"),
    ],
)
def test_classes(marked: str, expected: str) -> None:
    assert type_at(CLASS + marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (("---@generic T\n---@param x T\n---@return T\nlocal function id(x) end\n"
         "local x = id('a')\nprint(x‸)"), "string"),
        (("---@generic T\n---@param x T[]\n---@return T\nlocal function first(x) end\n"
         "local x = first({ 1, 2 })\nprint(x‸)"), "integer"),
        (("---@generic T\n---@param name `T`\n---@return T\nlocal function make(name) end\n"
         "---@class Foo\nlocal x = make('Foo')\nprint(x‸)"), "Foo"),
        ("---@class Stack<T>\n---@field top T\n---@type Stack<string>\nlocal s\nprint(s.top‸)",
         "string"),
        (("---@overload fun(a: string): string\n---@param a integer\n---@return integer\n"
         "local function f(a) end\nlocal x = f('a')\nprint(x‸)"), "string"),
        ("---@enum Color\nlocal Color = { Red = 1 }\n---@type Color\nlocal c\nprint(c‸)", "Color"),
        (("---@class V\n---@operator add(V): V\n---@type V, V\nlocal a, b\nlocal c = a + b\n"
         "print(c‸)"), "V"),
    ],
)  # fmt: skip
def test_generics_overloads_enums_and_operators(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


def test_a_class_of_another_file_is_known() -> None:
    other = "---@class Point\n---@field x number\n"
    assert type_at("---@type Point\nlocal p\nprint(p.x‸)", other=other) == "number"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (("---@type { kind: 'a', a: string } | { kind: 'b', b: integer }\nlocal v\n"
         "if v.kind == 'b' then print(v.b‸) end"), "integer"),
        ("---@type 'a'|'b'\nlocal v\nif v == 'a' then return end\nprint(v‸)", '"b"'),
        ("---@type string|integer\nlocal v\nif type(v) == 'number' then print(v‸) end", "integer"),
        ("---@type { a?: string }\nlocal t\nif t.a then print(t.a‸) end", "string"),
    ],
)  # fmt: skip
def test_narrowing_of_declared_types(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


def test_an_annotation_is_not_about_the_fields_on_the_first_line() -> None:
    assert type_at("---@class M\nlocal M = { a = { b = 1 } }\nprint(M.a.b|)") == "integer"


IS = "---@return_cast v string\nlocal function is(v) end\n---@type string|integer\nlocal x\n"
OR = "---@return_cast v string else boolean\nlocal function is(v) end\n---@type string|table\nlocal x\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (IS + "if is(x) then print(x‸) end", "string"),
        (IS + "if is(x) then return end print(x‸)", "integer"),
        (IS + "if not is(x) then print(x‸) end", "integer"),
        (IS + "if is(1, x) then print(x‸) end", "string|integer"),
        (IS + "if is(x) and y then print(x‸) end", "string"),
        (IS + "assert(is(x)) print(x‸)", "string"),
        (IS + "local function f(y) if is(y) then print(y‸) end end", "string"),
        (IS + "local t = {}\n---@type string|integer\nt.a = 1\nif is(t.a) then print(t.a‸) end",
         "string"),
        (OR + "if is(x) then return end print(x‸)", "never"),
        (("---@class C\nlocal C = {}\n---@return_cast self D\nfunction C:is() end\n"
          "---@class D: C\n---@type C\nlocal c\nif c:is() then print(c‸) end"), "D"),
    ],
)  # fmt: skip
def test_what_a_function_says_of_its_argument(marked: str, expected: str) -> None:
    assert type_at(marked) == expected


def test_a_type_parameter_of_a_function_hides_that_of_the_class() -> None:
    source = (
        "---@class Box<T>\n---@field value T\nlocal Box = {}\n"
        "---@generic T\n---@param v T\n---@return Box<T>\nfunction Box.of(v) end\n"
        "local v = Box.of('x').value print(v‸)"
    )
    assert type_at(source) == "string"
