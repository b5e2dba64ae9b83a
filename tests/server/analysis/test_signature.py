"""The signature of the call around the cursor."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.signature import active_call
from tests.server.places import place

F = "---@param a string\n---@param b? integer\nlocal function f(a, b) end\n"
OBJECT = "local o = {}\n---@param n integer\nfunction o:m(n) end\n"


def active(marked: str) -> tuple[str, str | None]:
    """The label, and the parameter that is being given."""
    found = active_call(place(marked))
    assert found is not None
    signature = found.signatures[found.active]
    if signature.parameter is None:
        return signature.label, None
    start, end = signature.parameters[signature.parameter][0]
    return signature.label, signature.label[start:end]


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        ("f(|)", "a: string"),
        ("f('x', |)", "b?: integer"),
        ("f('x', 1, |)", None),
        ("f(g(1, 2), |)", "b?: integer"),
        ("f({ 1, 2 }, |)", "b?: integer"),
        ("f(|", "a: string"),
        ("f('x', |", "b?: integer"),
        ("f(\n  'x',\n  |\n)", "b?: integer"),
    ],
)
def test_the_parameter_that_is_being_given(call: str, parameter: str | None) -> None:
    assert active(F + call) == ("f(a: string, b?: integer)", parameter)


def test_a_method_does_not_show_its_object() -> None:
    assert active(OBJECT + "o:m(|)") == ("o:m(n: integer)", "n: integer")


@pytest.mark.parametrize("mark", [".", ":"])
def test_a_method_of_an_object_of_the_runtime_asks_for_no_object(mark: str) -> None:
    label, parameter = active("---@type AgentInstance\nlocal a\na" + mark + "invoke(|)")
    assert label.startswith(f"a{mark}invoke(question: ")
    assert parameter is not None
    assert parameter.startswith("question: ")


def test_the_overload_that_fits_is_active() -> None:
    source = "---@overload fun(a: string)\n---@param a integer\nlocal function g(a) end\n"
    assert active(source + "g('x'|)")[0] == "g(a: string)"


def test_functions_of_the_library_are_known() -> None:
    assert active("string.rep(|)")[0].startswith("string.rep(s: ")


@pytest.mark.parametrize("marked", ["f|()", "f()|", "x = (|1)", "f(function() | end)"])
def test_there_is_none_outside_of_arguments(marked: str) -> None:
    assert active_call(place("local function f() end\n" + marked)) is None
