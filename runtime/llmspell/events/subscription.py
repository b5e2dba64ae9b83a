"""The receiving end of a subscription."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock

from llmspell.errors import EventError
from llmspell.events.event import new_uuid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from llmspell.events.event import Event

_LONGEST_WAIT: Final = 1_000_000.0
"""Seconds; a lock refuses to wait much longer than this."""


class Inbox:
    """The events that wait for one subscriber: what the bus holds and publishers write into.

    When it is full the oldest event makes room. All methods may be called from any thread.
    """

    __slots__ = ("_events", "_limit", "_lock", "_waiters", "closed", "delivered", "dropped")

    def __init__(self, limit: int) -> None:
        self._events: deque[Event] = deque()
        self._limit = limit
        self._lock = Lock()
        self._waiters: list[Callable[[], None]] = []
        self.closed = False
        self.delivered = 0
        self.dropped = 0

    def put(self, event: Event) -> None:
        """Add an event and wake who waits."""
        with self._lock:
            if self.closed:
                return
            events = self._events
            if len(events) >= self._limit:
                events.popleft()
                self.dropped += 1
            events.append(event)
            if not self._waiters:
                return
            waiters, self._waiters = self._waiters, []
        _call_all(waiters)

    def take(self) -> Event | None:
        """Return the oldest event that has not expired, None if there is none."""
        with self._lock:
            events = self._events
            while events:
                event = events.popleft()
                if event.ttl is None or not event.is_expired():
                    self.delivered += 1
                    return event
        return None

    def add_waiter(self, callback: Callable[[], None]) -> None:
        """Call back once, at the next event or at closing, or now if there is one already."""
        with self._lock:
            if not self._events and not self.closed:
                self._waiters.append(callback)
                return
        callback()

    def remove_waiter(self, callback: Callable[[], None]) -> None:
        """Forget a waiter that was not called yet."""
        with self._lock:
            if callback in self._waiters:
                self._waiters.remove(callback)

    def close(self) -> None:
        """Drop what waits, take nothing more, and wake who waits."""
        with self._lock:
            self.closed = True
            self._events.clear()
            waiters, self._waiters = self._waiters, []
        _call_all(waiters)

    def __len__(self) -> int:
        return len(self._events)


class CallbackInbox(Inbox):
    """Hands each event to a function at once, on the publishing thread."""

    __slots__ = ("_callback",)

    def __init__(self, callback: Callable[[Event], None]) -> None:
        super().__init__(0)
        self._callback = callback

    def put(self, event: Event) -> None:
        """Call the function; what it raises is logged and does not reach the publisher."""
        if self.closed:
            return
        with self._lock:
            self.delivered += 1
        try:
            self._callback(event)
        except Exception:  # noqa: BLE001 -- a subscriber's failure is not the publisher's
            _log_failure("An event subscriber failed at %r", event)


class Subscription:
    """A subscription to the events that match a pattern.

    It lives as long as somebody refers to it: dropping the last reference unsubscribes.
    """

    __slots__ = ("__weakref__", "_dismiss", "_inbox", "id", "language", "pattern")

    def __init__(
        self, pattern: str, language: str, inbox: Inbox, dismiss: Callable[[str], object]
    ) -> None:
        self.id = new_uuid()
        self.pattern = pattern
        self.language = language
        self._inbox = inbox
        self._dismiss = dismiss

    def __del__(self) -> None:
        # Runs in whatever thread, at whatever moment: the callee must not take a lock.
        self._dismiss(self.id)

    @property
    def closed(self) -> bool:
        """Whether it was unsubscribed."""
        return self._inbox.closed

    @property
    def waiting(self) -> int:
        """How many events wait to be received."""
        return len(self._inbox)

    @property
    def delivered(self) -> int:
        """How many events were received."""
        return self._inbox.delivered

    @property
    def dropped(self) -> int:
        """How many events were lost because the buffer was full."""
        return self._inbox.dropped

    def poll(self) -> Event | None:
        """Return the next event, None if none waits; expired ones are passed over."""
        return self._inbox.take()

    def receive(self, timeout: float | None = None) -> Event | None:
        """Wait for the next event, for ever or `timeout` seconds; None when the time is over.

        Unsubscribing ends the wait, with None.

        Raises:
            EventError: the subscription was ended before.

        """
        inbox = self._inbox
        if inbox.closed:
            raise EventError(f"No active subscription found: {self.id}")
        deadline = time.monotonic() + (_LONGEST_WAIT if timeout is None else timeout)
        while (event := inbox.take()) is None and not inbox.closed:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return None
            arrival = Lock()
            arrival.acquire()
            inbox.add_waiter(arrival.release)
            if not arrival.acquire(timeout=min(remaining, _LONGEST_WAIT)):
                inbox.remove_waiter(arrival.release)
        return event

    def add_waiter(self, callback: Callable[[], None]) -> None:
        """Call back once: when an event arrives, on the thread that publishes it.

        If an event waits already, or the subscription has ended, that is now, on this thread.
        Ending the subscription calls back as well.
        """
        self._inbox.add_waiter(callback)

    def remove_waiter(self, callback: Callable[[], None]) -> None:
        """Forget a waiter that was not called yet."""
        self._inbox.remove_waiter(callback)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of `Event.list_subscriptions` (lua-globals §9)."""
        return {"id": self.id, "pattern": self.pattern, "language": self.language}

    def __repr__(self) -> str:
        return f"<Subscription {self.id} to {self.pattern!r}>"


def _call_all(waiters: list[Callable[[], None]]) -> None:
    for waiter in waiters:
        try:
            waiter()
        except Exception:  # noqa: BLE001 -- the other waiters must be woken all the same
            _log_failure("A function that waits for an event failed: %r", waiter)


def _log_failure(message: str, subject: object) -> None:
    import logging

    logging.getLogger("llmspell.events").exception(message, subject)
