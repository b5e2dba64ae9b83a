"""The `Agent` global, from Lua (spec lua-globals §3)."""

from __future__ import annotations

import pytest

from llmspell.errors import NetworkError
from llmspell.models.messages import Message, ToolCall
from llmspell.models.provider import Setup
from llmspell.testing import Echo, Mock
from llmspell.testing.providers import Answer
from tests.runtime.conftest import MakeProject, Project


@pytest.fixture
def project(project: Project) -> Project:
    """A project with an `echo` provider."""
    project.runtime.models.register("echo", Echo)
    return project


BUILD = 'Agent.builder():name("a"):model("echo/m"):build()'


@pytest.mark.parametrize(
    "call",
    [
        'execute({ text = "hi" })',
        'execute("hi")',
        'execute({ prompt = "hi" })',
        'invoke({ text = "hi" }, { temperature = 0 })',
    ],
)
def test_every_form_of_question_is_answered(project: Project, call: str) -> None:
    assert project.value(f"return {BUILD}:{call}.text") == "hi"


def test_an_answer_has_the_fields_of_all_documents(project: Project) -> None:
    answer = project.value(f'return {BUILD}:execute("hi there")')
    assert answer["success"] is True
    assert answer["text"] == answer["content"] == answer["response"] == "hi there"
    assert answer["result"] == {"text": "hi there", "content": "hi there"}
    assert answer["metadata"]["model"] == "m"
    assert answer["metadata"]["provider"] == "echo"
    assert answer["usage"]["completion_tokens"] == 2
    assert answer["cost"] == 0


def test_an_answer_that_is_json_is_data_too(project: Project) -> None:
    answer = project.value(f'return {BUILD}:execute(\'{{"operation": "x", "result": 1}}\')')
    assert answer["data"] == {"operation": "x", "result": 1}
    assert answer["operation"] == "x"
    assert answer["text"].startswith("{")
    assert answer["success"] is True


def test_dots_and_colons_are_the_same(project: Project) -> None:
    code = """
    local built = Agent.builder().name("dotted").model("m").provider("echo").build()
    return { built.execute("hi").text, built.complete("ho"), built.name, built.model,
      built.success, built.error == nil, built.result == built }
    """
    assert project.value(code) == ["hi", "ho", "dotted", "echo/m", True, True, True]


def test_an_agent_is_made_of_a_table(project: Project) -> None:
    code = 'return Agent.create({ model = "echo/m", name = "t" }):complete("hi")'
    assert project.value(code) == "hi"


def test_agents_are_known_by_name(project: Project) -> None:
    code = f"""
    local agent = {BUILD}
    local found = {{ Agent.list_instances(), Agent.list(), Agent.count(), Agent.get("nope") == nil }}
    found[5] = Agent.get("a"):complete("hi")
    agent:destroy()
    found[6] = Agent.get("a") == nil
    return found
    """
    names, entries, count, absent, text, gone = project.value(code)
    assert names == ["a"]
    assert entries == [{"name": "a", "type": "llm", "model": "echo/m"}]
    assert (count, absent, text, gone) == (1, True, "hi", True)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ('Agent.builder():name("x"):build()', "Validation error: Model is required"),
        ('Agent.builder():model("invalid_provider/x"):build()', "unknown provider"),
        (f"{BUILD}:execute({{ text = '' }})", "Input text cannot be empty"),
        (f'{BUILD}:execute("x", {{ temperature = "hot" }})', "'temperature' must be a number"),
        (
            f"{BUILD}:execute('x', {{ schema = {{ type = 'strng' }} }})",
            "'schema' is no JSON Schema",
        ),
        ('Agent.create({ model = "echo/m", api_key = 5 })', "'api_key' must be a string"),
        ('Agent.create({ model = "echo/m", base_url = {} })', "'base_url' must be a string"),
        ("Agent.create({ model = 5 })", "'model' must be a name or a table, not 5"),
        ('Agent.create({ model = "echo/m", memory_enabled = "no" })', "must be true or false"),
        (
            'Agent.create({ model = "echo/m", resource_limits = { max_tool_calls = -1 } })',
            "'max_tool_calls' must be a number from 0, not -1",
        ),
        (f'{BUILD}:execute("x", {{ tool_choice = "zzz" }})', "'tool_choice' is one of auto, none,"),
        (f'{BUILD}:execute("x", {{ temperature = -1 }})', "'temperature' must not be below 0"),
        (
            'Agent.builder():model("echo/m"):max_tokens(-3):build()',
            "'max_tokens' must not be below",
        ),
        (
            'Agent.builder():model("echo/m"):memory("forget"):build()',
            "'memory' is trim or summarise",
        ),
    ],
)
def test_mistakes_are_raised_with_their_category(
    project: Project, expression: str, words: str
) -> None:
    assert words in project.error(expression)


@pytest.mark.parametrize("order", ['"a b c", take', '"a b c", {}, take', '"a b c", take, {}'])
def test_a_stream_calls_a_function_with_each_piece(project: Project, order: str) -> None:
    code = f"""
    local pieces = {{}}
    local function take(piece) pieces[piece.index] = piece.text end
    local whole = {BUILD}:invokeStream({order})
    return {{ pieces, whole.chunks_received, whole.success, whole.text }}
    """
    assert project.value(code) == [["a ", "b ", "c"], 3, True, "a b c"]


def test_the_function_of_a_stream_may_ask_the_agent(project: Project) -> None:
    code = f"""
    local agent, said = {BUILD}, {{}}
    agent:invokeStream("one two", function(piece)
      local answer = agent:complete("again " .. piece.text)
      said[#said + 1] = answer
    end)
    return said
    """
    assert project.value(code) == ["again one ", "again two"]


def test_an_error_in_the_function_of_a_stream_is_raised(project: Project) -> None:
    assert "stop it" in project.error(
        f'{BUILD}:invokeStream("a b c", function() error("stop it") end)'
    )


def test_an_agent_calls_the_tools_of_a_spell(make_project: MakeProject) -> None:
    project = make_project()
    call = Message.assistant("", (ToolCall("1", "adder", '{"a": 20, "b": 22}'),))
    project.runtime.models.register("mock", lambda setup: Mock(setup, [call, "It is 42."]))
    code = """
    Tool.register("adder", function(p) return { sum = p.a + p.b } end, {
      description = "Adds", parameters = { a = { type = "number" }, b = { type = "number" } } })
    local answer = Agent.builder():model("mock/m"):allow_tool("adder"):build():execute("20 + 22?")
    local call = answer.tool_calls[1]
    return { answer.text, call.tool_name, call.parameters.a, call.result.success, call.result.data.sum }
    """
    assert project.value(code) == ["It is 42.", "adder", 20, True, 42]


@pytest.mark.parametrize(
    "made",
    [
        'Agent.builder():model("mock/m"):allow_tool("base64-encoder"):approve(decide):build()',
        'Agent.create({ model = "mock/m", tools = { "base64-encoder" }, approve = decide })',
    ],
    ids=["builder", "table"],
)
@pytest.mark.parametrize(
    ("answer", "told"), [("true", "SGVsbG8="), ("'not now'", "not now"), ("nil", "not approved")]
)
def test_a_function_approves_of_calls(project: Project, answer: str, told: str, made: str) -> None:
    arguments = '{"operation": "encode", "input": "Hello"}'
    call = Message.assistant("", (ToolCall("1", "base64-encoder", arguments),))
    mocks: list[Mock] = []

    def make(setup: Setup) -> Mock:
        mocks.append(Mock(setup, [call, "done"]))
        return mocks[-1]

    project.runtime.models.register("mock", make)
    code = f"""
    local seen
    local function decide(call) seen = call return {answer} end
    local agent = {made}
    agent:execute("go")
    return {{ seen.tool_name, seen.parameters.input }}
    """
    assert project.value(code) == ["base64-encoder", "Hello"]
    assert told in mocks[0].requests[1].messages[-1].text


def _hooked(point: str, answer: str, then: str) -> str:
    return f"""
    Hook.register("{point}", function(context) return {answer} end)
    local agent = {BUILD}
    {then}
    """


def test_a_hook_changes_the_question(project: Project) -> None:
    answer = '{ type = "modified", data = { input = { text = context.data.input.text .. "!" } } }'
    code = _hooked("BeforeAgentExecution", answer, 'return agent:complete("hi")')
    assert project.value(code) == "hi!"


@pytest.mark.parametrize("point", ["BeforeAgentExecution", "AfterAgentExecution"])
def test_a_hook_answers_itself(project: Project, point: str) -> None:
    answer = '{ type = "replace", data = "mine" }'
    assert project.value(_hooked(point, answer, 'return agent:complete("hi")')) == "mine"


def test_a_hook_refuses_a_question(project: Project) -> None:
    answer = '{ type = "cancel", reason = "too late" }'
    code = _hooked("BeforeAgentExecution", answer, 'return { pcall(agent.complete, agent, "hi") }')
    ok, message = project.value(code)
    assert ok is False
    assert "cancelled by a hook: too late" in message


def test_a_hook_lets_another_agent_answer(project: Project) -> None:
    code = """
    Agent.create({ name = "other", agent_type = "basic" })
    Hook.register("BeforeAgentExecution", function(context)
      if context.data.agent_name == "a" then return { type = "redirect", target = "other" } end
    end)
    return Agent.builder():name("a"):model("echo/m"):build():complete("hi")
    """
    assert project.value(code) == "[other] hi"


def test_a_hook_has_a_failed_question_asked_again(project: Project) -> None:
    answers: list[Answer] = [NetworkError("gone"), "back"]
    project.runtime.models.register("mock", lambda setup: Mock(setup, answers))
    code = """
    Hook.register("AgentError", function() return { type = "retry", delay_ms = 1, max_attempts = 3 } end)
    return Agent.builder():model("mock/m"):build():complete("hi")
    """
    assert project.value(code) == "back"


def test_two_agents_answer_at_once_in_jobs(project: Project) -> None:
    code = f"""
    Tool.register("ask", function(p) return {{ text = Agent.get(p.who):complete(p.text) }} end,
      {{ parameters = {{ who = "string", text = "string" }} }})
    Agent.builder():name("b"):model("echo/m"):build()
    local a = {BUILD}
    local answers = Tool.batch({{
      {{ tool = "ask", params = {{ who = "a", text = "one" }} }},
      {{ tool = "ask", params = {{ who = "b", text = "two" }} }},
    }})
    return {{ answers[1].result.text, answers[2].result.text }}
    """
    assert project.value(code) == ["one", "two"]


def test_the_real_model_calls_a_real_tool(project: Project, stored_model: str) -> None:
    code = f"""
    Tool.register("get_weather", function(p) return {{ temperature = "31 degrees", city = p.city }} end, {{
      description = "Gives the weather of a city",
      parameters = {{ {{ name = "city", type = "string", required = true }} }} }})
    local agent = Agent.builder():model("{stored_model}"):allow_tool("get_weather")
      :temperature(0):max_tokens(24):build()
    local answer = agent:execute("What is the weather in Paris?")
    local call = answer.tool_calls[1]
    return {{ call.tool_name, call.parameters.city, call.result.data.temperature,
      answer.metadata.requests > 1, answer.usage.total_tokens > 100 }}
    """
    assert project.value(code, timeout=600) == ["get_weather", "Paris", "31 degrees", True, True]


def test_the_real_model_streams_and_remembers(project: Project, stored_model: str) -> None:
    code = f"""
    local agent = Agent.builder():model("{stored_model}"):temperature(0):max_tokens(10):build()
    local count = 0
    local first = agent:invokeStream("Say hello.", function() count = count + 1 end)
    local second = agent:execute("And in French?", {{ max_tokens = 1 }})
    return {{ first.text, count, second.usage.cached_tokens >= first.usage.prompt_tokens }}
    """
    text, count, reused = project.value(code, timeout=600)
    assert text.startswith("Hello")
    assert count > 5
    assert reused is True


def test_a_spell_asks_no_address_that_the_policy_forbids(project: Project) -> None:
    expression = 'Agent.builder():model("echo/m"):base_url("http://169.254.169.254/"):build()'
    assert "Security violation" in project.error(expression)
