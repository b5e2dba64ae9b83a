"""Waiting for events, with real threads and without sleeping."""

from __future__ import annotations

import logging
import threading

import pytest

from llmspell.events import Event, EventBus, Subscription


class Receiver(threading.Thread):
    """Receives one event in its own thread."""

    def __init__(self, subscription: Subscription, timeout: float | None = 30) -> None:
        super().__init__(daemon=True)
        self.subscription = subscription
        self.timeout = timeout
        self.event: Event | None = None

    def run(self) -> None:
        self.event = self.subscription.receive(self.timeout)

    def start_and_wait(self) -> None:
        """Start, and return when it waits for an event."""
        self.start()
        while not self.subscription._inbox._waiters:
            assert self.is_alive()


def test_receive_gives_an_event_that_waits_at_once() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    bus.publish("t", 1)
    event = subscription.receive(0)
    assert event is not None
    assert event.data == 1


@pytest.mark.parametrize("timeout", [0, -1, 0.001])
def test_receive_gives_nothing_when_the_time_is_over(timeout: float) -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    assert subscription.receive(timeout) is None
    assert subscription._inbox._waiters == []


@pytest.mark.parametrize("timeout", [30, None])
def test_receive_wakes_when_an_event_arrives(timeout: float | None) -> None:
    bus = EventBus()
    receiver = Receiver(bus.subscribe("t"), timeout)
    receiver.start_and_wait()
    bus.publish("other", 0)
    bus.publish("t", 1)
    receiver.join(30)
    assert receiver.event is not None
    assert receiver.event.data == 1


def test_unsubscribing_ends_a_wait_with_nothing() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    receiver = Receiver(subscription, None)
    receiver.start_and_wait()
    bus.unsubscribe(subscription.id)
    receiver.join(30)
    assert not receiver.is_alive()
    assert receiver.event is None


def test_a_waiter_is_called_once_on_the_publishing_thread() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    called: list[int] = []
    subscription.add_waiter(lambda: called.append(threading.get_ident()))
    assert called == []
    publisher = threading.Thread(target=lambda: [bus.publish("t"), bus.publish("t")])
    publisher.start()
    identity = publisher.ident
    publisher.join()
    assert called == [identity]


def test_a_waiter_is_called_at_once_when_an_event_waits() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    bus.publish("t")
    called: list[int] = []
    subscription.add_waiter(lambda: called.append(1))
    assert called == [1]
    assert subscription.poll() is not None
    bus.publish("t")
    assert called == [1]


def test_a_waiter_is_called_when_the_subscription_ends_or_has_ended() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    called: list[str] = []
    subscription.add_waiter(lambda: called.append("ends"))
    bus.unsubscribe(subscription.id)
    subscription.add_waiter(lambda: called.append("has ended"))
    assert called == ["ends", "has ended"]


def test_a_removed_waiter_is_not_called() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    called: list[int] = []
    waiter = lambda: called.append(1)  # noqa: E731
    subscription.add_waiter(waiter)
    subscription.remove_waiter(waiter)
    subscription.remove_waiter(waiter)
    bus.publish("t")
    assert called == []


def test_a_waiter_that_fails_does_not_keep_others_asleep(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    called: list[int] = []

    def fail() -> None:
        raise ValueError("waiter's own fault")

    subscription.add_waiter(fail)
    subscription.add_waiter(lambda: called.append(1))
    with caplog.at_level(logging.ERROR, "llmspell.events"):
        bus.publish("t")
    assert called == [1]
    assert "waiter's own fault" in caplog.text


def test_a_waiter_may_receive_and_wait_again() -> None:
    bus = EventBus()
    subscription = bus.subscribe("t")
    seen: list[object] = []

    def take() -> None:
        event = subscription.poll()
        assert event is not None
        seen.append(event.data)
        subscription.add_waiter(take)

    subscription.add_waiter(take)
    for number in range(3):
        bus.publish("t", number)
    assert seen == [0, 1, 2]
