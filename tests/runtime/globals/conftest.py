"""Engines with the standard script API and a debug log; for more, see `tests.runtime.conftest`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, Protocol

import pytest

from llmspell.app import Runtime
from llmspell.globals.api import ScriptApi
from llmspell.globals.services import Services
from llmspell.lua.engine import Engine, EngineOptions
from llmspell.lua.outcome import RunResult
from llmspell.lua.streams import Streams
from llmspell.security.policy import policy_for
from llmspell.telemetry.debugging import Debugging


class Spell:
    """One engine, the folder of its script, and what it wrote."""

    def __init__(self, engine: Engine, folder: Path, pieces: list[tuple[int, bytes]]) -> None:
        self.engine = engine
        self.folder = folder
        self._pieces = pieces

    @property
    def output(self) -> str:
        """What was written to stdout."""
        return b"".join(data for stream, data in self._pieces if stream == 1).decode()

    def run(self, code: str | bytes, *, timeout: float | None = 30, **options: Any) -> RunResult:
        """Runs a chunk that lies in a file, `spell.lua` in the test's folder."""
        source = code.encode() if isinstance(code, str) else code
        path = self.folder / "spell.lua"
        path.write_bytes(source)
        return self.engine.run(source, f"@{path}", timeout=timeout, **options)

    def value(self, code: str | bytes) -> Any:
        """The first value that a chunk returns."""
        return self.run(code).value

    def error(self, expression: str) -> str:
        """The error that an expression raises, as `pcall` gives it."""
        code = f"local ok, message = pcall(function() return {expression} end)"
        message = self.value(code + "\nreturn not ok and message")
        assert isinstance(message, str), f"{expression} raised no string: {message!r}"
        return message


class MakeSpell(Protocol):
    """See `make_spell`."""

    def __call__(
        self,
        *,
        level: str = ...,
        debug: Mapping[str, Any] | None = ...,
        **options: Any,
    ) -> Spell: ...


def _absent(name: str) -> Callable[[], NoReturn]:
    def open_service() -> NoReturn:
        raise AssertionError(f"this engine has no {name}: use the `project` fixture instead")

    return open_service


@pytest.fixture
def make_spell(tmp_path: Path) -> Iterator[MakeSpell]:
    """Makes engines; closes them and their services after the test.

    debug: the `[debug]` table. options: those of `EngineOptions`.
    """
    made: list[tuple[Engine, Services]] = []

    def make(
        *,
        level: str = "standard",
        debug: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Spell:
        pieces: list[tuple[int, bytes]] = []
        streams = Streams(
            lambda data: pieces.append((1, data)),
            lambda data: pieces.append((2, data)),
            lambda _: b"",
        )
        policy = policy_for(level, script_dir=str(tmp_path), cwd=str(tmp_path))
        services = Services(
            load_config=_absent("configuration"),
            open_state=_absent("state store"),
            open_events=_absent("event bus"),
            open_debugging=lambda: Debugging(debug),
            open_tools=_absent("tools"),
            open_hooks=_absent("hooks"),
            open_models=_absent("models"),
            open_agents=_absent("agents"),
        )
        engine = Engine(EngineOptions(policy, streams, **options), ScriptApi.standard(services))
        services.memory_used = engine.state.memory_used
        made.append((engine, services))
        return Spell(engine, tmp_path, pieces)

    yield make
    for engine, services in made:
        engine.close()
        services.close()


@pytest.fixture
def spell(make_spell: MakeSpell) -> Spell:
    """An engine with the usual options."""
    return make_spell()


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A runtime with all its services, that prints nothing."""
    streams = Streams(lambda _: None, lambda _: None, lambda _: b"")
    with Runtime(streams=streams, script_dir=str(tmp_path), environ={}) as made:
        yield made
