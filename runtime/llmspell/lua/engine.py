"""The Lua engine: a state, the thread it lives on, and the way to run and to stop code in it.

Everything that touches the state happens on the engine's own thread; the methods of `Engine` may
be called from any other thread and wait there (so Ctrl-C reaches the main thread at once, and the
waiting thread is also the watchdog of time limits).
"""

from __future__ import annotations

import threading
import time

from llmspell.errors import LLMSpellError, ResourceError
from llmspell.lua.clock import Clock
from llmspell.lua.outcome import (
    ChunkError,
    EngineLost,
    Exited,
    Interrupted,
    RunResult,
    ScriptError,
    Stopped,
    TimedOut,
)
from llmspell.lua.state import LuaState
from llmspell.lua.waiting import StopRequested, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from llmspell.lua.border import Api, Border
    from llmspell.lua.streams import Streams
    from llmspell.security.policy import Policy

_REARM = 0.01  # seconds after which a hook that should have fired is armed again
_LOOK_AGAIN = 0.1  # seconds between looks at a clock that is held
_STACK_BYTES = 16 * 1024 * 1024
_INTERRUPT_GRACE, _LIMIT_GRACE = 0.1, 2.0  # seconds until an engine that does not stop is lost


class EngineOptions:
    """How an engine is made.

    policy: what scripts may touch. streams: their standard streams. tracked: coroutines can be
    stopped too (costs 3-5 µs for each that is created); off only where the host ends the process
    instead. max_memory: bytes of Lua memory, None for no limit. package_path: for `require`.
    poll: look for stop requests every 1000 instructions instead of arming the hook (about 2x
    slower; the fall-back where lupa exports no C API).
    """

    __slots__ = ("max_memory", "package_path", "policy", "poll", "streams", "tracked")

    def __init__(
        self,
        policy: Policy,
        streams: Streams,
        *,
        tracked: bool = True,
        max_memory: int | None = None,
        package_path: str = "./?.lua;./?/init.lua",
        poll: bool = False,
    ) -> None:
        self.policy = policy
        self.streams = streams
        self.tracked = tracked
        self.max_memory = max_memory
        self.package_path = package_path
        self.poll = poll


class Engine:
    """Runs Lua chunks one after another in one long-lived state."""

    def __init__(self, options: EngineOptions, api: Api | None = None) -> None:
        """Starts the Lua thread and opens the state; raises what opening it raises."""
        self.clock = Clock()
        """What time limits go by; a debugger holds it while the program stands still."""
        self._options = options
        self._stop: Stopped | None = None
        self._task: Task | None = None
        self._lost = False
        self._closed = self._ended = False
        self._state = LuaState(options, api, self._pending_stop, self._request_stop)
        size = threading.stack_size(_STACK_BYTES)  # Lua and Python may call each other deeply
        try:
            self._thread = threading.Thread(target=self._serve, name="llmspell-lua", daemon=True)
            self._thread.start()
        finally:
            threading.stack_size(size)
        self.on_lua_thread(self._state.open)

    # Running -------------------------------------------------------------------------------

    def run(
        self,
        source: bytes,
        name: str,
        arguments: Sequence[str] = (),
        *,
        timeout: float | None = None,
        show: bool = False,
        drain: bool = True,
    ) -> RunResult:
        """Runs a chunk of source text and gives its results.

        name: chunk name as Lua wants it (`@/path/file.lua`, `=repl`). timeout: seconds. show:
        also give all results as readable text. drain: wait at the end for jobs under way.
        Raises ChunkError (syntax), ScriptError, ResourceError, a `Stopped` (Interrupted,
        TimedOut, Exited, OutputClosed) or EngineLost.
        """
        return self._run(
            lambda: self._state.run(source, name, tuple(arguments), show), timeout, drain=drain
        )

    def run_entry(self, name: str, *scalars: Any, timeout: float | None = None) -> RunResult:
        """Runs an entry point that a later prelude chunk put into `host`, as `run` runs a chunk.

        It gives what `host.finish` makes of a protected call of the script's functions.
        """
        return self._run(lambda: self._state.run_entry(name, *scalars), timeout)

    def _run(
        self,
        begin: Callable[[], RunResult | LLMSpellError],
        timeout: float | None,
        *,
        drain: bool = True,
    ) -> RunResult:
        def work() -> RunResult:
            try:
                outcome = begin()
                if drain:
                    self._state.pump.drain()
                return self._result(outcome)
            finally:
                self._finish_run()

        result: RunResult = self._await(Task(work), timeout)
        return result

    def on_lua_thread(self, function: Callable[[], Any], timeout: float | None = None) -> Any:
        """Calls a Python function on the Lua thread and gives its result."""
        return self._await(Task(function), timeout)

    def stop(self, reason: Stopped | None = None) -> None:
        """Asks the run under way to end, if there is one. `reason` is what its caller gets.

        May be called from any thread.
        """
        if self._task is None:
            return
        self._request_stop(reason or Interrupted())
        self._state.hooks.arm()
        self._state.pump.wake()

    def poke(self) -> None:
        """Makes running Lua code call `host.poked` soon (the debugger's); from any thread."""
        self._state.poked = True
        self._state.hooks.arm()

    def interject(self, function: Callable[[], Any]) -> Any:
        """Calls a function on the Lua thread at once, even while Lua code is running there.

        It must not run code of the script.
        """
        if threading.current_thread() is self._thread:
            return function()
        task = Task(function)
        self._state.pump.interjections.put(task)
        self._state.pump.wake()
        if self._task is not None:
            self.poke()
        while not task.changed.wait(_REARM):
            if self._lost or not self._thread.is_alive():
                raise EngineLost(self._stop or Interrupted(), closed=not self._lost)
            self.poke()
        if task.error is not None:
            raise task.error
        return task.value

    def attend(self) -> None:
        """Runs what waits to be interjected; on the Lua thread."""
        self._state.pump.attend()

    @property
    def running(self) -> bool:
        """Whether a task is under way."""
        return self._task is not None

    @property
    def stopping(self) -> bool:
        """Whether the run under way has been asked to end."""
        return self._stop is not None

    def is_complete(self, code: str) -> str:
        """`"complete"`, `"incomplete"` (more lines are needed) or the syntax error of a chunk."""
        answer: str = self.on_lua_thread(lambda: self._state.completeness(code))
        return answer

    @property
    def border(self) -> Border:
        """The conversions of this engine (for services that keep Lua callbacks)."""
        return self._state.border

    @property
    def state(self) -> LuaState:
        """The state itself; its methods may be called on the Lua thread only."""
        return self._state

    @property
    def usable(self) -> bool:
        """False once the engine was lost or closed."""
        return not (self._lost or self._closed)

    def close(self) -> None:
        """Flushes output, runs finalisers and ends the Lua thread (not waiting for a lost one)."""
        if self._closed:
            return
        self._closed = True
        if not self._lost:
            try:
                self._await(Task(self._state.close), _LIMIT_GRACE)
            except LLMSpellError:
                return
            self._thread.join(_LIMIT_GRACE)

    # The two sides of a call ---------------------------------------------------------------

    def _serve(self) -> None:
        while not self._state.closed:
            self._state.pump.handle_next(None)
        self._ended = True
        for task in self._state.pump.left_over():
            task.refuse(_closed())

    def _await(self, task: Task, timeout: float | None) -> Any:
        if self._lost:
            raise EngineLost(self._stop or Interrupted())
        stop: Stopped | None = None
        if threading.current_thread() is self._thread:
            task.run()
        else:
            self._task = task
            self._state.pump.inbox.put(task)
            try:
                # A task that came before this was set has been run or refused.
                if self._ended and not task.finished:
                    raise _closed()
                self._watch(task, timeout)
            finally:
                self._task = None
            stop, self._stop = self._stop, None
        if stop is not None and isinstance(task.error, StopRequested):
            raise stop
        if task.error is not None:
            raise task.error
        return task.value

    def _watch(self, task: Task, timeout: float | None) -> None:
        """Waits for a task, turning Ctrl-C and the time limit into stops; two stages."""
        try:
            if timeout is None:
                task.changed.wait()
            elif not self._changes_within(task, timeout):
                self.stop(TimedOut(timeout))
        except KeyboardInterrupt:
            self.stop(Interrupted())
        grace = _INTERRUPT_GRACE if isinstance(self._stop, Interrupted) else _LIMIT_GRACE
        end = time.monotonic() + grace
        try:
            while not _has_finished(task):
                if time.monotonic() >= end:
                    self._lose()
                task.changed.wait(max(0.0, min(_REARM, end - time.monotonic())))
                # The program may have set a hook of its own in the very moment of arming.
                self._state.hooks.arm()
        except KeyboardInterrupt:  # a second one: do not wait any longer
            self._lose()

    def _changes_within(self, task: Task, timeout: float) -> bool:
        """Whether a task changes before so many seconds are over on the clock."""
        end = self.clock.seconds + timeout
        while (left := end - self.clock.seconds) > 0:
            if task.changed.wait(max(left, _LOOK_AGAIN) if self.clock.held else left):
                return True
        return task.changed.is_set()

    def _lose(self) -> NoReturn:
        self._lost = True
        raise EngineLost(self._stop or Interrupted())

    def _pending_stop(self) -> Stopped | None:
        return self._stop

    def _request_stop(self, reason: Stopped) -> None:
        if self._stop is None:
            self._stop = reason
            task = self._task
            if task is not None:
                task.changed.set()

    def _result(self, outcome: RunResult | LLMSpellError) -> RunResult:
        if self._stop is not None:
            raise self._stop
        if isinstance(outcome, LLMSpellError):
            raise outcome
        return outcome

    def _finish_run(self) -> None:
        self._state.pump.cancel_jobs()
        stop, self._stop = self._stop, None
        self._state.finish_run()
        if stop is not None and self._stop is None:
            raise stop


def _closed() -> EngineLost:
    return EngineLost(Interrupted(), closed=True)


def _has_finished(task: Task) -> bool:
    """Whether a task is done; if not, `changed` will be set again when it is."""
    task.changed.clear()
    return task.finished


__all__ = [
    "ChunkError",
    "Engine",
    "EngineLost",
    "EngineOptions",
    "Exited",
    "Interrupted",
    "ResourceError",
    "RunResult",
    "ScriptError",
    "StopRequested",
    "Stopped",
    "TimedOut",
]
