"""What parameters without annotations are taken for, by the calls in the document."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.checks.checker import Checker
from llmspell_server.analysis.hover import hovered
from tests.server.analysis.checks.checking import DefaultRules
from tests.server.analysis.test_completion import offered
from tests.server.analysis.test_inlay_hints import ALL, hinted
from tests.server.places import URI, place


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


def test_fields_of_what_calls_give_are_offered() -> None:
    found = offered("local function f(p)\n  p.|\nend\nf({ name = 'x', age = 1 })")
    assert {"name", "age"} <= set(found)


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
