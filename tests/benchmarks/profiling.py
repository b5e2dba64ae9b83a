"""What `--profile` and `--coverage` cost: run times with them, against runs without."""

from __future__ import annotations

import tempfile
from pathlib import Path

from llmspell.app import Runtime
from llmspell.debugger.coverage import Coverage
from llmspell.debugger.profiling import Profiler
from llmspell.lua.streams import Streams
from tests.benchmarks.figure import Figure, interleaved, seconds

_WORKLOADS = {
    "calls": "local function f(x) return x + 1 end\nlocal n = 0\nfor i = 1, 6000000 do n = f(n) end",
    "loop": "local n = 0\nfor i = 1, 12000000 do n = n + i % 7 end",
    "recursion": "local function fib(n) if n < 2 then return n end\nreturn fib(n-1) + fib(n-2) end\nfib(30)",
    "coroutines": "local c = coroutine.wrap(function() while true do coroutine.yield() end end)\nfor i = 1, 1000000 do c() end",
}
_PROFILED_AT_MOST = 1.05


def figures() -> list[Figure]:
    """All figures of this subject."""
    return [figure for name, code in _WORKLOADS.items() for figure in _of(name, code)]


def _of(name: str, code: str) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="llmspell-bench-") as folder:
        path = Path(folder) / "spell.lua"
        path.write_text(code)
        plain, profiled = interleaved(lambda: _plain(path), lambda: _profiled(path))
        uncovered, covered = interleaved(lambda: _plain(path), lambda: _covered(path), rounds=2)
    return [
        Figure(f"{name}: with the profiler", profiled / plain, "x", _PROFILED_AT_MOST),
        Figure(f"{name}: with coverage", covered / uncovered, "x"),
    ]


def _runtime(path: Path) -> Runtime:
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    environ = {"HOME": str(path.parent), "PATH": "/usr/bin:/bin"}
    return Runtime(streams=streams, script_dir=str(path.parent), environ=environ)


def _plain(path: Path) -> float:
    with _runtime(path) as runtime:
        return _run(runtime, path)


def _profiled(path: Path) -> float:
    with _runtime(path) as runtime, Profiler(runtime.engine):
        return _run(runtime, path)


def _covered(path: Path) -> float:
    with _runtime(path) as runtime:
        Coverage(runtime.engine)
        return _run(runtime, path)


def _run(runtime: Runtime, path: Path) -> float:
    _ = runtime.engine
    return seconds(lambda: runtime.run_file(str(path)))
