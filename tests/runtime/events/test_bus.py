"""The event bus."""

from __future__ import annotations

import gc
import logging

import pytest

from llmspell.errors import EventError
from llmspell.events import Event, EventBus, Subscription


def drain(subscription: Subscription) -> list[object]:
    found: list[object] = []
    while (event := subscription.poll()) is not None:
        found.append(event.data)
    return found


def test_an_event_reaches_the_subscriptions_that_match_in_order() -> None:
    bus = EventBus()
    exact = bus.subscribe("agent.started")
    prefix = bus.subscribe("agent.*")
    glob = bus.subscribe("*.started")
    for number, event_type in enumerate(["agent.started", "agent.completed", "tool.started"]):
        bus.publish(event_type, number)
    assert drain(exact) == [0]
    assert drain(prefix) == [0, 1]
    assert drain(glob) == [0, 2]


def test_what_was_published_before_is_not_delivered() -> None:
    bus = EventBus()
    bus.publish("t", "early")
    subscription = bus.subscribe("t")
    bus.publish("t", "late")
    assert drain(subscription) == ["late"]


def test_publish_returns_the_event_that_is_delivered() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    event = bus.publish(
        "t",
        data_text="[1]",
        source="s",
        target="d",
        correlation_id="6F9619FF-8B86-D011-B42D-00C04FC964FF",
        ttl=60,
        tags=["a", "b"],
        language="js",
        priority=2,
    )
    assert subscription.poll() is event
    assert (event.data, event.source, event.target, event.ttl) == ([1], "s", "d", 60)
    assert (event.tags, event.language, event.priority) == (("a", "b"), "JavaScript", 2)
    assert event.correlation_id == "6f9619ff-8b86-d011-b42d-00c04fc964ff"


def test_a_correlation_id_that_is_no_uuid_is_ignored() -> None:
    event = EventBus().publish("t", correlation_id="request 1")
    assert len(event.correlation_id) == 36


def test_an_empty_type_and_an_empty_pattern_are_refused() -> None:
    bus = EventBus()
    with pytest.raises(EventError, match=r"^Failed to publish event: the event type"):
        bus.publish("")
    with pytest.raises(EventError, match="Invalid event pattern"):
        bus.subscribe("")
    assert bus.subscriptions() == []


@pytest.mark.parametrize(("size", "rate"), [(0, None), (-1, None), (1, 0), (1, -5)])
def test_a_buffer_or_rate_of_nothing_is_refused(size: int, rate: float | None) -> None:
    with pytest.raises(EventError, match="must be"):
        EventBus(size, rate)


def test_a_full_buffer_drops_its_oldest_events_and_counts_them() -> None:
    bus = EventBus(buffer_size=3)
    slow = bus.subscribe("*")
    other = bus.subscribe("*")
    for number in range(5):
        bus.publish("t", number)
        other.poll()
    assert (slow.waiting, slow.dropped, other.dropped) == (3, 2, 0)
    assert bus.stats()["event_bus_stats"]["events_dropped"] == 2
    assert drain(slow) == [2, 3, 4]
    assert slow.delivered == 3


def test_an_event_whose_time_is_over_is_not_delivered() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    expired = bus.publish("t", 1, ttl=60)
    bus.publish("t", 2, ttl=60)
    expired.published_at -= 61_000_000_000
    assert drain(subscription) == [2]


def test_unsubscribing_ends_delivery_once() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    bus.publish("t", 1)
    assert bus.unsubscribe(subscription.id)
    assert not bus.unsubscribe(subscription.id)
    bus.publish("t", 2)
    assert subscription.closed
    assert drain(subscription) == []
    assert bus.subscriptions() == []


def test_a_subscription_is_found_by_its_id() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    assert bus.subscription(subscription.id) is subscription
    bus.publish("t", 1)
    event = bus.receive(subscription.id, 0)
    assert event is not None
    assert event.data == 1


def test_receiving_on_an_unknown_or_ended_subscription_is_refused() -> None:
    bus = EventBus()
    with pytest.raises(EventError, match=r"^No active subscription found: nothing$"):
        bus.receive("nothing", 0)
    subscription = bus.subscribe("t")
    bus.unsubscribe(subscription.id)
    with pytest.raises(EventError, match=f"^No active subscription found: {subscription.id}$"):
        bus.receive(subscription.id, 0)
    with pytest.raises(EventError, match=f"^No active subscription found: {subscription.id}$"):
        subscription.receive(0)


def test_a_subscription_that_nobody_refers_to_disappears() -> None:
    bus = EventBus()
    kept = bus.subscribe("*")
    dropped = bus.subscribe("*")
    dropped_id = dropped.id
    del dropped
    gc.collect()
    bus.publish("t", 1)
    assert bus.subscriptions() == [kept]
    assert len(bus._index.match("t")) == 1
    with pytest.raises(EventError, match="No active subscription"):
        bus.subscription(dropped_id)
    assert bus.stats()["bridge_stats"]["active_subscriptions"] == 1


def test_a_function_is_called_with_each_event_on_the_publishing_thread() -> None:
    bus = EventBus()
    seen: list[object] = []
    identity = bus.deliver("agent.*", lambda event: seen.append(event.data)).id
    gc.collect()
    bus.publish("agent.started", 1)
    bus.publish("tool.started", 2)
    assert seen == [1]
    assert bus.unsubscribe(identity)
    bus.publish("agent.started", 3)
    assert seen == [1]


def test_a_function_that_fails_hurts_nobody_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus = EventBus()

    def fail(event: Event) -> None:
        raise ValueError("subscriber's own fault")

    bus.deliver("*", fail)
    after = bus.subscribe("*")
    with caplog.at_level(logging.ERROR, "llmspell.events"):
        bus.publish("t", 1)
    assert drain(after) == [1]
    assert "An event subscriber failed at <Event" in caplog.text
    assert "subscriber's own fault" in caplog.text


def test_a_function_may_publish_and_unsubscribe() -> None:
    bus = EventBus()
    seen: list[str] = []

    def on_event(event: Event) -> None:
        seen.append(event.event_type)
        if event.event_type == "first":
            bus.publish("second")
        else:
            bus.unsubscribe(subscription.id)

    subscription = bus.deliver("*", on_event)
    bus.publish("first")
    bus.publish("third")
    assert seen == ["first", "second"]


def test_the_list_and_the_statistics_have_the_documented_fields() -> None:
    bus = EventBus(buffer_size=7)
    lua = bus.subscribe("a", language="lua")
    python = bus.subscribe("b*")
    bus.publish("a")
    bus.publish("nobody")
    assert [subscription.to_dict() for subscription in bus.subscriptions()] == [
        {"id": lua.id, "pattern": "a", "language": "Lua"},
        {"id": python.id, "pattern": "b*", "language": "Python"},
    ]
    assert bus.stats() == {
        "event_bus_stats": {
            "events_processed": 2,
            "rate_limit_violations": 0,
            "buffer_size": 1,
            "max_buffer_size": 7,
            "events_filtered": 0,
            "events_dropped": 0,
        },
        "bridge_stats": {
            "active_subscriptions": 2,
            "subscriptions_by_language": {"Lua": 1, "Python": 1},
        },
    }


def test_too_many_events_a_second_are_refused_and_counted() -> None:
    now = [0.0]
    bus = EventBus(max_events_per_second=10, clock=lambda: now[0])
    subscription = bus.subscribe("*")
    for number in range(20):
        bus.publish("t", number)
    with pytest.raises(
        EventError,
        match=r"^Failed to publish event: rate limit exceeded, at most 10 events",
    ):
        bus.publish("t", "too much")
    now[0] = 0.1
    bus.publish("t", 20)
    with pytest.raises(EventError, match="rate limit"):
        bus.publish("t", "too much")
    assert drain(subscription) == list(range(21))
    stats = bus.stats()["event_bus_stats"]
    assert (stats["events_processed"], stats["rate_limit_violations"]) == (21, 2)


def test_a_pause_fills_the_bucket_no_further_than_its_size() -> None:
    now = [0.0]
    bus = EventBus(max_events_per_second=1, clock=lambda: now[0])
    now[0] = 1000.0
    bus.publish("t")
    bus.publish("t")
    with pytest.raises(EventError, match="rate limit"):
        bus.publish("t")


def test_types_and_components_are_filtered() -> None:
    bus = EventBus(
        include_types=["agent.*", "tool.*"],
        exclude_types=["*.debug"],
        exclude_components=["noisy*"],
    )
    subscription = bus.subscribe("*")
    for event_type, source in [
        ("agent.a", None),
        ("agent.x.debug", None),
        ("workflow.a", None),
        ("tool.a", "noisy-tool"),
        ("tool.b", "quiet"),
    ]:
        assert bus.publish(event_type, event_type, source=source).event_type == event_type
    assert drain(subscription) == ["agent.a", "tool.b"]
    stats = bus.stats()["event_bus_stats"]
    assert (stats["events_processed"], stats["events_filtered"]) == (5, 3)
