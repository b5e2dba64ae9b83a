"""What watches a run from outside: `--profile`, `--coverage` and `--debug`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from llmspell.app import Runtime
from llmspell.cli.execution import OK, Spell, exit_code
from llmspell.errors import LLMSpellError
from llmspell.lua.streams import Streams

if TYPE_CHECKING:
    from llmspell.debugger.debugger import Debugger

SESSIONS = "llmspell.debug_sessions"
"""The entry-point group of what lets debuggers attach, such as `serve_attach` of our adapter."""

_LOOK_AROUND = 0.05  # seconds between looks for a signal while nobody has attached


class Observer:
    """Watches one run. `collect` is called behind it, before the engine is closed."""

    def collect(self) -> None:
        """Nothing to take over by default."""


class Door(Protocol):
    """What a debug session service gives: the place where debuggers attach."""

    @property
    def address(self) -> Any:
        """With `host` and `port`."""

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until somebody has attached; whether somebody has."""

    def close(self, code: int | None = None) -> None:
        """Tells whoever is there how the spell has ended, and closes."""


@contextmanager
def observer_for(
    options: Mapping[str, Any],
    runtime: Runtime,
    spell: Spell,
    streams: Streams,
    pause: Callable[[float], None],
) -> Iterator[Observer]:
    """The observer that the options ask for, around a run.

    pause: waits for some seconds and raises when a signal comes. Raises LLMSpellError where the
    file cannot be written, or the door not be opened. A file is written however the run ends.
    """
    if options.get("profile"):
        with _profiled(options["profile"], runtime, spell) as observer:
            yield observer
    elif options.get("coverage"):
        with _covered(options["coverage"], runtime) as observer:
            yield observer
    else:
        host, port = options["debug"]
        prepare = options.get("prepare_debugger")
        with serve(runtime, spell, streams, host, port, prepare) as door:
            _announce(door)
            if options.get("wait"):
                while not door.wait(0):
                    pause(_LOOK_AROUND)
            yield Observer()


@contextmanager
def _profiled(path: str, runtime: Runtime, spell: Spell) -> Iterator[Observer]:
    from llmspell.debugger.profiling import Profiler

    with written_file(path) as file:
        profiler = Profiler(runtime.engine)
        try:
            with profiler:
                yield Observer()
        finally:
            profiler.write(file, f"{spell.script}: where the time went", svg=path.endswith(".svg"))


@contextmanager
def _covered(path: str, runtime: Runtime) -> Iterator[Observer]:
    from llmspell.debugger.coverage import Coverage

    class Covered(Observer):
        def collect(self) -> None:
            coverage.collect()

    with written_file(path) as file:
        coverage = Coverage(runtime.engine)
        try:
            yield Covered()
        finally:
            coverage.write(file)


@contextmanager
def written_file(path: str) -> Iterator[TextIO]:
    """A file to be written; opened before the run, so that a wrong path does not cost one."""
    try:
        file = open(path, "w", encoding="utf-8", errors="surrogateescape")  # noqa: PTH123, SIM115
    except OSError as error:
        raise LLMSpellError(f"{path} cannot be written: {error.strerror}") from error
    try:
        with file:
            yield file
    except OSError as error:
        raise LLMSpellError(f"{path} cannot be written: {error.strerror}") from error


# Debuggers that attach -------------------------------------------------------------------------


@contextmanager
def serve(
    runtime: Runtime,
    spell: Spell,
    streams: Streams,
    host: str,
    port: int,
    prepare: Callable[[Debugger], None] | None = None,
) -> Iterator[Door]:
    """Lets debuggers attach to a run; tells them afterwards how it ended.

    prepare: called with the debugger before anybody can attach.
    """
    from llmspell.debugger.debugger import Debugger

    service = _session_service()
    debugger = Debugger.attach_to(runtime)
    if prepare is not None:
        prepare(debugger)
    try:
        door: Door = service(
            debugger, host, port, name=spell.script, engine=runtime.engine, streams=streams
        )
    except OSError as error:
        raise LLMSpellError(f"cannot listen on {host}:{port}: {error.strerror}") from error
    code = OK
    try:
        yield door
    except LLMSpellError as error:
        code = exit_code(error)
        raise
    finally:
        door.close(code)


def _announce(door: Door) -> None:
    sys.stderr.write(f"a debugger can attach at {door.address.host}:{door.address.port}\n")
    sys.stderr.flush()


def _session_service() -> Callable[..., Any]:
    from importlib.metadata import entry_points

    for entry in entry_points(group=SESSIONS):
        try:
            service: Callable[..., Any] = entry.load()
        except ImportError as error:
            raise LLMSpellError(f"the debug adapter cannot be loaded: {error}") from error
        return service
    raise LLMSpellError(f"no debug adapter is installed: nothing offers the entry point {SESSIONS}")
