"""The forwarder's one thread, and how the others hand it work."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

Action = Callable[[], object]

_LOOK = 1.0  # seconds between looks at whether anybody takes work any more


class Inbox:
    """Runs actions one after another in the order in which they were posted.

    Who posts too much has to wait, so output comes no faster than the client takes it.
    """

    def __init__(self) -> None:
        self._queue: queue.Queue[Action] = queue.Queue(maxsize=256)
        self._alarm: tuple[float, Action] | None = None
        self.is_closed = False

    def post(self, action: Action) -> None:
        """Hands over an action; from any thread but the inbox's own."""
        while not self.is_closed:
            try:
                self._queue.put(action, timeout=_LOOK)
            except queue.Full:
                continue
            return

    def alarm(self, seconds: float, action: Action) -> None:
        """Runs an action after a while; replaces an alarm that is set."""
        self._alarm = (time.monotonic() + seconds, action)

    def calm(self) -> None:
        """There is no need for the alarm any more."""
        self._alarm = None

    def run(self) -> None:
        """Runs actions until `close`."""
        while not self.is_closed:
            self._next()()

    def close(self) -> None:
        """Ends `run`; what is posted from now on is dropped."""
        self.is_closed = True

    def _next(self) -> Action:
        if self._alarm is None:
            return self._queue.get()
        due, action = self._alarm
        try:
            return self._queue.get(timeout=max(due - time.monotonic(), 0.0))
        except queue.Empty:
            self._alarm = None
            return action
