"""Standing still: the Lua thread blocks here and runs what the debugger's clients ask for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from attrs import define

_LOOK_AROUND = 0.1  # seconds between looks for what does not come through the queue


@define
class GoOn:
    """The way to go on: `continue`, `in`, `over`, `out`, `thread` or `stop`.

    target: a call for `in`, an id for `thread`.
    """

    way: str
    target: str | None = None


class _Job:
    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.done = threading.Event()
        self.value: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.value = self.function()
        except BaseException as error:  # noqa: BLE001 - raised again on the asking thread
            self.error = error
        self.done.set()


class NotStanding(Exception):
    """The program runs; there is nothing to look at."""


class Standing:
    """Whether the program stands still, and the queue of what it is asked meanwhile."""

    def __init__(self, ending: Callable[[], bool], attend: Callable[[], None]) -> None:
        """`ending` says whether the run is to end, `attend` does what else is waiting."""
        self._ending = ending
        self._attend = attend
        self._queue: SimpleQueue[_Job | GoOn] = SimpleQueue()
        self._lock = threading.Lock()
        self._standing = False
        self._deserted = False

    @property
    def is_standing(self) -> bool:
        """Whether the program stands still."""
        return self._standing

    def wait(self, announce: Callable[[], None]) -> GoOn:
        """Blocks the Lua thread; runs jobs until somebody says how to go on.

        Where there is nobody to say that, it does not stand at all.
        """
        with self._lock:
            if self._deserted:
                return GoOn("continue")
            self._standing = True
        announce()
        while True:
            try:
                item = self._queue.get(timeout=_LOOK_AROUND)
            except Empty:
                self._attend()
                if self._ending():
                    item = GoOn("stop")
                else:
                    continue
            if isinstance(item, GoOn):
                break
            item.run()
        with self._lock:
            self._standing = False
            while not self._queue.empty():  # asked while the engine was told to end
                late = self._queue.get()
                if isinstance(late, _Job):
                    late.error = NotStanding("the program has gone on")
                    late.done.set()
        return item

    def ask(self, function: Callable[[], Any]) -> Any:
        """Runs a function on the Lua thread while it stands, and gives its result."""
        job = _Job(function)
        with self._lock:
            if not self._standing:
                raise NotStanding("the program is running")
            self._queue.put(job)
        job.done.wait()
        if job.error is not None:
            raise job.error
        return job.value

    def desert(self, deserted: bool) -> None:
        """Whether there is nobody any more who would say how to go on from a stop to come."""
        with self._lock:
            self._deserted = deserted

    def go_on(self, way: str, target: str | None = None) -> None:
        """Ends the standing; raises NotStanding where there is none."""
        with self._lock:
            if not self._standing:
                raise NotStanding("the program is running")
            self._standing = False  # from now on it counts as running
            self._queue.put(GoOn(way, target))
