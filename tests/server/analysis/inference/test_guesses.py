"""What parameters without annotations are taken for, by the calls in the document."""

from __future__ import annotations

import pytest
from lsprotocol import types

from llmspell_server.analysis.checks.checker import Checker
from llmspell_server.analysis.hover import hovered
from llmspell_server.subjects import Subject
from llmspell_server.world import SessionWorld
from tests.server.analysis.checks.checking import DefaultRules
from tests.server.analysis.test_completion import offered
from tests.server.analysis.test_inlay_hints import ALL, hinted
from tests.server.places import COMPILE, URI, document, place


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time enough for whatever is read first in the process."""
    monkeypatch.setattr("llmspell_server.analysis.hover._PATIENCE", 10.0)
    monkeypatch.setattr("llmspell_server.analysis.inference.guesses._PATIENCE", 10.0)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("local function f(p|) end\nf('x')", "(parameter) p: string"),
        ("local function f(p|) end\nf('x')\nf(1)", "(parameter) p: string|integer"),
        ("local function f(p|) end\nf('x')\nf(nil)", "(parameter) p: string?"),
        ("local function f(p|) end\nf(nil)", "(parameter) p: unknown"),
        ("local f = function(a, b) print(b|) end\nf(1, 'x')", "(parameter) b: string"),
        ("local f\nf = function(a, b) print(b|) end\nf(1, 'x')", "(parameter) b: string"),
        ("function f(a, b) print(b|) end\nf(1, 'x')", "(parameter) b: string"),
        ("local M = {}\nfunction M.f(a, b) print(b|) end\nM.f(1, 'x')", "(parameter) b: string"),
        ("local M = {}\nfunction M.f(a, b) print(b|) end\nM:f('x')", "(parameter) b: string"),
        ("local M = {}\nfunction M:f(b) print(b|) end\nM:f('x')", "(parameter) b: string"),
        ("local M = {}\nfunction M:f(b) print(b|) end\nM.f(M, 'x')", "(parameter) b: string"),
        ("local function f(p) local q = p.n print(q|) end\nf({ n = 'x' })", "local q: string"),
        (
            "local function f(p) p = p or {} local q = p.n print(q|) end\nf({ n = 'x' })",
            "local q: string",
        ),
        (
            "local function g(q) print(q|) end\nlocal function f(p) g(p.n) end\nf({ n = 1 })",
            "(parameter) q: integer",
        ),
        ("local function f(p) print(p|) f(p.next) end\nf(1)", "(parameter) p: integer"),
        ("local function f(p|) end\nlocal g = f\ng('x')", "(parameter) p: string"),
        ("local function f(p|) end\nlocal g, h\nh = f\ng = h\ng('x')", "(parameter) p: string"),
        ("local function f(p|) end\nlocal t = { g = f }\nt.g('x')", "(parameter) p: string"),
        ("local M = {}\nfunction M:f(p|) end\nlocal g = M.f\ng(M, 'x')", "(parameter) p: string"),
        ("local function f(p|) end\npcall(f, 'x')", "(parameter) p: string"),
        ("local function f(p|) end\nxpcall(f, print, 'x')", "(parameter) p: string"),
        ("local pcall, f = print, function(p|) end\npcall(f, 'x')", "(parameter) p: unknown"),
        (
            "---@param p boolean\nlocal function f(p) print(p|) end\nf('x')",
            "(parameter) p: boolean",
        ),
    ],
)
def test_parameters_are_what_calls_give(marked: str, expected: str) -> None:
    found = hovered(place(marked))
    assert found is not None
    assert found.explanation.title == expected


CLASS = "local C = {}\nC.__index = C\nfunction C.new() return setmetatable({}, C) end\n"
SET = "function C:set(x|) end\n"


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (SET + "local c = C.new()\nc:set('x')", "(parameter) x: string"),
        (SET + "C.new():set('x')", "(parameter) x: string"),
        (SET + "local c = C.new()\nc.set(c, 'x')", "(parameter) x: string"),
        (SET + "local function f(c) c:set('x') end\nf(C.new())", "(parameter) x: string"),
        (SET + "for _, c in ipairs({ C.new() }) do c:set('x') end", "(parameter) x: string"),
        (
            SET + "local D = setmetatable({}, C)\nD.__index = D\nlocal d = setmetatable({}, D)\n"
            "d:set('x')",
            "(parameter) x: string",
        ),
        (
            SET + "local other = {}\nfunction other:set(y) end\nother:set('x')",
            "(parameter) x: unknown",
        ),
        (SET + "unknown:set('x')", "(parameter) x: unknown"),
        ("function C.put(o, x|) end\nlocal c = C.new()\nc:put('x')", "(parameter) x: string"),
        ("local t = { f = function(x|) end }\nt.f('x')", "(parameter) x: string"),
    ],
)
def test_parameters_are_what_calls_through_objects_give(marked: str, expected: str) -> None:
    found = hovered(place(CLASS + marked))
    assert found is not None
    assert found.explanation.title == expected


MODULE = "local M = {}\nfunction M.f(x|) end\n"


@pytest.mark.parametrize(
    ("marked", "other", "expected"),
    [
        (MODULE + "return M", "local m = require 'main'\nm.f('x')", "(parameter) x: string"),
        (MODULE + "return M", "require('main').f('x')", "(parameter) x: string"),
        (MODULE + "return M", "local m = require 'else'\nm.f('x')", "(parameter) x: unknown"),
        (MODULE + "M.f(1) return M", "local m = require 'main'\nm.f('x')", "(parameter) x: integer"),
        (CLASS + SET + "return C", "local C = require 'main'\nlocal c = C.new()\nc:set('x')",
         "(parameter) x: string"),
    ],
)  # fmt: skip
def test_parameters_are_what_calls_in_other_files_give_where_there_is_none_here(
    marked: str, other: str, expected: str
) -> None:
    found = hovered(place(marked, other=other))
    assert found is not None
    assert found.explanation.title == expected


def test_a_change_of_another_file_is_seen_by_a_guess() -> None:
    documents = {
        URI: document(MODULE.replace("|", "") + "return M", "main"),
        "file:///work/other.lua": document("require('main').f('x')", "other"),
    }
    world = SessionWorld(lambda: documents, COMPILE)
    offset = MODULE.index("|")

    def title() -> str:
        found = hovered(Subject.at(world.inference(), documents[URI], URI, offset))
        assert found is not None
        return found.explanation.title

    assert title() == "(parameter) x: string"
    documents["file:///work/other.lua"] = document("require('main').f(1)", "other")
    assert title() == "(parameter) x: integer"
    del documents["file:///work/other.lua"]
    assert title() == "(parameter) x: unknown"


def test_fields_of_what_calls_give_are_offered() -> None:
    found = offered("local function f(p)\n  p.|\nend\nf({ name = 'x', age = 1 })")
    assert {"name", "age"} <= set(found)


OPTIONS = "({ url = 'u', retries = 2 })"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("p = p or {}", "url"),
        ("p = p or {} p.count = p.count or 3", "url retries count"),
        ("if not p then p = {} end p.count = 1", "url retries count"),
        ("if p == nil then p = { count = 1 } end", "url retries count"),
        ("p = setmetatable(p or {}, { __index = { count = 1 } })", "url retries count"),
        ("p = p or {} print(p.count)", "url retries count"),
        ("print(p.count)", "url retries count"),
    ],
)
def test_fields_of_a_parameter_with_a_default_are_offered(body: str, expected: str) -> None:
    found = offered(f"local function f(p)\n  {body}\n  p.|\nend\nf{OPTIONS}")
    assert set(expected.split()) <= set(found)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("x = x or 5 print(x|) end\nf('a')", "string|integer"),
        ("x = x or 5 print(x|) end\nf(1)", "integer"),
        ("x = tostring(x) print(x|) end\nf(1)", "string"),
        ("x = (x or ''):lower() print(x|) end\nf('A')", "string"),
        ("if x == nil then x = 5 end print(x|) end\nf('a')", "string|integer"),
        ("if not x then x = {} end x = x.n print(x|) end\nf({ n = 1 })", "integer"),
        ("if type(x) == 'string' then x = { n = x } end local y = x.n print(y|) end\nf('a')\nf({})",
         "string"),
        ("x = x or {} local y = x print(y|) end\nf({ n = 1 })", "table { n?: integer, }"),
        ("x = x or {} local y = x print(y|) end\nf({ n = 1 })\nf({ n = 'x' })",
         "table { n?: integer|string, }"),
    ],
)  # fmt: skip
def test_a_parameter_that_gets_another_value(marked: str, expected: str) -> None:
    found = hovered(place(f"local function f(x) {marked}"))
    assert found is not None
    assert " ".join(found.explanation.title.partition(": ")[2].split()) == expected


MADE = (
    "local C = {}\nC.__index = C\n"
    "function C.new(p, n)\n"
    "  local self = setmetatable({}, C)\n  self.p = p or {}\n  self.n = n\n  return self\nend\n"
    "C.new({ url = 'u' }, 1)\n"
)


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("function C:f() print(self.n|) end", "integer"),
        ("function C:f() print(self.p.url|) end", "string"),
        ("function C.f(self) print(self.n|) end", "integer"),
        ("function C:f() return function() print(self.n|) end end", "integer"),
        ("function C:f() local n = self.n print(n|) end", "integer"),
        ("function C:set(n) self.n = n end C:set('x') function C:f() print(self.n|) end",
         "string|integer"),
        ("---@class C\nfunction C:f() print(self.m|) end", "unknown"),
    ],
)  # fmt: skip
def test_fields_of_an_object_are_what_its_maker_is_given(marked: str, expected: str) -> None:
    found = hovered(place(MADE + marked))
    assert found is not None
    assert found.explanation.title.partition(": ")[2] == expected


def test_fields_of_a_table_in_a_field_are_offered_in_a_method() -> None:
    assert "url" in offered(MADE + "function C:f()\n  self.p.|\nend")


def test_a_guess_of_a_field_is_no_ground_for_a_problem() -> None:
    subject = place(
        MADE + "function C:f() return self.n|:nothing(), self.n.x, math.floor(self.p) end"
    )
    hovered(subject)
    assert Checker(subject.inference, DefaultRules()).findings(URI) == []


def test_fields_that_are_used_are_offered_where_nothing_else_is_known() -> None:
    assert {"name", "get"} <= set(offered("local function f(p) print(p.name, p:get(), p.|) end"))
    assert list(offered("local function f(p) print(p.name, p:get(), p:|) end")) == ["get"]


def test_the_field_that_is_being_written_is_not_offered() -> None:
    assert "na" not in offered("local function f(p) print(p.name, p.na|) end")


def test_hints_show_what_calls_give() -> None:
    source = "local function f(p, q) return p end\nf(1, 'a')"
    assert hinted(source, ALL).startswith(
        "local function f(p«: integer», q«: string»)«: integer» return p end"
    )


def test_a_guess_is_no_ground_for_a_problem() -> None:
    subject = place(
        "local function f(p|) return p:nothing(), p + 1, p.other.thing, math.floor(p) end\n"
        "f('x')\nf({ n = 1 })\n"
    )
    hovered(subject)
    assert Checker(subject.inference, DefaultRules()).findings(URI) == []


NESTED = (
    "local given = { n = 1 }\n"
    "local function g(q) print(q|) end\n"
    "local function f(p) g(p.n) end\n"
    "f(given)\n"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [("n = 1", "n = 'x'"), ("g(p.n)", "g('x')"), ("f(given)", "f({ n = 'x' })")],
)
def test_a_guess_that_is_kept_is_right_after_an_edit(before: str, after: str) -> None:
    documents = {URI: document(NESTED.replace("|", ""), "main")}
    world = SessionWorld(lambda: documents, COMPILE)
    shown = []
    for source in (NESTED, NESTED.replace(before, after)):
        start = documents[URI].source.find(before)
        if before not in source:
            place_ = documents[URI].range(start, start + len(before))
            change = types.TextDocumentContentChangePartial(place_, after)
            documents[URI] = documents[URI].edited(change)
        subject = Subject.at(world.inference(), documents[URI], URI, source.index("|"))
        found = hovered(subject)
        assert found is not None
        shown.append(found.explanation.title)
    assert shown == ["(parameter) q: integer", "(parameter) q: string"]


def test_what_there_was_no_time_for_is_found_for_the_next_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("llmspell_server.analysis.hover._PATIENCE", 0.0)
    subject = place("local function f(p|) end\nf('x')")
    shown = []
    for _ in range(2):
        found = hovered(subject)
        assert found is not None
        shown.append(found.explanation.title)
        left = subject.inference.guesses.left()
        if left is not None:
            left()
    assert shown == ["(parameter) p: unknown", "(parameter) p: string"]


FILTERED = """local by = {{}}
local function each(some)
  local ids = by[some]
  if some then
    local kept = {{}}
    for id{first} in pairs(ids) do kept[id] = true end
    ids = kept
  end
  for id{second} in pairs(ids) do print(id) end
end
"""


@pytest.mark.parametrize(("first", "second"), [("|", ""), ("", "|")])
def test_keys_of_what_may_be_any_table_are_unknown_though_they_depend_on_themselves(
    first: str, second: str
) -> None:
    found = hovered(place(FILTERED.format(first=first, second=second)))
    assert found is not None
    assert found.explanation.title == "local id: unknown"
