"""The debugger of one runtime: what a session, a terminal or a kernel drives.

Methods may be called from any thread but the Lua thread. Those that look at the program work
while it stands still and raise `NotStanding` otherwise; setting breakpoints works at any time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from llmspell.debugger.breakpoints import ENTRY_POINTS as BREAKPOINTS
from llmspell.debugger.breakpoints import SECRET, Breakpoints, Mode
from llmspell.debugger.evaluation_limit import EvaluationLimit
from llmspell.debugger.inspection import ENTRY_POINTS as INSPECTION
from llmspell.debugger.inspection import Inspection
from llmspell.debugger.model import (
    EXCEPTION_FILTERS,
    Breakpoint,
    BreakpointSpec,
    Completion,
    DataBreakpointSpec,
    ExceptionFilter,
    ExceptionInfo,
    Frame,
    FunctionBreakpointSpec,
    Scope,
    Source,
    StepTarget,
    Stop,
    StopReason,
    Thread,
    Variable,
)
from llmspell.debugger.prototypes import code, constant_indexes
from llmspell.debugger.sources import Sources
from llmspell.debugger.standing import GoOn, NotStanding, Standing
from llmspell.errors import LLMSpellError
from llmspell.lua.engine import Engine, Interrupted
from llmspell.lua.hooks import hook_api_available
from llmspell.lua.instructions import instruction_reader

# A pause is asked for until it is heard: a program that waits hears it when it goes on.
_PAUSE_SECONDS, _PAUSE_INTERVAL = 1.0, 0.005
MAIN = 1
"""The id of the main program among the threads."""
_PRELUDE = Path(__file__).parent / "prelude"


class DebugError(LLMSpellError):
    """A request of a client cannot be fulfilled; the message says why."""


class Listener(Protocol):
    """Who hears what happens; called on the Lua thread."""

    def stopped(self, stop: Stop) -> None:
        """The program stands still."""

    def continued(self, thread: int) -> None:
        """The program goes on."""

    def output(self, category: str, text: str, source: Source | None, line: int | None) -> None:
        """A log message of a breakpoint, or a remark of the debugger."""

    def breakpoint_changed(self, breakpoint_: Breakpoint) -> None:
        """A breakpoint has become verified, has moved, or failed."""

    def source_loaded(self, source: Source) -> None:
        """A chunk was loaded."""

    def thread_ended(self, thread: int) -> None:
        """A coroutine that was to end (`end_thread`) is over, and who has resumed it goes on."""


class Silent:
    """A listener that does nothing."""

    def stopped(self, stop: Stop) -> None:
        """Nothing."""

    def continued(self, thread: int) -> None:
        """Nothing."""

    def output(self, category: str, text: str, source: Source | None, line: int | None) -> None:
        """Nothing."""

    def breakpoint_changed(self, breakpoint_: Breakpoint) -> None:
        """Nothing."""

    def source_loaded(self, source: Source) -> None:
        """Nothing."""

    def thread_ended(self, thread: int) -> None:
        """Nothing."""


class Debugger:
    """Breakpoints, stepping and inspection for the spells of one engine.

    mode: `auto` compiles breakpoints in where they are known at load and hooks the rest;
    `compiled` and `hook` use one way only. my_code: which chunk names are the user's own;
    stepping passes over the others.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        mode: Mode = "auto",
        my_code: Callable[[str], bool] = lambda _: True,
        debug_view: Callable[[str], Any] = lambda _: None,
    ) -> None:
        self.listener: Listener = Silent()
        self.stop_on_entry = False
        self._engine = engine
        self._my_code = my_code
        self._debug_view = debug_view
        self._sources = Sources()
        self._standing = Standing(lambda: engine.stopping, engine.attend)
        self._breakpoints = Breakpoints(self._sources, mode, self._call)
        self._limit = EvaluationLimit(self._bite)
        self._inspection = Inspection(
            self._call,
            self._sources,
            self._debug_view,
            self._limit,
            engine.state.border.cause_of,
        )
        self._pausing = False
        self._entered = False
        self._lock = threading.RLock()
        self._last_stop: Stop | None = None
        engine.on_lua_thread(self._install)

    @classmethod
    def attach_to(cls, runtime: Any, mode: Mode = "auto", *, just_my_code: bool = True) -> Debugger:
        """The debugger of a runtime; to be made before the spells that it is to see are loaded."""

        def my_code(name: str) -> bool:
            return name.startswith("@") or not just_my_code

        return cls(runtime.engine, mode=mode, my_code=my_code, debug_view=runtime.debug_view)

    def _install(self) -> None:
        state = self._engine.state
        state.pump.abandons = self._limit.reason
        reader = instruction_reader() if hook_api_available() else None
        state.extend_host(
            {
                "breakpoint_secret": SECRET,
                "is_my_code": lambda name: self._my_code(os.fsdecode(name)),
                "stand": self._stand,
                "pause_wanted": self._pause_wanted,
                "attend": self._engine.attend,
                "breakpoint_failed": self._breakpoint_failed,
                "log_point": self._log_point,
                "thread_ended": self._thread_ended,
                "monotonic": time.monotonic,
                "prepare": self._prepare,
                "limit": self._limit.set,
                "given_up": self._limit.reason,
                "activation": reader and reader.activation,
                "instruction": reader and reader.instruction,
                "constant_indexes": _constant_indexes,
                "code": code,
            }
        )
        for name in ("breaking", "inspection", "watching", "ending"):
            state.load_prelude((_PRELUDE / f"{name}.lua").read_bytes())
        state.know_entry_points(
            (*INSPECTION, *BREAKPOINTS, "set_filter", "stop_at_entry", "end_thread")
        )
        for name, (_, _, on) in EXCEPTION_FILTERS.items():
            state.call_host("set_filter", name.encode(), on, b"")

    def _call(self, name: str, *arguments: Any, packed: Any = None) -> Any:
        return self._engine.state.call_host(name, *arguments, packed=packed)

    # Called by Lua -------------------------------------------------------------------------

    def _prepare(self, source: bytes, name: bytes) -> bytes:
        """Every chunk passes here before it is compiled."""
        try:
            chunk_name = os.fsdecode(name)
            chunk, new = self._sources.add(chunk_name, source)
            rewritten, changed = self._breakpoints.prepare(chunk)
            if new:
                self.listener.source_loaded(chunk.source)
            for breakpoint_ in changed:
                self.listener.breakpoint_changed(breakpoint_)
            if self.stop_on_entry and not self._entered and chunk.source.path is not None:
                self._entered = True
                self._engine.state.call_host("stop_at_entry")
        except Exception as error:  # noqa: BLE001 - the program must run on, unchanged
            self.listener.output("console", f"debugger: {error}\n", None, None)
            return source
        return rewritten

    def _stand(self, reason: bytes, hits: bytes, text: bytes, thread: int) -> Any:
        try:
            hit_ids = [int(part) for part in hits.split(b",") if part]
            kind = self._breakpoints.reason(hit_ids, _reason(reason.decode()))
            shown = text.decode("utf-8", "replace")
            description = _DESCRIPTIONS.get(kind, "")
            if kind == "exception" and (error := self._inspection.error()) is not None:
                thread = error.thread or thread
                description += f" of {error.origin}" if error.origin else ""
            stop = Stop(kind, thread, description, shown, hit_ids)
            self._last_stop = stop
            self._engine.clock.hold()
            try:
                go_on = self._standing.wait(lambda: self.listener.stopped(stop))
            finally:
                self._engine.clock.go_on()
            self._inspection.forget()
            self.listener.continued(thread)
        except Exception as error:  # noqa: BLE001 - never into Lua
            self.listener.output("console", f"debugger: {error}\n", None, None)
            go_on = GoOn("continue")
        return go_on.way.encode(), None if go_on.target is None else go_on.target.encode()

    def _pause_wanted(self) -> bool:
        wanted, self._pausing = self._pausing, False
        return wanted

    def _bite(self) -> None:
        self._engine.poke()
        self._engine.state.pump.wake()

    def _breakpoint_failed(self, wish: int, message: bytes) -> None:
        point = self._breakpoints.find(wish)
        if point is not None:
            place = f"{Path(point.source).name}:{point.line}"
            text = message.decode("utf-8", "replace")
            self.listener.output("stderr", f"breakpoint {place}: {text}\n", None, None)

    def _thread_ended(self, thread: int) -> None:
        self.listener.thread_ended(thread)

    def _log_point(self, wish: int, message: bytes) -> None:
        point = self._breakpoints.find(wish)
        source = None if point is None else self._sources.of("@" + point.source)
        line = None if point is None else point.line
        self.listener.output("console", message.decode("utf-8", "replace") + "\n", source, line)

    # Breakpoints ---------------------------------------------------------------------------

    def set_breakpoints(self, path: str, specs: Sequence[BreakpointSpec]) -> list[Breakpoint]:
        """Replaces the breakpoints of a file; gives them as they are, moved lines included."""
        return self._change(lambda: self._breakpoints.set_lines(path, specs))

    def set_breakpoints_in(
        self, source: Source, specs: Sequence[BreakpointSpec]
    ) -> list[Breakpoint]:
        """The same for a source that may have no file."""
        if source.path is not None:
            return self.set_breakpoints(source.path, specs)
        name = self._sources.name_of(source.reference)
        return self._change(lambda: self._breakpoints.set_lines(name, specs, named=True))

    def set_function_breakpoints(self, specs: Sequence[FunctionBreakpointSpec]) -> list[Breakpoint]:
        """Replaces the breakpoints on functions."""
        return self._change(lambda: self._breakpoints.set_functions(specs))

    def set_exception_filters(self, filters: Sequence[ExceptionFilter]) -> list[Breakpoint]:
        """Replaces the exception filters; one whose condition is wrong is not verified."""
        wanted = {item.filter: item for item in filters}

        def change() -> dict[str, str | None]:
            messages: dict[str, str | None] = {}
            for name in EXCEPTION_FILTERS:
                item = wanted.get(name)
                condition = (item.condition or "").encode() if item else b""
                answer = self._engine.state.call_host(
                    "set_filter", name.encode(), item is not None, condition
                )
                messages[name] = None if answer is None else answer.decode("utf-8", "replace")
            return messages

        messages = self._on_lua(change)
        return [
            Breakpoint(
                0,
                item.filter,
                0,
                verified=item.filter in EXCEPTION_FILTERS and not messages[item.filter],
                message=messages.get(item.filter, "there is no such filter"),
            )
            for item in filters
        ]

    def breakpoint_locations(self, path: str, line: int, end_line: int) -> list[tuple[int, int]]:
        """Where breakpoints may be: lines and columns."""
        found: list[tuple[int, int]] = self._on_lua(
            lambda: self._breakpoints.locations(path, line, end_line)
        )
        return found

    def data_breakpoint_info(
        self, name: str, reference: int | None, frame: int | None
    ) -> tuple[str | None, str, list[str]]:
        """An id for a data breakpoint on a variable, what it is, and the kinds of access."""
        found: tuple[str | None, str, list[str]] = self._ask(
            lambda: self._inspection.data_info(name, reference, frame)
        )
        return found

    def set_data_breakpoints(self, specs: Sequence[DataBreakpointSpec]) -> list[Breakpoint]:
        """Replaces the data breakpoints."""
        return self._change(lambda: self._breakpoints.set_data(specs))

    def _change(self, change: Callable[[], list[Breakpoint]]) -> list[Breakpoint]:
        with self._lock:
            made: list[Breakpoint] = self._on_lua(change)
        return made

    def _on_lua(self, function: Callable[[], Any]) -> Any:
        """Runs a function on the Lua thread, whether the program stands or runs."""
        try:
            return self._standing.ask(function)
        except NotStanding:
            return self._engine.interject(function)

    # Going on ------------------------------------------------------------------------------

    def resume(self, thread: int | None = None) -> None:
        """Lets the program go on."""
        self._standing.go_on("continue")

    def step_over(self, thread: int) -> None:
        """Goes on to the next line of the frame, or to its caller.

        Of a thread that does not stand, here and in all steps: to where it goes on itself.
        """
        self._step("over", thread)

    def step_in(self, thread: int, target: int | None = None) -> None:
        """Goes on to the next line anywhere, or into a chosen call of the current line."""
        text = None if target is None else self.step_in_target(target)
        self._step("in", thread, text)

    def step_out(self, thread: int) -> None:
        """Goes on until the frame has returned."""
        self._step("out", thread)

    def _step(self, way: str, thread: int, target: str | None = None) -> None:
        stop = self._last_stop
        if stop is None or thread == stop.thread:
            self._standing.go_on(way, target)
        elif thread in [known.id for known in self.threads() if known.status != "dead"]:
            self._standing.go_on("thread", str(thread))
        else:
            raise DebugError(f"there is no thread {thread} to step in")

    def pause(self, thread: int | None = None) -> None:
        """Stops the program where it is."""
        if self._standing.is_standing:
            return
        self._pausing = True
        give_up = time.monotonic() + _PAUSE_SECONDS
        while self._waits_for_pause() and time.monotonic() < give_up:
            self._engine.poke()
            time.sleep(_PAUSE_INTERVAL)

    def _waits_for_pause(self) -> bool:
        return self._pausing and not self._standing.is_standing

    def terminate(self) -> None:
        """Ends the spell, standing or running."""
        self._engine.stop(Interrupted())
        with suppress(NotStanding):
            self._standing.go_on("stop")

    def end_thread(self, thread: int) -> bool:
        """Ends a coroutine, or the spell (thread 1); whether it is over at once.

        The one that stands ends as soon as the program goes on, which it does now. One that has
        resumed another ends when that comes back to it. The listener hears of the end of these.
        Who has resumed it sees an error.
        """
        if thread == MAIN:
            self.terminate()
            return False
        how: bytes | None = self._ask(lambda: self._call("end_thread", thread))
        if how is None:
            raise DebugError(f"there is no thread {thread} to end")
        if how == b"standing":
            self.resume()
        return how == b"now"

    def attach(self, listener: Listener) -> None:
        """Stops for a client, from now on or again."""
        self._pausing = False
        self.listener = listener
        self._standing.desert(False)

    def detach(self) -> None:
        """Removes all breakpoints and lets the program go on.

        It stops no more until `attach`: a step or a pause may be under way that nobody waits for.
        """
        self._standing.desert(True)
        self._on_lua(self._breakpoints.clear)
        self.set_exception_filters([])
        with suppress(NotStanding):
            self.resume()

    @property
    def is_stopped(self) -> bool:
        """Whether the program stands still."""
        return self._standing.is_standing

    # Looking -------------------------------------------------------------------------------

    def _ask(self, function: Callable[[], Any]) -> Any:
        return self._standing.ask(function)

    def threads(self) -> list[Thread]:
        """The main program and its coroutines; while it runs, the main program alone."""
        try:
            found: list[Thread] = self._ask(self._inspection.threads)
        except NotStanding:
            return [Thread(1, "main", "running")]
        return found

    def stack(self, thread: int, start: int = 0, levels: int = 0) -> tuple[list[Frame], int]:
        """Frames of a thread, innermost first, and how many there are; levels 0 gives all."""
        found: tuple[list[Frame], int] = self._ask(
            lambda: self._inspection.stack(thread, start, levels)
        )
        return found

    def scopes(self, frame: int) -> list[Scope]:
        """The scopes of a frame."""
        found: list[Scope] = self._ask(lambda: self._inspection.scopes(frame))
        return found

    def variables(
        self,
        reference: int,
        filter: str | None = None,  # noqa: A002 - the protocol's name for it
        start: int = 0,
        count: int = 0,
        hex: bool = False,  # noqa: A002
    ) -> list[Variable]:
        """What is inside an opened scope or value."""
        found: list[Variable] = self._ask(
            lambda: self._inspection.variables(reference, filter or "", start, count, hex)
        )
        return found

    def set_variable(
        self,
        reference: int,
        name: str,
        value_expression: str,
        hex: bool = False,  # noqa: A002
    ) -> Variable:
        """Assigns to a variable of a scope or a table."""
        found: Variable = self._ask(
            lambda: self._inspection.assign(reference, name, value_expression, hex)
        )
        return found

    def set_expression(
        self,
        expression: str,
        value: str,
        frame: int | None,
        hex: bool = False,  # noqa: A002
    ) -> Variable:
        """Assigns to an expression (`a.b[1]`) in a frame."""
        found: Variable = self._ask(
            lambda: self._inspection.assign_expression(expression, value, frame, hex)
        )
        return found

    def evaluate(
        self,
        expression: str,
        frame: int | None,
        context: str = "repl",
        hex: bool = False,  # noqa: A002
        given_up: Callable[[], bool] | None = None,
    ) -> Variable:
        """The value of an expression in a frame; statements are allowed in context `repl`.

        given_up: asked on the Lua thread meanwhile; if it says so, the evaluation fails.
        """
        found: Variable = self._ask(
            lambda: self._inspection.evaluate(expression, frame, context, hex, given_up)
        )
        return found

    def completions(self, text: str, column: int, frame: int | None) -> list[Completion]:
        """Proposals for the debug console."""
        found: list[Completion] = self._ask(
            lambda: self._inspection.completions(text, column, frame)
        )
        return found

    def step_in_targets(self, frame: int) -> list[StepTarget]:
        """The calls on the current line of a frame."""
        found: list[StepTarget] = self._ask(lambda: self._inspection.step_in_targets(frame))
        return found

    def step_in_target(self, target: int) -> str:
        """The function that a target calls, as the program names it; raises LLMSpellError."""
        return self._inspection.target(target)

    def exception_info(self, thread: int) -> ExceptionInfo:
        """The error at which the program stands."""
        found: ExceptionInfo = self._ask(lambda: self._inspection.exception(thread))
        return found

    def source_text(self, reference: int) -> str:
        """The text of a source that has no file."""
        try:
            return self._sources.text(reference)
        except KeyError:
            raise DebugError(f"there is no source {reference}") from None

    def loaded_sources(self) -> list[Source]:
        """All chunks that were loaded."""
        return list(self._sources)


_DESCRIPTIONS: dict[str, str] = {
    "entry": "Paused on entry",
    "breakpoint": "Paused on breakpoint",
    "function breakpoint": "Paused on function breakpoint",
    "data breakpoint": "Paused on data breakpoint",
    "step": "Paused after step",
    "pause": "Paused",
    "exception": "Paused on error",
}


def _constant_indexes(binary: bytes, text: bytes) -> bytes:
    """See `prototypes`; as text with commas."""
    return ",".join(map(str, constant_indexes(binary, text))).encode()


def _reason(text: str) -> StopReason:
    assert text in _DESCRIPTIONS
    return text  # type: ignore[return-value]


__all__ = ["MAIN", "DebugError", "Debugger", "Listener", "NotStanding", "Silent"]
