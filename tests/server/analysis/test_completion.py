"""What is offered at the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from llmspell_server.analysis.completion.candidates import Candidate
from llmspell_server.analysis.completion.complete import Options, complete
from llmspell_server.analysis.completion.gathering import Budget, attempted
from llmspell_server.analysis.explaining import Explanation, explained_candidate
from llmspell_server.analysis.pace import checkpoint
from llmspell_server.world import SessionWorld
from tests.server.places import URI, place


def offered(marked: str, **others: str) -> dict[str, Candidate]:
    subject = place(marked, **others)
    modules = {name.replace("__", "."): f"{name}.lua" for name in others}
    world = subject.inference.world
    assert isinstance(world, SessionWorld)
    options = Options(lambda: modules, True, lambda word: world.modules_like(word, URI))
    found = complete(subject, options)
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
        ("---@type AgentInstance\nlocal a\na.|", "invoke get_metrics name", "print"),
        (CLASS + "o:|", "get", "x name"),
        (CLASS + "o.|", "get new name x", "print"),
        (CLASS + "function C:more()\n  self.|\nend", "name get x", "print"),
        ("---@class A\n---@field name string\n---@type A\nlocal a\na.|", "name", "print"),
        ("local t = { a = 1 }\nt.|\nprint(t)", "a", "print"),
        (
            "local t = { a = 1, ['end'] = 2, ['größe'] = 3, ['1a'] = 4 }\nprint(t.|)",
            "a",
            "end größe 1a",
        ),
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
        ("x = function(|", "", "print"),
        ("local function f(a, |", "", "print"),
        ("x = function(a) |", "print a", ""),
        ("for | in pairs(t) do end", "", "print"),
        ("local x <|", "const close", "print"),
        ("goto |\n::done::", "", "print"),
        ("do ::done:: goto | end", "done", "print"),
        ("::top::\ngoto |", "top", "print"),
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


def test_only_modules_whose_names_have_what_is_written_are_offered_to_be_required() -> None:
    found = offered("print(to|)", lib__tools="return {}", lib__other="return {}")
    assert "tools" in found
    assert "other" not in found


def test_of_many_modules_the_likeliest_are_offered_and_the_list_says_so() -> None:
    asked: list[str] = []

    def modules(word: str) -> Iterator[str]:
        for number in count():
            asked.append(word)
            yield f"near.module{number}"

    found = complete(place("print(mod|)"), Options(dict, True, modules), budget(10_000, 10_000))
    offered_modules = [each.label for each in found.candidates if each.kind == "module"]
    assert offered_modules == [f"module{number}" for number in range(100)]
    assert found.incomplete
    assert asked == ["mod"] * 101


def test_a_module_is_explained_by_the_top_of_its_file() -> None:
    subject = place("print(too‸)", lib__tools="--- Tools for all.\nlocal M = {}\nreturn M")
    found = explained_candidate(subject.inference, subject.where, ("module", "lib.tools"))
    assert found == Explanation('require("lib.tools")', "Tools for all.")


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
        ("f({ ['‸'] = 1 })", "size name", "print"),
        ('f({ size = 1, ["na‸me"] = 1 })', "name", "size print"),
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


def test_a_function_that_is_wanted_is_written_with_its_parameters() -> None:
    declared = (
        "---@class Hooks\n---@field on_end fun(reason: string, code: integer)\n"
        "---@field close fun(self)\n---@param hooks Hooks\nlocal function f(hooks) end\n"
    )
    found = offered(declared + "f({ ‸ })")
    assert found["on_end"].text == "on_end = function(reason, code)\n\t$0\nend"
    assert "close" not in found


ENUM = "---@enum Level\nlocal Level = { LOW = 1, HIGH = 2 }\n---@param l Level\nlocal function f(l) end\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (MODE + "f(‸)", '"fast" "slow"'),
        (MODE + "f(fa‸)", '"fast" "slow"'),
        (ENUM + "f(‸)", "Level.LOW Level.HIGH"),
        ("---@type { kind: 'x'|'y' }\nlocal t = { kind = ‸ }", '"x" "y"'),
        ("---@type 'a'|'b'\nlocal v\nif v == ‸ then end", '"a" "b"'),
        ("---@type 'a'|'b'\nlocal v = ‸", '"a" "b"'),
    ],
)
def test_values_that_a_type_lists_are_written_out(marked: str, expected: str) -> None:
    found = offered(marked)
    assert {name for name, each in found.items() if each.kind == "value"} == set(expected.split())
    assert all(found[name].rank == 0 for name in expected.split())


FAMILY = """---@class Base
---@field on_done fun(self: Base, reason: string)
local Base = {}
function Base:run(task, ...) end
function Base.make(options) end
---@class Child: Base
local Child = {}
function Child:own() end
"""


@pytest.mark.parametrize(
    ("marked", "name", "expected"),
    [
        ("function Child:‸", "run", "run(task, ...)\n\t$0\nend"),
        ("function Child:on_‸", "on_done", "on_done(reason)\n\t$0\nend"),
        ("function Child.‸", "make", "make(options)\n\t$0\nend"),
        ("function Child:‸(x) end", "run", None),
    ],
)
def test_a_method_that_overrides_one_has_its_parameters(
    marked: str, name: str, expected: str | None
) -> None:
    assert offered(FAMILY + marked)[name].text == expected


def test_methods_of_a_metatable_are_overridden_before_own_ones_are_repeated() -> None:
    found = offered(
        "local A = {}\nA.__index = A\nfunction A:m(x) end\n"
        "local B = setmetatable({}, { __index = A })\nfunction B:own() end\nfunction B:‸"
    )
    assert found["m"].text == "m(x)\n\t$0\nend"
    assert found["own"].text is None
    assert found["m"].rank < found["own"].rank


@pytest.mark.parametrize(
    ("marked", "name", "expected"),
    [
        ("local t = {}\nt.‸", "ifor", "for ${1:index}, ${2:value} in ipairs(t) do\n\t$0\nend"),
        ("local t = {}\nt.‸", "insert", "table.insert(t, $0)"),
        ("local t = {}\nt.fo‸", "for", "for ${1:key}, ${2:value} in pairs(t) do\n\t$0\nend"),
        ("local t = {}\nt.for‸", "for", "for ${1:key}, ${2:value} in pairs(t) do\n\t$0\nend"),
        ("local s = 'x'\ns.‸", "if", "if s then\n\t$0\nend"),
        ("f('$x').‸", "local", "local ${1:name} = f('\\$x')"),
        ("local function f(x)\n  x.‸\nend", "return", "return x"),
        ("local y = x.‸", "not", "not x"),
        ("local t = {}\nprint(t.‸)", "len", "#t"),
    ],
)
def test_code_is_written_around_what_stands_before_the_dot(
    marked: str, name: str, expected: str
) -> None:
    found = offered(marked)[name]
    assert found.text == expected
    (removed,) = found.edits
    source = marked.replace("‸", "")
    assert removed[2] == ""
    assert source[removed[0] : removed[1]].endswith(".")
    assert source[: removed[1]] == marked.partition("‸")[0].rstrip("for")


@pytest.mark.parametrize(
    ("marked", "missing"),
    [
        ("local y = x.‸", "if local return"),
        ("local s = 'x'\ns.‸", "for ifor insert pcall"),
        ("local t = {}\nt.‸", "tonumber pcall"),
        ("local t = { len = 1 }\nt:‸", "if for"),
        ("string.‸", "if for insert"),
        ("State.‸", "if for insert"),
    ],
)
def test_code_that_makes_no_sense_there_is_not_offered(marked: str, missing: str) -> None:
    assert not set(missing.split()) & offered(marked).keys()


def test_a_field_goes_before_code_of_the_same_name() -> None:
    assert offered("local t = { insert = 1 }\nt.‸")["insert"].kind == "field"


@pytest.mark.parametrize(
    ("marked", "name", "expected"),
    [
        ("local function work(a, ...) end\n‸", "work", "(a, ...)"),
        ("function Global(x) end\n‸", "Global", "(x)"),
        ("State.‸", "save", "(scope, key, value)"),
        ("local C = {}\nfunction C:m(a) end\nC:‸", "m", "(a)"),
        ("local C = {}\nfunction C.m(self, a) end\nC:‸", "m", "(a)"),
        ("---@type { x: integer }\nlocal t\nt.‸", "x", ""),
    ],
)
def test_functions_show_their_parameters(marked: str, name: str, expected: str) -> None:
    assert offered(marked)[name].parameters == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("---@pa‸", "param return class"),
        ("---@type st‸", "string integer"),
        ("---@class Foo\n---@type Fo‸", "Foo"),
        ("---@param ‸\nlocal function f(abc) end", "abc"),
        ("---@diagnostic ‸", "disable enable"),
        ("---@diagnostic disable: undefined-global, unu‸", "unused-local syntax-error"),
        ("---@field pr‸", "private protected"),
        ("---@class (ex‸", "exact"),
        ("---@class A: st‸", "string"),
        ("---@operator ‸", "add call"),
        ("local value = f()\n---@cast ‸", "value"),
        ("local x = f() --[[@a‸", "as"),
        ("local x = f() --[[@as st‸", "string"),
        ("---@generic T\n---@param x ‸\nlocal function f(x) end", "T string"),
        ("---@param x fun(a: string, b: ‸", "string"),
        ("---@return string name, ‸", "string"),
        ("---@type string | ‸", "integer"),
        ("---@alias Mode\n---| ‸", "string"),
    ],
)
def test_annotations(marked: str, expected: str) -> None:
    assert set(expected.split()) <= offered(marked).keys()


@pytest.mark.parametrize(
    "marked",
    [
        "---@param x string the na‸\nlocal function f(x) end",
        "---@return string the na‸",
        "---@class Na‸",
        "---@deprecated use the ot‸",
        "--- some te‸",
    ],
)
def test_prose_in_annotations_is_left_alone(marked: str) -> None:
    assert offered(marked) == {}


def test_all_annotations_of_a_function_are_offered_at_once() -> None:
    (found,) = offered("---‸\nlocal function f(a, ...) return 1 end").values()
    assert found.text == "---@param a any\n---@param ... any\n---@return integer"
    assert offered("---@param a any\n---‸\nlocal function f(a, b) end") == {}


@pytest.mark.parametrize("marked", ["-- a comm|ent", "x = 'plain |text'", "--[[ | ]]"])
def test_nothing_is_offered_in_plain_text(marked: str) -> None:
    assert offered(marked) == {}


def budget(seconds: float, at_most: float) -> Budget:
    """A budget by a clock on which a second passes whenever somebody looks at it."""
    return Budget(seconds, at_most, clock=count().__next__)


def test_what_cannot_be_found_in_time_is_left_out_and_the_list_says_so() -> None:
    subject = place("local abc = 1\nlocal t = { key = abc }\nx = |\nprint(t)")
    found = complete(subject, Options(dict, True), budget(3, 3))
    labels = {each.label for each in found.candidates}
    assert found.incomplete
    assert {"abc", "t", "nil"} <= labels
    assert len(labels) < len(offered("local abc = 1\nlocal t\nx = |"))


def test_what_was_found_until_the_time_was_over_is_offered() -> None:
    subject = place("local t = { a = 1, b = 2, c = 3, d = 4 }\nt.|")
    found = complete(subject, Options(dict, True), budget(2, 10_000))
    assert found.incomplete
    assert 0 < len(found.candidates) < 4


@pytest.mark.parametrize("marked", ["local t = { a = 1 }\nt.|", MODE + "f('‸')"])
def test_members_and_values_that_take_too_long_come_with_the_next_key(marked: str) -> None:
    subject = place(marked)
    first = complete(subject, Options(dict, True), budget(0, 0))
    assert (first.candidates, first.incomplete) == ((), True)
    second = complete(subject, Options(dict, True), budget(10_000, 10_000))
    assert second.candidates
    assert not second.incomplete


def test_modules_that_take_too_long_to_list_are_left_out() -> None:
    def modules() -> dict[str, str]:
        while True:
            checkpoint()

    found = complete(place("require('|')"), Options(modules, True), budget(3, 3))
    assert (found.candidates, found.incomplete) == ((), True)


def test_what_is_tried_first_takes_its_time_from_that_of_the_candidates() -> None:
    found, left = attempted(lambda: "found", budget(3, 10))
    assert found == "found"
    assert 0 < left.at_most < 10


def test_what_is_not_found_first_in_time_leaves_none() -> None:
    def find() -> str:
        while True:
            checkpoint()

    found, left = attempted(find, budget(3, 10))
    assert (found, left.at_most) == (None, 0)


F = "local function f(p) print(p.url, p.count) end\n"
READS = "function M.f(p)\n  p = p or {}\n  local n = p.count or 1\n  p.seen = n\n  print(p['url'])\nend\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function f(p) print(p.url, p.count) end\nf({ | })", "url count"),
        ("---@param p? table\nlocal function f(p) print(p.url) end\nf({ ‸ })", "url"),
        ("local function f(a, p) print(a.x, p.url) end\nf(1, { | })", "url"),
        ("local function f(p) local o = p or {} print(o.url) end\nf({ | })", "url"),
        ("local function f(p) print(p.url, p.count) end\nf({ url = 1, | })", "count"),
        ("local function f(p) print(p.url) end\nlocal g = f\ng({ | })", "url"),
        ("local M = {}\n" + READS + "M.f({ | })", "count url"),
        ("local M = {}\n" + READS + "local g = M.f\ng({ | })", "count url"),
        ("local M = {}\nfunction M:f(p) print(p.url) end\nM:f({ | })", "url"),
        ("local M = {}\nfunction M:f(p) print(p.url) end\nM.f(M, { | })", "url"),
        ("local M = {}\nfunction M.f(self, p) print(p.url) end\nM:f({ | })", "url"),
        ("local m = require('m')\nm.f({ | })", "count url"),
        ("local function f(p) p.url = 1 end\nf({ | })", ""),
        ("local function f(p) print(p.url) end\nf({ { | } })", ""),
        ("local p = { url = 1 }\nlocal function f(q) print(p.url) end\nf({ | })", ""),
        (F + "local g = f or print\ng({ | })", "count url"),
        (F + "local g = x and f\ng({ | })", "count url"),
        (F + "local t = { f }\nlocal g = t[1]\ng({ | })", "count url"),
        (F + "local t = { f = f }\nlocal g = t.f\ng({ | })", "count url"),
        (F + "local function make() return f end\nlocal g = make()\ng({ | })", "count url"),
        (F + "local function g(q) return f(q) end\ng({ | })", "count url"),
        (F + "local function g(q) return f(1, q) end\ng({ | })", ""),
        (F + "pcall(f, { | })", "count url"),
        (F + "pcall(f, 1, { | })", ""),
        (F + "local p = { | }\nf(p)", "count url"),
        (F + "local p = { | }\nf(1, p)", ""),
        (F + "local C = setmetatable({}, { __call = function(_, p) f(p) end })\nC({ | })",
         "count url"),
        ("local g = require('m').f\ng({ | })", "count url"),
        ("local g = require('only')\ng({ | })", "url"),
        (("local C = {}\nfunction C:new(o) setmetatable(o, self) return o end\n"
          "function C:f() self:new(self.new) return self.url, self.count end\nC:new({ | })"),
         "count url"),
    ],
)  # fmt: skip
def test_keys_that_a_function_reads_are_offered_where_it_is_called(
    marked: str, expected: str
) -> None:
    only = "return function(p) print(p.url) end"
    found = offered(marked, m=f"local M = {{}}\n{READS}return M", only=only)
    assert [each for each in ("count", "url", "x", "seen") if each in found] == sorted(
        expected.split()
    )
    assert all(found[each].text == f"{each} = " for each in expected.split())


@pytest.mark.parametrize("marked", ["x = 12|", "x = 1.|", "x = 12e|"])
def test_a_number_goes_on_with_no_name(marked: str) -> None:
    assert not offered(marked)
