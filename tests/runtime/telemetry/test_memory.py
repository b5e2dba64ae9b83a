import gc
import subprocess
import sys

import pytest

from llmspell.telemetry import memory
from llmspell.telemetry.memory import MemoryTrackers, memory_stats, peak_bytes, resident_bytes

MIB = 1 << 20


def test_resident_bytes_grow_with_what_is_touched() -> None:
    before = resident_bytes()
    block = bytearray(b"x" * 64 * MIB)
    assert resident_bytes() - before > 48 * MIB
    del block


def test_the_peak_stays_when_the_memory_is_given_back() -> None:
    block = bytearray(b"x" * 64 * MIB)
    high = resident_bytes()
    del block
    assert peak_bytes() >= high - MIB


def test_the_peak_is_that_of_this_process_and_not_of_its_parent() -> None:
    block = bytearray(b"x" * 200 * MIB)
    child = subprocess.run(
        [sys.executable, "-c", "from llmspell.telemetry import memory; print(memory.peak_bytes())"],
        capture_output=True,
        text=True,
        check=True,
    )
    del block
    assert MIB < int(child.stdout) < 100 * MIB


def test_where_there_is_no_proc_the_peak_comes_from_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr("builtins.open", refuse)
    assert MIB < memory.peak_bytes() == memory.resident_bytes()
    assert memory_stats(5)["allocated_bytes"] == 5


def test_stats_have_the_documented_fields() -> None:
    stats = memory_stats(4096)
    assert set(stats) == {
        "used_bytes",
        "allocated_bytes",
        "resident_bytes",
        "peak_bytes",
        "collections",
    }
    assert stats["used_bytes"] == 4096
    assert stats["allocated_bytes"] > MIB
    assert MIB < stats["resident_bytes"] <= stats["peak_bytes"]


def test_collections_count_the_runs_of_the_garbage_collector() -> None:
    before = memory_stats(0)["collections"]
    gc.collect()
    assert memory_stats(0)["collections"] > before


def test_a_tracker_gives_the_change() -> None:
    trackers = MemoryTrackers()
    trackers.start("load", 1000)
    assert trackers.end("load", 1500) == 500


def test_a_tracker_ends_once() -> None:
    trackers = MemoryTrackers()
    trackers.start("load", 1000)
    trackers.end("load", 1500)
    assert trackers.end("load", 2000) is None
    assert trackers.end("unknown", 1) is None


def test_a_snapshot_has_the_documented_fields() -> None:
    trackers = MemoryTrackers(clock=lambda: 1_738_324_800.9)
    trackers.start("load", 1000)
    trackers.start("parse", 2000)
    trackers.start("open", 3000)
    trackers.end("load", 900)
    trackers.end("parse", 2500)
    assert trackers.snapshot() == {
        "timestamp_secs": 1_738_324_800,
        "active_trackers": 1,
        "tracker_memory_usage": {
            "load": {"start_bytes": 1000, "end_bytes": 900, "delta_bytes": -100},
            "parse": {"start_bytes": 2000, "end_bytes": 2500, "delta_bytes": 500},
            "open": {"start_bytes": 3000},
        },
        "total_memory_delta_bytes": 400,
    }


def test_without_ended_trackers_there_is_no_total() -> None:
    trackers = MemoryTrackers(clock=lambda: 1.0)
    assert trackers.snapshot() == {
        "timestamp_secs": 1,
        "active_trackers": 0,
        "tracker_memory_usage": {},
    }


def test_too_many_trackers_push_out_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_TRACKERS", 2)
    trackers = MemoryTrackers()
    for name in "abc":
        trackers.start(name, 1)
    assert trackers.end("a", 2) is None
    assert trackers.end("c", 2) == 1
