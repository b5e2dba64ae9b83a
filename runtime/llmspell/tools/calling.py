"""One call of a tool, from its parameters to its result: checked, limited, announced."""

from __future__ import annotations

import inspect
import time

from llmspell.background import aside, in_thread, in_waiting_thread, on_loop
from llmspell.errors import (
    LLMSpellError,
    ResourceError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.telemetry.correlation import current
from llmspell.tools.call import Call
from llmspell.tools.rates import Rates
from llmspell.tools.validation import Validator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future
    from typing import Any

    from llmspell.events.bus import EventBus
    from llmspell.tools.answer import Answer, ToolResult
    from llmspell.tools.call import Heard, Surroundings
    from llmspell.tools.tool import Tool


class Handle:
    """A call that is under way. `future` gives the `ToolResult`, or raises an `LLMSpellError`."""

    def __init__(self, call: Call, future: Future[ToolResult]) -> None:
        self.call = call
        self.future = future

    def cancel(self) -> None:
        """Ends the call: what is awaited at once, other tools where they look for it."""
        self.call.cancel()
        self.future.cancel()

    def overdue(self) -> TimeLimitError:
        """Cancels the call and gives the error that says that its time is over."""
        self.cancel()
        return self.call.overdue()

    def result(self) -> ToolResult:
        """Waits for the result; Ctrl-C ends the call."""
        try:
            return self.future.result(self.call.seconds_left)
        except TimeoutError:
            raise self.overdue() from None
        except KeyboardInterrupt:
            self.cancel()
            raise


class Caller:
    """Calls tools. around: what they may touch; events: the bus, opened when something happens."""

    def __init__(self, around: Surroundings, events: Callable[[], EventBus]) -> None:
        self._around = around
        self._events = events
        self._validators: dict[str, tuple[Tool, Validator]] = {}
        self._rates = Rates()

    def start(
        self,
        tool: Tool,
        params: Mapping[str, Any],
        seconds: float | None = None,
        heard: Heard | None = None,
    ) -> Handle:
        """Starts a call. seconds: a limit instead of the tool's own (never above it by much).

        heard: gets what happens before the result, in other threads.

        Raises ValidationError and RateLimitError at once; all else comes out of the handle.
        """
        limit = tool.seconds(self._around) if seconds is None else seconds
        try:
            call = self._call(tool, params, limit, heard)
            self._rates.count("", self._around.calls_per_minute, "tools")
            self._rates.count(tool.name, tool.limits.calls_per_minute, f"'{tool.name}'")
        except LLMSpellError as error:
            error.details.setdefault("tool", tool.name)
            told = tool.refused(params, error) if isinstance(error, ValidationError) else None
            if told is None:
                raise
            return self._told(tool, Call(tool.name, told.operation, {}, self._around, limit), told)
        self._publish("tool.started", tool, parameter_keys=sorted(params))
        begun = time.perf_counter()

        def finish(answer: Answer) -> ToolResult:
            return self._finish(tool, answer, time.perf_counter() - begun)

        def fail(error: Exception) -> ToolResult:
            return self._fail(tool, call, error, time.perf_counter() - begun)

        return Handle(call, _run(tool, call, finish, fail))

    def _call(
        self, tool: Tool, params: Mapping[str, Any], limit: float, heard: Heard | None
    ) -> Call:
        operation = ""
        if tool.operations:
            operation = tool.operation_of(params)
            if operation:
                params = {**params, "operation": operation}
        checked = self._validator(tool).check(params)
        return Call(tool.name, operation, checked, self._around, limit, heard)

    def _told(self, tool: Tool, call: Call, answer: Answer) -> Handle:
        """The handle of a call that was over before it began."""
        from concurrent.futures import Future

        done: Future[ToolResult] = Future()
        done.set_result(self._finish(tool, answer, 0.0))
        return Handle(call, done)

    def _validator(self, tool: Tool) -> Validator:
        known = self._validators.get(tool.name)
        if known is None or known[0] is not tool:
            known = self._validators[tool.name] = (tool, Validator(tool.schema))
        return known[1]

    def _finish(self, tool: Tool, answer: Answer, seconds: float) -> ToolResult:
        result = tool.shaped(answer, seconds)
        most = tool.limits.output_bytes
        if len(result.raw) > most:
            raise ResourceError(
                f"the result of '{tool.name}' has {len(result.raw)} characters, at most {most} "
                "are allowed; ask for less at once",
                resource="output",
                limit=most,
                used=len(result.raw),
            )
        if answer.error is None:
            self._publish("tool.completed", tool, duration_ms=round(seconds * 1000, 3))
        else:
            self._failed(tool, answer.error, seconds)
        return result

    def _fail(self, tool: Tool, call: Call, error: Exception, seconds: float) -> ToolResult:
        ours = _as_ours(tool, error)
        answer = tool.failed(call, ours)
        if answer is not None:
            return self._finish(tool, answer, seconds)
        self._failed(tool, ours, seconds)
        raise ours from (None if ours is error else error)

    def _failed(self, tool: Tool, error: LLMSpellError, seconds: float) -> None:
        self._publish(
            "tool.failed",
            tool,
            duration_ms=round(seconds * 1000, 3),
            error=error.lua_message,
            error_type=type(error).__name__,
        )

    def _publish(self, event: str, tool: Tool, **data: Any) -> None:
        self._events().publish(
            event,
            {"component_name": tool.name, **data},
            source=tool.name,
            correlation_id=current(),
        )


def _run(
    tool: Tool,
    call: Call,
    finish: Callable[[Answer], ToolResult],
    fail: Callable[[Exception], ToolResult],
) -> Future[ToolResult]:
    if inspect.iscoroutinefunction(_method(tool, call)):

        async def awaited() -> ToolResult:
            try:
                answer = await tool.run(call)  # type: ignore[misc]
                if answer.is_large():
                    return await aside(lambda: finish(answer))
                return finish(answer)
            except Exception as error:  # noqa: BLE001 - told to the caller in our words
                return fail(error)

        return on_loop(awaited())

    def blocking() -> ToolResult:
        try:
            return finish(tool.run(call))  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - told to the caller in our words
            return fail(error)

    if not tool.quick:
        return in_waiting_thread(blocking) if tool.waits else in_thread(blocking)
    from concurrent.futures import Future

    done: Future[ToolResult] = Future()
    try:
        done.set_result(blocking())
    except LLMSpellError as error:
        done.set_exception(error)
    return done


def _method(tool: Tool, call: Call) -> Any:
    own = getattr(tool, f"do_{call.operation.replace('-', '_')}", None)
    return tool.run if own is None else own


def _as_ours(tool: Tool, error: Exception) -> LLMSpellError:
    """Any failure in our words; what is not ours is a fault of the tool and named as such."""
    if isinstance(error, LLMSpellError):
        ours = error
    elif isinstance(error, UnicodeDecodeError):
        ours = ValidationError(f"not valid UTF-8 (byte {error.start + 1})")
    elif isinstance(error, TimeoutError):
        ours = TimeLimitError(str(error) or "the time is over")
    elif isinstance(error, MemoryError):
        ours = ResourceError("not enough memory")
    else:
        ours = ToolError(f"{type(error).__name__}: {error}")
    ours.details.setdefault("tool", tool.name)
    return ours
