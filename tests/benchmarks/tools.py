"""What calling a tool costs beside the tool, and how soon the tools are known."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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


_SERVER = """
import asyncio

async def answer(reader, writer):
    while (await reader.readline()).strip():
        while (await reader.readline()).strip():
            pass
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
        await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
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
        Figure("Tool.batch of 100 requests that take 50 ms each", _batch(), "s", 0.5),
        Figure("llmspell tool list, CPU time", median(lambda: cpu_of(tool_list)) * 1000, "ms", 250),
    ]


def _runtime(folder: str, **options: Any) -> Runtime:
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    return Runtime(streams=streams, script_dir=folder, environ={"HOME": folder}, **options)


def _batch() -> float:
    """Seconds of a batch of requests to a server that answers each after 50 ms."""
    code = """
    local calls = {}
    for i = 1, 100 do calls[i] = { tool = "http-requester", params = { input = ARGS[1] } } end
    local answers = Tool.batch(calls)
    for i = 1, 100 do assert(answers[i].result.status_code == 200) end
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        _slow_server() as url,
        _runtime(folder, security="trusted") as runtime,
    ):
        return median(lambda: seconds(lambda: runtime.run(code, [url])))


@contextmanager
def _slow_server() -> Iterator[str]:
    """A server in a process of its own, so that it takes nothing of ours; gives its address."""
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}/"
        finally:
            server.kill()


def _registry() -> float:
    """Seconds until all tools are known, in a process that has a runtime and nothing more."""
    code = (
        "import time, llmspell; r = llmspell.Runtime(); begin = time.perf_counter(); "
        "assert r.tools.available(); print(time.perf_counter() - begin)"
    )
    return _printed(code)


def _printed(code: str) -> float:
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
