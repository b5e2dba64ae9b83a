"""What is found out about a piece once."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell_server.analysis.remembering import remembered


class Kept:
    def __init__(self) -> None:
        self.facts: dict[object, Any] = {}


def test_each_keeper_is_looked_at_once() -> None:
    asked: list[Kept] = []

    @remembered
    def find(kept: Kept) -> None:
        asked.append(kept)

    first, second = Kept(), Kept()
    for each in (first, second, first):
        find(each)
    assert asked == [first, second]


def test_functions_do_not_take_what_another_has_found() -> None:
    @remembered
    def one(_: Kept) -> int:
        return 1

    @remembered
    def two(_: Kept) -> int:
        return 2

    kept = Kept()
    assert (one(kept), two(kept), one(kept)) == (1, 2, 1)


def test_one_that_was_broken_off_is_asked_again() -> None:
    asked: list[Kept] = []

    @remembered
    def find(kept: Kept) -> str:
        asked.append(kept)
        if len(asked) == 1:
            raise ValueError("broken off")
        return "found"

    kept = Kept()
    with pytest.raises(ValueError, match="broken off"):
        find(kept)
    assert find(kept) == "found"
