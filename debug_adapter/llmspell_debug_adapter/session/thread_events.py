"""Which threads the client knows of: coroutines, once one was stopped in or listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llmspell.debugger.model import Thread
from llmspell_debug_adapter.protocol.framing import Message

MAIN = 1


class ThreadEvents:
    """Sends `thread` events for what the debugger shows.

    A program may make coroutines by the thousand. Announcing each would drown the client, so they
    become threads when there is something to see in them.
    """

    def __init__(self, emit: Callable[[str, Message], None]) -> None:
        self._emit = emit
        self._known: set[int] = set()

    def started(self, thread: int) -> None:
        """A thread is there; says so if that is new."""
        if thread not in self._known:
            self._known.add(thread)
            self._emit("thread", {"reason": "started", "threadId": thread})

    def knows(self, thread: int) -> bool:
        """Whether the client can have heard of a thread."""
        return thread == MAIN or thread in self._known

    def ended(self, thread: int) -> None:
        """A thread is over; says so to who knows of it."""
        if thread in self._known:
            self._known.discard(thread)
            self._emit("thread", {"reason": "exited", "threadId": thread})

    def listed(self, threads: Sequence[Thread]) -> None:
        """These are all there are."""
        current = {thread.id for thread in threads}
        for gone in sorted(self._known - current):
            self.ended(gone)
        for thread in sorted(current):
            self.started(thread)
