"""Timers of spells, their events, and the reports on them (spec lua-globals §16).

Durations are milliseconds (float) where they leave this module, nanoseconds inside.
"""

from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter_ns, time_ns

from llmspell.telemetry.timestamps import rfc3339

MAX_DEPTH = 256
"""Timers started below this depth become siblings, so that forgotten ones cannot pile up."""
MAX_RUNNING = 10_000
"""With more running timers than this, the one started first is forgotten."""
MAX_FINISHED = 10_000
"""The reports cover this many finished timers, the last ones."""
MAX_MARKS = 10_000
"""So many laps, and so many events, are kept of one timer, the last ones."""

_MS = 1e-6


class Mark:
    """Something that happened while a timer ran: a lap or an event."""

    __slots__ = ("elapsed_ms", "metadata", "name")

    def __init__(self, name: str, elapsed_ms: float, metadata: object = None) -> None:
        self.name = name
        self.elapsed_ms = elapsed_ms
        self.metadata = metadata


class Timer:
    """A running or stopped timer; made by `Timers.start`."""

    __slots__ = (
        "_timers",
        "depth",
        "events",
        "id",
        "laps",
        "name",
        "parent",
        "self_ns",
        "started_ns",
        "stopped_ns",
        "wall_ns",
    )

    id: str
    """`timer_<uuid>`."""
    parent: "Timer | None"
    """The innermost timer that ran when this one was started."""
    depth: int
    """How many timers are around this one."""
    started_ns: int
    """Reading of the registry's clock."""
    wall_ns: int
    """When it was started, in nanoseconds since 1970."""
    self_ns: int
    """The time in which this was the innermost running timer, up to the last start or stop."""
    laps: deque[Mark]
    events: deque[Mark]

    def __init__(
        self,
        timers: "Timers",
        timer_id: str,
        name: str,
        parent: "Timer | None",
        *,
        started_ns: int,
        wall_ns: int,
    ) -> None:
        self._timers = timers
        self.id = timer_id
        self.name = name
        self.parent = parent
        self.depth = 0 if parent is None else parent.depth + 1
        self.started_ns = started_ns
        self.wall_ns = wall_ns
        self.stopped_ns: int | None = None
        self.self_ns = 0
        self.laps = deque(maxlen=MAX_MARKS)
        self.events = deque(maxlen=MAX_MARKS)

    @property
    def running(self) -> bool:
        """Whether the timer has not been stopped."""
        return self.stopped_ns is None

    def stop(self) -> float | None:
        """Stop; gives the milliseconds since the start, None if it was stopped already."""
        return self._timers.stop(self)

    def lap(self, name: str) -> bool:
        """Note the time since the start under a name; False if the timer is stopped."""
        elapsed = self.elapsed()
        if elapsed is None:
            return False
        self.laps.append(Mark(name, elapsed))
        return True

    def elapsed(self) -> float | None:
        """Milliseconds since the start, None once the timer is stopped."""
        return (self._timers.now() - self.started_ns) * _MS if self.running else None

    def path(self) -> tuple[str, ...]:
        """Return the names from the outermost timer to this one."""
        names = [self.name]
        above = self.parent
        while above is not None:
            names.append(above.name)
            above = above.parent
        return tuple(reversed(names))


class Statistics:
    """What the finished timers of one name took, in milliseconds."""

    __slots__ = ("count", "max", "mean", "min", "p50", "p95", "total")

    def __init__(self, durations: Sequence[float]) -> None:
        ordered = sorted(durations)
        self.count = len(ordered)
        self.total = sum(ordered)
        self.min = ordered[0]
        self.max = ordered[-1]
        self.mean = self.total / self.count
        self.p50 = _percentile(ordered, 50)
        self.p95 = _percentile(ordered, 95)

    def as_record(self) -> dict[str, object]:
        """`{count, total_ms, min_ms, max_ms, mean_ms, p50_ms, p95_ms}`."""
        return {
            "count": self.count,
            "total_ms": self.total,
            "min_ms": self.min,
            "max_ms": self.max,
            "mean_ms": self.mean,
            "p50_ms": self.p50,
            "p95_ms": self.p95,
        }


def _percentile(ordered: Sequence[float], percent: int) -> float:
    """Return the smallest value that at least `percent` percent of the values do not exceed."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[rank - 1]


class Timers:
    """The timers of one engine, used on its thread.

    A timer started while others run is a child of the innermost running one; at each moment time
    is spent by the innermost running timer.

    :param clock: gives nanoseconds of a clock that never goes back.
    :param wall_clock: gives nanoseconds since 1970.
    """

    __slots__ = ("_accounted_ns", "_clock", "_finished", "_running", "_wall_clock")

    def __init__(
        self,
        *,
        clock: Callable[[], int] = perf_counter_ns,
        wall_clock: Callable[[], int] = time_ns,
    ) -> None:
        self._clock = clock
        self._wall_clock = wall_clock
        self._running: dict[str, Timer] = {}  # in the order of their starts: the last is innermost
        self._finished: deque[Timer] = deque(maxlen=MAX_FINISHED)
        self._accounted_ns = 0

    def now(self) -> int:
        """Return the reading of the clock, in nanoseconds."""
        return self._clock()

    def start(self, name: str) -> Timer:
        """Return a new running timer."""
        innermost = self._innermost()
        if innermost is not None and innermost.depth + 1 >= MAX_DEPTH:
            innermost = innermost.parent
        if len(self._running) >= MAX_RUNNING:
            del self._running[next(iter(self._running))]
        timer_id = _new_id()
        wall_ns = self._wall_clock()
        timer = Timer(self, timer_id, name, innermost, started_ns=self._account(), wall_ns=wall_ns)
        self._running[timer.id] = timer
        return timer

    def stop(self, timer: Timer) -> float | None:
        """Do what `timer.stop()` does."""
        if not timer.running:
            return None
        now = self._account()
        timer.stopped_ns = now
        if self._running.pop(timer.id, None) is not None:
            self._finished.append(timer)
        return (now - timer.started_ns) * _MS

    def get(self, timer_id: str) -> Timer | None:
        """Return the running timer with this id; None if it is stopped or unknown."""
        return self._running.get(timer_id)

    def record_event(self, timer_id: str, name: str, metadata: object = None) -> bool:
        """Note an event on a running timer; False if there is no such timer running.

        `metadata` is plain JSON data.
        """
        timer = self._running.get(timer_id)
        elapsed = None if timer is None else timer.elapsed()
        if timer is None or elapsed is None:
            return False
        timer.events.append(Mark(name, elapsed, metadata))
        return True

    def all(self) -> list[Timer]:
        """Return the finished timers in the order of their stops, then the running ones."""
        self._account()
        return [*self._finished, *self._running.values()]

    def clear(self) -> None:
        """Forget all timers."""
        self._running.clear()
        self._finished.clear()

    def statistics(
        self, *, include_children: bool = True, min_duration_ms: float = 0.0
    ) -> dict[str, Statistics]:
        """Return the figures by name of the finished timers, the greatest total first.

        :param include_children: count timers that ran inside others too.
        :param min_duration_ms: leave out timers that took less (`[debug.performance]`).
        """
        durations: dict[str, list[float]] = {}
        for timer in self._finished:
            duration = _duration_ms(timer)
            if duration is None or duration < min_duration_ms:
                continue
            if include_children or timer.parent is None:
                durations.setdefault(timer.name, []).append(duration)
        figures = {name: Statistics(values) for name, values in durations.items()}
        return dict(sorted(figures.items(), key=lambda item: (-item[1].total, item[0])))

    def report_text(self, *, include_children: bool = True, min_duration_ms: float = 0.0) -> str:
        """Return a table of the statistics and the running timers (`performanceReport`)."""
        figures = self.statistics(
            include_children=include_children, min_duration_ms=min_duration_ms
        )
        if not figures and not self._running:
            return "Performance report: no timers\n"
        rows = [
            (_label(name), str(s.count), *_columns(s.total, s.mean, s.min, s.p50, s.p95, s.max))
            for name, s in figures.items()
        ]
        head = ("timer", "count", "total ms", "mean ms", "min ms", "p50 ms", "p95 ms", "max ms")
        text = "Performance report\n\n" + (_table(head, rows) if rows else "no finished timers\n")
        if self._running:
            running = [
                (_label(timer.name), *_columns(timer.elapsed() or 0.0))
                for timer in self._running.values()
            ]
            text += "\n" + _table(("running", "elapsed ms"), running)
        return text

    def report_json(self) -> str:
        """`{timestamp, spans, events, statistics}` as JSON text (`jsonReport`).

        * span: `{id, name, parent_id?, timestamp, running, duration_ms, self_ms, laps}`, where the
          duration of a running timer is the time so far; lap: `{name, elapsed_ms}`;
        * event: `{timer_id, name, timestamp, elapsed_ms, metadata?}`;
        * statistics: name → `{count, total_ms, min_ms, max_ms, mean_ms, p50_ms, p95_ms}`.
        """
        import json

        timers = self.all()
        report = {
            "timestamp": rfc3339(self._wall_clock()),
            "spans": [_span(timer) for timer in timers],
            "events": [_event(timer, mark) for timer in timers for mark in timer.events],
            "statistics": {name: s.as_record() for name, s in self.statistics().items()},
        }
        return json.dumps(report, ensure_ascii=False, default=str)

    def _innermost(self) -> Timer | None:
        return next(reversed(self._running.values()), None)

    def _account(self) -> int:
        """Give the time since the last start or stop to the innermost timer; gives the reading."""
        now = self._clock()
        innermost = self._innermost()
        if innermost is not None:
            innermost.self_ns += now - self._accounted_ns
        self._accounted_ns = now
        return now


def _new_id() -> str:
    from uuid import uuid4

    return f"timer_{uuid4()}"


def _duration_ms(timer: Timer) -> float | None:
    return None if timer.stopped_ns is None else (timer.stopped_ns - timer.started_ns) * _MS


def _span(timer: Timer) -> dict[str, object]:
    elapsed = timer.elapsed()
    span: dict[str, object] = {
        "id": timer.id,
        "name": timer.name,
        "timestamp": rfc3339(timer.wall_ns),
        "running": timer.running,
        "duration_ms": _duration_ms(timer) if elapsed is None else elapsed,
        "self_ms": timer.self_ns * _MS,
        "laps": [{"name": lap.name, "elapsed_ms": lap.elapsed_ms} for lap in timer.laps],
    }
    if timer.parent is not None:
        span["parent_id"] = timer.parent.id
    return span


def _event(timer: Timer, mark: Mark) -> dict[str, object]:
    event: dict[str, object] = {
        "timer_id": timer.id,
        "name": mark.name,
        "timestamp": rfc3339(timer.wall_ns + int(mark.elapsed_ms / _MS)),
        "elapsed_ms": mark.elapsed_ms,
    }
    if mark.metadata is not None:
        event["metadata"] = mark.metadata
    return event


def _label(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= 40 else line[:39] + "…"


def _columns(*durations: float) -> tuple[str, ...]:
    return tuple(f"{duration:.3f}" for duration in durations)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Lines with the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    rule = tuple("-" * width for width in widths)
    lines = [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, rule, *rows)
    ]
    return "\n".join(lines) + "\n"
