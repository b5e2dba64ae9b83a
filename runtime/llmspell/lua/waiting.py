"""What a script waits for, and the pump that keeps jobs going meanwhile (design invariant 4).

One inbox per engine, read by the Lua thread alone. Everything that other threads want from the
engine is an item in it: tasks (run this on the Lua thread), jobs (call this Lua function) and
wake-ups. A wait that blocks the Lua thread reads the inbox until its own answer is there; a job
that waits is parked and resumed from whichever wait, or idle loop, comes round next.
"""

from __future__ import annotations

import threading
import time
from queue import Empty, SimpleQueue

from llmspell.background import context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Waiting:
    """A value that is not there yet. Completed once, from any thread.

    timeout: seconds until the wait ends by itself with `fallback` (or by raising `on_timeout`);
    None waits for ever. cancel: called when the wait is given up (time-out or stop).
    """

    __slots__ = (
        "_cancel",
        "_error",
        "_listener",
        "_lock",
        "_value",
        "deadline",
        "done",
        "fallback",
    )

    def __init__(
        self,
        timeout: float | None = None,
        fallback: Any = None,
        cancel: Callable[[], object] | None = None,
    ) -> None:
        self.deadline = None if timeout is None else time.monotonic() + timeout
        self.fallback = fallback
        self.done = False
        self._cancel = cancel
        self._lock = threading.Lock()
        self._listener: Callable[[], object] | None = None
        self._value: Any = None
        self._error: BaseException | None = None

    @classmethod
    def for_future(cls, future: Any, timeout: float | None = None) -> Waiting:
        """A wait for a `concurrent.futures.Future` (or anything of that shape)."""
        waiting = cls(timeout, cancel=future.cancel)

        def settle(settled: Any) -> None:
            if settled.cancelled():
                waiting.fail(TimeoutError("cancelled"))
            elif (error := settled.exception()) is not None:
                waiting.fail(error)
            else:
                waiting.complete(settled.result())

        future.add_done_callback(settle)
        return waiting

    def complete(self, value: Any) -> None:
        """Gives the value; later calls change nothing."""
        self._settle(value, None)

    def fail(self, error: BaseException) -> None:
        """Gives the error that `result` raises; later calls change nothing."""
        self._settle(None, error)

    def _settle(self, value: Any, error: BaseException | None) -> None:
        with self._lock:
            if self.done:
                return
            self._value, self._error, self.done = value, error, True
            listener = self._listener
        if listener is not None:
            listener()

    def on_done(self, listener: Callable[[], object]) -> None:
        """Calls `listener` once the value is there, at once if it is."""
        with self._lock:
            if not self.done:
                self._listener = listener
                return
        listener()

    def give_up(self) -> None:
        """Ends the wait with its fallback value and cancels the work behind it."""
        if not self.done:
            self.complete(self.fallback)
            if self._cancel is not None:
                self._cancel()

    @property
    def result(self) -> Any:
        """The value; raises the error if the wait failed."""
        if self._error is not None:
            raise self._error
        return self._value


class Task:
    """A call that another thread wants made on the Lua thread."""

    __slots__ = ("changed", "error", "finished", "function", "value")

    def __init__(self, function: Callable[[], Any]) -> None:
        self.function = function
        self.changed = threading.Event()  # finished, or the script asked to exit
        self.finished = False
        self.value: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Makes the call and keeps its outcome for the thread that waits."""
        try:
            self.value = self.function()
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread
            self.error = error
        self.finished = True
        self.changed.set()

    def refuse(self, error: BaseException) -> None:
        """Says why the call will never be made."""
        self.error, self.finished = error, True
        self.changed.set()


class Job:
    """One call of a Lua function from Python, in an engine coroutine of its own.

    context: the context variables of the caller, which hold in the call too. is_over: whether its
    time is over: nobody waits for it any more.
    """

    __slots__ = ("arguments", "context", "handle", "is_over", "number", "waiting")

    def __init__(self, handle: int, arguments: tuple[Any, ...]) -> None:
        self.number = 0
        self.handle = handle
        self.arguments = arguments
        self.context = context()
        self.is_over = False
        self.waiting = Waiting()


class Resume:
    """A parked job whose wait is over."""

    __slots__ = ("job",)

    def __init__(self, job: Job) -> None:
        self.job = job


class StopRequested(BaseException):
    """Raised out of a wait on the Lua thread when the run is being stopped."""


class Pump:
    """The inbox of a Lua thread, and the jobs that are under way.

    `step(job, first)` starts or resumes a job in Lua and says how it stands: the ticket it waits
    for, or None once it has ended (its `waiting` is then settled).
    """

    def __init__(
        self,
        step: Callable[[Job, bool], int | None],
        drop: Callable[[Job], None],
        stopping: Callable[[], object],
    ) -> None:
        self.inbox: SimpleQueue[Task | Job | Resume | None] = SimpleQueue()
        self._tickets: dict[int, tuple[Waiting, Callable[[Any], Any]]] = {}
        self.interjections: SimpleQueue[Task] = SimpleQueue()
        self._step = step
        self._drop = drop
        self._stopping = stopping
        self._last_ticket = 0
        self._parked: dict[Job, Waiting] = {}
        self.abandons: Callable[[], object] = lambda: None
        """Whether what waits now is to wait no longer (an evaluation of a debugger)."""

    def attend(self) -> None:
        """Runs what was to be done at once, in whatever the Lua thread is doing (debugging)."""
        while not self.interjections.empty():
            self.interjections.get().run()

    def wake(self) -> None:
        """Makes the Lua thread look again at what it waits for. From any thread."""
        self.inbox.put(None)

    def issue_ticket(self, waiting: Waiting, convert: Callable[[Any], Any]) -> int:
        """A number under which Lua can ask for the result, as `convert` makes it of the value."""
        self._last_ticket += 1
        self._tickets[self._last_ticket] = (waiting, convert)
        return self._last_ticket

    def take(self, ticket: int) -> Any:
        """The result of a wait that is over; raises what it raised."""
        waiting, convert = self._tickets.pop(ticket)
        return convert(waiting.result)

    def block(self, ticket: int) -> Any:
        """Waits on the Lua thread, running jobs meanwhile; gives the result."""
        waiting, convert = self._tickets.pop(ticket)
        self.pump_until(waiting)
        return convert(waiting.result)

    def pump_until(self, waiting: Waiting) -> None:
        """Handles the inbox until a wait is over. Raises `StopRequested` when the run stops."""
        waiting.on_done(self.wake)
        while not waiting.done:
            if self._stopping():
                waiting.give_up()
                raise StopRequested
            self.handle_next(waiting.deadline)
            if self.abandons():
                waiting.give_up()
            if waiting.deadline is not None and time.monotonic() >= waiting.deadline:
                waiting.give_up()

    def left_over(self) -> list[Task]:
        """Takes the tasks out of the inbox that nobody will run any more."""
        items = [self.inbox.get() for _ in range(self.inbox.qsize())]
        return [item for item in items if isinstance(item, Task)]

    def drain(self) -> None:
        """Handles what is in the inbox and waits until no job is under way."""
        while not self._stopping() and (self._parked or not self.inbox.empty()):
            self.handle_next(None)

    def handle_next(self, deadline: float | None) -> None:
        """Waits for one item, until the deadline or the first one of a parked job, and runs it."""
        for waiting in self._parked.values():
            if waiting.deadline is not None and (deadline is None or waiting.deadline < deadline):
                deadline = waiting.deadline
        try:
            if deadline is None:
                item = self.inbox.get()
            else:
                item = self.inbox.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            self._expire()
            return
        self.handle(item)

    def handle(self, item: Task | Job | Resume | None) -> None:
        """Runs one item of the inbox on the Lua thread."""
        if isinstance(item, Job):
            self._advance(item, first=True)
        elif isinstance(item, Resume):
            if self._parked.pop(item.job, None) is not None:
                self._advance(item.job, first=False)
        elif item is not None:
            item.run()
        else:
            self.attend()

    def cancel_jobs(self) -> None:
        """Drops every parked job; its caller gets `StopRequested`."""
        for job in list(self._parked):
            self.cancel(job)

    def cancel(self, job: Job) -> None:
        """Drops a job if it is parked."""
        waiting = self._parked.pop(job, None)
        if waiting is not None:
            waiting.give_up()
            self._drop(job)
            job.waiting.fail(StopRequested())

    def _advance(self, job: Job, *, first: bool) -> None:
        ticket = self._step(job, first)
        if ticket is not None:
            waiting, _ = self._tickets[ticket]
            self._parked[job] = waiting
            waiting.on_done(lambda: self.inbox.put(Resume(job)))

    def _expire(self) -> None:
        now = time.monotonic()
        for waiting in list(self._parked.values()):
            if waiting.deadline is not None and now >= waiting.deadline:
                waiting.give_up()
