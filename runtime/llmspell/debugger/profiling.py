"""A sampling profiler for spells: collapsed stacks, as flame graph tools read them."""

from __future__ import annotations

import threading
from pathlib import Path

from llmspell.lua.engine import Engine

_PRELUDE = Path(__file__).parent / "prelude" / "profiling.lua"


class Profiler:
    """Samples what an engine runs, every `interval` seconds of its running Lua code.

    Time that a spell waits in calls of the API is not sampled. Use it as a context manager around
    runs; then `collapsed` has the samples.
    """

    def __init__(self, engine: Engine, interval: float = 0.002) -> None:
        self._engine = engine
        self._interval = interval
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, name="llmspell-profiler", daemon=True)
        self.collapsed = ""
        engine.on_lua_thread(lambda: engine.state.load_prelude(_PRELUDE.read_bytes()))

    def __enter__(self) -> Profiler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._engine.usable:
            state = self._engine.state
            text: bytes = self._engine.on_lua_thread(lambda: state.call_host("profile_text"))
            self.collapsed = text.decode("utf-8", "replace")

    def _sample(self) -> None:
        while not self._ended.wait(self._interval):
            if self._engine.running:
                self._engine.poke()

    def write(self, path: Path, title: str) -> None:
        """Writes the samples: an SVG flame graph for `.svg`, else the collapsed stacks."""
        from llmspell.telemetry.flame import svg

        text = self.collapsed
        path.write_text(svg(text, title, "samples") if path.suffix == ".svg" else text + "\n")
