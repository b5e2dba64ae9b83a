"""What calling a tool costs beside the tool, and how soon the tools are known."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from llmspell.app import Runtime
from llmspell.lua.streams import Streams
from tests.benchmarks.figure import Figure, cpu_of, median, seconds

_CALLS = 2000
_PARAMS = {"input": "1"}
_LUA = f"""
local begin = os.clock()
for i = 1, {_CALLS} do Tool.execute("calculator", {{ input = "1" }}) end
return os.clock() - begin
"""


def figures() -> list[Figure]:
    """The registry, calls from Python and Lua with and without a hook, and the command line."""
    with tempfile.TemporaryDirectory() as folder, _runtime(folder) as runtime:
        plain, from_lua = _from_python(runtime), _from_lua(runtime)
        handled = runtime.events.subscribe("tool.*")
        announced = _from_python(runtime)
        runtime.events.unsubscribe(handled.id)
        runtime.hooks.register("BeforeToolExecution", lambda _context, _seconds: None)
        hooked, hooked_lua = _from_python(runtime), _from_lua(runtime)
    tool_list = [str(Path(sys.executable).with_name("llmspell")), "tool", "list"]
    return [
        Figure("registry ready, after the runtime", median(_registry) * 1000, "ms", 7),
        Figure("call of a trivial tool from Python", plain, "µs", 300),
        Figure("call of a trivial tool from Lua", from_lua, "µs", 400),
        Figure("the same from Python, its events received", announced, "µs", 300),
        Figure("the same from Python, with a hook", hooked, "µs"),
        Figure("the same from Lua, with a hook", hooked_lua, "µs"),
        Figure("llmspell tool list, CPU time", median(lambda: cpu_of(tool_list)) * 1000, "ms", 250),
    ]


def _runtime(folder: str) -> Runtime:
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    return Runtime(streams=streams, script_dir=folder, environ={"HOME": folder})


def _registry() -> float:
    """Seconds until all tools are known, in a process that has a runtime and nothing more."""
    code = (
        "import time, llmspell; r = llmspell.Runtime(); begin = time.perf_counter(); "
        "assert r.tools.available(); print(time.perf_counter() - begin)"
    )
    return _printed(code)


def _printed(code: str) -> float:
    import subprocess

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def _from_python(runtime: Runtime) -> float:
    def calls() -> None:
        for _ in range(_CALLS):
            runtime.tools.invoke("calculator", _PARAMS)

    return _each(lambda: seconds(calls))


def _from_lua(runtime: Runtime) -> float:
    return _each(lambda: float(runtime.run(_LUA).value))


def _each(measure: Callable[[], float]) -> float:
    """Microseconds of one call."""
    measure()
    return median(measure) / _CALLS * 1e6
