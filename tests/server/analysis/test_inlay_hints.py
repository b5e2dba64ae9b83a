"""Hints between the words, shown as `«…»` in the text."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.inlay_hints import Wanted, hints_in
from tests.server.places import URI, place_at

ALL = Wanted("all", True, True)
F = "local function f(size, name) return size end\n"


def hinted(source: str, wanted: Wanted) -> str:
    subject = place_at(source, 0)
    found = list(hints_in(subject.inference, URI, 0, len(source), wanted))
    for hint in sorted(found, key=lambda hint: -hint.offset):
        source = f"{source[: hint.offset]}«{hint.label}»{source[hint.offset :]}"
    return source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("f(1, n)", "f(«size:»1, n)"),
        ("f(size, 'x')", "f(size, «name:»'x')"),
        ("f(-1)", "f(«size:»-1)"),
        ("f(n)", "f(n)"),
        ("f { 1 }", "f { 1 }"),
        ("math.floor(1)", "math.floor(1)"),
    ],
)
def test_names_of_parameters_stand_before_literals(source: str, expected: str) -> None:
    assert hinted(F + source, Wanted()) == F + expected


def test_all_arguments_that_do_not_say_it_get_a_name_on_demand() -> None:
    wanted = Wanted("all")
    assert hinted(F + "f(n, t.name)", wanted) == F + "f(«size:»n, t.name)"


def test_types_stand_behind_variables_on_demand() -> None:
    wanted = Wanted("none", variable_types=True)
    assert hinted("local x = tostring(1)", wanted) == "local x«: string» = tostring(1)"
    assert hinted("local x = 1", wanted) == "local x = 1"
    declared = "---@type string\nlocal x = f()"
    assert hinted(declared, wanted) == declared


def test_types_stand_behind_functions_on_demand() -> None:
    wanted = Wanted("none", return_types=True)
    assert hinted("local function f() return 1 end", wanted) == (
        "local function f()«: integer» return 1 end"
    )
