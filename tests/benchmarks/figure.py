"""A measured figure, and ways to take one."""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence

from attrs import frozen

ROUNDS = 5


@frozen
class Figure:
    """One line of the table.

    bar: what the issue asks for; at_most: whether the bar is an upper limit (None: no bar).
    """

    name: str
    value: float
    unit: str
    bar: float | None = None
    at_most: bool = True

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        if self.bar is None:
            return None
        return self.value <= self.bar if self.at_most else self.value >= self.bar


def median(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    """The median of several measurements."""
    return statistics.median(measure() for _ in range(rounds))


def interleaved(
    first: Callable[[], float], second: Callable[[], float], rounds: int = ROUNDS
) -> tuple[float, float]:
    """The best of each of two measurements, taken in turn so that noise hits both."""
    pairs = [(first(), second()) for _ in range(rounds)]
    return min(a for a, _ in pairs), min(b for _, b in pairs)


def seconds(function: Callable[[], object]) -> float:
    """How long a call takes."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def rate(function: Callable[[], int]) -> float:
    """Operations per second; the function gives how many it made."""
    begin = time.perf_counter()
    count = function()
    return count / (time.perf_counter() - begin)


def cpu_of(command: Sequence[str]) -> float:
    """CPU seconds, user and system, of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
