"""Signatures, calls and what type parameters stand for."""

from __future__ import annotations

import pytest
from attrs import evolve

from llmspell_server.analysis.types.calls import call, operator_result, signatures, takes
from llmspell_server.analysis.types.display import display, display_values
from llmspell_server.analysis.types.fields import field_type
from llmspell_server.analysis.types.model import (
    INTEGER,
    STRING,
    Function,
    IntegerLiteral,
    StringLiteral,
    Type,
    Values,
)

from .written import definitions, function, type_

DEFINITIONS = definitions("""
---@class Stack<T>
---@field top T
---@field [integer] T
---@field push fun(self: Stack<T>, item: T)
---@operator add(Stack<T>): Stack<T>
---@operator add(integer): string
---@operator call(string): boolean
---@class Strings: Stack<string>
---@class Factory
---@overload fun(name: string): Stack<string>
---@alias Map<K, V> table<K, V>
""")


def arguments(*texts: str) -> Values:
    return Values(tuple(type_(text) for text in texts))


@pytest.mark.parametrize(
    ("signature", "generics", "given", "expected"),
    [
        ("(a: string): integer", (), ("string",), "integer"),
        ("(a: T): T", ("T",), ("'x'",), "string"),
        ("(a: T): T[]", ("T",), ("string",), "string[]"),
        ("(a: T[]): T", ("T",), ("string[]",), "string"),
        ("(a: T[]): T", ("T",), ("[string, integer]",), "string|integer"),
        ("(a: T[]): T", ("T",), ("table<integer, string>",), "string"),
        ("(a: T?): T", ("T",), ("string?",), "string"),
        ("(a: T, b: T): T", ("T",), ("string", "integer"), "string|integer"),
        ("(a: table<K, V>): V, K", ("K", "V"), ("table<string, integer>",), "integer, string"),
        ("(a: table<K, V>): K, V", ("K", "V"), ("{ a: integer }",), "string, integer"),
        ("(f: fun(): T): T", ("T",), ("fun(): string",), "string"),
        ("(f: fun(a: T): any, a: T): T", ("T",), ("fun(a)", "string"), "string"),
        ("(a: Stack<T>): T", ("T",), ("Stack<string>",), "string"),
        ("(a: Stack<T>): T", ("T",), ("Strings",), "string"),
        ("(a: { x: T }): T", ("T",), ("{ x: string }",), "string"),
        ("(a: Map<string, T>): T", ("T",), ("table<string, integer>",), "integer"),
        ("(a: `T`): T", ("T",), ("'Stack'",), "Stack"),
        ("(...: T): T", ("T",), ("string", "integer"), "string|integer"),
        ("(...: T...): T...", ("T",), ("string", "integer"), "string, integer"),
        ("(a: any, ...: T...): boolean, T...", ("T",), ("any", "string"), "boolean, string"),
        ("(f: fun(...: A...): R..., ...: A...): boolean, R...", ("A", "R"),
         ("fun(a: string): integer, string", "string"), "boolean, integer, string"),
        ("(f: fun(): R...): R...", ("R",), ("fun(): string, integer...",), "string, integer..."),
        ("(a: T): T", ("T",), (), "unknown"),
    ],
)  # fmt: skip
def test_a_call_gives(
    signature: str, generics: tuple[str, ...], given: tuple[str, ...], expected: str
) -> None:
    found = call(function(signature, *generics), arguments(*given), DEFINITIONS)
    assert display_values(found) == expected


@pytest.mark.parametrize(
    ("signature", "given", "expected"),
    [
        ("(a: string)", ("string",), True),
        ("(a: string)", (), False),
        ("(a?: string)", (), True),
        ("(a: string?)", (), True),
        ("(a: string)", ("string", "string"), False),
        ("(a: string, ...: string)", ("string", "string"), True),
        ("(a: string)", ("integer",), False),
    ],
)
def test_a_function_takes_arguments(signature: str, given: tuple[str, ...], expected: bool) -> None:
    assert takes(function(signature), arguments(*given), DEFINITIONS) is expected


def test_a_class_is_called_as_its_overloads_and_its_operator_say() -> None:
    (factory,) = signatures(type_("Factory"), DEFINITIONS)
    assert display(factory) == "fun(name: string): Stack<string>"
    (stack,) = signatures(type_("Stack<string>"), DEFINITIONS)
    assert display(stack) == "fun(value: string): boolean"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Stack<string>", "integer", "string"),
        ("integer", "Stack<string>", "string"),
        ("Stack<string>", "Stack<string>", "Stack<string>"),
        ("Strings", "Strings", "Stack<string>"),
        ("string", "string", None),
    ],
)
def test_an_operator_gives(left: str, right: str, expected: str | None) -> None:
    found = operator_result("add", type_(left), type_(right), DEFINITIONS)
    assert (found and display(found)) == expected


@pytest.mark.parametrize(
    ("owner", "key", "expected"),
    [
        ("Stack<string>", StringLiteral("top"), "string"),
        ("Strings", StringLiteral("top"), "string"),
        ("Strings", INTEGER, "string"),
        ("Stack<string>", StringLiteral("push"), "fun(self: Stack<string>, item: string)"),
        ("Stack<string>", StringLiteral("none"), None),
        ("{ a?: string }", StringLiteral("a"), "string?"),
        ("[string, integer]", IntegerLiteral(2), "integer"),
        ("[string, integer]", INTEGER, "string|integer"),
        ("string[]", IntegerLiteral(1), "string"),
        ("string[]", STRING, None),
        ("table<string, integer>", STRING, "integer"),
        ("Map<string, integer>", StringLiteral("a"), "integer"),
        ("string[]|table<integer, boolean>", INTEGER, "string|boolean"),
    ],
)
def test_a_field_is(owner: str, key: Type, expected: str | None) -> None:
    found = field_type(type_(owner), key, DEFINITIONS)
    assert (found and display(found)) == expected


def test_of_several_signatures_the_one_to_the_point_is_taken() -> None:
    known = type_("fun(a: any): any")
    assert isinstance(known, Function)
    overloads = (
        function("(a: number): number"),
        function("(a: integer): integer"),
        function("(a: 'x'|'y'): boolean"),
        function("(a: 'x'): string"),
    )
    known = evolve(known, overloads=overloads)
    for given, expected in (
        ("'x'", "string"),
        ("'y'", "boolean"),
        ("1", "integer"),
        ("1.5", "number"),
        ("table", "any"),
    ):
        assert display_values(call(known, arguments(given), DEFINITIONS)) == expected
