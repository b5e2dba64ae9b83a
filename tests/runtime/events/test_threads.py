"""Many publishers, many receivers, and subscriptions that come and go meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from llmspell.events import EventBus

PUBLISHERS = 4
EVENTS = 500


def run_all(works: Iterable[Callable[[], object]]) -> None:
    failures: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert not any(thread.is_alive() for thread in threads)


def publisher(bus: EventBus, name: int) -> Callable[[], None]:
    def publish() -> None:
        for number in range(EVENTS):
            bus.publish(f"agent.{name}", [name, number])

    return publish


def test_every_subscription_gets_all_events_in_each_publishers_order() -> None:
    bus = EventBus()
    subscriptions = [bus.subscribe("agent.*") for _ in range(3)]
    received: list[list[tuple[int, int]]] = [[], [], []]

    def receive(place: int) -> None:
        while len(received[place]) < PUBLISHERS * EVENTS:
            event = subscriptions[place].receive(30)
            assert event is not None
            received[place].append(event.data)  # type: ignore[arg-type]

    run_all(
        [publisher(bus, name) for name in range(PUBLISHERS)]
        + [lambda place=place: receive(place) for place in range(3)]  # type: ignore[misc]
    )
    for events in received:
        for name in range(PUBLISHERS):
            assert [number for who, number in events if who == name] == list(range(EVENTS))
    assert bus.stats()["event_bus_stats"]["events_processed"] == PUBLISHERS * EVENTS


def test_receivers_of_one_subscription_share_its_events() -> None:
    bus = EventBus()
    subscription = bus.subscribe("*")
    received: list[object] = []

    def receive() -> None:
        while (event := subscription.receive(30)) is not None and event.data != "end":
            received.append(event.data)

    def publish() -> None:
        for number in range(EVENTS):
            bus.publish("t", number)
        for _ in range(3):
            bus.publish("t", "end")

    run_all([receive, receive, receive, publish])
    assert sorted(received) == list(range(EVENTS))  # type: ignore[type-var]


def test_what_a_full_buffer_drops_is_counted_exactly() -> None:
    bus = EventBus(buffer_size=10)
    subscription = bus.subscribe("*")
    received: list[object] = []
    done = threading.Event()

    def receive() -> None:
        while not done.is_set() or subscription.waiting:
            if (event := subscription.poll()) is not None:
                received.append(event)

    def publish() -> None:
        try:
            run_all([publisher(bus, name) for name in range(PUBLISHERS)])
        finally:
            done.set()

    run_all([receive, publish])
    assert len(received) + subscription.dropped == PUBLISHERS * EVENTS
    assert subscription.delivered == len(received)


def test_subscriptions_come_and_go_while_events_are_published() -> None:
    bus = EventBus()
    steady = bus.subscribe("agent.*")

    def come_and_go() -> None:
        for number in range(200):
            subscription = bus.subscribe(["agent.*", "agent.1", "*.1", "*"][number % 4])
            bus.publish("agent.1", "mine")
            assert subscription.poll() is not None
            if number % 2:
                bus.unsubscribe(subscription.id)

    run_all([publisher(bus, 0), publisher(bus, 1), come_and_go, come_and_go])
    assert steady.waiting == 2 * EVENTS + 2 * 200
    assert len(bus.stats()) == 2
    assert bus.subscriptions() == [steady]


def test_the_rate_limit_counts_all_threads_together() -> None:
    from llmspell.errors import EventError

    bus = EventBus(max_events_per_second=100, clock=lambda: 0.0)
    refused: list[int] = []

    def publish() -> None:
        for _ in range(100):
            try:
                bus.publish("t")
            except EventError:
                refused.append(1)

    run_all([publish] * 4)
    assert len(refused) == 200
    assert bus.stats()["event_bus_stats"]["rate_limit_violations"] == 200
