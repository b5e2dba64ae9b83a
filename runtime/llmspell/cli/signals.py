"""Ctrl-C and SIGTERM while a spell runs: both stop it, and its output is still flushed.

A handler that raised KeyboardInterrupt could do so anywhere, also between two steps of a lock
(seen: a run in two hundred lost its output, one in a thousand hung). So handlers here only put the
signal into a queue, which may be done at any moment (`SimpleQueue.put` is reentrant); the work is
done on a thread of its own, and the main thread does nothing but take from the queue.
"""

from __future__ import annotations

import signal
import threading
from queue import Empty, SimpleQueue

from llmspell.lua.outcome import EngineLost, Interrupted, Stopped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any, Self, TypeVar

    T = TypeVar("T")


class Terminated(Stopped):
    """The process was asked to end (SIGTERM). Nobody waits at a keyboard: the engine has 2 s."""

    def __init__(self) -> None:
        super().__init__("terminated")


_LONGEST_WAIT = 0.05  # seconds
Reason = Interrupted | Terminated
_REASONS: dict[int, type[Reason]] = {signal.SIGINT: Interrupted, signal.SIGTERM: Terminated}


class _Done:
    """The end of the work: a value or an error."""

    __slots__ = ("error", "value")

    def __init__(self) -> None:
        self.value: Any = None
        self.error: BaseException | None = None


class Signals:
    """Takes SIGINT and SIGTERM, unless they are ignored, as long as it is entered.

    Outside the main thread, where no handler can be set, it leaves them alone.
    """

    def __init__(self) -> None:
        self._inbox: SimpleQueue[Reason | _Done] = SimpleQueue()
        self._earlier: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _REASONS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._earlier[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)

    def attend(self, work: Callable[[], T], stop: Callable[[Stopped], object]) -> T:
        """Does work on a thread; gives its result, or raises what it raises.

        The first signal calls `stop` with its reason, and the work has to end then; however it
        does, the reason is raised (inside EngineLost if the engine was lost). Later signals
        change nothing.
        """
        done = _Done()

        def perform() -> None:
            try:
                done.value = work()
            except BaseException as error:  # noqa: BLE001 - raised again by `attend`
                done.error = error
            self._inbox.put(done)

        threading.Thread(target=perform, name="llmspell-run", daemon=True).start()
        reason: Reason | None = None
        while not isinstance(item := self._next(), _Done):
            if reason is None:
                reason = item
                stop(reason)
        if reason is not None:
            lost = isinstance(done.error, EngineLost)
            raise EngineLost(reason) if lost else reason from done.error
        if done.error is not None:
            raise done.error
        value: T = done.value
        return value

    def _next(self) -> Reason | _Done:
        """The next item.

        A signal in the very moment before a wait begins does not end it, so no wait is long.
        """
        while True:
            try:
                return self._inbox.get(timeout=_LONGEST_WAIT)
            except Empty:
                continue

    def pause(self, seconds: float) -> None:
        """Waits; raises Interrupted or Terminated when a signal comes."""
        try:
            item = self._inbox.get(timeout=seconds)
        except Empty:
            return
        if isinstance(item, Stopped):
            raise item

    def _take(self, number: int, _: FrameType | None) -> None:
        self._inbox.put(_REASONS[number]())
