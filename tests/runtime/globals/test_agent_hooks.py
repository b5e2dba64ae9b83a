"""Hooks in the life of agents, and the events of an answer, from Lua."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from llmspell.lua.outcome import Exited
from llmspell.models.messages import Message, ToolCall
from llmspell.models.provider import Setup
from llmspell.models.request import ChatRequest
from llmspell.testing import Echo, Mock
from tests.runtime.conftest import Project


@pytest.fixture
def project(project: Project) -> Project:
    """A project with an `echo` provider."""
    project.runtime.models.register("echo", Echo)
    return project


NOTING = """
local seen = {}
local function note(point, answer)
  Hook.register(point, function(context)
    seen[#seen + 1] = context.point .. " " .. context.component_id.name
    return answer
  end)
end
local function made() return Agent.builder():name("a"):model("echo/m"):build() end
"""


def test_hooks_run_when_an_agent_is_made_and_ended(project: Project) -> None:
    code = f"""{NOTING}
    for _, point in ipairs({{ "BeforeAgentInit", "AfterAgentInit", "BeforeAgentShutdown",
      "AfterAgentShutdown" }}) do note(point) end
    made():destroy()
    Agent.create_composite("both", {{ made().name }}, "parallel"):initialize()
    Agent.get("both"):terminate()
    return seen
    """
    life = [
        "BeforeAgentInit a",
        "AfterAgentInit a",
        "BeforeAgentShutdown a",
        "AfterAgentShutdown a",
    ]
    others = ["BeforeAgentInit a", "AfterAgentInit a"]
    both = [each.replace(" a", " both") for each in life]
    assert project.value(code) == life + others + both


@pytest.mark.parametrize(
    ("point", "act"),
    [
        ("BeforeAgentInit", "made()"),
        ("BeforeAgentShutdown", "made():destroy()"),
        ("custom:agent_state_Uninitialized_exit", "made():initialize()"),
    ],
)
def test_a_hook_refuses(project: Project, point: str, act: str) -> None:
    code = f"""{NOTING}
    note("{point}", {{ type = "cancel", reason = "not now" }})
    local ok, message = pcall(function() {act} end)
    return {{ ok, message, Agent.count() }}
    """
    ok, message, count = project.value(code)
    assert (ok, message) == (False, "Component error: cancelled by a hook: not now")
    assert count == (0 if point == "BeforeAgentInit" else 1)


def test_hooks_are_told_of_states(project: Project) -> None:
    code = f"""{NOTING}
    for _, point in ipairs({{ "custom:agent_state_Ready_enter", "custom:agent_state_Ready_exit",
      "custom:agent_paused", "custom:agent_recovering", "custom:before_agent_terminate",
      "AgentError" }}) do note(point) end
    local a = made()
    a:execute("hi") a:start() a:pause() a:set_error("broken") a:recover() a:terminate()
    for i, each in ipairs(seen) do seen[i] = each:gsub("custom:", ""):gsub(" a$", "") end
    return seen
    """
    assert project.value(code) == [
        "agent_state_Ready_enter",
        "agent_state_Ready_exit",
        "agent_paused",
        "AgentError",
        "agent_recovering",
        "agent_state_Ready_enter",
        "agent_state_Ready_exit",
        "before_agent_terminate",
    ]


TELLING = """
for _, point in ipairs({ "BeforeAgentShutdown", "AfterAgentShutdown" }) do
  Hook.register(point, function(context)
    Event.publish("seen", { what = context.point .. " " .. context.component_id.name })
    return ANSWER
  end)
end
local first = Agent.builder():name("first"):model("echo/m"):build()
first:execute("hi")
Agent.builder():name("second"):model("echo/m"):build()
local over = Agent.builder():name("over"):model("echo/m"):build()
over:initialize()
over:terminate()
"""


def _seen_at_the_end(project: Project, code: str) -> list[str]:
    """What hooks publish while a runtime closes behind a spell."""
    with suppress(Exited):
        project.value(code)
    seen = project.runtime.events.subscribe("seen")
    project.runtime.close()
    found: list[str] = []
    while (event := seen.receive(0)) is not None:
        data: Any = event.data
        found.append(data["what"])
    return found


@pytest.mark.parametrize("end", ["", "os.exit(3)"])
def test_agents_that_live_when_the_spell_ends_are_ended_the_last_first(
    project: Project, end: str
) -> None:
    code = TELLING.replace("ANSWER", "nil") + end
    assert _seen_at_the_end(project, code) == [
        "BeforeAgentShutdown second",
        "AfterAgentShutdown second",
        "BeforeAgentShutdown first",
        "AfterAgentShutdown first",
    ]


def test_a_hook_that_refuses_or_fails_at_the_end_is_told_of_and_ends_nothing(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.value("Agent.builder():name('a'):model('echo/m'):build():execute('hi')")
    project.value("Hook.register('BeforeAgentShutdown', function() error('broken') end)")
    project.value("Hook.register('BeforeAgentShutdown', function() return 'not now' end)")
    agent = project.runtime.agents.get("a")
    project.runtime.close()
    assert agent.lifecycle.state == "Terminated"
    told = capsys.readouterr().err
    assert "broken" in told
    assert "agent 'a' is ended all the same" in told
    assert "not now" in told


def test_a_hook_that_never_ends_does_not_hold_up_the_end(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("llmspell.app.LONGEST_SHUTDOWN", 0.05)
    project.value("Agent.builder():name('a'):model('echo/m'):build():execute('hi')")
    project.value("Hook.register('BeforeAgentShutdown', function() while true do end end)")
    agent = project.runtime.agents.get("a")
    project.runtime.close()
    assert agent.lifecycle.state == "Terminated"


def test_a_hook_is_told_of_a_limit(project: Project) -> None:
    code = """
    local told
    Hook.register("ResourceLimitExceeded", function(context) told = context.data end)
    local a = Agent.builder():name("a"):model("echo/m"):max_total_tokens(1):build()
    a:execute("hi")
    pcall(a.execute, a, "hi again")
    return { told.agent_name, told.resource, told.limit, told.error:match("budget") }
    """
    assert project.value(code) == ["a", "tokens", 1, "budget"]


WITH_TOOL = """
Tool.register("ask", function(p) return { text = TOOL_DOES } end, {
  description = "x", parameters = { { name = "text", type = "string" } } })
"""


def _calling(project: Project) -> None:
    """Lets `mock/m` call the tool `ask` once, and answer then."""
    wanted = Message.assistant("", (ToolCall("c1", "ask", '{"text": "x"}'),))

    def make(setup: Setup) -> Mock:
        return Mock(setup, [wanted, "done"])

    project.runtime.models.register("mock", make)


@pytest.mark.parametrize("hook", ["", 'Hook.register("BeforeToolExecution", function() end)'])
def test_all_events_of_an_answer_have_one_id(project: Project, hook: str) -> None:
    _calling(project)
    asks = 'Event.publish("mine", {}) and Agent.get("inner"):complete(p.text)'
    code = f"""{WITH_TOOL.replace("TOOL_DOES", asks)} {hook}
    Agent.builder():name("inner"):model("echo/m"):build()
    local a = Agent.builder():name("outer"):model("mock/m"):tool("ask"):build()
    local everything = Event.subscribe("*")
    local result, ids, seen = a:execute("go"), {{}}, {{}}
    while true do
      local event = Event.receive(everything, 0)
      if not event then break end
      ids[event.metadata.correlation_id or "none"] = true
      seen[#seen + 1] = event.event_type
    end
    local count = 0
    for _ in pairs(ids) do count = count + 1 end
    return {{ count, ids[result.metadata.correlation_id], seen }}
    """
    count, known, seen = project.value(code)
    assert (count, known) == (1, True)
    assert [each for each in seen if not each.startswith("hook.")] == [
        "agent.started",
        "model.started",
        "model.completed",
        "tool.started",
        "mine",
        "agent.started",
        "model.started",
        "model.completed",
        "agent.completed",
        "tool.completed",
        "model.started",
        "model.completed",
        "agent.completed",
    ]


def test_an_answer_has_an_id_of_its_own(project: Project) -> None:
    code = """
    local a = Agent.builder():model("echo/m"):build()
    local one, other = a:execute("x"), a:execute("x")
    return one.metadata.correlation_id ~= other.metadata.correlation_id
    """
    assert project.value(code) is True


@pytest.mark.parametrize("hook", ["", 'Hook.register("BeforeToolExecution", function() end)'])
def test_an_agent_that_asks_itself_by_a_function_of_lua_is_told_so(
    project: Project, hook: str
) -> None:
    _calling(project)
    tool = WITH_TOOL.replace("TOOL_DOES", 'Agent.get("outer"):complete(p.text)')
    code = f"""{tool} {hook}
    local a = Agent.builder():name("outer"):model("mock/m"):tool("ask"):build()
    local result = a:execute("go")
    return {{ result.text, result.tool_calls[1].result.error }}
    """
    text, error = project.value(code)
    assert text == "done"
    assert "agent 'outer' asks itself" in error


AROUND_ALL = """
for _, point in ipairs({ "BeforeToolExecution", "AfterToolExecution", "BeforeAgentExecution",
  "AfterAgentExecution" }) do Hook.register(point, function() end) end
local parameters = { { name = "text", type = "string", required = true } }
"""


def test_forty_calls_at_once_whose_functions_ask_agents_end_with_hooks_around_all(
    project: Project,
) -> None:
    wanted = tuple(ToolCall(f"c{number}", "ask", f'{{"text": "{number}"}}') for number in range(40))
    answers: list[Message | str | Exception] = [Message.assistant("", wanted), "done"]
    project.runtime.models.register("mock", lambda setup: Mock(setup, answers))
    code = f"""{AROUND_ALL}
    for number = 0, 39 do Agent.create({{ name = "a" .. number, model = "echo/m" }}) end
    Tool.register("ask", function(given)
      return Agent.get("a" .. given.text):execute("hi " .. given.text).text
    end, {{ parameters = parameters }})
    local asked = Agent.create({{ name = "all", model = "mock/m", tools = {{ "ask" }} }}):execute("x")
    local good = 0
    for _, call in ipairs(asked.tool_calls) do if call.result.success then good = good + 1 end end
    return good
    """
    assert project.value(code) == 40


def test_agents_and_functions_that_ask_each_other_go_forty_deep_with_hooks_around_all(
    project: Project,
) -> None:
    def answer(request: ChatRequest) -> Message | str:
        last = request.messages[-1]
        if last.role == "tool":
            return last.text
        return Message.assistant("", (ToolCall("c", "ask", f'{{"text": "{last.text}"}}'),))

    project.runtime.models.register("mock", lambda setup: Mock(setup, answer))
    code = f"""{AROUND_ALL}
    Tool.register("ask", function(given)
      local number = math.tointeger(tonumber(given.text))
      if number == 40 then return "the ground" end
      return Agent.get("a" .. (number + 1)):execute(tostring(number + 1)).text
    end, {{ parameters = parameters }})
    for number = 1, 40 do
      Agent.create({{ name = "a" .. number, model = "mock/m", tools = {{ "ask" }},
        resource_limits = {{ max_recursion_depth = 50 }} }})
    end
    return Agent.get("a1"):execute("1").text
    """
    assert project.value(code) == "the ground"
