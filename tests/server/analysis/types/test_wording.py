"""Equal types may be told in other words."""

from __future__ import annotations

import pytest

from llmspell_server.analysis.types.model import (
    INTEGER,
    NIL,
    STRING,
    Array,
    Documentation,
    Function,
    Parameter,
    Shape,
    Type,
    Values,
    choice,
)
from llmspell_server.analysis.types.wording import in_same_words

ONE, OTHER = choice((STRING, NIL)), choice((NIL, STRING))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ONE, OTHER),
        (Array(ONE), Array(OTHER)),
        (Function((Parameter("a", ONE),)), Function((Parameter("a", OTHER),))),
        (Function(returns=Values((ONE,))), Function(returns=Values((OTHER,)))),
        (Function(return_names=("a",)), Function(return_names=("b",))),
        (
            Function(documentation=Documentation("One.")),
            Function(documentation=Documentation("Other.")),
        ),
        (Function(documentation=Documentation("One.")), Function()),
    ],
)
def test_equal_types_in_other_words(one: Type, other: Type) -> None:
    assert one == other
    assert not in_same_words(one, other)
    assert not in_same_words((one,), (other,))
    assert not in_same_words({"a": [one]}, {"a": [other]})


def test_types_that_are_built_alike_are_told_in_the_same_words() -> None:
    built = (
        Function(
            (Parameter("a", choice((STRING, Shape("t", filled=(("a", INTEGER),))))),),
            documentation=Documentation("One.", {"a": "what"}),
        )
        for _ in range(2)
    )
    assert in_same_words(*built)


@pytest.mark.parametrize(
    ("one", "other"),
    [(STRING, NIL), (1, 2), ((1,), (1, 2)), ({"a": 1}, {"b": 1}), (Array(STRING), ONE), (1, True)],
)
def test_what_differs_is_not_told_in_the_same_words(one: object, other: object) -> None:
    assert not in_same_words(one, other)


def test_documentation_is_told_in_the_order_of_the_parameters() -> None:
    one, other = {"a": "A", "b": "B"}, {"b": "B", "a": "A"}
    assert not in_same_words(Documentation(parameters=one), Documentation(parameters=other))
