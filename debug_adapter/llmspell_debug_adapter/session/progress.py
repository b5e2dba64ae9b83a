"""Waits that a client can show and cut short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from llmspell_debug_adapter.protocol.framing import Message


class Progress:
    """Sends `progressStart` and `progressEnd` to clients that want them.

    prefix: keeps ids apart where two programs report to one client.
    """

    def __init__(self, emit: Callable[[str, Message], None], prefix: str) -> None:
        self._emit = emit
        self._prefix = prefix
        self._wanted = False
        self._count = 0
        self._cancels: dict[str, Callable[[], None]] = {}

    def enable(self, wanted: bool) -> None:
        """Whether the client supports progress events."""
        self._wanted = wanted

    def cancel(self, identity: str) -> bool:
        """Cuts a wait short; False if there is none of that id."""
        cancel = self._cancels.get(identity)
        if cancel is None:
            return False
        cancel()
        return True

    @contextmanager
    def waiting(self, title: str, cancel: Callable[[], None]) -> Iterator[None]:
        """Shows a wait while the body runs; `cancel` is called when the user has enough of it."""
        self._count += 1
        identity = f"{self._prefix}-{self._count}"
        self._cancels[identity] = cancel
        if self._wanted:
            self._emit(
                "progressStart", {"progressId": identity, "title": title, "cancellable": True}
            )
        try:
            yield
        finally:
            del self._cancels[identity]
            if self._wanted:
                self._emit("progressEnd", {"progressId": identity})
