"""The `Hook` global around calls of tools."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import ToolError
from llmspell.lua.outcome import ScriptError
from llmspell.tools.answer import Answer
from llmspell.tools.call import Call
from llmspell.tools.functions import tool
from llmspell.tools.tool import Tool

PROBE = """
local calls = 0
Tool.register("probe", function(params)
  calls = calls + 1
  if params.fail and calls < params.fail then error("failure " .. calls) end
  return { n = params.n, calls = calls }
end)
Tool.register("other", function(params) return "other " .. tostring(params.n) end)
"""


def _value(runtime: Runtime, code: str) -> Any:
    return runtime.run(PROBE + code).value


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("nil", {"n": 1, "calls": 1}),
        ('{ type = "modified", data = { parameters = { n = 2 } } }', {"n": 2, "calls": 1}),
        ('{ type = "replace", data = "mine" }', "mine"),
        ('{ type = "redirect", target = "other" }', "other 1"),
    ],
)
def test_a_hook_before_a_call_decides(runtime: Runtime, answer: str, expected: Any) -> None:
    code = f"""
    Hook.register("BeforeToolExecution", function(context) return {answer} end)
    return Tool.execute("probe", {{ n = 1 }}).result
    """
    assert _value(runtime, code) == expected


def test_a_hook_cancels_with_a_reason(runtime: Runtime) -> None:
    code = (
        'Hook.register("ToolValidation", function() return "not today" end) Tool.execute("probe")'
    )
    with pytest.raises(ScriptError, match="cancelled by a hook: not today"):
        _value(runtime, code)


def test_a_hook_is_told_of_the_call(runtime: Runtime) -> None:
    code = """
    local seen
    Hook.register("BeforeToolExecution", function(context) seen = context end)
    Tool.execute("probe", { n = 7 })
    return { seen.point, seen.component_id.name, seen.data.parameters.n, seen.metadata.tool_category }
    """
    assert _value(runtime, code) == ["BeforeToolExecution", "probe", 7, "custom"]


def test_a_failed_call_is_tried_again(runtime: Runtime) -> None:
    code = """
    Hook.register("ToolError", function()
      return { type = "retry", delay_ms = 0, max_attempts = 3 }
    end)
    return { Tool.execute("probe", { fail = 3 }).result.calls, pcall(Tool.execute, "probe", { fail = 99 }) }
    """
    calls, ok, message = _value(runtime, code)
    assert (calls, ok) == (3, False)
    assert "failure 6" in message


def test_a_hook_after_a_call_changes_the_result(runtime: Runtime) -> None:
    code = """
    Hook.register("AfterToolExecution", function(context)
      return { type = "modified", data = { result = context.data.result.n + 1 } }
    end)
    return Tool.execute("probe", { n = 1 }).result
    """
    assert _value(runtime, code) == 2


def test_a_result_is_remembered_under_a_key(runtime: Runtime) -> None:
    code = """
    Hook.register("BeforeToolExecution", function(context)
      return { type = "cache", key = tostring(context.data.parameters.n), ttl = 600 }
    end)
    local function calls(n) return Tool.execute("probe", { n = n }).result.calls end
    return { calls(1), calls(1), calls(2) }
    """
    assert _value(runtime, code) == [1, 1, 2]


def test_a_fork_gives_all_results_in_order(runtime: Runtime) -> None:
    code = """
    Hook.register("BeforeToolExecution", function()
      return { type = "fork", operations = {
        { tool = "other", parameters = { n = 1 } }, { tool = "nope" },
      } }
    end)
    local list = Tool.execute("probe", {}).result
    return { list[1].result, list[2].success, list[2].error.message }
    """
    assert _value(runtime, code) == ["other 1", False, "Tool 'nope' not found"]


FORK = """
Hook.register("BeforeToolExecution", function(context)
  local each = {{ tool = "{0}" }}
  return {{ type = "fork", operations = {{ each, each, each }} }}
end)
local all = {{}}
for i, each in ipairs(Tool.execute("probe", {{}}).result) do
  all[i] = each.result or each.error.message
end
return all
"""


def test_the_calls_of_a_fork_are_made_at_once(runtime: Runtime) -> None:
    """Each of three waits until all three are there."""
    together = threading.Barrier(3)

    @tool()
    def meet() -> str:
        together.wait(30)
        return "met"

    runtime.tools.register(meet)
    assert _value(runtime, FORK.format("meet")) == ["met"] * 3


def test_a_cancelled_fork_cancels_all_its_calls(runtime: Runtime) -> None:
    there, ended = threading.Barrier(4), []

    class Wait(Tool):
        """Waits until it is cancelled."""

        name = "wait"

        def run(self, call: Call) -> Answer:
            there.wait(30)
            ended.append(call.wait_cancelled(30))
            raise ToolError("cancelled")

    runtime.tools.register(Wait())
    fork = {"type": "fork", "operations": [{"tool": "wait"}] * 3}
    runtime.hooks.register("BeforeToolExecution", lambda _context, _seconds: fork)
    handle = runtime.tools.submit("calculator", {"input": "1"})
    there.wait(30)
    handle.cancel()
    while len(ended) < 3:
        time.sleep(0.01)
    assert ended == [True] * 3


def test_handles_tell_and_take_away(runtime: Runtime) -> None:
    code = """
    local handle = Hook.register("ToolError", print, "high")
    local listed = Hook.list("ToolError")[1]
    local before = { handle:hook_point(), listed.priority, listed.language, #Hook.list({ tag = "lua" }) }
    return { before, handle:unregister(), Hook.unregister(handle), pcall(handle.id) }
    """
    before, first, second, ok, message = _value(runtime, code)
    assert before == ["ToolError", "Priority(-100)", "lua", 1]
    assert (first, second, ok) == (True, False, False)
    assert "Hook already unregistered" in message
