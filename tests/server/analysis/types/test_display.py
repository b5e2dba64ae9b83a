from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.display import (
    display,
    display_call,
    display_parameters,
    display_values,
)
from llmspell_server.analysis.types.model import (
    ANY,
    BASICS,
    INTEGER,
    NIL,
    NO_VALUES,
    SELF,
    STRING,
    UNKNOWN,
    Array,
    Function,
    IntegerLiteral,
    Map,
    Named,
    Parameter,
    Record,
    RecordField,
    StringLiteral,
    Tuple,
    Type,
    Union,
    Values,
    choice,
    optional,
)

from .written import type_

RECORD = Record((RecordField("a", STRING), RecordField("b c", INTEGER, True)), ((STRING, ANY),))


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (optional(STRING), "string?"),
        (Union((STRING, INTEGER, NIL)), "string|integer|nil"),
        (Array(Union((STRING, INTEGER))), "(string|integer)[]"),
        (optional(Function()), "(fun())?"),
        (Array(Function()), "(fun())[]"),
        (StringLiteral('a"\n'), r'"a\"\n"'),
        (Tuple((STRING, INTEGER)), "[string, integer]"),
        (RECORD, '{ a: string, ["b c"]?: integer, [string]: any }'),
        (Named("A", (STRING,)), "A<string>"),
        (Function(returns=Values((STRING, INTEGER))), "fun(): (string, integer)"),
        (Function(returns=Values((STRING,), ANY)), "fun(): (string, any...)"),
        (Function((Parameter("a"),), UNKNOWN, is_async=True), "async fun(a, ...)"),
        (Tuple((Function(returns=Values((STRING,))), ANY)), "[(fun(): string), any]"),
    ],
)
def test_a_type_is_shown_as_annotations_write_it(shown: Type, expected: str) -> None:
    assert display(shown) == expected


def test_what_is_long_wide_or_deep_is_cut() -> None:
    members = Union(tuple(StringLiteral(f"value {number}") for number in range(1000)))
    assert display(members).endswith("|…")
    assert len(display(Tuple((members,) * 100), 60)) == 60
    deep: Type = STRING
    for _ in range(100):
        deep = Array(deep)
    assert display(deep) == "…[][][]"


def test_a_call_has_names_and_may_leave_the_object_out() -> None:
    function = Function(
        (Parameter("self", SELF), Parameter("key", STRING), Parameter("n", INTEGER, True)),
        variadic=ANY,
        returns=Values((STRING, INTEGER)),
        is_method=True,
        return_names=("value", ""),
    )
    shown = display_call("obj:get", function, skip_self=True)
    assert shown == "obj:get(key: string, n?: integer, ...: any): (value: string, integer)"
    assert display_parameters(function)[0] == "self"


def test_values_have_a_rest() -> None:
    assert display_values(Values((STRING,), ANY)) == "string, any..."


_NAMES = some.from_regex(r"[a-z_][a-z0-9_]{0,3}", fullmatch=True).filter(
    lambda name: (
        name not in BASICS and name not in ("fun", "true", "false", "async", "void", "self")
    )
)
_LEAVES = some.one_of(
    some.sampled_from([basic for basic in BASICS.values() if basic is not UNKNOWN]),
    some.builds(Named, _NAMES),
    some.builds(StringLiteral, some.text(max_size=4)),
    some.builds(IntegerLiteral, some.integers(-(2**63) + 1, 2**63 - 1)),
    some.builds(model.BooleanLiteral, some.booleans()),
)


def _compound(inner: some.SearchStrategy[Type]) -> some.SearchStrategy[Type]:
    lists = some.lists(inner, min_size=1, max_size=3)
    keys = inner.filter(lambda key: not isinstance(key, StringLiteral))  # that is a field
    parameters = some.lists(some.builds(Parameter, _NAMES, inner, some.booleans()), max_size=3)
    fields = some.lists(
        some.builds(RecordField, _NAMES, inner, some.booleans()), min_size=1, max_size=3
    )
    values = some.builds(Values, lists.map(tuple), some.none() | inner)
    return some.one_of(
        inner.map(Array),
        lists.map(tuple).map(Tuple),
        lists.map(lambda types: choice(each for each in types if each is not ANY)),
        some.builds(Map, inner, inner),
        some.builds(Named, _NAMES.map(lambda name: f"N{name}"), lists.map(tuple)),
        some.builds(Record, fields.map(tuple), some.lists(some.tuples(keys, inner), max_size=1).map(tuple)),
        some.builds(Function, parameters.map(tuple), some.none() | inner, values | some.just(NO_VALUES), is_async=some.booleans()),
    )  # fmt: skip


@given(some.recursive(_LEAVES, _compound, max_leaves=6))
def test_what_a_type_is_shown_as_reads_back_as_the_same_text(shown: Type) -> None:
    text = display(shown, 100_000, 50)
    assert display(type_(text), 100_000, 50) == text
