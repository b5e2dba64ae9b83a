"""The event bus of one process (spec hooks-events §15-16, lua-globals §9)."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock
from weakref import ref

from llmspell.errors import EventError
from llmspell.events.event import Event, language_name, normal_uuid
from llmspell.events.patterns import Filter, PatternIndex
from llmspell.events.rate import TokenBucket
from llmspell.events.subscription import CallbackInbox, Inbox, Subscription

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Final

    from llmspell.events.event import Json

DEFAULT_BUFFER_SIZE: Final = 10_000


class EventBus:
    """Delivers each event to the subscriptions whose pattern matches its type.

    An event reaches a subscription at most once, and in the order in which its publisher
    published; those published before the subscription do not. `buffer_size` events may wait at
    each subscription, then the oldest are dropped and counted. `max_events_per_second` (None: no
    limit) applies to all publishers together. The include and exclude patterns are those of
    `[events.filtering]`; components are the events' sources. All methods are thread safe.
    """

    def __init__(
        self,
        buffer_size: int = DEFAULT_BUFFER_SIZE,
        max_events_per_second: float | None = None,
        *,
        include_types: Iterable[str] = ("*",),
        exclude_types: Iterable[str] = (),
        include_components: Iterable[str] = ("*",),
        exclude_components: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raise EventError for a buffer or rate below 1, or an empty pattern."""
        if buffer_size < 1:
            raise EventError(f"The event buffer size is {buffer_size}; it must be at least 1")
        if max_events_per_second is not None and max_events_per_second <= 0:
            raise EventError("The number of events per second must be above 0")
        self.buffer_size = buffer_size
        self._index = PatternIndex()
        self._subscriptions: dict[str, tuple[ref[Subscription] | Subscription, str, Inbox]] = {}
        self._dismissed: deque[str] = deque()
        self._lock = Lock()
        self._bucket = TokenBucket(max_events_per_second, clock) if max_events_per_second else None
        self._types = _filter(include_types, exclude_types)
        self._components = _filter(include_components, exclude_components)
        self._processed = 0
        self._filtered = 0
        self._rate_limit_violations = 0

    def publish(
        self,
        event_type: str,
        data: Json = None,
        *,
        data_text: str | None = None,
        source: str | None = None,
        target: str | None = None,
        correlation_id: str | None = None,
        ttl: float | None = None,
        tags: Iterable[str] = (),
        language: str = "Python",
        priority: int = 0,
    ) -> Event:
        """Deliver an event and return it.

        `data_text` is the data as JSON text, used instead of `data` and decoded when it is read.
        A `correlation_id` that is no UUID is ignored; `ttl` is in seconds; `language` is one of
        `event.LANGUAGES`, every other one being Lua. An event that the filters hold back is
        returned but not delivered.

        Raises:
            EventError: the type is empty, or there were too many events in the last seconds.

        """
        if not event_type:
            raise EventError("Failed to publish event: the event type must not be empty")
        if self._dismissed:
            self._clean_up()
        with self._lock:
            if self._bucket is not None and not self._bucket.take():
                self._rate_limit_violations += 1
                raise EventError(
                    "Failed to publish event: rate limit exceeded, at most "
                    f"{self._bucket.rate:g} events a second; publish less often, or raise "
                    "events.max_events_per_second"
                )
            self._processed += 1
        event = Event(
            event_type,
            data,
            data_text,
            source,
            target,
            normal_uuid(correlation_id) if correlation_id is not None else None,
            ttl,
            tuple(tags) if tags else (),
            "Python" if language == "Python" else language_name(language),
            priority,
        )
        if (self._types is None and self._components is None) or self._passes(event_type, source):
            for inbox in self._index.match(event_type):
                inbox.put(event)
        return event

    def subscribe(self, pattern: str, *, language: str = "Python") -> Subscription:
        """Return a subscription that buffers what matches, as long as it is referred to.

        Raises:
            EventError: the pattern is empty.

        """
        return self._add(pattern, language, Inbox(self.buffer_size))

    def deliver(self, pattern: str, callback: Callable[[Event], None]) -> Subscription:
        """Call a function with each event that matches, on the thread that publishes it.

        Such a subscription lives until `unsubscribe`, whether it is referred to or not. What the
        function raises is logged.

        Raises:
            EventError: the pattern is empty.

        """
        subscription = self._add(pattern, "Python", CallbackInbox(callback))
        with self._lock:
            _, _, inbox = self._subscriptions[subscription.id]
            self._subscriptions[subscription.id] = (subscription, pattern, inbox)
        return subscription

    def unsubscribe(self, subscription_id: str) -> bool:
        """End a subscription, and the waits on it; return whether there was one."""
        with self._lock:
            entry = self._subscriptions.pop(subscription_id, None)
        if entry is None:
            return False
        _, pattern, inbox = entry
        self._index.remove(pattern, inbox)
        inbox.close()
        return True

    def subscription(self, subscription_id: str) -> Subscription:
        """Return the subscription with an id.

        Raises:
            EventError: there is none, or it has ended.

        """
        with self._lock:
            entry = self._subscriptions.get(subscription_id)
        subscription = _alive(entry[0]) if entry is not None else None
        if subscription is None:
            raise EventError(f"No active subscription found: {subscription_id}")
        return subscription

    def receive(self, subscription_id: str, timeout: float | None = None) -> Event | None:
        """Wait for the next event of a subscription given by its id (see `Subscription`).

        Raises:
            EventError: there is no such subscription.

        """
        return self.subscription(subscription_id).receive(timeout)

    def subscriptions(self) -> list[Subscription]:
        """Return the subscriptions, the oldest first."""
        with self._lock:
            entries = list(self._subscriptions.values())
        return [alive for entry in entries if (alive := _alive(entry[0])) is not None]

    def stats(self) -> dict[str, Any]:
        """Return the table of `Event.get_stats` (lua-globals §9), with a few figures more.

        `buffer_size` is how many events wait now, at all subscriptions together.
        """
        self._clean_up()
        alive = self.subscriptions()
        languages: dict[str, int] = {}
        for subscription in alive:
            languages[subscription.language] = languages.get(subscription.language, 0) + 1
        with self._lock:
            processed, filtered = self._processed, self._filtered
            violations = self._rate_limit_violations
        return {
            "event_bus_stats": {
                "events_processed": processed,
                "rate_limit_violations": violations,
                "buffer_size": sum(subscription.waiting for subscription in alive),
                "max_buffer_size": self.buffer_size,
                "events_filtered": filtered,
                "events_dropped": sum(subscription.dropped for subscription in alive),
            },
            "bridge_stats": {
                "active_subscriptions": len(alive),
                "subscriptions_by_language": languages,
            },
        }

    def _add(self, pattern: str, language: str, inbox: Inbox) -> Subscription:
        self._clean_up()
        subscription = Subscription(pattern, language_name(language), inbox, self._dismissed.append)
        self._index.add(pattern, inbox)
        with self._lock:
            self._subscriptions[subscription.id] = (ref(subscription), pattern, inbox)
        return subscription

    def _passes(self, event_type: str, source: str | None) -> bool:
        passes = (self._types is None or self._types.passes(event_type)) and (
            self._components is None or source is None or self._components.passes(source)
        )
        if not passes:
            with self._lock:
                self._filtered += 1
        return passes

    def _clean_up(self) -> None:
        """End the subscriptions that nobody refers to any more."""
        while self._dismissed:
            try:
                subscription_id = self._dismissed.popleft()
            except IndexError:  # another thread took it
                return
            self.unsubscribe(subscription_id)


def _filter(includes: Iterable[str], excludes: Iterable[str]) -> Filter | None:
    """Return a filter, None if it would let everything pass."""
    made = Filter(includes, excludes)
    return None if made.passes_all else made


def _alive(subscription: ref[Subscription] | Subscription) -> Subscription | None:
    return subscription if isinstance(subscription, Subscription) else subscription()
