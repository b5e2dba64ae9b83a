"""How far a pull is: a bar on a terminal, or lines of JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack
from typing import Any

import click

from llmspell.cli.printing import print_json
from llmspell.models.info import PullProgress
from llmspell.models.keeping import pull_told

_MEGA = 1_000_000


async def pulled(
    steps: AsyncGenerator[PullProgress, None], show: Callable[[PullProgress], None]
) -> PullProgress:
    """Carries out a pull, and shows each step; gives the last."""
    last: PullProgress | None = None
    async for step in steps:
        show(step)
        last = step
    assert last is not None
    return last


def nothing(_: PullProgress) -> None:
    """Shows nothing."""


class Bar:
    """A bar that grows; only on a terminal. It ends with the stack."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._bar: Any = None

    def show(self, step: PullProgress) -> None:
        """Moves it."""
        if self._bar is None and step.total and step.status == "downloading":
            label = f"Pulling {step.model}"
            made = click.progressbar(length=step.total, label=label, file=sys.stderr)
            self._bar = self._stack.enter_context(made)
        if self._bar is not None:
            self._bar.length = step.total or self._bar.length
            self._bar.update(max(step.completed - self._bar.pos, 0))


class Lines:
    """A line for each thousandth of the way, or megabyte where its length is not known."""

    def __init__(self) -> None:
        self._shown: tuple[str, int] | None = None

    def show(self, step: PullProgress) -> None:
        """Prints a line, unless it would say what the one before has said."""
        far = int(step.percent * 10) if step.total else step.completed // _MEGA
        if self._shown != (step.status, far):
            self._shown = (step.status, far)
            print_json(pull_told(step), "text")
