"""A call of a tool with hooks around it (spec hooks-events §3: what each answer means here).

It runs in a thread: hooks may be Lua functions, which the Lua thread runs while it waits.
"""

from __future__ import annotations

from llmspell.background import in_waiting_thread
from llmspell.errors import LLMSpellError, ToolError, ValidationError
from llmspell.hooks.dispatcher import Context
from llmspell.telemetry.correlation import current
from llmspell.tools.answer import Answer
from llmspell.tools.call import Call
from llmspell.tools.calling import Handle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from llmspell.hooks.dispatcher import Hooks
    from llmspell.hooks.results import HookResult
    from llmspell.tools.answer import ToolResult
    from llmspell.tools.call import Heard
    from llmspell.tools.service import Tools
    from llmspell.tools.tool import Tool

MOST_ATTEMPTS = 10
"""How often a call is made at most, whatever a hook says."""


def start_hooked(
    tools: Tools,
    hooks: Hooks,
    tool: Tool,
    params: Mapping[str, Any],
    seconds: float | None,
    heard: Heard | None,
) -> Handle:
    """Starts a call around which hooks run; the time limit counts for all of it."""
    limit = tool.seconds(tools.around) if seconds is None else seconds
    call = Call(tool.name, tool.operation_of(params), dict(params), tools.around, limit, heard)
    work = HookedCall(tools, hooks, call)
    return Handle(call, in_waiting_thread(lambda: work.run(tool, dict(params))))


class HookedCall:
    """One call with all that its hooks make of it."""

    def __init__(self, tools: Tools, hooks: Hooks, call: Call) -> None:
        self._tools = tools
        self._hooks = hooks
        self._call = call

    def run(self, tool: Tool, params: dict[str, Any]) -> ToolResult:
        """Does the call; raises what it fails with."""
        data = {"parameters": params, "tool_name": tool.name}
        for point in ("ToolValidation", "BeforeToolExecution"):
            answer = self._ask(point, tool, data)
            if answer.kind == "cache":
                return self._remembered(answer, tool, data["parameters"])
            if answer.kind not in {"continue", "modified", "retry"}:
                return self._instead(answer, data["parameters"], tool)
        return self._attempts(tool, data["parameters"])

    def _attempts(self, tool: Tool, params: Any) -> ToolResult:
        """Calls the tool, and again where a hook asks for that."""
        attempt = 0
        while True:
            attempt += 1
            result, error = self._try(tool, params)
            if error is None:
                data = {"parameters": params, "result": result.result, "success": result.success}
                answer = self._ask("AfterToolExecution", tool, data)
            else:
                data = {"parameters": params, "error": error.lua_message, "attempt": attempt}
                answer = self._ask("ToolError", tool, data)
            if answer.kind == "retry" and attempt < min(
                MOST_ATTEMPTS, answer.payload["max_attempts"]
            ):
                self._pause(answer.payload["delay_ms"] / 1000)
                continue
            if answer.kind not in {"continue", "modified", "retry", "cache"}:
                return self._instead(answer, params, tool)
            if error is not None:
                raise error
            return _made(tool, data["result"]) if answer.kind == "modified" else result

    def _try(self, tool: Tool, params: Any) -> tuple[Any, LLMSpellError | None]:
        """The result of one attempt, or why it failed."""
        try:
            return self._wait(tool, params), None
        except LLMSpellError as error:
            return None, error

    def _remembered(self, answer: HookResult, tool: Tool, params: Any) -> ToolResult:
        """The result that is kept under the key that a hook gave; else that of the call."""
        key = f"{tool.name}:{answer.payload['key']}"
        kept: ToolResult | None = self._hooks.kept(key)
        if kept is None:
            kept = self._attempts(tool, params)
            self._hooks.keep(key, kept, answer.payload["ttl"])
        return kept

    def _instead(self, answer: HookResult, params: Any, tool: Tool) -> ToolResult:
        """What a hook wants to happen instead of the call, or in place of its result."""
        payload = answer.payload
        if answer.kind == "replace":
            return _made(tool, payload["data"])
        if answer.kind == "redirect":
            return self._wait(self._tools.chosen(payload["target"]), params)
        if answer.kind == "fork":
            return _made(tool, self._forked(payload["operations"]))
        raise ToolError(f"cancelled by a hook: {payload['reason']}", hook=True)

    def _forked(self, operations: list[Any]) -> list[dict[str, Any]]:
        """What all operations of a fork give, made at once, in their order."""
        started = [self._part(each) for each in operations]
        handles = [each for each in started if isinstance(each, Handle)]

        def cancel() -> None:
            for handle in handles:
                handle.cancel()

        self._call.on_cancel(cancel)
        return [_part_result(each) for each in started]

    def _part(self, operation: Any) -> Handle | LLMSpellError:
        """The call of one operation of a fork, or why it cannot be made."""
        if not isinstance(operation, dict):
            operation = {}
        name = operation.get("tool") or operation.get("operation_type") or self._call.tool
        try:
            return self._start(self._tools.chosen(str(name)), operation.get("parameters") or {})
        except LLMSpellError as error:
            return error

    def _ask(self, point: str, tool: Tool, data: dict[str, Any]) -> HookResult:
        self._call.check()
        metadata = {
            "tool_name": tool.name,
            "tool_category": tool.category,
            "security_level": tool.security,
        }
        context = Context(
            point, ("tool", tool.name), data, metadata=metadata, correlation_id=current()
        )
        return self._hooks.run(context)

    def _wait(self, tool: Tool, params: Any) -> ToolResult:
        """The result of one call without hooks, cancelled with this one."""
        handle = self._start(tool, params)
        self._call.on_cancel(handle.cancel)
        return handle.result()

    def _start(self, tool: Tool, params: Any) -> Handle:
        self._call.check()
        if not isinstance(params, dict):
            raise ValidationError("a hook made parameters that are no table", field="parameters")
        return self._tools.start(tool, params, self._call.seconds_left, self._call.heard)

    def _pause(self, seconds: float) -> None:
        self._call.wait_cancelled(min(seconds, self._call.seconds_left))
        self._call.check()


def _part_result(started: Handle | LLMSpellError) -> dict[str, Any]:
    """What one operation of a fork gives; a failure is among the results."""
    if isinstance(started, LLMSpellError):
        return {"success": False, "error": started.told()}
    try:
        return started.result().table()
    except LLMSpellError as error:
        return {"success": False, "error": error.told()}


def _made(tool: Tool, data: Any) -> ToolResult:
    """The result that a hook gives."""
    return tool.shaped(Answer("hook", data), 0.0)
