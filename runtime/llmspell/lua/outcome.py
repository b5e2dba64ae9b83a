"""How a run can end: a result, an error of the script, or a stop from outside."""

from __future__ import annotations

from llmspell.errors import LLMSpellError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict

    class Frame(TypedDict, total=False):
        """One level of a Lua call stack, innermost first, without the engine's own levels."""

        source: str
        line: int
        what: str
        name: str
        kind: str
        defined: int
        tail: bool


class RunResult:
    """What a chunk gave back.

    `json` is the first value as JSON text (spec lua-globals §1.2, never fails), `count` the
    number of values, `shown` all of them as readable text if that was asked for.
    """

    __slots__ = ("count", "json", "shown")

    def __init__(self, json: str, count: int, shown: list[str] | None = None) -> None:
        self.json = json
        self.count = count
        self.shown = shown

    @property
    def value(self) -> Any:
        """The first value as Python data: null is None, arrays are lists, objects dicts."""
        import json

        return json.loads(self.json)


class ScriptError(LLMSpellError):
    """A spell raised an error that it did not catch.

    `str(error)` is the text of the Lua error; `frames` the call stack at the place where it was
    raised, innermost first; `value` the error value as data where it was a table; `cause` the
    Python exception behind it where an API call failed.
    """

    prefix = "Script execution error: "

    def __init__(
        self,
        message: str,
        *,
        kind: str = "string",
        frames: list[Frame] | None = None,
        value: Any = None,
        cause: BaseException | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.frames = frames or []
        self.value = value
        self.cause = cause


class ChunkError(ScriptError):
    """A chunk could not be loaded: missing or unreadable file, or a syntax error."""


class Stopped(LLMSpellError):
    """A run was ended from outside; the subclasses say by what."""


class Interrupted(Stopped):
    """Ctrl-C, or `Engine.stop()`."""

    def __init__(self) -> None:
        super().__init__("interrupted")


class TimedOut(Stopped):
    """The time limit of the run was met; `seconds` is that limit."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the spell ran longer than its limit of {seconds:g} s")
        self.seconds = seconds


class Exited(Stopped):
    """The script called `os.exit`; `code` is the exit status it asked for."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the spell ended itself with exit status {code}")
        self.code = code


class OutputClosed(Stopped):
    """Nobody reads the output of the script any more (broken pipe)."""

    def __init__(self) -> None:
        super().__init__("the reader of the output has gone")


class EngineLost(LLMSpellError):
    """The Lua thread did not answer a stop in time, or has ended; this engine cannot be used again.

    `reason` is the stop that was asked for. A thread that does not answer is left behind (C code
    such as a pathological `string.find`, or a finaliser that loops, cannot be interrupted).
    closed: whether the engine was simply closed. `earlier` is the error with which the spell had
    ended when the engine was lost, where it was lost behind it.
    """

    earlier: LLMSpellError | None = None

    def __init__(self, reason: Stopped, *, closed: bool = False) -> None:
        super().__init__(
            "the Lua engine is closed"
            if closed
            else f"the Lua engine did not stop in time ({reason})"
        )
        self.reason = reason
