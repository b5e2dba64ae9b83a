"""Engines for tests: real Lua states, with captured streams and a probe namespace."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell.globals.api import ScriptApi
from llmspell.globals.generator.emit_border import lua_border, python_border
from llmspell.globals.generator.read import read_api
from llmspell.lua.engine import Engine, EngineOptions
from llmspell.lua.outcome import RunResult
from llmspell.lua.streams import Streams
from llmspell.lua.waiting import Waiting
from llmspell.security.policy import policy_for

PROBE = "tests.runtime.lua.probe"


class ProbeServices:
    """What the probe namespace shares with the test."""

    def __init__(self) -> None:
        self.probe: Any = None
        self.signals: dict[str, Waiting] = {}
        self.started: list[Waiting] = []
        self.arrived = threading.Event()


class Spell:
    """One engine, what it wrote, and the probe behind it."""

    def __init__(
        self, engine: Engine, services: ProbeServices, output: list[tuple[int, bytes]]
    ) -> None:
        self.engine = engine
        self.services = services
        self.pieces = output

    @property
    def output(self) -> str:
        """What was written to stdout."""
        return b"".join(data for stream, data in self.pieces if stream == 1).decode()

    @property
    def errors(self) -> str:
        """What was written to stderr."""
        return b"".join(data for stream, data in self.pieces if stream == 2).decode()

    def run(self, code: str | bytes, *, timeout: float | None = 30, **options: Any) -> RunResult:
        """Runs a chunk."""
        source = code.encode() if isinstance(code, str) else code
        return self.engine.run(source, "@/spell.lua", timeout=timeout, **options)

    def value(self, code: str | bytes) -> Any:
        """The first value that a chunk returns."""
        return self.run(code).value


@pytest.fixture(scope="session")
def probe_api(tmp_path_factory: pytest.TempPathFactory) -> Callable[[ProbeServices], ScriptApi]:
    """Makes the API with the probe namespace; its wrappers are generated once."""
    folder = tmp_path_factory.mktemp("generated")
    api = read_api([PROBE])
    (folder / "border.lua").write_text(lua_border(api))
    (folder / "probe_generated.py").write_text(python_border(api.namespaces[0]))
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    return lambda services: ScriptApi(services, {"Probe": "probe_generated"}, folder / "border.lua")


MakeSpell = Callable[..., Spell]


@pytest.fixture
def make_spell(
    probe_api: Callable[[ProbeServices], ScriptApi], tmp_path: Path
) -> Iterator[MakeSpell]:
    """Makes engines; closes them after the test."""
    made: list[Engine] = []

    def make(
        *, level: str = "standard", stdin: Callable[[int], bytes] = lambda _: b"", **options: Any
    ) -> Spell:
        output: list[tuple[int, bytes]] = []
        streams = Streams(
            lambda data: output.append((1, data)), lambda data: output.append((2, data)), stdin
        )
        policy = policy_for(level, script_dir=str(tmp_path), cwd=str(tmp_path))
        services = ProbeServices()
        engine = Engine(EngineOptions(policy, streams, **options), probe_api(services))
        made.append(engine)
        return Spell(engine, services, output)

    yield make
    for engine in made:
        engine.close()


@pytest.fixture
def spell(make_spell: MakeSpell) -> Spell:
    """An engine with the usual options."""
    return make_spell()
