"""What is shown of what the cursor is in."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.hover import hovered
from tests.server.places import place


def title(marked: str, **others: str) -> str:
    found = hovered(place(marked, **others))
    return found.explanation.title if found is not None else ""


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local x| = 1", "local x: integer"),
        ("x| = 'a'", "global x: string"),
        ("local function f(a|) end", "(parameter) a: unknown"),
        ("---@param a string\nlocal function f(a|) end", "(parameter) a: string"),
        ("---@param a string\n---@return integer\nlocal function f|(a) end",
         "local function f(a: string): integer"),
        ("local M = {}\nfunction M:get(n) return n end\nM:get|()", "function M:get(n)"),
        ("local t = { a = 1 } print(t.a|)", "(field) t.a: integer"),
        ("local t = { a| = 1 }", "(field) a: integer"),
        ("local s = ('x'):upper|()", "function upper(): string"),
        ("---@param a| string\nlocal function f(a) end", "(parameter) a: string"),
        ("local x = 1\n---@cast x| string", "local x: integer"),
        ("---@class A\n---@field si|ze integer", "(field) A.size: integer"),
        ("local x = 0xF|F", "integer 255"),
        ("local x = 0x1p|4", "number 16.0"),
        ("local x = 2|55", ""),
        ("local x = 0x|", ""),
        ("local x <con|st> = 1", "<const>"),
        ("---@par|am a string\nlocal function f(a) end", "---@param"),
    ],
)  # fmt: skip
def test_titles(marked: str, expected: str) -> None:
    assert title(marked) == expected


def test_a_table_shows_its_fields() -> None:
    assert title("local t| = { a = 1, b = 'x' }") == (
        "local t: table {\n    a: integer,\n    b: string,\n}"
    )


def test_a_class_is_explained_in_an_annotation() -> None:
    shown = title("---@class Foo\n---@field a string\n\n---@type Fo‸o\nlocal x")
    assert shown == "class Foo {\n    a: string,\n}"


def test_what_is_said_of_a_function_is_shown() -> None:
    found = hovered(place("--- Doubles.\n---@param n number the number\nlocal function f|(n) end"))
    assert found is not None
    assert found.explanation.text == "Doubles.\n\n- `n`: the number"


def test_the_globals_of_spells_are_explained() -> None:
    found = hovered(place("State.save|('global', 'a', 1)"))
    assert found is not None
    assert found.explanation.title.startswith("function State.save(scope: ")
    assert "Stores a value" in found.explanation.text


def test_a_type_that_is_narrowed_is_shown_as_it_is_there() -> None:
    source = "---@type string?\nlocal v\nif v then print(v|) end"
    assert title(source) == "local v: string"


@pytest.mark.parametrize(
    "marked",
    ["-- a wo|rd", "x = 'a wo|rd'", "loc|al x", "x = 1|2", "local part = 1 f(part |"],
)
def test_nothing_is_said_of_plain_text(marked: str) -> None:
    assert hovered(place(marked)) is None
