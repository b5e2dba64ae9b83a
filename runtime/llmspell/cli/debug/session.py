"""A debugging session: the spell's runs one after another, and what the user looks at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty
from typing import Any, TypeVar

from llmspell.cli.debug import show
from llmspell.cli.debug.expressions import check_expression
from llmspell.cli.debug.points import Point, Points, Wish, find_file
from llmspell.cli.debug.program import Ended, Event, Program, file_text
from llmspell.cli.debug.screen import Screen
from llmspell.cli.execution import Spell, exit_code, fail, leave
from llmspell.cli.repl.keyboard import InputSource
from llmspell.cli.signals import Reason, Terminated
from llmspell.debugger.debugger import NotStanding
from llmspell.debugger.model import (
    Access,
    Breakpoint,
    Completion,
    ExceptionFilter,
    Frame,
    Source,
    Stop,
    Thread,
    Variable,
)
from llmspell.errors import LLMSpellError
from llmspell.lua.outcome import EngineLost, Interrupted, OutputClosed

T = TypeVar("T")

_PATIENCE = 0.5  # seconds until a pause that does not come is explained

NOT_RUNNING = "The spell is not running: `run` starts it"
FILTERS = {
    "all": ("uncaught", "pcall", "xpcall", "coroutine"),
    "uncaught": ("uncaught",),
    "none": (),
}


class Leave(Exception):
    """The session ends."""


class Session:
    """What the commands work on.

    options: as a run takes them. open_input: makes what `io.read` reads during one run. filters:
    the exception filters that are on.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        script: str,
        arguments: Sequence[str],
        screen: Screen,
        open_input: Callable[[], InputSource],
        filters: Sequence[str] = FILTERS["uncaught"],
    ) -> None:
        self.options = {**options, "output": "text"}
        self.script = script
        self.arguments = list(arguments)
        self.screen = screen
        self.points = Points()
        self.watches: dict[int, str] = {}
        self.code = 0  # of the last run that has ended
        self.thread = 1
        self.frame_index = 0
        self.listed: tuple[Source, int] | None = None  # where `list` goes on
        self._open_input = open_input
        self._filters = filters
        self._last_watch = 0
        self._lost = False
        self._program: Program | None = None
        self.running = False  # whether the program runs, and has to be waited for
        self._waited_for: Program | None = None
        self.signal: Reason | None = None  # one that came while nothing was waited for

    # Runs ----------------------------------------------------------------------------------

    @property
    def program(self) -> Program:
        """The run that stands still; raises LLMSpellError where there is none."""
        if self._program is None:
            raise LLMSpellError(NOT_RUNNING)
        return self._program

    @property
    def started(self) -> bool:
        """Whether there is a run that has not ended."""
        return self._program is not None

    def run(self, arguments: Sequence[str] | None = None, *, stop_on_entry: bool = False) -> None:
        """Starts the spell, again if it has been started; reads it anew."""
        self.abandon()
        if arguments:
            self.arguments = list(arguments)
        spell = Spell.read(self.script, self.arguments)
        writers = self.screen.of_spell(1), self.screen.of_spell(2)
        program = Program(
            self.options, spell, self._open_input(), writers, self.screen.say, self._point_changed
        )
        program.debugger.stop_on_entry = stop_on_entry
        program.debugger.set_exception_filters([ExceptionFilter(name) for name in self._filters])
        for point, moved in self.points.attach(program.debugger):
            self._say_changed(point, moved=moved)
        self._program = program
        self.running = True
        program.start()

    def go(self, way: str) -> None:
        """Lets the program go on: `continue`, `over`, `in` or `out`."""
        debugger = self.program.debugger
        with suppress(NotStanding):  # it was ended meanwhile: `wait` will hear of it
            if way == "continue":
                debugger.resume()
            elif way == "over":
                debugger.step_over(self.thread)
            elif way == "in":
                debugger.step_in(self.thread)
            else:
                debugger.step_out(self.thread)
        self.running = True

    def wait(self) -> None:
        """Waits until the program stands still or has ended, and says so.

        Ctrl-C pauses it; a second one ends it. Raises Leave after SIGTERM, and when nobody reads
        the output any more.
        """
        program = self.program
        self._waited_for = program
        if self.signal is not None:
            program.events.put(self.signal)
            self.signal = None
        try:
            stopped = self._next_stop(program)
        finally:
            self._waited_for = None
        self.running = False
        if isinstance(stopped, Ended):
            self._has_ended(stopped)
        else:
            self._stands(stopped)

    def receive(self, reason: Reason) -> None:
        """Takes a signal; may be called at any moment."""
        if self._waited_for is None:
            self.signal = reason
        else:
            self._waited_for.events.put(reason)

    def _next_stop(self, program: Program) -> Stop | Ended:
        pausing: float | None = None  # when it was asked to pause
        explained = False
        while True:
            event = _next_event(program)
            now = time.monotonic()
            if isinstance(event, Stop | Ended):
                return event
            if isinstance(event, Terminated) or (event is not None and pausing is not None):
                program.engine.stop(event)
            elif event is not None:
                self.screen.was_typed_on()
                pausing = now
                # It tries again and again until there is Lua code to pause.
                threading.Thread(target=program.debugger.pause, daemon=True).start()
            elif pausing is not None and not explained and now - pausing >= _PATIENCE:
                explained = True
                self.screen.say(
                    "The spell is in a call; it pauses at its next line. Ctrl-C again ends it."
                )

    def _stands(self, stop: Stop) -> None:
        self.thread, self.frame_index, self.listed = stop.thread, 0, None
        hit = self.points.hit(stop.hit_ids)
        self.screen.say(show.stop(self, stop, hit))

    def _has_ended(self, ended: Ended) -> None:
        program, self._program = self.program, None
        for point in self.points.detach():
            self.screen.say(f"Breakpoint {point.number} at {show.place(point)} ends with the run")
        error = ended.error
        if isinstance(error, EngineLost):
            self._lost = True
            error = error.reason
        if error is not None and not isinstance(error, LLMSpellError):
            raise error
        self.screen.end_line()
        self.code = 0 if error is None else exit_code(error)
        if error is not None and not isinstance(error, Interrupted):
            fail(self.options, error, sources=program.spell.sources)
        if isinstance(error, OutputClosed | Terminated):
            raise Leave
        how = "" if error is None else f" with exit code {self.code}"
        if isinstance(error, Interrupted):
            how += ": interrupted"
        self.screen.say(f"The spell has ended{how}.")

    def abandon(self) -> None:
        """Ends the run under way, if there is one, without a report."""
        program, self._program = self._program, None
        if program is None:
            return
        self.points.detach()
        self.running = False
        if isinstance(program.end().error, EngineLost):
            self._lost = True

    def close(self, code: int | None = None) -> int:
        """Ends everything; gives the exit code.

        Where an engine was lost, its thread may still be running: the process ends here.
        """
        self.abandon()
        code = self.code if code is None else code
        if self._lost:
            leave(code)
        return code

    # Breakpoints and watches ---------------------------------------------------------------

    def add_point(self, wish: Wish, *, temporary: bool = False) -> Point:
        """Sets a breakpoint; raises LLMSpellError."""
        path = None
        if wish.function is None:
            path = self.current_file() if wish.file is None else self.file(wish.file)
        return self.points.add(wish, path, temporary=temporary)

    def add_data_point(self, expression: str, access: Access, condition: str | None) -> Point:
        """Sets a breakpoint on data; raises LLMSpellError."""
        frame = self.frame()
        identity, shown, accesses = self._standing(
            lambda: self.program.debugger.data_breakpoint_info(expression, None, frame.id)
        )
        if identity is None:
            raise LLMSpellError(shown)
        if access not in accesses:
            raise LLMSpellError(f"Only writing of {shown} can be watched")
        return self.points.add_data(expression, identity, access, condition)

    def current_file(self) -> str:
        """The file of the selected frame, or the spell itself."""
        if self.started:
            source = self.frame().source
            if source is not None and source.path is not None:
                return source.path
        return str(Path(self.script).absolute())

    def file(self, name: str) -> str:
        """The file that a user means by a name; raises LLMSpellError."""
        loaded = self.program.files() if self.started else []
        return find_file(name, Path(self.script).absolute().parent, loaded)

    def add_watch(self, expression: str) -> int:
        """Adds an expression that is shown at each stop; gives its number.

        Raises LLMSpellError where it is not Lua.
        """
        check_expression(expression)
        self._last_watch += 1
        self.watches[self._last_watch] = expression
        return self._last_watch

    def _point_changed(self, state: Breakpoint) -> None:
        changed = self.points.changed(state)
        if changed is not None:
            point, moved = changed
            self._say_changed(point, moved=moved)

    def _say_changed(self, point: Point, *, moved: bool) -> None:
        if moved:
            self.screen.say(f"Breakpoint {point.number} moved to {show.place(point)}")
        elif point.problem:
            self.screen.say(f"Breakpoint {point.number} at {show.place(point)}: {point.problem}")

    # Looking -------------------------------------------------------------------------------

    def frame(self, index: int | None = None) -> Frame:
        """The selected frame, or another of the selected thread; raises LLMSpellError."""
        wanted = self.frame_index if index is None else index
        frames, total = self.stack(wanted, 1)
        if not frames:
            most = f"0 to {total - 1}" if total else "none"
            raise LLMSpellError(f"There is no frame {wanted}; there are {most}")
        return frames[0]

    def place(self) -> tuple[Source, int]:
        """Source and line of the selected frame; without a run, the spell's file and line 0."""
        if not self.started:
            path = self.current_file()
            return Source(Path(path).name, path), 0
        frame = self.frame()
        if frame.source is None:
            raise LLMSpellError("A builtin function has no source")
        return frame.source, frame.line

    def lines(self, source: Source) -> list[str]:
        """The text of a source; raises LLMSpellError."""
        if self.started:
            return self.program.lines(source)
        return file_text(Path(source.path or "")).split("\n")

    def stack(self, start: int = 0, levels: int = 0) -> tuple[list[Frame], int]:
        """Frames of the selected thread, innermost first, and how many there are."""
        return self._standing(lambda: self.program.debugger.stack(self.thread, start, levels))

    def threads(self) -> list[Thread]:
        """The spell itself and its coroutines."""
        return self._standing(self.program.debugger.threads)

    def evaluate(self, text: str, context: str = "repl") -> Variable:
        """The value of an expression in the selected frame; in `repl`, statements too."""
        frame = self.frame()
        return self._standing(lambda: self.program.debugger.evaluate(text, frame.id, context))

    def children(self, variable: Variable, count: int) -> list[Variable]:
        """What is inside a value; nothing where it cannot be opened."""
        if not variable.reference:
            return []
        return self._standing(
            lambda: self.program.debugger.variables(variable.reference, None, 0, count)
        )

    def scope(self, *names: str) -> list[Variable]:
        """The variables of some scopes of the selected frame (`Locals`, `Parameters`, ...)."""
        debugger, frame = self.program.debugger, self.frame()
        scopes = {s.name: s.reference for s in self._standing(lambda: debugger.scopes(frame.id))}
        found: list[Variable] = []
        for name in names:
            if name in scopes:
                found += self._standing(partial(debugger.variables, scopes[name]))
        return found

    def completions(self, text: str) -> list[Completion]:
        """Names that may follow a text, in the selected frame."""
        frame = self.frame()
        debugger = self.program.debugger
        return self._standing(lambda: debugger.completions(text, len(text) + 1, frame.id))

    def assign(self, expression: str, value: str) -> Variable:
        """Assigns in the selected frame; gives the new value."""
        frame = self.frame()
        return self._standing(
            lambda: self.program.debugger.set_expression(expression, value, frame.id)
        )

    @staticmethod
    def _standing(look: Callable[[], T]) -> T:
        try:
            return look()
        except NotStanding:  # a time limit or a signal has ended it meanwhile
            raise LLMSpellError(NOT_RUNNING) from None


def _next_event(program: Program) -> Event | None:
    """The next event; None after a while.

    No wait is long: a signal that comes just before one begins is seen only when it ends.
    """
    try:
        return program.events.get(timeout=_PATIENCE)
    except Empty:
        return None
