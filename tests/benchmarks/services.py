"""State and events, from Python and from spells."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from llmspell.app import Runtime
from llmspell.lua.streams import Streams
from tests.benchmarks.figure import Figure, median
from tests.benchmarks.state_events import event_figures, state_figures

_COUNT = 20000

_FROM_LUA = {
    "State.save": "for i = 1, N do State.save('global', 'key' .. i % 100, { n = i }) end",
    "State.load": "for i = 1, N do State.load('global', 'key' .. i % 100) end",
    "Event.publish, nobody listening": "for i = 1, N do Event.publish('a.b', { n = i }) end",
    "Event: published and received, one glob subscriber": """
        local id = Event.subscribe("a.*")
        for i = 1, N do Event.publish("a.b", { n = i }) Event.receive(id, 0) end
        Event.unsubscribe(id)
    """,
}


def figures() -> list[Figure]:
    """Rates per second."""
    found = [Figure(f"Python: {name}", value, "/s") for name, value in state_figures().items()]
    for name, value in event_figures().items():
        glob = "glob" in name and "1000" not in name and "data" not in name and "render" not in name
        found.append(
            Figure(f"Python: {name}", value, "/s", 300_000 if glob else None, at_most=False)
        )
    with tempfile.TemporaryDirectory() as folder:
        found += _from_lua(folder)
    return found


def _from_lua(folder: str) -> list[Figure]:
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    environ = {**os.environ, "HOME": folder, "XDG_STATE_HOME": str(Path(folder) / "state")}
    with Runtime(environ=environ, script_dir=folder, streams=streams) as runtime:

        def per_second(code: str) -> float:
            timed = f"local N = {_COUNT} local b = os.clock() {code} return N / (os.clock() - b)"
            value: float = runtime.run(timed).value
            return value

        return [
            Figure(f"Lua: {name}", median(lambda c=code: per_second(c)), "/s")  # type: ignore[misc]
            for name, code in _FROM_LUA.items()
        ]
