"""Candidates as far as there is time to find them.

What somebody types next is on its way already: some candidates now are better than all of them
later. A list that is not complete says so, and the editor asks again at the next key; what was
found out until then is known by that time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from attrs import frozen

from llmspell_server.analysis.pace import OutOfTime, checkpoint, until

from .candidates import Candidate


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


def gathered(found: Iterable[Candidate], budget: Budget) -> tuple[tuple[Candidate, ...], bool]:
    """The candidates that are found in time, and whether there may be more."""
    kept: list[Candidate] = []
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
