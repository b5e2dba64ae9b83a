"""What is offered at the cursor."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.completion.candidates import Candidate
from llmspell_server.analysis.completion.complete import Options, complete
from tests.server.places import place


def offered(marked: str, **others: str) -> dict[str, Candidate]:
    subject = place(marked, **others)
    modules = {name.replace("__", "."): f"{name}.lua" for name in others}
    found = complete(subject, Options(modules, True, None))
    return {candidate.label: candidate for candidate in found.candidates}


CLASS = """local C = {}
C.__index = C
function C.new() local self = setmetatable({ x = 1 }, C) self.name = 'n' return self end
function C:get() return self.name end
local o = C.new()
"""


@pytest.mark.parametrize(
    ("marked", "expected", "missing"),
    [
        ("State.|", "save load delete", "State end print"),
        ("local t = { a = 1, f = function() end }\nt.|", "a f", "print"),
        ("local t = { a = 1, f = function() end }\nt:|", "f", "a"),
        ("local s = 'x'\ns:|", "upper rep format", "print"),
        ("('x'):|", "upper", "print"),
        ("local function f()\n  string.|\nend", "format rep", "f"),
        ("local t = { a = { b = 1 } }\nif t then\n  t.a.|\nend\nprint(t)", "b", "a"),
        (CLASS + "o:|", "get", "x name"),
        (CLASS + "o.|", "get new name x", "print"),
        (CLASS + "function C:more()\n  self.|\nend", "name get x", "print"),
        ("---@class A\n---@field name string\n---@type A\nlocal a\na.|", "name", "print"),
        ("local t = { a = 1 }\nt.|\nprint(t)", "a", "print"),
    ],
)
def test_members(marked: str, expected: str, missing: str) -> None:
    found = offered(marked)
    assert set(expected.split()) <= found.keys()
    assert not set(missing.split()) & found.keys()


@pytest.mark.parametrize(
    ("marked", "expected", "missing"),
    [
        ("local abc = 1\n|", "abc State print while", ""),
        ("local function f(p)\n  |\nend", "p f", ""),
        ("do local hidden end\n|", "print", "hidden"),
        ("local x = |", "nil true function", "x"),
        ("print(|)", "State string", ""),
        ("local |", "function", "State print"),
        ("local function f(|) end", "", "print"),
        ("for | in pairs(t) do end", "", "print"),
        ("local x <|", "const close", "print"),
        ("goto |\n::done::", "", "print"),
        ("do ::done:: goto | end", "done", "print"),
        ("local x = 12|", "", "print"),
    ],
)
def test_names(marked: str, expected: str, missing: str) -> None:
    found = offered(marked)
    assert set(expected.split()) <= found.keys()
    assert not set(missing.split()) & found.keys()


def test_snippets_are_offered_where_a_statement_begins() -> None:
    assert offered("  fo|")["for … in pairs"].is_snippet
    assert "for … in pairs" not in offered("local x = fo|")


MODE = "---@alias Mode\n---|'fast' # quick\n---|'slow'\n---@param m Mode\nlocal function f(m) end\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (MODE + "f('‸')", "fast slow"),
        (MODE + "f('fa‸", "fast slow"),
        ("---@type 'a'|'b'\nlocal v\nif v == '‸' then end", "a b"),
        ("local t = { key = 1 }\nprint(t['‸'])", "key"),
        ("---@type { kind: 'x'|'y' }\nlocal t = { kind = '‸' }", "x y"),
    ],
)
def test_strings_that_a_type_lists(marked: str, expected: str) -> None:
    assert offered(marked).keys() == set(expected.split())


def test_what_is_said_of_a_string_is_shown() -> None:
    assert offered(MODE + "f('‸')")["fast"].detail == "quick"


def test_modules_are_offered_to_require() -> None:
    assert "lib.tools" in offered("local t = require('|')", lib__tools="return {}")


def test_a_module_can_be_required_by_choosing_its_name() -> None:
    found = offered("local a = require('a')\nprint(too|)", lib__tools="return {}")["tools"]
    assert found.edits == ((23, 23, 'local tools = require("lib.tools")\n'),)


OPTIONS = """---@class Options
---@field size integer how large
---@field name? string
---@param options Options
local function f(options) end
"""


@pytest.mark.parametrize(
    ("call", "expected", "missing"),
    [
        ("f({ ‸ })", "size name", ""),
        ("f({ size = 1, ‸ })", "name", "size"),
        ("f({ si‸ })", "size", ""),
        ("f({ size = ‸ })", "print", "name"),
    ],
)
def test_keys_of_a_table_that_is_wanted(call: str, expected: str, missing: str) -> None:
    found = offered(OPTIONS + call)
    assert set(expected.split()) <= found.keys()
    assert not set(missing.split()) & found.keys()


def test_a_required_key_comes_first_and_shows_its_type() -> None:
    found = offered(OPTIONS + "f({ ‸ })")
    assert (found["size"].rank, found["size"].detail) == (0, "integer")
    assert found["name"].rank == 1


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("---@pa‸", "param return class"),
        ("---@type st‸", "string integer"),
        ("---@class Foo\n---@type Fo‸", "Foo"),
        ("---@param ‸\nlocal function f(abc) end", "abc"),
        ("---@diagnostic ‸", "disable enable"),
    ],
)
def test_annotations(marked: str, expected: str) -> None:
    assert set(expected.split()) <= offered(marked).keys()


@pytest.mark.parametrize("marked", ["-- a comm|ent", "x = 'plain |text'", "--[[ | ]]"])
def test_nothing_is_offered_in_plain_text(marked: str) -> None:
    assert offered(marked) == {}
