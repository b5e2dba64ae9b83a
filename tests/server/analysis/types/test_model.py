from __future__ import annotations

import pytest

from llmspell_server.analysis.types.model import (
    ANY,
    BOOLEAN,
    FALSE,
    INTEGER,
    NEVER,
    NIL,
    NUMBER,
    STRING,
    TRUE,
    Array,
    BooleanLiteral,
    Function,
    IntegerLiteral,
    Named,
    NumberLiteral,
    Parameter,
    StringLiteral,
    Type,
    Union,
    Values,
    choice,
    is_optional,
    optional,
    union,
    widened,
    without_nil,
)

A, B = StringLiteral("a"), StringLiteral("b")
ONE = IntegerLiteral(1)


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ((), NEVER),
        ((NEVER, NIL), NIL),
        ((STRING, STRING), STRING),
        ((STRING, NIL), Union((STRING, NIL))),
        ((Union((STRING, NIL)), Union((NIL, INTEGER))), Union((STRING, NIL, INTEGER))),
        ((A, STRING, B), STRING),
        ((A, B), Union((A, B))),
        ((ONE, INTEGER), INTEGER),
        ((INTEGER, NUMBER, ONE, NumberLiteral(1.5)), NUMBER),
        ((NumberLiteral(1.0), INTEGER), Union((NumberLiteral(1.0), INTEGER))),
        ((TRUE, FALSE), BOOLEAN),
        ((TRUE, BOOLEAN, NIL), Union((BOOLEAN, NIL))),
        ((Array(STRING), Array(STRING)), Array(STRING)),
        ((ANY, STRING), Union((ANY, STRING))),
    ],
)
def test_a_union_holds_nothing_twice_and_nothing_that_is_covered(
    types: tuple[Type, ...], expected: Type
) -> None:
    assert union(*types) == expected


def test_a_choice_keeps_the_literals_beside_their_base() -> None:
    assert choice((STRING, A, A)) == Union((STRING, A))


def test_types_that_are_built_alike_are_equal_whatever_the_order_of_a_union() -> None:
    assert Union((NIL, STRING)) == Union((STRING, NIL))
    assert hash(Union((NIL, STRING))) == hash(Union((STRING, NIL)))
    assert Named("a", (STRING,)) == Named("a", (STRING,))
    assert Named("a") != Named("b")


def test_literals_of_different_kinds_are_different() -> None:
    assert len({BooleanLiteral(True), IntegerLiteral(1), NumberLiteral(1.0)}) == 3


def test_what_results_are_called_takes_no_part_in_comparisons() -> None:
    parameters = (Parameter("a", STRING),)
    assert Function(parameters, return_names=("a",)) == Function(parameters)
    assert Function(parameters) != Function((Parameter("a", NUMBER),))


def test_optional_adds_nil_once_and_never_to_any() -> None:
    assert optional(optional(STRING)) == Union((STRING, NIL))
    assert optional(ANY) is ANY
    assert is_optional(optional(A))
    assert not is_optional(STRING)


def test_without_nil_is_what_is_left() -> None:
    assert without_nil(optional(STRING)) is STRING
    assert without_nil(NIL) is NEVER
    assert without_nil(STRING) is STRING


def test_a_literal_is_widened_to_its_base() -> None:
    assert widened(union(A, ONE, NIL)) == union(STRING, INTEGER, NIL)
    assert widened(TRUE) is BOOLEAN


def test_values_are_nil_behind_their_end_and_may_be_behind_their_rest() -> None:
    assert Values((STRING,)).at(1) is NIL
    assert Values((STRING,), INTEGER).at(3) == optional(INTEGER)
