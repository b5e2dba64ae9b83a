"""Answers are kept for as long as what they were made from stays the same."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell_server.analysis.inference.queries import Queries
from llmspell_server.analysis.types import model


class Numbers:
    """Inputs `a` and `b`, what is made from them, and two questions that need each other."""

    def __init__(self) -> None:
        self.inputs = {"a": 1, "b": 2}
        self.made: list[str] = []
        self.queries = Queries(
            {
                "input": self.inputs.__getitem__,
                "parity": self._parity,
                "top": self._top,
                "even": lambda: min(4, 2 + self.queries.get("odd")),
                "odd": lambda: min(4, 1 + self.queries.get("even")),
                "failing": self._failing,
            },
            frozenset({"input"}),
            0,
        )

    def get(self, *key: Any) -> Any:
        self.made.clear()
        return self.queries.get(*key)

    def change(self, **inputs: int) -> None:
        self.inputs.update(inputs)
        self.queries.advance()

    def _parity(self) -> int:
        self.made.append("parity")
        return int(self.queries.get("input", "a")) % 2 + int(self.queries.get("input", "b"))

    def _top(self) -> int:
        self.made.append("top")
        return int(self.queries.get("parity")) * 10

    def _failing(self) -> int:
        self.queries.get("even")
        raise KeyboardInterrupt


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


def test_an_answer_is_made_once(numbers: Numbers) -> None:
    assert numbers.get("top") == 30
    assert numbers.get("top") == 30
    assert numbers.made == []


def test_nothing_is_made_anew_when_nothing_has_changed(numbers: Numbers) -> None:
    numbers.get("top")
    numbers.change()
    assert numbers.get("top") == 30
    assert numbers.made == []


def test_a_change_that_makes_no_difference_goes_no_further(numbers: Numbers) -> None:
    numbers.get("top")
    numbers.change(a=3)
    assert numbers.get("top") == 30
    assert numbers.made == ["parity"]


def test_an_equal_answer_in_other_words_is_a_change(numbers: Numbers) -> None:
    both = [model.STRING, model.NIL]
    numbers.queries.add("both", lambda: model.choice(both), is_input=True)
    numbers.queries.add("list", lambda: model.Array(numbers.queries.get("both")))
    numbers.get("list")
    both.reverse()
    numbers.change()
    assert numbers.get("list").item.members == (model.NIL, model.STRING)


def test_a_change_reaches_what_was_made_from_it(numbers: Numbers) -> None:
    numbers.get("top")
    numbers.change(b=5)
    assert numbers.get("top") == 60
    assert numbers.made == ["parity", "top"]


def test_questions_that_need_each_other_come_to_an_end(numbers: Numbers) -> None:
    assert numbers.get("even") == 4
    numbers.change()
    assert numbers.get("even") == 4


def test_questions_that_need_each_other_are_answered_alike_whichever_comes_first() -> None:
    first, second = Numbers(), Numbers()
    assert [first.get("even"), first.get("odd")] == [4, 4]
    assert [second.get("odd"), second.get("even")] == [4, 4]


def test_an_answer_that_fails_leaves_no_trace(numbers: Numbers) -> None:
    with pytest.raises(KeyboardInterrupt):
        numbers.get("failing")
    assert numbers.get("even") == 4
    assert numbers.get("top") == 30


def test_questions_that_all_need_each_other_are_answered_once_in_each_round() -> None:
    made: list[int] = []

    def answer(number: int) -> int:
        made.append(number)
        others: list[int] = [queries.get("node", other) for other in range(25)]
        return max(number, *others)

    queries = Queries({"node": answer}, frozenset(), 0)
    assert [queries.get("node", each) for each in range(25)] == [24] * 25
    rounds = len(made) // 25
    assert sorted(made) == sorted([*range(25)] * rounds)
    assert rounds <= 3


def test_an_answer_that_may_lag_is_given_as_it_was_to_who_puts_up_with_that(
    numbers: Numbers,
) -> None:
    numbers.queries.add("lagging", lambda: numbers.queries.get("parity"), may_lag=True)
    numbers.queries.add("made from it", lambda: numbers.queries.get("lagging"))
    assert numbers.get("lagging") == 3
    numbers.change(b=5)
    with numbers.queries.lagging():
        assert numbers.get("lagging") == 3
        assert numbers.get("parity") == 6
        assert numbers.get("made from it") == 6
    numbers.change(b=2)
    assert numbers.get("lagging") == 3


def test_what_a_wanted_answer_was_made_from_is_kept_with_it_and_all_else_dropped(
    numbers: Numbers,
) -> None:
    for key in (("top",), ("input", "b"), ("even",)):
        numbers.get(*key)
    kept = numbers.queries.keep(lambda key: key[0] == "top")
    assert {key[0] for key in kept} >= {"top", "parity"}
    assert not kept & {("even",), ("odd",)}
    numbers.get("top")
    assert numbers.made == []
    numbers.change(a=2)
    numbers.get("top")
    assert numbers.made != []
