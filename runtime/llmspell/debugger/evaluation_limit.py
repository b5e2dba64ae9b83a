"""How long an evaluation may take, and the end of one that takes longer or that nobody wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK = 0.05  # seconds between looks at an evaluation


def _never() -> bool:
    return False


class EvaluationLimit:
    """The limit of the evaluation under way.

    Its own Lua code asks `reason` every 1000 instructions. Where it cannot (it waits for something,
    or it has resumed another coroutine), `bite` is called, from another thread, until it is over.
    """

    def __init__(self, bite: Callable[[], object]) -> None:
        self._bite = bite
        self._end: float | None = None
        self._seconds = 0.0
        self._given_up: Callable[[], bool] = _never

    def set(self, seconds: float | None) -> None:
        """An evaluation begins that may take so many seconds; None: it is over."""
        self._seconds = seconds or 0.0
        self._end = None if seconds is None else time.monotonic() + seconds

    def reason(self) -> bytes | None:
        """Why the evaluation under way has to end; None if it may go on, or there is none."""
        end = self._end
        if end is None:
            return None
        if self._given_up():
            return b"cancelled"
        if time.monotonic() > end:
            return b"the expression took longer than %g s" % self._seconds
        return None

    @contextmanager
    def watching(self, given_up: Callable[[], bool] | None = None) -> Iterator[None]:
        """Watches over what is evaluated inside; `given_up` says whether nobody waits for it."""
        self._given_up = given_up or _never
        over = threading.Event()

        def watch() -> None:
            while not over.wait(_LOOK):
                if self.reason() is not None:
                    self._bite()

        threading.Thread(target=watch, name="llmspell-watchdog", daemon=True).start()
        try:
            yield
        finally:
            over.set()
            self._given_up = _never
