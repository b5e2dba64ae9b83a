"""One run of a spell under the debugger, and what it reports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from attrs import frozen

from llmspell.cli.execution import Spell, make_runtime, show_notes
from llmspell.cli.repl.keyboard import InputSource
from llmspell.cli.signals import Reason
from llmspell.debugger.debugger import Debugger, Silent
from llmspell.debugger.model import Breakpoint, Source, Stop
from llmspell.lua.outcome import EngineLost
from llmspell.lua.streams import StandardInput, Streams

_END_TIME = 5.0  # seconds that a spell may take to end when it is told to


@frozen
class Ended:
    """The run is over, well (None) or with an error."""

    error: BaseException | None


Event = Stop | Ended | Reason


class Program(Silent):
    """A spell that runs on a thread of its own. `events` has its stops, its end, and signals.

    It listens to its debugger itself, on the Lua thread. on_output: what log messages and remarks
    of the debugger go to. on_breakpoint: told when a breakpoint has moved or failed.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        spell: Spell,
        source: InputSource,
        writers: tuple[Callable[[bytes], None], Callable[[bytes], None]],
        on_output: Callable[[str], None],
        on_breakpoint: Callable[[Breakpoint], None],
    ) -> None:
        """Makes the runtime; raises what that raises."""
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.spell = spell
        self._timeout: float | None = options["timeout"]
        self._source = source
        self._on_output = on_output
        self._on_breakpoint = on_breakpoint
        self._texts: dict[str, list[str]] = {}
        streams = Streams(*writers, lambda _: b"", line_buffered=True)
        streams.stdin = StandardInput(source.read)
        self.runtime = make_runtime(options, spell.folder, streams=streams, tracked=True)
        self.engine = self.runtime.engine
        self.debugger = Debugger.attach_to(self.runtime)
        self.debugger.listener = self
        self._thread = threading.Thread(target=self._run, name="llmspell-run", daemon=True)

    def start(self) -> None:
        """Lets it run."""
        show_notes(self.runtime)
        self._thread.start()

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            try:
                self.spell.run(self.runtime, self._timeout)
            finally:
                self.runtime.close()
        except BaseException as failure:  # noqa: BLE001 - reported by the session
            error = failure
        self._source.end()
        self.events.put(Ended(error))

    def end(self) -> Ended:
        """Ends it, standing or running; gives how it ended."""
        self.debugger.terminate()
        try:
            while not isinstance(event := self.events.get(timeout=_END_TIME), Ended):
                if isinstance(event, Stop):
                    self.debugger.terminate()
        except Empty:
            from llmspell.lua.outcome import Interrupted

            return Ended(EngineLost(Interrupted()))
        return event

    def lines(self, source: Source) -> list[str]:
        """The text of a source, as it was when it was first asked for; raises LLMSpellError."""
        key = source.path or f"#{source.reference}"
        if key not in self._texts:
            if source.path is None:
                text = self.debugger.source_text(source.reference)
            else:
                text = file_text(Path(source.path))
            self._texts[key] = text.split("\n")
        return self._texts[key]

    def files(self) -> list[str]:
        """The paths of all files that were loaded."""
        return [source.path for source in self.debugger.loaded_sources() if source.path]

    # Called by the debugger ----------------------------------------------------------------

    def stopped(self, stop: Stop) -> None:
        """It stands still."""
        self.events.put(stop)

    def output(self, _: str, text: str, __: Source | None, ___: int | None) -> None:
        """A log message, or a remark of the debugger."""
        self._on_output(text.rstrip("\n"))

    def breakpoint_changed(self, breakpoint_: Breakpoint) -> None:
        """A breakpoint has moved, or failed."""
        self._on_breakpoint(breakpoint_)


def file_text(path: Path) -> str:
    """What is in a file; nothing where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:
        return ""
