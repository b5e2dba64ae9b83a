import json
import re

import pytest

from llmspell.telemetry import timers as timers_module
from llmspell.telemetry.timers import Statistics, Timers
from tests.runtime.telemetry.clock import Clock

WALL_NS = 1_738_324_800_000_000_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timers(clock: Clock) -> Timers:
    return Timers(clock=clock, wall_clock=lambda: WALL_NS)


def run(timers: Timers, clock: Clock, name: str, milliseconds: float) -> None:
    timer = timers.start(name)
    clock.advance(milliseconds)
    timer.stop()


def test_an_id_is_timer_and_a_uuid(timers: Timers) -> None:
    uuid = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(f"timer_{uuid}", timers.start("load").id)


def test_stop_gives_milliseconds(timers: Timers, clock: Clock) -> None:
    timer = timers.start("load")
    clock.advance(12.5)
    assert timer.stop() == pytest.approx(12.5)


def test_a_second_stop_gives_none(timers: Timers) -> None:
    timer = timers.start("load")
    timer.stop()
    assert timer.stop() is None


def test_elapsed_gives_milliseconds_until_stopped(timers: Timers, clock: Clock) -> None:
    timer = timers.start("load")
    clock.advance(3)
    assert timer.elapsed() == pytest.approx(3)
    timer.stop()
    assert timer.elapsed() is None


def test_a_lap_notes_the_time_since_the_start(timers: Timers, clock: Clock) -> None:
    timer = timers.start("load")
    clock.advance(2)
    assert timer.lap("parsed")
    clock.advance(2)
    assert timer.lap("checked")
    assert [(lap.name, lap.elapsed_ms) for lap in timer.laps] == [("parsed", 2), ("checked", 4)]


def test_a_stopped_timer_takes_no_lap(timers: Timers) -> None:
    timer = timers.start("load")
    timer.stop()
    assert not timer.lap("late")
    assert not timer.laps


def test_get_gives_running_timers_only(timers: Timers) -> None:
    timer = timers.start("load")
    assert timers.get(timer.id) is timer
    timer.stop()
    assert timers.get(timer.id) is None
    assert timers.get("timer_unknown") is None


def test_an_event_is_noted_on_a_running_timer(timers: Timers, clock: Clock) -> None:
    timer = timers.start("load")
    clock.advance(1)
    assert timers.record_event(timer.id, "cache miss", {"key": "a"})
    (event,) = timer.events
    assert (event.name, event.elapsed_ms, event.metadata) == ("cache miss", 1, {"key": "a"})


def test_an_event_on_a_stopped_or_unknown_timer_is_refused(timers: Timers) -> None:
    timer = timers.start("load")
    timer.stop()
    assert not timers.record_event(timer.id, "late")
    assert not timers.record_event("timer_unknown", "lost")


def test_a_timer_is_a_child_of_the_innermost_running_one(timers: Timers) -> None:
    outer = timers.start("outer")
    first = timers.start("first")
    first.stop()
    second = timers.start("second")
    inner = timers.start("inner")
    assert (first.parent, second.parent, inner.parent) == (outer, outer, second)
    assert inner.path() == ("outer", "second", "inner")


def test_a_timer_whose_parent_stops_first_stays_its_child(timers: Timers) -> None:
    outer = timers.start("outer")
    inner = timers.start("inner")
    outer.stop()
    late = timers.start("late")
    assert inner.path() == ("outer", "inner")
    assert late.parent is inner


def test_time_belongs_to_the_innermost_running_timer(timers: Timers, clock: Clock) -> None:
    outer = timers.start("outer")
    clock.advance(1)
    inner = timers.start("inner")
    clock.advance(2)
    outer.stop()
    clock.advance(4)
    inner.stop()
    assert (outer.self_ns, inner.self_ns) == (1_000_000, 6_000_000)


def test_statistics_are_by_name_and_in_milliseconds(timers: Timers, clock: Clock) -> None:
    for milliseconds in (1, 2, 3, 10):
        run(timers, clock, "load", milliseconds)
    assert timers.statistics()["load"].as_record() == pytest.approx(
        {
            "count": 4,
            "total_ms": 16,
            "min_ms": 1,
            "max_ms": 10,
            "mean_ms": 4,
            "p50_ms": 2,
            "p95_ms": 10,
        }
    )


def test_percentiles_are_the_nearest_rank() -> None:
    figures = Statistics([float(value) for value in range(1, 101)])
    assert (figures.p50, figures.p95) == (50, 95)


def test_the_greatest_total_comes_first(timers: Timers, clock: Clock) -> None:
    run(timers, clock, "short", 1)
    run(timers, clock, "long", 5)
    assert list(timers.statistics()) == ["long", "short"]


def test_running_timers_are_not_in_the_statistics(timers: Timers) -> None:
    timers.start("load")
    assert timers.statistics() == {}


def test_children_and_short_timers_can_be_left_out(timers: Timers, clock: Clock) -> None:
    outer = timers.start("outer")
    run(timers, clock, "inner", 5)
    outer.stop()
    run(timers, clock, "short", 0.5)
    assert list(timers.statistics(include_children=False)) == ["outer", "short"]
    assert list(timers.statistics(min_duration_ms=1)) == ["inner", "outer"]


def test_the_text_report_is_an_aligned_table(timers: Timers, clock: Clock) -> None:
    run(timers, clock, "load the whole book", 1234.5)
    run(timers, clock, "a\nb", 2)
    timers.start("open")
    clock.advance(7)
    assert timers.report_text() == (
        "Performance report\n"
        "\n"
        "timer                count  total ms   mean ms    min ms    p50 ms    p95 ms    max ms\n"
        "-------------------  -----  --------  --------  --------  --------  --------  --------\n"
        "load the whole book      1  1234.500  1234.500  1234.500  1234.500  1234.500  1234.500\n"
        "a b                      1     2.000     2.000     2.000     2.000     2.000     2.000\n"
        "\n"
        "running  elapsed ms\n"
        "-------  ----------\n"
        "open          7.000\n"
    )


def test_a_long_name_is_cut_in_the_report(timers: Timers, clock: Clock) -> None:
    run(timers, clock, "x" * 100, 1)
    assert "x" * 39 + "…" in timers.report_text()


def test_the_report_says_when_there_are_no_timers(timers: Timers) -> None:
    assert timers.report_text() == "Performance report: no timers\n"


def test_the_json_report_has_spans_events_and_statistics(timers: Timers, clock: Clock) -> None:
    outer = timers.start("outer")
    clock.advance(1)
    inner = timers.start("inner")
    inner.lap("half")
    clock.advance(1)
    timers.record_event(inner.id, "hit", {"n": 1})
    inner.stop()
    report = json.loads(timers.report_json())
    assert report == {
        "timestamp": "2025-01-31T12:00:00.000000Z",
        "spans": [
            {
                "id": inner.id,
                "name": "inner",
                "timestamp": "2025-01-31T12:00:00.000000Z",
                "running": False,
                "duration_ms": 1.0,
                "self_ms": 1.0,
                "laps": [{"name": "half", "elapsed_ms": 0.0}],
                "parent_id": outer.id,
            },
            {
                "id": outer.id,
                "name": "outer",
                "timestamp": "2025-01-31T12:00:00.000000Z",
                "running": True,
                "duration_ms": 2.0,
                "self_ms": 1.0,
                "laps": [],
            },
        ],
        "events": [
            {
                "timer_id": inner.id,
                "name": "hit",
                "timestamp": "2025-01-31T12:00:00.001000Z",
                "elapsed_ms": 1.0,
                "metadata": {"n": 1},
            }
        ],
        "statistics": {
            "inner": {
                "count": 1,
                "total_ms": 1.0,
                "min_ms": 1.0,
                "max_ms": 1.0,
                "mean_ms": 1.0,
                "p50_ms": 1.0,
                "p95_ms": 1.0,
            }
        },
    }


def test_clear_forgets_all_timers(timers: Timers, clock: Clock) -> None:
    run(timers, clock, "load", 1)
    timers.start("open")
    timers.clear()
    assert timers.all() == []


def test_forgotten_timers_do_not_nest_without_end(timers: Timers) -> None:
    for _ in range(timers_module.MAX_DEPTH + 50):
        last = timers.start("leak")
    assert len(last.path()) == timers_module.MAX_DEPTH


def test_too_many_running_timers_push_out_the_first(
    timers: Timers, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers_module, "MAX_RUNNING", 2)
    first, second, third = (timers.start(name) for name in "abc")
    clock.advance(1)
    assert timers.all() == [second, third]
    assert first.stop() == pytest.approx(1)


def test_the_default_clock_runs() -> None:
    timer = Timers().start("real")
    elapsed = timer.elapsed()
    stopped = timer.stop()
    assert elapsed is not None
    assert stopped is not None
    assert 0 <= elapsed <= stopped < 60_000
