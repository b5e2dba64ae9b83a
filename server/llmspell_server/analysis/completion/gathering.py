"""Candidates as far as there is time to find them.

What somebody types next is on its way already: some candidates now are better than all of them
later. A list that is not complete says so, and the editor asks again at the next key; what was
found out until then is known by that time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from attrs import evolve, frozen

from llmspell_server.analysis.pace import OutOfTime, checkpoint, until

T = TypeVar("T")


@frozen
class Budget:
    """The time that the candidates of a place may take.

    seconds: from the first one on; at_most: until then, because none help nobody, and the first may
    have to wait for the definitions to be read. clock: counts the work of this thread and not that
    of other programs, whose load says nothing about how long there still is to do.
    """

    seconds: float = 0.1
    at_most: float = 1.0
    clock: Callable[[], float] = time.thread_time


class Limited(Iterator[T]):
    """The first of some candidates, which come in the order of how likely they are meant.

    cut: whether there were more, once they have been looked through.
    """

    def __init__(self, found: Iterable[T], most: int) -> None:
        self._found, self._left = iter(found), most
        self.cut = False

    def __next__(self) -> T:
        candidate = next(self._found)
        if not self._left:
            self.cut = True
            raise StopIteration
        self._left -= 1
        return candidate


def attempted(find: Callable[[], T], budget: Budget) -> tuple[T | None, Budget]:
    """What is found before the first candidate is due, and what that leaves of the budget.

    Where it was not found in time, nothing is left, and `at_most` is 0.
    """
    deadline = budget.clock() + budget.at_most
    with suppress(OutOfTime), until(lambda: budget.clock() > deadline):
        found = find()
        return found, evolve(budget, at_most=max(0.001, deadline - budget.clock()))
    return None, evolve(budget, at_most=0.0)


def gathered(found: Iterable[T], budget: Budget) -> tuple[tuple[T, ...], bool]:
    """The candidates that are found in time, and whether there may be more."""
    kept: list[T] = []
    is_all = False
    deadline = budget.clock() + budget.at_most

    def is_over() -> bool:
        return budget.clock() > deadline

    with suppress(OutOfTime), until(is_over):
        for candidate in found:
            if not kept:
                deadline = budget.clock() + budget.seconds
            kept.append(candidate)
            checkpoint()
        is_all = True
    return tuple(kept), not is_all
