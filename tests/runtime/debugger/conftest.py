"""Spells under the debugger: each runs on a thread of its own, and the test drives it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.debugger.debugger import Debugger, Silent
from llmspell.debugger.model import Breakpoint, BreakpointSpec, Frame, Source, Stop, Variable
from llmspell.lua.streams import Streams

WAIT = 60  # seconds until a test gives up


class Recorder(Silent):
    """Keeps what the debugger says."""

    def __init__(self) -> None:
        self.stops: queue.Queue[Stop | None] = queue.Queue()
        self.outputs: list[tuple[str, str, int | None]] = []
        self.changes: list[Breakpoint] = []
        self.loaded: list[Source] = []
        self.ended_threads: queue.Queue[int] = queue.Queue()

    def stopped(self, stop: Stop) -> None:
        self.stops.put(stop)

    def output(self, category: str, text: str, source: Source | None, line: int | None) -> None:
        self.outputs.append((category, text, line))

    def breakpoint_changed(self, breakpoint_: Breakpoint) -> None:
        self.changes.append(breakpoint_)

    def source_loaded(self, source: Source) -> None:
        self.loaded.append(source)

    def thread_ended(self, thread: int) -> None:
        self.ended_threads.put(thread)


class Session:
    """A spell in a file, its debugger, and the thread that runs it."""

    def __init__(
        self, folder: Path, mode: str, security: str | None = None, **options: Any
    ) -> None:
        self.folder = folder
        self.path = folder / "spell.lua"
        self._output: list[bytes] = []
        streams = Streams(self._output.append, self._output.append, lambda _: b"")
        environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
        self.runtime = Runtime(
            streams=streams, script_dir=str(folder), environ=environ, security=security
        )
        self.debugger = Debugger.attach_to(self.runtime, mode, **options)  # type: ignore[arg-type]
        self.seen = Recorder()
        self.debugger.listener = self.seen
        self.error: BaseException | None = None
        self._thread: threading.Thread | None = None

    # Preparing -----------------------------------------------------------------------------

    def write(self, code: str, name: str = "spell.lua") -> Path:
        """Writes a file; code may start with a line break."""
        path = self.folder / name
        path.write_text(code.removeprefix("\n"))
        return path

    def line(self, mark: str, path: Path | None = None) -> int:
        """The number of the line that has a mark in a comment (`-- here`)."""
        for number, text in enumerate((path or self.path).read_text().split("\n"), 1):
            if f"-- {mark}" in text:
                return number
        raise AssertionError(f"no line is marked {mark!r}")

    def break_at(self, *marks: str, path: Path | None = None, **how: Any) -> list[Breakpoint]:
        """Sets breakpoints at marked lines."""
        specs = [BreakpointSpec(self.line(mark, path), **how) for mark in marks]
        return self.debugger.set_breakpoints(str(path or self.path), specs)

    # Running -------------------------------------------------------------------------------

    def start(self, *arguments: str, timeout: float | None = None) -> None:
        """Runs the file on a thread."""

        def run() -> None:
            try:
                self.runtime.run_file(str(self.path), arguments, timeout=timeout)
            except BaseException as error:
                self.error = error
            self.seen.stops.put(None)

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def next_stop(self) -> Stop | None:
        """The next stop; None when the spell has ended."""
        return self.seen.stops.get(timeout=WAIT)

    def stop(self) -> Stop:
        """The next stop, which must come."""
        found = self.next_stop()
        assert found is not None, f"the spell ended: {self.error!r}, {self.output!r}"
        return found

    def ended(self) -> None:
        """The spell must end without another stop."""
        found = self.next_stop()
        assert found is None, f"stopped: {found}"
        assert self._thread is not None
        self._thread.join(WAIT)

    def go(self, *ways: str) -> Stop | None:
        """Goes on, several times; gives the last stop."""
        found = None
        for way in ways:
            step = {
                "continue": self.debugger.resume,
                "over": self.debugger.step_over,
                "in": self.debugger.step_in,
                "out": self.debugger.step_out,
            }[way]
            step(self.thread)
            found = self.next_stop()
            if found is not None:
                self.thread = found.thread
        return found

    thread = 1

    def finish(self) -> None:
        """Removes all breakpoints and runs to the end."""
        self.debugger.detach()
        self.ended()

    def at(self, thread: int = 1) -> int:
        """The line at which a thread stands."""
        return self.frames(thread)[0].line

    # Looking -------------------------------------------------------------------------------

    def frames(self, thread: int = 1) -> list[Frame]:
        """The stack of a thread."""
        return self.debugger.stack(thread)[0]

    def scope(self, name: str, thread: int = 1, frame: int = 0) -> dict[str, Variable]:
        """The variables of a scope, by name."""
        for scope in self.debugger.scopes(self.frames(thread)[frame].id):
            if scope.name == name:
                return {v.name: v for v in self.debugger.variables(scope.reference)}
        return {}

    def value(self, expression: str, thread: int = 1, frame: int = 0, context: str = "repl") -> str:
        """The text of an expression's value."""
        return self.debugger.evaluate(expression, self.frames(thread)[frame].id, context).value

    def values_at_stops(self, expression: str) -> list[str]:
        """The text of an expression's value at each stop, until the spell has ended."""
        seen = []
        while self.next_stop() is not None:
            seen.append(self.value(expression))
            self.debugger.resume()
        return seen

    @property
    def output(self) -> str:
        """What the spell wrote."""
        return b"".join(self._output).decode()

    def close(self) -> None:
        """Ends everything."""
        if self._thread is not None and self._thread.is_alive():
            self.debugger.terminate()
            self._thread.join(WAIT)
        self.runtime.close()


MakeSession = Callable[..., Session]


@pytest.fixture(params=["auto", "hook"])
def mode(request: pytest.FixtureRequest) -> str:
    """Both ways of breaking pass the same tests, so that neither can drift."""
    return str(request.param)


@pytest.fixture
def make_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeSession]:
    """Makes sessions for code; closes them after the test."""
    monkeypatch.chdir(tmp_path)
    made: list[Session] = []

    def make(code: str, mode: str = "auto", **options: Any) -> Session:
        session = Session(tmp_path, mode, **options)
        session.write(code)
        made.append(session)
        return session

    yield make
    for session in made:
        session.close()
