"""The rest of `Agent` from Lua: states, figures, templates, composites, tools, contexts."""

from __future__ import annotations

import pytest

from llmspell.testing import Echo
from tests.runtime.conftest import MakeProject, Project


@pytest.fixture
def project(project: Project) -> Project:
    """A project with an `echo` provider."""
    project.runtime.models.register("echo", Echo)
    return project


A = 'Agent.builder():name("a"):model("echo/m"):build()'


def test_states_go_the_documented_way(project: Project) -> None:
    code = f"""
    local a, seen = {A}, {{}}
    local function note() seen[#seen + 1] = a:get_state() end
    note() a:initialize() note() a:start() note() a:pause() note() a:resume() note()
    a:stop() note() a:set_error("broken") note()
    local message, healthy = a:get_last_error(), a:is_healthy()
    a:recover() note() a:terminate() note()
    return {{ seen, message, healthy, a:get_recovery_attempts(), #a:get_state_history() > 8 }}
    """
    seen, message, healthy, recoveries, history = project.value(code)
    assert seen == [
        "Uninitialized", "Ready", "Running", "Paused", "Running", "Ready", "Error", "Ready",
        "Terminated",
    ]  # fmt: skip
    assert (message, healthy, recoveries, history) == ("broken", False, 1, True)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("a:initialize() a:start() a:pause()", "is Paused; call `resume` first"),
        ("a:terminate()", "Failed to terminate agent: it is Uninitialized"),
        ("a:initialize() a:terminate()", "is Terminated"),
        ("a:destroy()", "Agent instance 'a' not found"),
    ],
)
def test_what_a_state_does_not_allow_is_raised(project: Project, before: str, words: str) -> None:
    expression = f"(function() local a = {A} {before} return a:execute('x') end)()"
    assert words in project.error(expression)


def test_figures_are_real(project: Project) -> None:
    code = f"""
    local a = {A}
    a:execute("one two") pcall(a.execute, a, "")
    a:configure_alerts({{ name = "busy", condition = {{
      type = "metric_threshold", metric_name = "requests_total", operator = ">=", threshold = 1 }} }})
    local m, p = a:get_metrics(), a:get_performance()
    return {{ m.requests_total, m.tokens_total > 0, p.total_executions, a:get_health().status,
      a:get_alerts()[1].message }}
    """
    assert project.value(code) == [
        1,
        True,
        1,
        "Healthy",
        "busy: requests_total is 1 (>= 1)",
    ]


def test_a_conversation_is_kept_and_taken_up_again(project: Project) -> None:
    code = f"""
    local a = {A}
    a:execute("remember me") a:save_state() a:clear_conversation()
    local empty = #a:get_conversation()
    local found = a:load_state()
    local first = a:get_conversation()[1]
    a:delete_state()
    return {{ empty, found, first.role, first.content, a:load_state() }}
    """
    assert project.value(code) == [0, True, "user", "remember me", False]


def test_an_agent_reaches_the_tools(project: Project) -> None:
    code = f"""
    local a = {A}
    local params = {{ operation = "encode", input = "Hello" }}
    return {{ a:invokeTool("base64-encoder", params).result.output, a:has_tool("nope"),
      a:get_tool_metadata("base64-encoder").name, #a:discover_tools() > 10,
      a:get_all_tool_metadata()["base64-encoder"].version ~= nil }}
    """
    assert project.value(code) == ["SGVsbG8=", False, "base64-encoder", True, True]


def test_a_function_is_told_the_answer_or_the_error(project: Project) -> None:
    code = f"""
    local a, told = {A}, {{}}
    a:execute_async("hi", function(r, e) told[1] = r.text told[2] = e == nil end)
    a:execute_async("", function(r, e) told[3] = r == nil told[4] = e end)
    return told
    """
    assert project.value(code) == [
        "hi",
        True,
        True,
        "Validation error: Input text cannot be empty",
    ]


def test_templates_make_agents(project: Project) -> None:
    code = """
    local made = Agent.create_from_template("t", "tool_agent", { model = "echo/m", temperature = 0 })
    local second = Agent.create_from_template("basic", { name = "b" })
    local config = made:get_config()
    return { made:complete("hi"), config.temperature, config.allowed_tools[1],
      config.resource_limits.max_tool_calls, second:complete("x"), #Agent.list_templates() >= 3,
      Agent.discover_by_capability("csv-analyzer") }
    """
    assert project.value(code) == ["hi", 0, "calculator", 50, "[b] x", True, ["data_agent"]]


def test_a_template_may_be_for_other_tools(project: Project) -> None:
    code = """
    local made = Agent.create_from_template("tool_agent",
      { agent_name = "special", model = "echo/m", specialized_tools = { "json-processor" } })
    return { made:get_name(), made:get_config().allowed_tools }
    """
    assert project.value(code) == ["special", ["json-processor"]]


def test_every_template_names_tools_that_there_are(project: Project) -> None:
    code = """
    for _, name in ipairs(Agent.list_templates()) do
      Agent.create_from_template("made-" .. name, name, { model = "echo/m" })
    end
    return Agent.count() == #Agent.list_templates()
    """
    assert project.value(code) is True


def test_composites_and_tools_of_agents(project: Project) -> None:
    code = f"""
    {A}
    Agent.register({{ name = "b", model = {{ provider = "echo", model_id = "m" }} }})
    local both = Agent.create_composite("both", {{ "a", "b" }}, "parallel")
    Agent.create_composite({{ name = "one", agents = {{ "a" }}, strategy = "sequential" }})
    local tool = Agent.wrap_as_tool("a", {{ tool_name = "ask-a" }})
    local tree = Agent.get_hierarchy("both").root
    return {{ both:complete("hi"), Agent.get("one"):complete("ho"), tool,
      Tool.execute("ask-a", {{ input = "you" }}).text, tree.children[2].name, both:get_type() }}
    """
    assert project.value(code) == ["a: hi\n\nb: hi", "ho", "ask-a", "you", "b", "composite"]


def test_contexts_are_told_with_a_question(project: Project) -> None:
    code = f"""
    local a = {A}
    local id = Agent.create_context({{ scope = "session:1", data = {{ language = "French" }} }})
    Agent.update_context(id, "tone", "kind")
    Agent.set_shared_memory("colour", "blue")
    local told = a:execute_with_context("Say hello.", id).text
    local child = Agent.create_child_context(id, {{ type = "agent", id = "a" }}, "isolate")
    return {{ told, Agent.get_context_data(id, "tone"), Agent.get_context_data(child, "tone") == nil,
      Agent.get_shared_memory("colour") }}
    """
    assert project.value(code) == [
        "language: French\ntone: kind\n\nSay hello.",
        "kind",
        True,
        "blue",
    ]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("Agent.get_details('nobody')", "Failed to get agent details: there is no agent 'nobody'"),
        ("Agent.create_composite('c', { 'nobody' }, 'vote')", "'nobody' not found"),
        ("Agent.create_composite('c', { 'x' }, 'guess')", "Failed to parse routing config"),
        ("Agent.create_from_template('n', 'nope', {})", "there is no 'nope'"),
        ("Agent.create_context({ scope = 'nowhere' })", "Invalid simple scope: nowhere"),
        ("Agent.set_shared_memory('nowhere', 'k', 1)", "Invalid simple scope: nowhere"),
        ("Agent.wrap_as_tool('nobody')", "Agent instance 'nobody' not found"),
    ],
)
def test_mistakes_are_raised(project: Project, expression: str, words: str) -> None:
    assert words in project.error(expression)


def test_an_agent_of_a_provider_tells_which_model_it_has(make_project: MakeProject) -> None:
    project = make_project("[providers.echo]\nprovider_type = 'echo'\ndefault_model = 'm1'\n")
    project.runtime.models.register("echo", Echo)
    code = """local a = Agent.builder():provider("echo"):build()
    return { a:get_config().model, a:get_model(), a:get_info().result.model }"""
    assert project.value(code) == ["echo/m1", "echo/m1", "m1"]
