"""Jobs: pieces of work with a priority, which end once: with a result, an error, or cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any

from attrs import define, field, frozen

from llmspell_server.analysis.pace import Cancelled


class Priority(IntEnum):
    """What is done first; less is sooner. A job gives way to one that comes before it."""

    NOTICE = 0  # the client said something: a file was saved, a setting changed
    TYPING = 1  # the next keystroke may already be on its way
    ASKED = 2  # somebody asked and waits: definition, rename, a command
    FRESH = 3  # diagnostics of what was just edited; the newest edit first
    VIEW = 4  # what an editor shows of itself: colours, hints, lenses, an outline
    BACKGROUND = 5  # whole workspaces


class Stale(Cancelled):
    """What the work is about has changed since."""


class Superseded(Cancelled):
    """The work gives way to more urgent work, and begins anew after that."""


@frozen
class Result:
    """What a job gives."""

    value: Any


Outcome = Result | BaseException


@define(eq=False)
class Job:
    """One piece of work.

    done: called once with the outcome, on the thread that ended the job (with `Cancelled` on the
    thread that cancelled it). is_stale: whether the subject has changed, which ends the job with
    `Stale`. gives_way: whether it may be ended and begun anew for the sake of more urgent work.
    is_needed: whether somebody waits for it: one that has given way too often is finished then,
    whatever comes, and otherwise given up.
    context: what belongs to the work, for who runs it. number: its place in the queue.
    """

    run: Callable[[], Any]
    priority: Priority
    done: Callable[[Outcome], None] = lambda _: None
    is_stale: Callable[[], bool] = lambda: False
    gives_way: bool = True
    is_needed: bool = True
    context: Any = None
    restarts: int = field(default=0, init=False)
    number: int = field(default=0, init=False)
    _ended: bool = field(default=False, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    @property
    def ended(self) -> bool:
        """Whether the outcome is known; a job that runs on after that runs for nobody."""
        return self._ended

    def end(self, outcome: Outcome) -> None:
        """Makes the outcome known, unless the job has ended before."""
        with self._lock:
            if self._ended:
                return
            self._ended = True
        self.done(outcome)
