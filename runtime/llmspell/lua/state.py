"""One Lua state: opened, filled and used on the Lua thread only."""

from __future__ import annotations

import json
import os
import sys

import lupa.lua54

from llmspell.errors import LLMSpellError, ResourceError
from llmspell.lua.border import Border
from llmspell.lua.convert import lua_value
from llmspell.lua.files import Files
from llmspell.lua.hooks import HookSlot, hook_api_available
from llmspell.lua.loader import Loader
from llmspell.lua.outcome import ChunkError, Exited, OutputClosed, RunResult, ScriptError, Stopped
from llmspell.lua.waiting import Job, Pump, Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from typing import Any

    from llmspell.lua.border import Api
    from llmspell.lua.engine import EngineOptions

_PRELUDE = ("base", "json", "hooks", "streams", "sandbox", "loader", "objects", "run")
# Runtimes that something still refers to when they are closed. Closing a state runs finalisers,
# which may call Python; if Python's cycle collector closed it, what they call would be gone.
_kept: list[Any] = []

# What may be called while a script is running.
_ENTRY_POINTS = (b"start_job", b"resume_job", b"drop_job", b"flush", b"memory", b"release_function")
_FOLDER = os.path.join(os.path.dirname(__file__), "prelude")  # noqa: PTH118, PTH120 - start-up time

# The allocator refuses only above this margin over the limit that scripts see: lupa allocates
# outside protected calls, and must never be the one to meet the limit.
_HARD_MARGIN = 64 * 1024 * 1024
_OVER = 3  # what `stop_pending` answers when the time of the call from Python is over
_POKE = 2  # what `stop_pending` answers when the debugger wants the Lua thread's attention
_MAX_NESTING = 50  # callbacks into Lua from callbacks into Python from ... (C stack)


class LuaState:
    """The lupa runtime, the engine's own chunks in it, and the calls into them."""

    def __init__(
        self,
        options: EngineOptions,
        api: Api | None,
        pending_stop: Callable[[], Stopped | None],
        request_stop: Callable[[Stopped], None],
    ) -> None:
        self._options = options
        self._api = api
        self._pending_stop = pending_stop
        self._request_stop = request_stop
        self.hooks = HookSlot()
        self.pump = Pump(self._step, self._drop, pending_stop)
        self.closed = False
        self.poked = False
        self._jobs = 0
        self._stepping: list[Job] = []  # those whose Lua code is under way, the innermost last
        self._thread: threading.Thread | None = None
        self._runtime: Any = None
        self._host: Any = None
        self._entry_points: dict[bytes, Any] = {}
        self.border: Border

    # Opening -------------------------------------------------------------------------------

    def open(self) -> None:
        """Makes the runtime and runs the prelude."""
        import threading

        options = self._options
        self._thread = threading.current_thread()
        limit = options.max_memory
        runtime = lupa.lua54.LuaRuntime(
            encoding=None,
            unpack_returned_tuples=True,
            register_eval=False,
            register_builtins=False,
            attribute_filter=_no_attributes,
            max_memory=None if limit is None else limit + _HARD_MARGIN,
        )
        self._runtime = runtime
        self.border = Border(runtime, self.pump, lambda: threading.current_thread() is self._thread)
        self.border.end = self._end_job
        if limit is not None:
            self.border.memory_free = self._memory_free
        host = runtime.table()
        self._host = host
        for name, value in self._host_fields().items():
            host[name.encode()] = value
        for name in _PRELUDE:
            self.load_prelude(read_bytes(f"{_FOLDER}/{name}.lua"))
        self.hooks.remember(_main_pointer(runtime, host))
        if self._api is not None:
            for _, source in self._api.lua_sources():
                self.load_prelude(source)
        for entry_point in _ENTRY_POINTS:
            self._entry_point(entry_point)

    def load_prelude(self, source: bytes) -> None:
        """Runs a chunk of the engine itself, with `host` as its argument."""
        host = self._host
        compiled = host[b"compile_engine"]
        if compiled is None:  # the standard library is still in place
            compiled = self._runtime.execute(
                b"local load = load return function(s) return load(s, '=[llmspell]', 't') end"
            )
            host[b"compile_engine"] = compiled
        chunk = compiled(source)
        if isinstance(chunk, tuple):
            raise LLMSpellError(f"a chunk of the engine does not compile: {chunk[1]!r}")
        chunk(host)

    def _host_fields(self) -> dict[str, Any]:
        options, loader = self._options, Loader(self._options.policy)
        files = Files(options.policy)
        poll = options.poll or (options.tracked and not _quick_hook_check())
        fields: dict[str, Any] = {
            "tracked": options.tracked,
            "poll_count": 1000 if poll else None,
            "soft_limit": options.max_memory,
            "line_buffered": options.streams.line_buffered,
            "security_level": options.policy.level.encode(),
            "package_path": os.fsencode(options.package_path),
            "stop_pending": self._stop_pending,
            "remember_thread": self.hooks.remember,
            "forget_thread": self.hooks.forget,
            "emit": self._emit,
            "read_stdin": self._read_stdin,
            "open_file": files.opened,
            "let_go": files.let_go,
            "remove": files.remove,
            "rename": files.rename,
            "getenv": self._getenv,
            "allows": self._allows,
            "exit": lambda code: self._request_stop(Exited(code)),
            "read_chunk": loader.read_chunk,
            "search_path": loader.search_path,
            "bind": self._bind,
            "release_object": self.border.release_object,
            "block": self._block,
            "finish_wait": self._finish_wait,
        }
        return {name: value for name, value in fields.items() if value is not None}

    # What the prelude calls. None of these may raise. -----------------------------------------

    def _stop_pending(self) -> bool | int | None:
        if self._pending_stop() is not None:
            return True
        if self._stepping and self._stepping[-1].is_over:
            return _OVER
        if self.poked:
            self.poked = False
            return _POKE
        return None

    def _emit(self, stream: int, data: bytes) -> bool:
        sink = self._options.streams.stdout if stream == 1 else self._options.streams.stderr
        try:
            sink(data)
        except BrokenPipeError:
            self._request_stop(OutputClosed())
            return True
        except OSError as error:
            self.border.last_cause = error
        return False

    def _read_stdin(self, kind: bytes, size: int) -> Any:
        waiting = self._options.streams.stdin.request(kind, size)
        return self._block(self.pump.issue_ticket(waiting, self.border.data))

    def _getenv(self, name: bytes) -> bytes | None:
        value = self._options.policy.getenv(os.fsdecode(name))
        return None if value is None else os.fsencode(value)

    def _allows(self, what: bytes) -> bool:
        policy = self._options.policy
        return policy.allow_processes if what == b"process" else policy.level != "safe"

    def _bind(self, namespace: bytes) -> Any:
        assert self._api is not None
        try:
            return self._api.bind(namespace.decode(), self.border)
        except BaseException as error:  # noqa: BLE001 - becomes a Lua error
            return self.border.fail(error)

    def _block(self, ticket: int) -> Any:
        try:
            return self.pump.block(ticket)
        except BaseException as error:  # noqa: BLE001 - becomes a Lua error
            return self.border.fail(error)

    def _finish_wait(self, ticket: int) -> Any:
        try:
            return self.pump.take(ticket)
        except BaseException as error:  # noqa: BLE001 - becomes a Lua error
            return self.border.fail(error)

    # Calls into Lua ------------------------------------------------------------------------

    def _call(self, name: bytes, *scalars: Any, packed: Any = None) -> Any:
        """Calls an entry point of the prelude on the current coroutine; `packed` becomes a table.

        Calling a function object made on the main state would empty the stack of whatever runs
        there, which may hold the only reference to the coroutine that is running; so a fresh
        reference is made on the current state (lupa keeps track of that during callbacks).
        Lupa objects exist in this frame only, and an error leaves it without them: a traceback
        that kept one would crash the process once its coroutine is gone.
        """
        try:
            function = self._runtime.table_from((self._entry_point(name),))[1]
            if packed is None:
                return function(*scalars)
            return function(*scalars, self._runtime.table_from(packed, recursive=True))
        except (lupa.lua54.LuaError, MemoryError) as error:
            failure = _engine_error(error)
        finally:
            function = None
        raise failure

    def _entry_point(self, name: bytes) -> Any:
        """A function of `host`; looked up once, and only while nothing runs on the main state."""
        function = self._entry_points.get(name)
        if function is None:
            function = self._entry_points[name] = self._host[name]
        return function

    def run(
        self, source: bytes, name: str, arguments: tuple[str, ...], show: bool
    ) -> RunResult | LLMSpellError:
        """Runs a chunk; gives its result, or the error it raised."""
        return self._outcome(
            b"run",
            source,
            os.fsencode(name),
            show,
            len(arguments),
            packed=[os.fsencode(text) for text in arguments],
        )

    def run_entry(self, name: str, *scalars: Any) -> RunResult | LLMSpellError:
        """Runs an entry point of a later prelude chunk that gives an outcome as `host.run` does."""
        return self._outcome(name.encode(), *scalars)

    def _outcome(
        self, entry: bytes, *scalars: Any, packed: Any = None
    ) -> RunResult | LLMSpellError:
        self._release_functions()
        self.border.last_cause = None
        try:
            outcome = self._call(entry, *scalars, packed=packed)
        except LLMSpellError as error:
            return error
        if outcome == b"stop":
            return ScriptError("the spell was stopped")
        kind = outcome[0]
        if kind == b"ok":
            _, text, count, shown = (*outcome, None)[:4]
            values = None if shown is None else json.loads(shown.decode("utf-8", "replace"))
            return RunResult(text.decode("utf-8", "replace"), count, values)
        if kind == b"syntax":
            return ChunkError(outcome[1].decode("utf-8", "replace"), kind="syntax")
        return self._script_error(outcome)

    def _script_error(self, outcome: Any) -> ScriptError:
        _, message, kind, frames, value = (*outcome, None)[:5]
        text = message.decode("utf-8", "replace")
        cause = self.border.cause_of(text)
        if text == "not enough memory":
            text = "Resource limit exceeded: not enough memory"
        return ScriptError(
            text,
            kind=kind.decode(),
            frames=json.loads(frames.decode("utf-8", "replace")) or [],
            value=None if value is None else json.loads(value.decode("utf-8", "replace")),
            cause=cause,
        )

    def completeness(self, code: str) -> str:
        """`"complete"`, `"incomplete"` or the message of a syntax error."""
        answer: bytes = self._call(b"completeness", code.encode())
        return answer.decode("utf-8", "replace")

    def set_global(self, name: str, value: Any) -> None:
        """Gives scripts a global variable that holds plain data."""
        self._call(b"set_global", name.encode(), self.border.data(value))

    def call_host(self, name: str, *scalars: Any, packed: Any = None) -> Any:
        """Calls a function that a later prelude chunk put into `host` (see `_call`)."""
        return self._call(name.encode(), *scalars, packed=packed)

    def extend_host(self, fields: dict[str, Any]) -> None:
        """Gives further prelude chunks what they need; only while nothing runs."""
        for name, value in fields.items():
            self._host[name.encode()] = value

    def know_entry_points(self, names: Sequence[str]) -> None:
        """Looks up functions of `host` that will be called while a script runs."""
        for name in names:
            self._entry_point(name.encode())

    def memory_used(self) -> int:
        """Bytes of Lua memory in use."""
        return int(self._call(b"memory"))

    def flush(self) -> None:
        """Hands over what the script has written so far."""
        self._call(b"flush")

    def finish_run(self) -> None:
        """After a run: output is handed over, released functions are forgotten."""
        self._release_functions()
        try:
            self.flush()
        except LLMSpellError:
            if self._pending_stop() is None:
                raise

    def close(self) -> None:
        """Runs a full collection (finalisers included) and lets the state go."""
        self.closed = True
        try:
            self._call(b"unbuffer")
            self._call(b"collect")
        except LLMSpellError as error:
            self.border.last_cause = error
        self._entry_points.clear()
        self._host = None
        self.border.close()
        self.hooks.clear()
        runtime, self._runtime = self._runtime, None
        if sys.getrefcount(runtime) > 2:
            _kept.append(runtime)

    def _release_functions(self) -> None:
        for handle in self.border.sweep():
            self._call(b"release_function", handle)

    def _memory_free(self) -> int:
        limit = self._options.max_memory
        assert limit is not None
        # Half of the margin is kept for lupa's own small allocations.
        free: int = limit + _HARD_MARGIN // 2 - self._runtime.get_memory_used()
        return free

    # Jobs ----------------------------------------------------------------------------------

    def _step(self, job: Job, first: bool) -> int | None:
        """Starts or resumes a job; gives the ticket it waits for, None when it has ended."""
        if job.is_over:
            job.waiting.fail(_stop_requested())
            return None
        if len(self._stepping) >= _MAX_NESTING:
            job.waiting.fail(
                ResourceError(f"Lua and Python called each other {_MAX_NESTING} levels deep")
            )
            return None
        self._stepping.append(job)
        try:
            if job.context is None:
                outcome = self._advance(job, first)
            else:
                outcome = job.context.run(self._advance, job, first)
        except BaseException as error:  # noqa: BLE001 - handed to the job's caller
            # A stop is raised at every instruction, also at those around what it ends.
            job.waiting.fail(error if self._pending_stop() is None else _stop_requested())
            return None
        finally:
            self._stepping.pop()
        return self._settle(job, outcome)

    def _advance(self, job: Job, first: bool) -> Any:
        if not first:
            return self._call(b"resume_job", job.number)
        self._jobs += 1
        job.number = self._jobs
        arguments = lua_value(list(job.arguments))
        return self._call(b"start_job", job.number, job.handle, len(arguments), packed=arguments)

    def _end_job(self, job: Job) -> None:
        """Ends a job from another thread: at its next instruction, or in what it waits for."""
        job.is_over = True
        self.hooks.arm()
        self.pump.inbox.put(Task(lambda: self.pump.cancel(job)))

    def _settle(self, job: Job, outcome: Any) -> int | None:
        if outcome == b"stop":
            job.waiting.fail(_stop_requested())
            return None
        kind = outcome[0]
        if kind == b"wait":
            ticket: int = outcome[1]
            return ticket
        if kind == b"ok":
            try:
                job.waiting.complete(json.loads(outcome[1]))
            except UnicodeDecodeError:
                job.waiting.fail(ScriptError("the result of a callback is not valid UTF-8"))
        else:
            job.waiting.fail(self._script_error(outcome))
        return None

    def _drop(self, job: Job) -> None:
        try:
            self._call(b"drop_job", job.number)
        except LLMSpellError as error:
            self.border.last_cause = error


def read_bytes(path: str) -> bytes:
    """The content of a file (pathlib would cost 7 ms of start-up)."""
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()


def _stop_requested() -> BaseException:
    from llmspell.lua.waiting import StopRequested

    return StopRequested()


def _no_attributes(_target: object, name: object, _setting: bool) -> str:
    raise AttributeError(f"no attribute {name!r}")


def _main_pointer(runtime: Any, host: Any) -> bytes:
    show = runtime.table_from((host[b"raw"],))[1]
    pointer: bytes = show[b"string"][b"format"](b"%p", host[b"main_thread"])
    return pointer


def _quick_hook_check() -> bool:
    import sys

    return sys.platform != "win32" or hook_api_available()


def _engine_error(error: BaseException) -> LLMSpellError:
    """What lupa raises when a call fails outside the engine's own handler."""
    text = str(error)
    if "not enough memory" in text or isinstance(error, MemoryError):
        return ResourceError("not enough memory")
    return ScriptError(text)
