"""Runs one official Lua test, or another script, with or without a debugger: a process of its own.

python official.py SCRIPT MODE PRELUDE

MODE is `plain` (no debugger), or a mode of the debugger, which then has a breakpoint on every
line of the script and goes on at each stop. PRELUDE (may be empty) is run in the engine first.
Writes what the script writes, then its error, if any; on standard error, how often it stopped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from llmspell.app import Runtime
from llmspell.debugger.debugger import Debugger, Silent
from llmspell.debugger.model import BreakpointSpec, Source, Stop
from llmspell.lua.streams import Streams

# Each breakpoint stops so many times: loops would stop millions of times, and it is every line
# that has to be tried rather than every pass. The breakpoints are reached all the same.
MOST_STOPS = 10
# The switches of the official tests: no tests that need much time or memory, nor those for
# `lua` the program, which is not there.
SWITCHES = "_soft = true _port = true _nomsg = true function Message() end debug = nil"


class GoingOn(Silent):
    """Lets the program go on wherever it stops."""

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger
        self.stops = 0

    def stopped(self, stop: Stop) -> None:
        self.stops += 1
        self._debugger.resume()

    def output(self, category: str, text: str, source: Source | None, line: int | None) -> None:
        if category == "stderr" or text.startswith("debugger:"):
            print(text, flush=True)  # makes the test fail


def main(script: str, mode: str, prelude: str) -> None:
    """See the module."""
    path = Path(script).resolve()

    def write(data: bytes) -> None:
        os.write(1, data)

    streams = Streams(write, write, lambda _: b"")
    runtime = Runtime(streams=streams, script_dir=str(path.parent), security="trusted")
    if prelude:
        state, source = runtime.engine.state, Path(prelude).read_bytes()
        runtime.engine.on_lua_thread(lambda: state.load_prelude(source))
    listener = None
    if mode != "plain":
        debugger = Debugger.attach_to(runtime, mode)  # type: ignore[arg-type]
        debugger.listener = listener = GoingOn(debugger)
        lines = range(1, path.read_bytes().count(b"\n") + 1)
        limit = f"<= {MOST_STOPS}"
        debugger.set_breakpoints(str(path), [BreakpointSpec(n, hit_condition=limit) for n in lines])
    if prelude:
        runtime.run(SWITCHES)
    try:
        runtime.run_file(str(path))
    except Exception as error:
        os.write(1, f"ended by: {error}\n".encode())
    runtime.close()
    if listener is not None:
        print(listener.stops, file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
