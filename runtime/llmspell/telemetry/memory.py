"""Memory of the process and of named stretches of a spell (spec lua-globals §16), in bytes.

The bytes that Lua uses are an argument (`lua_bytes`): only the engine can know them.
"""

import gc
from collections.abc import Callable
from time import time

MAX_TRACKERS = 10_000
"""With more trackers than this, the one started first is forgotten."""

_STATM_RESIDENT = 1
_STATM_DATA = 5


def resident_bytes() -> int:
    """Return how much of the process is in RAM; where the system tells no more, its peak, or 0."""
    return _statm(_STATM_RESIDENT) or _peak_by_resource()


def peak_bytes() -> int:
    """Return the most memory that the process ever had in RAM; 0 where the system does not tell.

    On Linux this is `VmHWM`: what `getrusage` gives there includes the process that forked us.
    """
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as status:  # noqa: PTH123 (pathlib costs start-up)
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return _peak_by_resource()


def memory_stats(lua_bytes: int) -> dict[str, int]:
    """Return what `Debug.memoryStats` gives.

    `{used_bytes, allocated_bytes, resident_bytes, peak_bytes, collections}`: what Lua uses; the
    data memory that the process has from the system (where it does not tell: what Lua uses); what
    of the process is in RAM, now and at most; the runs of Python's garbage collector.
    """
    return {
        "used_bytes": lua_bytes,
        "allocated_bytes": _statm(_STATM_DATA) or lua_bytes,
        "resident_bytes": resident_bytes(),
        "peak_bytes": peak_bytes(),
        "collections": sum(generation["collections"] for generation in gc.get_stats()),
    }


class _Tracker:
    __slots__ = ("end_bytes", "start_bytes")

    def __init__(self, start_bytes: int) -> None:
        self.start_bytes = start_bytes
        self.end_bytes: int | None = None

    @property
    def delta_bytes(self) -> int | None:
        return None if self.end_bytes is None else self.end_bytes - self.start_bytes

    def as_record(self) -> dict[str, int]:
        values = {
            "start_bytes": self.start_bytes,
            "end_bytes": self.end_bytes,
            "delta_bytes": self.delta_bytes,
        }
        return {key: value for key, value in values.items() if value is not None}


class MemoryTrackers:
    """How the memory of Lua changed between the start and the end of named stretches.

    :param clock: gives seconds since 1970.
    """

    __slots__ = ("_clock", "_trackers")

    def __init__(self, clock: Callable[[], float] = time) -> None:
        self._trackers: dict[str, _Tracker] = {}
        self._clock = clock

    def start(self, name: str, lua_bytes: int) -> None:
        """Start a tracker; one of the same name is forgotten."""
        self._trackers.pop(name, None)
        if len(self._trackers) >= MAX_TRACKERS:
            del self._trackers[next(iter(self._trackers))]
        self._trackers[name] = _Tracker(lua_bytes)

    def end(self, name: str, lua_bytes: int) -> int | None:
        """End a tracker; gives the change in bytes, None if no such tracker is active."""
        tracker = self._trackers.get(name)
        if tracker is None or tracker.end_bytes is not None:
            return None
        tracker.end_bytes = lua_bytes
        return tracker.delta_bytes

    def snapshot(self) -> dict[str, object]:
        """Return what `Debug.memorySnapshot` gives.

        `{timestamp_secs, active_trackers, tracker_memory_usage, total_memory_delta_bytes?}`, usage
        being name → `{start_bytes, end_bytes?, delta_bytes?}`. The total is over the ended
        trackers, and absent when there are none.
        """
        deltas = [
            tracker.delta_bytes
            for tracker in self._trackers.values()
            if tracker.delta_bytes is not None
        ]
        snapshot: dict[str, object] = {
            "timestamp_secs": int(self._clock()),
            "active_trackers": len(self._trackers) - len(deltas),
            "tracker_memory_usage": {
                name: tracker.as_record() for name, tracker in self._trackers.items()
            },
        }
        if deltas:
            snapshot["total_memory_delta_bytes"] = sum(deltas)
        return snapshot


def _statm(field: int) -> int:
    """Return a field of proc_pid_statm(5) in bytes; 0 where there is no such file."""
    from os import sysconf

    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 (pathlib costs start-up)
            return int(statm.read().split()[field]) * sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _peak_by_resource() -> int:
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows
        return 0
    from sys import platform

    peak = getrusage(RUSAGE_SELF).ru_maxrss
    return peak if platform == "darwin" else peak * 1024
