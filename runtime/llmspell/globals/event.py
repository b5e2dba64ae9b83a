"""The `Event` global (spec lua-globals §9, hooks-events §14-15, §21)."""

from __future__ import annotations

import sys

from llmspell.errors import EventError
from llmspell.globals.describe import member, namespace
from llmspell.lua.waiting import Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Any, NotRequired, TypedDict

    from llmspell.events.subscription import Subscription
    from llmspell.globals.kinds import EventPattern, EventType
    from llmspell.globals.services import Services
    from llmspell.globals.types import Gives, Json, JsonText

    class EventMetadata(TypedDict):
        """What surrounds an event.

        Fields:
            correlation_id: UUID that ties events together.
            source: who published it.
            target: whom it is for.
            tags: labels.
            priority: 0 is normal.
            ttl: seconds until it is not delivered any more.
        """

        correlation_id: str
        source: NotRequired[str]
        target: NotRequired[str]
        tags: list[str]
        priority: int
        ttl: NotRequired[float]

    class EventTable(TypedDict):
        """An event as `Event.receive` gives it.

        Fields:
            id: its own UUID.
            event_type: what happened, such as `tool.completed`.
            topic: the same as `event_type`.
            data: what the publisher gave with it.
            timestamp: when it was published (RFC 3339).
            sequence: counts the events of the process from 0.
            correlation_id: UUID that ties events together.
            language: where it was published (`Lua`, `Python`).
            ttl: seconds until it is not delivered any more.
            metadata: what surrounds it.
            target_language: `Lua`.
            serialization_version: `1.0`.
        """

        id: str
        event_type: str
        topic: str
        data: Json
        timestamp: str
        sequence: int
        correlation_id: str
        language: str
        ttl: NotRequired[float]
        metadata: EventMetadata
        target_language: str
        serialization_version: str

    class SubscriptionEntry(TypedDict):
        """A subscription.

        Fields:
            id: what `Event.receive` takes.
            pattern: which events it gets.
            language: who subscribed.
        """

        id: str
        pattern: str
        language: str

    class BusStats(TypedDict):
        """Numbers of the event bus.

        Fields:
            events_processed: how many events were published.
            rate_limit_violations: how many were refused.
            buffer_size: how many events wait to be received.
            max_buffer_size: how many a subscription keeps at most.
            events_filtered: how many the configuration held back.
            events_dropped: how many were lost because a subscription was full.
        """

        events_processed: int
        rate_limit_violations: int
        buffer_size: int
        max_buffer_size: int
        events_filtered: int
        events_dropped: int

    class BridgeStats(TypedDict):
        """Numbers of the subscriptions.

        Fields:
            active_subscriptions: how many there are.
            subscriptions_by_language: how many for each language.
        """

        active_subscriptions: int
        subscriptions_by_language: dict[str, int]

    class EventStats(TypedDict):
        """What `Event.get_stats` gives.

        Fields:
            event_bus_stats: numbers of the bus.
            bridge_stats: numbers of the subscriptions.
        """

        event_bus_stats: BusStats
        bridge_stats: BridgeStats


@namespace("Event")
class Event:
    """Publishes events, and receives those that components and other code publish.

    A subscription gets the events whose type matches its pattern and that are published after
    it was made; it keeps them until they are received (10 000 at most, then the oldest go).
    """

    def __init__(self, services: Services) -> None:
        self._bus = services.events
        self._subscriptions: dict[str, Subscription] = {}

    def debug_view(self) -> dict[str, Any]:
        """How `Event` shows itself: its subscriptions and numbers."""
        return {"subscriptions": self.list_subscriptions(), "stats": self.get_stats()}

    @member()
    def publish(
        self,
        event_type: EventType,
        data: JsonText,
        *,
        language: str = "Lua",
        correlation_id: str | None = None,
        ttl_seconds: float | None = None,
    ) -> bool:
        """Publishes an event; gives true.

        Args:
            event_type: what happened; dots make segments (`order.created`).
            data: plain data that goes with it.
            language: where it comes from: `lua`, `python`, `javascript`, `rust`.
            correlation_id: UUID that ties events together; by default that of the answer of an
                agent that the function is called for.
            ttl_seconds: after this time it is not delivered any more.

        Raises:
            Failed to publish event: the type is empty, or there are too many events a second.

        Example:
            Event.publish("order.created", { id = 17 })
        """
        self._bus.publish(
            event_type,
            data_text=data,
            language=language,
            correlation_id=correlation_id or _correlation(),
            ttl=ttl_seconds,
        )
        return True

    @member(deprecated="use `Event.publish`")
    def emit(self, event_type: EventType, data: JsonText) -> bool:
        """Publishes an event.

        Args:
            event_type: what happened.
            data: plain data that goes with it.
        """
        return self.publish(event_type, data)

    @member()
    def subscribe(self, pattern: EventPattern, *, language: str = "Lua") -> str:
        """Subscribes to events; gives the id of the subscription.

        Args:
            pattern: an event type, or one with wildcards: `order.*` matches one segment (at the
                end also more), `**` any number, `*` everything.
            language: shown in `Event.list_subscriptions`.

        Example:
            local id = Event.subscribe("order.*")
            local event = Event.receive(id, 1000)
            if event then print(event.event_type, event.data.id) end
        """
        subscription = self._bus.subscribe(pattern, language=language)
        self._subscriptions[subscription.id] = subscription
        return subscription.id

    @member()
    def receive(
        self, subscription_id: str, timeout_ms: int = 5000
    ) -> Annotated[Waiting, Gives(EventTable | None)]:
        """Waits for the next event of a subscription; gives it, or nil when the time is over.

        Args:
            subscription_id: what `Event.subscribe` gave.
            timeout_ms: how long to wait, in milliseconds.

        Raises:
            No active subscription found: the id is unknown, or was unsubscribed.
        """
        subscription = self._subscriptions.get(subscription_id)
        if subscription is None:
            raise EventError(f"No active subscription found: {subscription_id}")
        if timeout_ms < 0:
            raise EventError("the time-out of Event.receive must not be negative")
        return _next_event(subscription, timeout_ms / 1000)

    @member()
    def unsubscribe(self, subscription_id: str) -> bool:
        """Ends a subscription; gives whether there was one.

        Args:
            subscription_id: what `Event.subscribe` gave.
        """
        self._subscriptions.pop(subscription_id, None)
        return self._bus.unsubscribe(subscription_id)

    @member()
    def list_subscriptions(self) -> list[SubscriptionEntry]:
        """Gives the subscriptions that were made here."""
        return [subscription.to_dict() for subscription in self._subscriptions.values()]  # type: ignore[misc]

    @member()
    def get_stats(self) -> EventStats:
        """Gives numbers of the event bus."""
        return self._bus.stats()  # type: ignore[return-value]


def _next_event(subscription: Subscription, timeout: float) -> Waiting:
    """A wait for the next event, as a table."""

    def look() -> None:
        event = subscription.poll()
        if event is not None:
            waiting.complete(event.to_dict())
        elif subscription.closed:
            waiting.complete(None)
        else:  # nothing there, or it had expired
            subscription.add_waiter(look)

    waiting = Waiting(timeout, cancel=lambda: subscription.remove_waiter(look))
    event = subscription.poll()
    if event is not None:
        waiting.complete(event.to_dict())
    else:
        subscription.add_waiter(look)
    return waiting


def _correlation() -> str | None:
    """The id of what goes on; there is none before something has imported what makes them."""
    made_by = sys.modules.get("llmspell.telemetry.correlation")
    return None if made_by is None else made_by.current()
