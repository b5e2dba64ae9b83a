"""What debugging costs: the run time of three workloads, and how fast the debugger answers."""

from __future__ import annotations

import contextlib
import queue
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from llmspell.app import Runtime
from llmspell.debugger.debugger import Debugger, Silent
from llmspell.debugger.model import BreakpointSpec, Stop
from llmspell.lua.outcome import Stopped
from llmspell.lua.streams import Streams
from tests.benchmarks import mobdebug
from tests.benchmarks.figure import Figure, interleaved, median

_WORKLOADS = {
    "calls": """local function f(x)
  return x + 1
end
local function never()
  return 0
end
local n = 0
for i = 1, 1500000 do
  n = f(n)
end
""",
    "loop": """local function never()
  return 0
end
local n = 0
for i = 1, 3000000 do
  n = n + i % 7
end
""",
    "recursion": """local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end
local function never()
  return 0
end
fib(25)
""",
}
_NEVER = "return 0"
_HOT = {"calls": "n = f(n)", "loop": "n = n + i % 7", "recursion": "if n < 2"}


class _Listener(Silent):
    def __init__(self) -> None:
        self.stops: queue.Queue[Stop] = queue.Queue()

    def stopped(self, stop: Stop) -> None:
        self.stops.put(stop)


class _Bench:
    """A runtime with (or without) a debugger, for chunks in one file."""

    def __init__(self, folder: str, debugged: bool = True, mode: str = "auto") -> None:
        self.path = Path(folder) / "bench.lua"
        streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
        environ = {"HOME": folder}
        self.runtime = Runtime(streams=streams, script_dir=folder, environ=environ)
        self.listener = _Listener()
        self.debugger: Any = None
        if debugged:
            self.debugger = Debugger.attach_to(self.runtime, mode)  # type: ignore[arg-type]
            self.debugger.listener = self.listener

    def seconds(self, code: str) -> float:
        """CPU seconds of a chunk, without loading it."""
        timed = f"local _begin = os.clock() {code} return os.clock() - _begin"
        self.path.write_text(timed)
        value: float = self.runtime.run_file(str(self.path)).value
        return value

    def close(self) -> None:
        self.runtime.close()


def _line(code: str, text: str) -> int:
    return next(number for number, line in enumerate(code.split("\n"), 1) if text in line)


def figures() -> list[Figure]:
    """All figures of this subject."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_running(folder), *_late(folder), *_answering(folder)]


def _running(folder: str) -> list[Figure]:
    found = []
    for name, workload in _WORKLOADS.items():
        code = f"T = {{ x = 1, y = 2 }} local function check(x) return x end {workload}"
        hot, never = _line(code, _HOT[name]), _line(code, _NEVER)
        false = "n == -1" if name != "loop" else "i == -1"
        cases = [
            ("debugger, no breakpoint", [], 1.02),
            ("breakpoint elsewhere in the file", [BreakpointSpec(never)], 1.05),
            ("false condition that cannot raise", [BreakpointSpec(hot, condition=false)], 1.5),
            (
                "false condition on what is always a number",
                [BreakpointSpec(hot, condition="math.abs(n) < -1")],
                5.0,
            ),
            (
                "false condition on a global variable",
                [BreakpointSpec(hot, condition="limit == n")],
                5.0,
            ),
            (
                "false condition on a field of a table",
                [BreakpointSpec(hot, condition="ARGS.x == n")],
                5.0,
            ),
            (
                "false condition that compares unknown values",
                [BreakpointSpec(hot, condition="ARGS.x ~= ARGS.y")],
                5.0,
            ),
            (
                "false condition on an unknown number",
                [BreakpointSpec(hot, condition="T.x > 3")],
                5.0,
            ),
            (
                "false condition on two unknown numbers",
                [BreakpointSpec(hot, condition="T.x > T.y")],
                5.0,
            ),
            (
                "false condition that calls a standard function",
                [BreakpointSpec(hot, condition="select('#', n) == 2")],
                5.0,
            ),
            (
                "false condition that calls a function of the program",
                [BreakpointSpec(hot, condition="check(n) == -1")],
                5.0,
            ),
            ("hit count", [BreakpointSpec(hot, hit_condition="> 100000000")], 5.0),
        ]
        for title, specs, bar in cases:
            plain, debugged = _Bench(folder, debugged=False), _Bench(folder)
            debugged.debugger.set_breakpoints(str(debugged.path), specs)
            base, ours = interleaved(lambda: plain.seconds(code), lambda: debugged.seconds(code))
            found.append(Figure(f"{name}: {title}", ours / base, "x", bar))
            plain.close()
            debugged.close()
        found.append(_log_point(folder, name, code, hot))
        found += _mobdebug(folder, name, code, never)
    return found


def _mobdebug(folder: str, name: str, code: str, never: int) -> list[Figure]:
    """Another debugger, with a breakpoint elsewhere in the file."""
    lua = mobdebug.source()
    if lua is None:
        print("MobDebug is not to be had here", file=sys.stderr)
        return []
    smaller = _smaller(code)
    plain = _Bench(folder, debugged=False)
    base, theirs = interleaved(
        lambda: plain.seconds(smaller), lambda: mobdebug.seconds(lua, smaller, never)
    )
    plain.close()
    return [Figure(f"{name}: MobDebug, breakpoint elsewhere in the file", theirs / base, "x")]


def _smaller(code: str) -> str:
    for large, small in (("1500000", "50000"), ("3000000", "50000"), ("fib(25)", "fib(18)")):
        code = code.replace(large, small)
    return code


def _log_point(folder: str, name: str, code: str, hot: int) -> Figure:
    smaller = _smaller(code)
    plain, debugged = _Bench(folder, debugged=False), _Bench(folder)
    debugged.debugger.set_breakpoints(
        str(debugged.path), [BreakpointSpec(hot, log_message="n is {n}")]
    )
    base, ours = interleaved(lambda: plain.seconds(smaller), lambda: debugged.seconds(smaller))
    plain.close()
    debugged.close()
    return Figure(f"{name}: log message on the hot line", ours / base, "x", 30)


def _late(folder: str) -> list[Figure]:
    found = []
    for name, bar in (("calls", 15.0), ("loop", 1.1)):
        code = _WORKLOADS[name]
        plain, hooked = _Bench(folder, debugged=False), _Bench(folder, mode="hook")
        never = [BreakpointSpec(_line(code, _NEVER))]
        hooked.debugger.set_breakpoints(str(hooked.path), never)
        base, ours = interleaved(lambda: plain.seconds(code), lambda: hooked.seconds(code))
        found.append(Figure(f"{name}: late breakpoint elsewhere", ours / base, "x", bar))
        plain.close()
        hooked.close()
    return found


def _answering(folder: str) -> list[Figure]:
    bench = _Bench(folder)
    bench.path.write_text(
        "array, hash = {}, {}\n"
        "for i = 1, 1000000 do array[i] = i hash['key' .. i] = i end\n"
        "local ready = 1\n"
        "while true do\n  ready = ready + 1\nend\n"
    )
    debugger = bench.debugger
    debugger.set_breakpoints(str(bench.path), [BreakpointSpec(3)])
    thread = threading.Thread(target=_run, args=(bench,), daemon=True)
    thread.start()
    bench.listener.stops.get()
    opened = {name: median(lambda n=name: _open(debugger, n)) for name in ("array", "hash")}  # type: ignore[misc]
    step = median(lambda: _step(bench), 21)
    debugger.resume()
    pause = median(lambda: _pause(bench), 21)
    debugger.terminate()
    thread.join(10)
    bench.close()
    return [
        Figure("step request to stopped", step * 1000, "ms", 10),
        Figure("pause of a call-free loop", pause * 1000, "ms", 20),
        Figure("first 100 of 1 000 000 array elements", opened["array"] * 1000, "ms", 20),
        Figure("first 100 of 1 000 000 hash keys", opened["hash"] * 1000, "ms", 20),
    ]


def _run(bench: _Bench) -> None:
    with contextlib.suppress(Stopped):  # it is ended from outside
        bench.runtime.run_file(str(bench.path))


def _open(debugger: Any, name: str) -> float:
    frame = debugger.stack(1)[0][0].id
    scope = next(s for s in debugger.scopes(frame) if s.name == "Globals")
    begin = time.perf_counter()
    variable = next(v for v in debugger.variables(scope.reference) if v.name == name)
    debugger.variables(variable.reference, "indexed" if name == "array" else "named", 0, 100)
    return time.perf_counter() - begin


def _step(bench: _Bench) -> float:
    begin = time.perf_counter()
    bench.debugger.step_over(1)
    bench.listener.stops.get()
    return time.perf_counter() - begin


def _pause(bench: _Bench) -> float:
    time.sleep(0.01)
    begin = time.perf_counter()
    bench.debugger.pause()
    bench.listener.stops.get()
    elapsed = time.perf_counter() - begin
    bench.debugger.resume()
    return elapsed
