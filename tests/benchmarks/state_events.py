"""How fast State and Event are from Python, without Lua in between.

Each figure is the median of five runs. State values are small objects over 100 keys; the SQLite
file lies in the temporary directory.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from llmspell.events import EventBus
from llmspell.state import StateStore, open_store

RUNS = 5
TEXT = '{"step":"analysis","done":true,"items":[1,2,3]}'
VALUE = {"step": "analysis", "done": True, "items": [1, 2, 3]}


def rate(operation: Callable[[int], object], count: int) -> float:
    """Return operations per second, the median of five runs."""
    figures = []
    for _ in range(RUNS):
        started = time.perf_counter()
        for number in range(count):
            operation(number)
        figures.append(count / (time.perf_counter() - started))
    return statistics.median(figures)


def state_figures() -> dict[str, float]:
    """Return writes and reads per second for both backends, as values and as JSON text."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for backend in ("memory", "sqlite"):
            with open_store(backend, Path(folder) / "state.db") as store:
                figures |= _figures_of(store, backend)
    return figures


def _figures_of(store: StateStore, backend: str) -> dict[str, float]:
    keys = [f"key-{number}" for number in range(100)]
    operations: dict[str, Callable[[int], object]] = {
        "writes": lambda number: store.set("global", keys[number % 100], VALUE),
        "text writes": lambda number: store.set_text("global", keys[number % 100], TEXT),
        "reads": lambda number: store.get("global", keys[number % 100]),
        "text reads": lambda number: store.get_text("global", keys[number % 100]),
        "misses": lambda number: store.lookup("global", "missing"),
        "increments": lambda _: store.increment("global", "n"),
        "writes by 100": lambda number: store.set_many([("custom", key, VALUE) for key in keys]),
    }
    counts = {"writes by 100": 20 if backend == "sqlite" else 100}
    figures = {}
    for name, operation in operations.items():
        per_second = rate(operation, counts.get(name, 5_000))
        figures[f"state {backend} {name} /s"] = per_second * (100 if "by 100" in name else 1)
    return figures


def event_figures() -> dict[str, float]:
    """Return delivered events per second in a few situations."""
    return {
        "events delivered to one glob subscriber /s": _delivered("agent.*.completed"),
        "events delivered to one exact subscriber /s": _delivered("agent.a.completed"),
        "events delivered, data as JSON text /s": _delivered("agent.*", data_text=TEXT),
        "events delivered, 10 of 1000 subscribers /s": _among_many(),
        "events rendered completely /s": _rendered(),
        "events published to nobody /s": _unheard(),
    }


def _delivered(pattern: str, data_text: str | None = None) -> float:
    bus = EventBus()
    subscription = bus.subscribe(pattern)

    def publish_and_poll(number: int) -> None:
        bus.publish("agent.a.completed", number, data_text=data_text)
        subscription.poll()

    return rate(publish_and_poll, 100_000)


def _among_many() -> float:
    bus = EventBus()
    subscriptions = [bus.subscribe(f"agent.{number % 100}.*") for number in range(1000)]
    matching = subscriptions[7::100]

    def publish_and_poll(number: int) -> None:
        bus.publish("agent.7.completed", number)
        for subscription in matching:
            subscription.poll()

    return rate(publish_and_poll, 5_000) * len(matching)


def _rendered() -> float:
    bus = EventBus()
    subscription = bus.subscribe("*")

    def publish_and_render(number: int) -> None:
        bus.publish("agent.completed", number)
        event = subscription.poll()
        assert event is not None
        event.to_dict()

    return rate(publish_and_render, 20_000)


def _unheard() -> float:
    bus = EventBus()
    return rate(lambda number: bus.publish("agent.completed", number), 100_000)


def main() -> None:
    """Print all figures."""
    for name, figure in {**state_figures(), **event_figures()}.items():
        print(f"{name:50} {figure:12,.0f}")


if __name__ == "__main__":
    main()
