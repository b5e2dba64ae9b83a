"""`system-monitor` (spec tools §8.25), on psutil."""

from __future__ import annotations

import os
import time

from llmspell.tools.answer import Answer
from llmspell.tools.description import Example, Operation
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from llmspell.tools.call import Call

MOST_MOUNTS = 20
PSEUDO = frozenset(
    {"autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts"}
    | {"devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "ramfs"}
    | {"securityfs", "squashfs", "sysfs", "tmpfs", "tracefs"}
)
"""File systems that hold no files of a disk."""

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


class SystemMonitor(Tool):
    """Gives figures of the processor, the memory and the disks."""

    name = "system-monitor"
    category = "system"
    security = "safe"
    requires = ("psutil",)
    default_operation = "all"
    operations = {
        "all": Operation("everything", aliases=("stats",)),
        "cpu": Operation("load and number of processors"),
        "memory": Operation("total, used and available bytes"),
        "disk": Operation("the file systems and their usage"),
    }
    examples = (
        Example({}, {"operation": "all", "success": True}),
        Example({"operation": "memory"}, {"operation": "memory"}),
        Example({"operation": "network"}, fails="cannot be 'network'"),
    )

    def do_all(self, call: Call) -> Answer:
        """`formatted` has the sizes for people."""
        memory = _memory()
        formatted = {
            name: memory.pop(f"{name}_memory_formatted") for name in ("total", "used", "available")
        }
        told = {f"{name}_memory": text for name, text in formatted.items()}
        result = {
            **_cpu(),
            **memory,
            "disk_usage": _disks(call),
            "uptime_seconds": _uptime(),
            "process_count": _processes(),
            "formatted": told,
        }
        return Answer("all", result, message=_line(result))

    def do_cpu(self, call: Call) -> Answer:  # noqa: ARG002 - asks for nothing
        """The percentage is the load of the last minute per processor, at most 100."""
        found = _cpu()
        return Answer("cpu", found, message=f"CPU usage: {found['cpu_usage_percent']:.1f}%")

    def do_memory(self, call: Call) -> Answer:  # noqa: ARG002 - asks for nothing
        """Used is what is not available."""
        found = _memory()
        return Answer("memory", found, message=f"Memory: {found['memory_usage_percent']:.1f}%")

    def do_disk(self, call: Call) -> Answer:
        """At most twenty mounts, the root first."""
        found = _disks(call)
        return Answer("disk", {"disk_usage": found}, message=f"{len(found)} file systems")


def _line(found: dict[str, Any]) -> str:
    return f"CPU {found['cpu_usage_percent']:.1f}%, memory {found['memory_usage_percent']:.1f}%"


def _cpu() -> dict[str, Any]:
    count = os.cpu_count() or 1
    try:
        load = list(os.getloadavg())
    except OSError:
        return {"cpu_usage_percent": 0.0, "cpu_count": count, "load_average": None}
    percent = min(100.0, load[0] / count * 100)
    return {"cpu_usage_percent": percent, "cpu_count": count, "load_average": load}


def _memory() -> dict[str, Any]:
    import psutil

    found = psutil.virtual_memory()
    used = found.total - found.available
    sizes = {"total": found.total, "used": used, "available": found.available}
    told: dict[str, Any] = {f"{name}_memory_bytes": size for name, size in sizes.items()}
    told["memory_usage_percent"] = used / found.total * 100 if found.total else 0.0
    return told | {f"{name}_memory_formatted": formatted(size) for name, size in sizes.items()}


def _disks(call: Call) -> dict[str, Any]:
    import psutil

    found: dict[str, Any] = {}
    for place, kind in _mounts():
        if len(found) >= MOST_MOUNTS:
            break
        call.check()
        try:
            usage = psutil.disk_usage(place)
        except OSError:
            continue
        if usage.total:
            found[place] = {
                "total_bytes": usage.total,
                "available_bytes": usage.free,
                "used_bytes": usage.used,
                "usage_percent": usage.percent,
                "filesystem": kind or None,
            }
    return found


def _mounts() -> Iterator[tuple[str, str]]:
    """Folders at which disks are mounted, with their file system; bound files are no disks."""
    import psutil

    parts = {part.mountpoint: part.fstype for part in psutil.disk_partitions(all=True)}
    for place in sorted(parts, key=lambda place: (len(place), place)):
        if parts[place] not in PSEUDO and os.path.isdir(place):
            yield place, parts[place]


def _uptime() -> int | None:
    import psutil

    try:
        return max(0, round(time.time() - psutil.boot_time()))
    except (OSError, RuntimeError):
        return None


def _processes() -> int | None:
    import psutil

    try:
        return len(psutil.pids())
    except OSError:
        return None


def formatted(size: float) -> str:
    """A size with one decimal and a unit of 1024 steps, as `1.5 GB`."""
    for unit in _UNITS[:-1]:
        if size < 1024:
            return f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} {_UNITS[-1]}"
