"""`system-monitor`, beside what the system itself says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import ValidationError
from llmspell.tools.builtin.system.system_monitor import formatted
from llmspell.tools.service import Tools


def ask(tools: Tools, operation: str) -> Any:
    done = tools.invoke("system-monitor", {"operation": operation})
    assert done.success
    return done.result


def test_the_processor(tools: Tools) -> None:
    found = ask(tools, "cpu")
    assert found["cpu_count"] == os.cpu_count()
    assert len(found["load_average"]) == 3
    wanted = min(100.0, found["load_average"][0] / found["cpu_count"] * 100)
    assert found["cpu_usage_percent"] == pytest.approx(wanted)


def test_the_memory(tools: Tools) -> None:
    found = ask(tools, "memory")
    told = Path("/proc/meminfo").read_text().split("\n")[0].split()
    assert found["total_memory_bytes"] == int(told[1]) * 1024
    used, available = found["used_memory_bytes"], found["available_memory_bytes"]
    assert used + available == found["total_memory_bytes"]
    assert found["total_memory_formatted"] == formatted(found["total_memory_bytes"])
    assert 0 < found["memory_usage_percent"] < 100


def test_the_disks(tools: Tools) -> None:
    found = ask(tools, "disk")["disk_usage"]
    root = os.statvfs("/")
    assert found["/"]["total_bytes"] == root.f_blocks * root.f_frsize
    assert found["/"]["filesystem"]
    assert len(found) <= 20
    assert "/proc" not in found
    assert all(0 <= each["usage_percent"] <= 100 for each in found.values())


@pytest.mark.parametrize("params", [{}, {"operation": "all"}, {"operation": "stats"}])
def test_everything(tools: Tools, params: dict[str, Any]) -> None:
    done = tools.invoke("system-monitor", params)
    assert done.envelope["operation"] == "all"
    assert set(done.result) == {
        *("cpu_usage_percent", "cpu_count", "load_average", "total_memory_bytes"),
        *("used_memory_bytes", "available_memory_bytes", "memory_usage_percent", "disk_usage"),
        *("uptime_seconds", "process_count", "formatted"),
    }
    assert set(done.result["formatted"]) == {"total_memory", "used_memory", "available_memory"}
    assert done.result["uptime_seconds"] > 0
    assert done.result["process_count"] > 0


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0.0 B"), (1023, "1023.0 B"), (1536, "1.5 KB"), (2**40, "1.0 TB"), (2**60, "1024.0 PB")],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert formatted(size) == text


def test_an_unknown_operation_is_refused(tools: Tools) -> None:
    with pytest.raises(ValidationError) as raised:
        ask(tools, "network")
    assert raised.value.details["field"] == "operation"
