"""A sampling profiler for spells: collapsed stacks, as flame graph tools read them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import Self, TextIO

from llmspell.lua.engine import Engine

_PRELUDE = Path(__file__).parent / "prelude" / "profiling.lua"

INTERVAL = 0.005
"""Seconds between samples. Measured (tests/benchmarks/profiling.py): 0 to 4 % of the run time."""


class Profiler:
    """Samples what an engine runs, as a context manager around its runs.

    Each sample stands for the time since the one before. A call that waits (for a model, a file)
    or works outside Lua cannot be sampled meanwhile; the sample behind it carries its time, so
    that the graph shows where time went and not only where the processor was.
    """

    def __init__(self, engine: Engine, interval: float = INTERVAL) -> None:
        """To be made before a run. The engine must not be debugged at the same time."""
        self._engine = engine
        self._interval = interval
        self._microseconds: Counter[str] = Counter()
        self._last = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._poke, name="llmspell-profiler", daemon=True)
        engine.on_lua_thread(self._install)

    def _install(self) -> None:
        state = self._engine.state
        state.extend_host({"take_sample": self._take})
        state.load_prelude(_PRELUDE.read_bytes())

    def __enter__(self) -> Self:
        self._last = time.perf_counter()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _poke(self) -> None:
        while not self._ended.wait(self._interval):
            if self._engine.running:
                self._engine.poke()

    def _take(self, stack: bytes) -> None:
        """Called by Lua. The counts live here: they outlast an engine that has to be left."""
        now = time.perf_counter()
        self._microseconds[stack.decode("utf-8", "replace")] += round((now - self._last) * 1e6)
        self._last = now

    @property
    def collapsed(self) -> str:
        """A line `outer;inner <microseconds>` for each stack, sorted."""
        return "".join(f"{stack} {spent}\n" for stack, spent in sorted(self._microseconds.items()))

    def write(self, file: TextIO, title: str, *, svg: bool) -> None:
        """Writes the samples: as an SVG flame graph, or as collapsed stacks."""
        if not svg:
            file.write(self.collapsed)
            return
        from llmspell.telemetry.flame import svg as flame_graph

        file.write(flame_graph(self.collapsed, title, "µs"))
