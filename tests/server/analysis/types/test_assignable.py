from __future__ import annotations

import pytest

from llmspell_server.analysis.types.assignable import assignable, mismatch
from llmspell_server.analysis.types.display import display

from .written import definitions, type_

DEFINITIONS = definitions("""
---@class Animal
---@field name string
---@class Dog: Animal
---@field barks boolean
---@class (exact) Options
---@field size? integer
---@field mode "a"|"b"
---@class Node
---@field next? Node
---@interface Named
---@field name string
---@class Box<T>
---@field item T
---@class Callback: function
---@class Word: string
---@class Noun: Word
---@alias Mode "r"|"w"
---@alias Text string
---@alias Tree string|Tree[]
---@alias List<T> T[]
---@enum Color
local Color = { red = 1, blue = 2 }
---@enum (key) Key
local Key = { up = 1, down = 2 }
""")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("any", "string"),
        ("string", "any"),
        ("Word", "string"),
        ("Noun", "string"),
        ("Noun[]", "(string|number)[]"),
        ("unknown", "Dog"),
        ("integer", "number"),
        ("1", "integer"),
        ("1", "number"),
        ("1.0", "integer"),
        ('"a"', "string"),
        ('"a"', '"a"|"b"'),
        ("nil", "string?"),
        ("string", "string|integer"),
        ("string|integer", "integer|string|nil"),
        ("true", "boolean"),
        ("boolean", "true|false"),
        ("string[]", "table"),
        ("string[]", "table<integer, string>"),
        ("table<integer, string>", "string[]"),
        ("[string, string]", "string[]"),
        ("[string, integer]", "[string, number]"),
        ("integer[]", "number[]"),
        ("table", "string[]"),
        ("table", "Dog"),
        ("{ a: string, b: integer }", "{ a: string }"),
        ("{ a: string }", "{ a: string, b?: integer }"),
        ("{ a: integer }", "table<string, number>"),
        ("Dog", "Animal"),
        ("Dog", "table"),
        ("{ name: string }", "Animal"),
        ("{ mode: 'a' }", "Options"),
        ("Dog", "Named"),
        ("'r'", "Mode"),
        ("Mode", "string"),
        ("string", "Text"),
        ("Text", "string"),
        ("string[]", "Tree"),
        ("Tree", "Tree"),
        ("string[]", "List<string>"),
        ("Node", "Node"),
        ("Box<integer>", "Box<number>"),
        ("1", "Color"),
        ("Color", "integer"),
        ("'up'", "Key"),
        ("Key", "string"),
        ("fun()", "function"),
        ("function", "fun(a: string)"),
        ("fun()", "fun(a: string)"),
        ("fun(a: string)", "fun(a: string, b: integer)"),
        ("fun(a: any)", "fun(a: string)"),
        ("fun(a: number)", "fun(a: integer)"),
        ("fun(a: string, b?: string)", "fun(a: string)"),
        ("fun(): integer", "fun(): number"),
        ("fun(): integer, string", "fun(): number"),
        ("fun(...: any)", "fun(a: string, b: string)"),
        ("fun()", "Callback"),
        ("never", "string"),
        ("Undeclared", "Dog"),
        ("Dog", "Undeclared"),
        ("thread", "thread"),
    ],
)
def test_fits(source: str, target: str) -> None:
    assert assignable(type_(source), type_(target), DEFINITIONS)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("string", "integer"),
        ("number", "integer"),
        ("1.5", "integer"),
        ("string", '"a"|"b"'),
        ('"c"', '"a"|"b"'),
        ("nil", "string"),
        ("string?", "string"),
        ("string|integer", "string"),
        ("boolean", "true"),
        ("string", "table"),
        ("string[]", "integer[]"),
        ("string[]", "table<string, string>"),
        ("string[]", "table<integer, integer>"),
        ("[string, integer]", "string[]"),
        ("[string, integer]", "[string, string]"),
        ("{ a: string }", "{ a: integer }"),
        ("{ a: string }", "{ a: string, b: integer }"),
        ("{ a: integer }", "table<string, string>"),
        ("Animal", "Dog"),
        ("Dog", "Options"),
        ("{ name: integer }", "Animal"),
        ("{ mode: 'c' }", "Options"),
        ("string", "Animal"),
        ("'x'", "Mode"),
        ("string", "Mode"),
        ("integer", "Text"),
        ("integer", "Tree"),
        ("integer[]", "List<string>"),
        ("Box<string>", "Box<integer>"),
        ("3", "Color"),
        ("'left'", "Key"),
        ("string", "fun()"),
        ("fun()", "string"),
        ("fun(a: string, b: string)", "fun(a: string)"),
        ("fun(a: integer)", "fun(a: string)"),
        ("fun(): string", "fun(): integer"),
        ("fun()", "fun(): integer"),
        ("[string]", "[string, string]"),
        ("fun()", "table"),
        ("table", "function"),
        ("thread", "string"),
        ("string", "never"),
        ("boolean", "Dog"),
        ("function", "Dog"),
    ],
)
def test_does_not_fit(source: str, target: str) -> None:
    assert not assignable(type_(source), type_(target), DEFINITIONS)


@pytest.mark.parametrize(
    ("source", "target", "path", "wrong", "wanted"),
    [
        ("string", "integer", (), "string", "integer"),
        ("{ size: 'x', mode: 'a' }", "Options", ("size",), '"x"', "integer?"),
        ("{ a: { b: string } }", "{ a: { b: integer } }", ("a", "b"), "string", "integer"),
        ("{ next: { next: string } }", "Node", ("next", "next"), "string", "Node?"),
    ],
)
def test_a_mismatch_leads_to_the_field(
    source: str, target: str, path: tuple[str, ...], wrong: str, wanted: str
) -> None:
    found = mismatch(type_(source), type_(target), DEFINITIONS)
    assert found is not None
    assert found.path == path
    assert (display(found.source), display(found.target)) == (wrong, wanted)


def test_a_missing_field_is_told_as_missing() -> None:
    found = mismatch(type_("{ a: string }"), type_("{ a: string, b: integer }"), DEFINITIONS)
    assert found is not None
    assert found.missing
    assert found.path == ("b",)


def test_classes_that_inherit_in_a_circle_come_to_an_end() -> None:
    circle = definitions("---@class A: B\n---@class B: A\n---@class C")
    assert assignable(type_("A"), type_("B"), circle)
    assert not assignable(type_("A"), type_("C"), circle)


def test_an_alias_of_itself_comes_to_an_end() -> None:
    circle = definitions("---@alias A B\n---@alias B A\n---@alias C C|string")
    assert assignable(type_("A"), type_("B"), circle)
    assignable(type_("integer"), type_("C"), circle)
