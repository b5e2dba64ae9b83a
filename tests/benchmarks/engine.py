"""The engine against bare lupa: standing cost, limits, stopping, the border."""

from __future__ import annotations

import importlib
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import lupa.lua54

from llmspell.globals.api import ScriptApi
from llmspell.globals.generator.emit_border import lua_border, python_border
from llmspell.globals.generator.read import read_api
from llmspell.lua.engine import Engine, EngineOptions, Interrupted
from llmspell.lua.streams import Streams
from llmspell.security.policy import policy_for
from tests.benchmarks.figure import Figure, interleaved, median

_WORKLOADS = {
    "calls": "local function f(x) return x + 1 end local n = 0 for i = 1, 3000000 do n = f(n) end",
    "loop": "local n = 0 for i = 1, 6000000 do n = n + i % 7 end",
    "recursion": "local function fib(n) if n < 2 then return n end return fib(n-1) + fib(n-2) end fib(27)",
}
_COROUTINES = {
    "coroutine.resume": """
        local co = coroutine.create(function() while true do coroutine.yield() end end)
        for i = 1, 500000 do coroutine.resume(co) end
    """,
    "coroutine.create": "for i = 1, 50000 do coroutine.create(print) end",
}


def _engine(api: ScriptApi | None = None, **options: Any) -> Engine:
    folder = tempfile.gettempdir()
    policy = policy_for("standard", script_dir=folder, cwd=folder)
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    return Engine(EngineOptions(policy, streams, **options), api)


def _timed(code: str) -> str:
    return f"local clock = os.clock local begin = clock() {code} return clock() - begin"


def _bare(code: str) -> float:
    elapsed: float = lupa.lua54.LuaRuntime().execute(_timed(code))
    return elapsed


def _ours(engine: Engine, code: str) -> float:
    elapsed: float = engine.run(_timed(code).encode(), "=bench").value
    return elapsed


def figures() -> list[Figure]:
    """All figures of this subject."""
    return [*_standing_cost(), *_stopping(), *_calls(), *_conversion()]


def _standing_cost() -> list[Figure]:
    plain, limited = _engine(tracked=False), _engine(tracked=True, max_memory=1 << 30)
    found = []
    for name, code in _WORKLOADS.items():
        bare, ours = interleaved(lambda c=code: _bare(c), lambda c=code: _ours(plain, c))  # type: ignore[misc]
        found.append(Figure(f"{name}: no limits, against bare lupa", ours / bare, "x", 1.05))
        bare, ours = interleaved(lambda c=code: _bare(c), lambda c=code: _ours(limited, c))  # type: ignore[misc]
        found.append(Figure(f"{name}: with limits, against bare lupa", ours / bare, "x", 1.05))
    for (name, code), bar in zip(_COROUTINES.items(), (1.05, 12.0), strict=True):
        bare, ours = interleaved(lambda c=code: _bare(c), lambda c=code: _ours(limited, c))  # type: ignore[misc]
        found.append(Figure(f"{name}: with limits, against bare lupa", ours / bare, "x", bar))
    plain.close()
    limited.close()
    return found


def _stopping() -> list[Figure]:
    engine = _engine()

    def latency() -> float:
        started = threading.Event()
        asked = 0.0

        def interrupt() -> None:
            nonlocal asked
            started.wait()
            time.sleep(0.01)  # the loop is under way
            asked = time.perf_counter()
            engine.stop()

        thread = threading.Thread(target=interrupt)
        thread.start()
        started.set()
        try:
            engine.run(b"while true do end", "=bench", timeout=10)
        except Interrupted:
            ended = time.perf_counter()
        thread.join()
        return ended - asked

    found = Figure("interrupt of a call-free loop", median(latency, 51) * 1000, "ms", 20)
    engine.close()
    return [found]


class _Services:
    probe: object = None


def _probe_engine() -> Engine:
    folder = Path(tempfile.mkdtemp(prefix="llmspell-bench-"))
    api = read_api(["tests.runtime.lua.probe"])
    (folder / "border.lua").write_text(lua_border(api))
    (folder / "bench_probe.py").write_text(python_border(api.namespaces[0]))
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return _engine(ScriptApi(_Services(), {"Probe": "bench_probe"}, folder / "border.lua"))


def _calls() -> list[Figure]:
    engine = _probe_engine()
    runtime: Any = lupa.lua54.LuaRuntime()
    runtime.globals().callback = lambda text, number: number
    loop = "for i = 1, 300000 do {0}('text', i) end"

    def bare() -> float:
        elapsed: float = runtime.execute(_timed(loop.format("callback")))
        return elapsed

    base, ours = interleaved(bare, lambda: _ours(engine, loop.format("Probe.scalars")), rounds=9)
    engine.close()
    return [
        Figure("API call with two checked scalars, against a bare callback", ours / base, "x", 2),
        Figure("API call with two checked scalars", ours / 300000 * 1e9, "ns"),
    ]


_NESTED = """
    local rows = {}
    for i = 1, 1111 do
      rows[i] = { id = i, name = "name " .. i, weight = i / 2, ok = true, tags = { "a", "b" } }
    end
    local data = { rows = rows }
"""


def _conversion() -> list[Figure]:
    """A nested value of 10 000 nodes: to Python and back, and each way alone."""
    engine = _probe_engine()
    to_python = median(lambda: _ours_after(engine, "pcall(Probe.refuse, data)"))
    both = median(lambda: _ours_after(engine, "Probe.echo(data)"))
    text = median(lambda: _ours_after(engine, "Probe.echo_text(data)"))
    engine.close()
    return [
        Figure("10 000 nodes, Lua to Python", to_python * 1000, "ms"),
        Figure("10 000 nodes, Python to Lua", (both - to_python) * 1000, "ms"),
        Figure("10 000 nodes, there and back as text", text * 1000, "ms"),
    ]


def _ours_after(engine: Engine, code: str) -> float:
    elapsed: float = engine.run(f"{_NESTED} {_timed(code)}".encode(), "=bench").value
    return elapsed
