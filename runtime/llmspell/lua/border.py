"""The Python side of the border between scripts and the API (design invariants 3 and 5).

`prelude/objects.lua` checks arguments and calls the functions that `bind` gives it; generated
modules (`llmspell.globals.generated`) make those functions from plain Python objects. Whatever
such a function does, it returns what Lua can take: a value, or None and the sentence of an error.
"""

from __future__ import annotations

import json

from llmspell.errors import LLMSpellError, ValidationError
from llmspell.lua.convert import check_room, encode_text, lua_value
from llmspell.lua.outcome import ScriptError
from llmspell.lua.waiting import Job, Pump, StopRequested, Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    class Api(Protocol):
        """What an engine offers to its scripts: generated Lua, and the Python behind it."""

        def lua_sources(self) -> list[tuple[str, bytes]]:
            """Names and texts of the Lua chunks that put the API into `host.G`."""
            ...

        def bind(self, namespace: str, border: Border) -> tuple[Callable[..., Any], ...]:
            """The functions behind a namespace, in the order the generated Lua expects."""
            ...


Failure = tuple[None, "bytes | bool"]


class LuaCallback:
    """A Lua function that a script handed over. Call it, or `submit` it, from any thread.

    Arguments and result are plain data. It raises `ScriptError` where the function raises.
    """

    __slots__ = ("__weakref__", "_border", "handle")

    def __init__(self, border: Border, handle: int) -> None:
        self._border = border
        self.handle = handle

    def __call__(self, *arguments: Any) -> Any:
        """Runs the function and gives its first result as plain data."""
        return self._border.call(self.handle, arguments)

    def within(self, seconds: float, *arguments: Any) -> Any:
        """The same from another thread, for some time; raises TimeoutError after that."""
        return self._border.call(self.handle, arguments, seconds)

    def submit(self, *arguments: Any) -> Waiting:
        """Queues a call for the Lua thread; it runs at the script's next wait or at its end."""
        return self._border.submit(self.handle, arguments)

    def __del__(self) -> None:
        self._border.forget_function(self.handle)


class Border:
    """Conversions and calls between one engine's scripts and Python."""

    def __init__(self, runtime: Any, pump: Pump, on_lua_thread: Callable[[], bool]) -> None:
        self._runtime = runtime
        self._pump = pump
        self._on_lua_thread = on_lua_thread
        self._objects: dict[int, object] = {}
        self._numbers: dict[int, int] = {}  # id(object) -> number of the instance
        self._last_object = 0
        self._dead_functions: list[int] = []
        self.memory_free: Callable[[], int] | None = None
        self.end: Callable[[Job], object] = lambda _job: None
        """Ends a job that is under way, from another thread; nobody waits for it any more."""
        self.last_cause: BaseException | None = None

    # Arguments -----------------------------------------------------------------------------

    loads = staticmethod(json.loads)

    def function(self, handle: int) -> LuaCallback:
        """The Lua function behind a number, as something Python can keep and call."""
        return LuaCallback(self, handle)

    def options(
        self, text: bytes | None, known: Mapping[str, type | tuple[type, ...]]
    ) -> dict[str, Any]:
        """Keyword arguments from the JSON text of an options table; unknown keys are ignored.

        Raises ValidationError naming the key whose value has the wrong type.
        """
        if text is None:
            return {}
        table = json.loads(text)
        if not isinstance(table, dict):
            if table == []:
                return {}
            raise ValidationError("the options must be a table with named fields")
        chosen = {}
        for key, wanted in known.items():
            value = table.get(key)
            if value is None:
                continue
            chosen[key] = _option(key, value, wanted)
        return chosen

    def object_of(self, number: int) -> Any:
        """The Python object behind an instance."""
        return self._objects[number]

    # Results -------------------------------------------------------------------------------

    def data(self, value: Any) -> Any:
        """Plain data as Lua takes it: scalars as they are, lists and dicts as a Lua table."""
        converted = lua_value(value)
        if self.memory_free is not None:
            check_room(converted, self.memory_free())
        if converted.__class__ is dict or converted.__class__ is list:
            return self._runtime.table_from(converted, recursive=True)
        return converted

    def text(self, value: str | None) -> Any:
        """A string result."""
        return None if value is None else self.data(value)

    def json_text(self, value: str | None) -> Any:
        """A result that is JSON text, as the value it stands for."""
        return None if value is None else self.data(json.loads(value))

    def instance(self, value: object) -> int | None:
        """The number under which Lua knows an object."""
        if value is None:
            return None
        number = self._numbers.get(id(value))
        if number is None:
            self._last_object = number = self._last_object + 1
            self._objects[number] = value
            self._numbers[id(value)] = number
        return number

    def release_object(self, number: int) -> None:
        """Called when Lua has collected the table of an instance."""
        value = self._objects.pop(number, None)
        if value is not None:
            self._numbers.pop(id(value), None)

    def wait(self, waiting: Waiting, convert: Callable[[Any], Any]) -> int:
        """The ticket for a result that is not there yet, to be converted once it is."""
        return self._pump.issue_ticket(waiting, convert)

    def fail(self, error: BaseException) -> Failure:
        """An error as Lua raises it: a string in the documented form (§1.4)."""
        if isinstance(error, StopRequested):
            return None, True
        self.last_cause = error
        return None, encode_text(_sentence(error))

    def cause_of(self, text: str) -> BaseException | None:
        """The error of ours behind the text of one that Lua has raised, if there is one."""
        cause = self.last_cause
        if cause is None or str(cause) not in text:
            return None  # an earlier failure, which the script caught
        return cause

    # Calls into Lua ------------------------------------------------------------------------

    def submit(self, handle: int, arguments: tuple[Any, ...]) -> Waiting:
        """Queues a call of a Lua function; may be used from any thread."""
        return self._queued(handle, arguments).waiting

    def _queued(self, handle: int, arguments: tuple[Any, ...]) -> Job:
        job = Job(handle, arguments)
        self._pump.inbox.put(job)
        return job

    def call(self, handle: int, arguments: tuple[Any, ...], seconds: float | None = None) -> Any:
        """Calls a Lua function and waits for its result (pumping, on the Lua thread).

        seconds: how long another thread waits before it ends the call and raises TimeoutError.
        """
        if self._on_lua_thread():
            job = Job(handle, arguments)
            self._pump.handle(job)
            self._pump.pump_until(job.waiting)
            return job.waiting.result
        import threading

        job = self._queued(handle, arguments)
        arrived = threading.Event()
        job.waiting.on_done(arrived.set)
        if not arrived.wait(seconds):
            self.end(job)
            raise TimeoutError
        return job.waiting.result

    def forget_function(self, handle: int) -> None:
        """Marks a function for release; done on the Lua thread by `sweep`."""
        self._dead_functions.append(handle)

    def close(self) -> None:
        """Lets the Lua state go."""
        self._runtime = None

    def sweep(self) -> list[int]:
        """The handles of functions that Python no longer holds."""
        dead, self._dead_functions = self._dead_functions, []
        return dead


def _sentence(error: BaseException) -> str:
    if isinstance(error, ScriptError):
        return str(error)  # raised by Lua code: it passes through as it is
    if isinstance(error, LLMSpellError):
        return error.lua_message
    if isinstance(error, UnicodeDecodeError):
        return f"Validation error: a string is not valid UTF-8 (byte {error.start + 1})"
    if isinstance(error, RecursionError):
        return "Resource limit exceeded: Lua and Python called each other too deeply"
    if isinstance(error, MemoryError):
        return "Resource limit exceeded: not enough memory"
    return f"Internal error: {type(error).__name__}: {error}"


def _option(key: str, value: Any, wanted: type | tuple[type, ...]) -> Any:
    if isinstance(value, wanted) and not (isinstance(value, bool) and wanted in (int, float)):
        return value
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if wanted is str and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    names = " or ".join(_LUA_NAMES.get(kind, kind.__name__) for kind in kinds)
    raise ValidationError(f"option '{key}' must be a {names}")


_LUA_NAMES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "table",
}
