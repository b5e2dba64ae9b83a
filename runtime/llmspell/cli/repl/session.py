"""One interactive session: evaluates inputs in a long-lived engine and says what came of them.

It neither reads input nor knows a terminal: `terminal` and `plain` do.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmspell.app import Runtime
from llmspell.cli.execution import TERMINATED, fail, leave, make_runtime, show_notes
from llmspell.cli.invoke import silence
from llmspell.cli.repl.history import Entry, add_entry
from llmspell.cli.repl.keyboard import InputSource
from llmspell.cli.repl.place import Place
from llmspell.cli.signals import Signals, Terminated
from llmspell.errors import LLMSpellError
from llmspell.lua.inspect import Inspector
from llmspell.lua.loader import chunk_name, read_source, source_text
from llmspell.lua.outcome import ChunkError, EngineLost, Exited, OutputClosed, RunResult
from llmspell.lua.streams import StandardInput, Streams, fd_writer

DEFAULT_TIMEOUT = 300.0  # seconds, spec cli §7.1


class Leave(Exception):
    """The session ends."""

    def __init__(self, code: int = 0) -> None:
        super().__init__(code)
        self.code = code


class Timings:
    """How long executions took, in milliseconds."""

    def __init__(self) -> None:
        self.count = 0
        self.errors = 0
        self.total = 0.0
        self.shortest = float("inf")
        self.longest = 0.0

    def add(self, milliseconds: float, *, failed: bool) -> None:
        """Counts one execution."""
        self.count += 1
        self.errors += failed
        self.total += milliseconds
        self.shortest = min(self.shortest, milliseconds)
        self.longest = max(self.longest, milliseconds)


class Session:
    """The engine behind a prompt, and what the user did so far.

    options: as a run takes them. open_input: makes what `io.read` reads during one execution.
    colored: show values in colours.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        open_input: Callable[[], InputSource],
        *,
        colored: bool = False,
    ) -> None:
        self.options = {**options, "output": "text"}
        self._open_input = open_input
        self._colored = colored
        self._timeout: float | None = options.get("timeout")
        self.started = time.monotonic()
        self.history: list[Entry] = []
        self.timings = Timings()
        self.shows_time = False
        self.lost_engines = 0
        self._inputs = 0
        self._sources: dict[str, bytes] = {}
        self._at_line_start = True
        self._streams = Streams(self._write, fd_writer(2), lambda _: b"", line_buffered=True)
        self.runtime: Runtime = make_runtime(options, None, streams=self._streams, tracked=True)
        self.place = Place(self.runtime.policy)
        self._prepare()
        show_notes(self.runtime)

    def _prepare(self) -> None:
        """After an engine was made: its arguments, and a look at what it begins with."""
        self.runtime.set_arguments("repl", ())
        self.inspector = Inspector(self.runtime.engine)

    # Evaluating ----------------------------------------------------------------------------

    def completeness(self, code: str) -> str:
        """As `Engine.is_complete` says it."""
        return self.runtime.engine.is_complete(code)

    def evaluate(self, code: str) -> bool:
        """Runs an input and prints its values, or what went wrong; False if something did.

        Raises Leave when the code calls `os.exit`.
        """
        self._inputs += 1
        name = f"=repl[{self._inputs}]"
        self.remember(code)
        try:
            source = source_text(os.fsencode(code), "input")
        except LLMSpellError as error:
            fail(self.options, error)
            return False
        self._sources[name] = source
        return self._timed(lambda: self._evaluated(source, name))

    def run_file(self, path: str, arguments: Sequence[str]) -> bool:
        """Runs a script in this session, in its own folder and with its own `ARGS`."""
        try:
            source, name = read_source(path), chunk_name(path)
        except LLMSpellError as error:
            fail(self.options, error)
            return False
        with self.place.inside(Path(path).resolve().parent):
            self.runtime.set_arguments(path, arguments)
            try:
                return self._timed(lambda: self._run(source, name))
            finally:
                if self.runtime.engine.usable:
                    self.runtime.set_arguments("repl", ())

    def _evaluated(self, source: bytes, name: str) -> RunResult:
        try:
            return self._run(b"return " + source, name)
        except ChunkError:  # no expression: nothing has run yet
            return self._run(source, name)

    def _run(self, source: bytes, name: str) -> RunResult:
        timeout = DEFAULT_TIMEOUT if self._timeout is None else self._timeout or None
        return self.runtime.engine.run(source, name, timeout=timeout, show=True)

    def _timed(self, run: Callable[[], RunResult]) -> bool:
        source = self._open_input()
        self._streams.stdin = StandardInput(source.read)
        started = time.perf_counter()
        error: LLMSpellError | None = None
        result: RunResult | None = None
        with Signals() as signals:
            try:
                result = signals.attend(run, self.runtime.engine.stop)
            except LLMSpellError as failure:
                error = failure
        took = (time.perf_counter() - started) * 1000
        self.timings.add(took, failed=error is not None)
        source.end()
        self.end_line()
        if error is not None:
            self._report(error)
        elif result is not None:
            self._show(result)
        if self.shows_time:
            print(f"⏱️ {took:.1f} ms")  # noqa: T201
        if isinstance(error.reason if isinstance(error, EngineLost) else error, Terminated):
            raise Leave(TERMINATED)
        return error is None

    def _report(self, error: LLMSpellError) -> None:
        if isinstance(error, Exited):
            raise Leave(error.code & 0xFF)
        if isinstance(error, OutputClosed):
            raise Leave(silence())
        if isinstance(error, EngineLost):
            fail(self.options, error.reason)
            sys.stderr.write("The Lua engine did not stop; a new one was started.\n")
            sys.stderr.write("What was defined is gone.\n")
            self.lost_engines += 1
            self._prepare()
            return
        fail(self.options, error, sources=self._sources)

    def _show(self, result: RunResult) -> None:
        for text in result.shown or ():
            print(self._painted(text))  # noqa: T201
        sys.stdout.flush()

    def _painted(self, text: str) -> str:
        if not self._colored:
            return text
        from pygments import highlight
        from pygments.formatters.terminal import TerminalFormatter
        from pygments.lexers import get_lexer_by_name

        lexer = get_lexer_by_name("lua", stripnl=False, ensurenl=False)
        return highlight(text, lexer, TerminalFormatter())

    def _write(self, data: bytes) -> None:
        fd_writer(1)(data)
        self._at_line_start = data.endswith(b"\n")

    def end_line(self) -> None:
        """Ends a line that a script left open, so that the prompt begins one."""
        if not self._at_line_start:
            sys.stdout.write("\n")
            self._at_line_start = True

    # What the dot-commands need ----------------------------------------------------------------

    def remember(self, text: str) -> None:
        """Adds an input to the history of this session."""
        add_entry(self.history, text)

    def set_variable(self, name: str, value: Any) -> None:
        """Gives a global a value that is plain data."""
        engine = self.runtime.engine
        engine.on_lua_thread(lambda: engine.state.set_global(name, value))

    def reset(self) -> None:
        """Starts again with a new engine; history and timings stay."""
        self.runtime.engine.close()
        self._sources.clear()
        self._prepare()

    def lua_memory(self) -> int:
        """Bytes of Lua memory in use."""
        engine = self.runtime.engine
        used: int = engine.on_lua_thread(engine.state.memory_used)
        return used

    def close(self, code: int = 0) -> int:
        """Ends the engine and gives the exit code.

        Where an engine was lost, its thread may still be running: the process ends here.
        """
        self.runtime.close()
        if self.lost_engines:
            leave(code)
        return code
