"""The thread that runs all handlers, so that the thread that reads messages never waits for one.

Both threads share the interpreter. With Python's own interval of 5 ms between two threads that
want it, a message waits 5.2 ms for a busy worker (median; once for each blocking read); with half a
millisecond 0.64 ms, and the worker gets as much done (Python 3.11, two cores). That hand-over
needs nothing of the work itself; `checkpoint` is for ending it early.
"""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from llmspell_server.analysis.pace import Cancelled, paced

from .jobs import Job, Priority, Result, Stale, Superseded
from .memory import tidy

_HAND_OVER = 0.0005  # seconds
_LOOK = 0.001  # seconds between two looks of a running job at the queue
_RESTARTS = 8  # how often a job gives way before it is finished whatever comes, or given up


class Worker:
    """Runs jobs one at a time, the most urgent first, on a thread that begins with the first job.

    A running job gives way at its next checkpoint to one of a higher priority and begins anew after
    it: what it had found out stays with the analysis.
    """

    def __init__(self, tidy: Callable[[], None] = tidy, rest: float = 10.0) -> None:
        """tidy: called once when there was nothing to do for `rest` seconds after some work."""
        self._tidy, self._rest = tidy, rest
        self._is_tidy = True
        self._ready: list[tuple[Priority, int, Job]] = []
        self._later: list[tuple[float, int, Job]] = []
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._held = 0
        self._closed = False
        self._thread: threading.Thread | None = None
        self._current: Job | None = None
        self._next_look = 0.0

    @property
    def current(self) -> Job | None:
        """The job that this thread runs; None on every other thread."""
        return self._current if threading.current_thread() is self._thread else None

    def submit(self, job: Job, delay: float = 0.0) -> Job:
        """Takes on a job, to be begun no sooner than some seconds from now."""
        with self._changed:
            if not self._closed:
                self._take(job, delay)
                return job
        job.end(Cancelled())
        return job

    @contextmanager
    def held(self) -> Iterator[None]:
        """Begins no job until the block ends: all that has arrived is looked at first."""
        with self._changed:
            self._held += 1
        try:
            yield
        finally:
            with self._changed:
                self._held -= 1
                self._changed.notify()

    def close(self) -> None:
        """Ends all jobs as cancelled; the one that runs is left to itself after a second."""
        with self._changed:
            self._closed = True
            left = [job for _, _, job in (*self._ready, *self._later)]
            self._ready, self._later = [], []
            if self._current is not None:
                left.append(self._current)
            self._changed.notify()
        for job in left:
            job.end(Cancelled())
        if self._thread is not None:
            self._thread.join(timeout=1)

    def _take(self, job: Job, delay: float) -> None:
        if delay > 0:
            due = time.monotonic() + delay
            heapq.heappush(self._later, (due, next(self._numbers), job))
        else:
            self._make_ready(job)
        if self._thread is None:
            sys.setswitchinterval(_HAND_OVER)
            self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
            self._thread.start()
        self._changed.notify()

    def _make_ready(self, job: Job) -> None:
        job.number = job.number or next(self._numbers)  # it keeps its place when it begins anew
        order = -job.number if job.priority is Priority.FRESH else job.number
        heapq.heappush(self._ready, (job.priority, order, job))

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                self._run(job)
            finally:
                self._current = None

    def _next(self) -> Job | None:
        rested = time.monotonic() + self._rest
        with self._changed:
            while not self._closed:
                if not self._held and self._waiting() is not None:
                    self._is_tidy = False
                    self._current = heapq.heappop(self._ready)[2]
                    return self._current
                if not self._is_tidy and time.monotonic() >= rested:
                    self._is_tidy = True
                    self._current = Job(self._tidy, Priority.BACKGROUND)
                    return self._current
                self._changed.wait(self._pause(rested))
            return None

    def _pause(self, rested: float) -> float | None:
        """How long nothing is to be done, if nothing new comes."""
        moments = [due for due, _, _ in self._later[:1]]
        if not self._is_tidy:
            moments.append(rested)
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _waiting(self) -> Priority | None:
        """The priority of the job that is next, if there is one."""
        while self._later and self._later[0][0] <= time.monotonic():
            self._make_ready(heapq.heappop(self._later)[2])
        while self._ready and self._ready[0][2].ended:
            heapq.heappop(self._ready)
        return self._ready[0][0] if self._ready else None

    def _run(self, job: Job) -> None:
        if job.is_stale():
            job.end(Stale())
            return
        self._next_look = 0.0
        try:
            with paced(self._look):
                outcome = Result(job.run())
        except Superseded as reason:
            job.restarts += 1
            if job.restarts > _RESTARTS:
                job.end(reason)
                return
            with self._changed:
                self._make_ready(job)
        except Cancelled as reason:
            job.end(reason)
        except Exception as error:  # noqa: BLE001  # whoever gave the job hears of it
            job.end(error)
        else:
            job.end(outcome)

    def _look(self) -> None:
        """What a checkpoint of a running job does."""
        job = self._current
        if job is None:
            return
        if job.ended:
            raise Cancelled
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK
        if job.is_stale():
            raise Stale
        if job.gives_way and (job.restarts < _RESTARTS or not job.is_needed):
            with self._changed:
                waiting = self._waiting()
            if waiting is not None and waiting < job.priority:
                raise Superseded
