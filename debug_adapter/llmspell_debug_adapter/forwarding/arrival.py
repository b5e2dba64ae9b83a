"""A debuggee on its way, and what becomes of it when nobody wants it any more."""

from __future__ import annotations

import threading
from collections.abc import Callable

from llmspell_debug_adapter.forwarding.debuggee import Debuggee
from llmspell_debug_adapter.forwarding.starting import Start
from llmspell_debug_adapter.protocol.messages import Refused
from llmspell_debug_adapter.session.progress import Progress


class Arrival:
    """Runs a `Start` on a thread; exactly one of `arrived` and `failed` is called, on that thread.

    Neither is after `abandon`; a debuggee that arrives all the same is killed.
    """

    def __init__(
        self,
        start: Start,
        progress: Progress,
        arrived: Callable[[Debuggee], None],
        failed: Callable[[Refused], None],
    ) -> None:
        self._start = start
        self._progress = progress
        self._arrived = arrived
        self._failed = failed
        self._lock = threading.Lock()
        self._abandoned = False
        self._debuggee: Debuggee | None = None
        self._taken = False

    def begin(self) -> None:
        """Starts the thread."""
        threading.Thread(target=self._work, name="llmspell-start", daemon=True).start()

    def give_up(self, reason: str) -> None:
        """Lets it fail with a reason."""
        self._start.abandon(reason)

    def abandon(self) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._abandoned = True
            unclaimed = None if self._taken else self._debuggee
        self._start.abandon("abandoned")
        if unclaimed is not None:
            unclaimed.kill()

    def claim(self) -> None:
        """The debuggee has found its place; from now on `abandon` does not touch it."""
        with self._lock:
            self._taken = True

    def _work(self) -> None:
        def give_up() -> None:
            self.give_up("cancelled")

        try:
            with self._progress.waiting("Starting the spell", give_up):
                debuggee = self._start.run()
        except Refused as refused:
            if not self._abandoned:
                self._failed(refused)
            return
        with self._lock:
            self._debuggee = debuggee
            abandoned = self._abandoned
        if abandoned:
            debuggee.kill()
        else:
            self._arrived(debuggee)
