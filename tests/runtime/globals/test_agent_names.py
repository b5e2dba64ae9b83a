"""Each documented name of `Agent` from Lua, with dots and with colons (spec lua-globals §3)."""

from __future__ import annotations

import pytest

from llmspell.testing import Echo
from tests.runtime.conftest import Project


@pytest.fixture
def project(project: Project) -> Project:
    """A project with an `echo` provider."""
    project.runtime.models.register("echo", Echo)
    return project


FUNCTIONS = {
    "builder": "Agent.builder():model('echo/m'):build() ~= nil",
    "create": "Agent.create({ model = 'echo/m', name = 'b' }).name == 'b'",
    "list": "Agent.list()[1].name == 'a' and Agent.list()[1].type == 'llm'",
    "list_instances": "Agent.list_instances()[1] == 'a'",
    "count": "Agent.count() == 1",
    "discover": "#Agent.discover() >= 3 and Agent.discover()[1].type == 'llm'",
    "discover_by_capability": "#Agent.discover_by_capability('streaming') >= 3",
    "get": "Agent.get('a').name == 'a' and Agent.get('nobody') == nil",
    "get_info": "Agent.get_info('llm').required_parameters[1] == 'name'",
    "get_details": "Agent.get_details('a').composition.can_be_wrapped",
    "get_hierarchy": "Agent.get_hierarchy('a').root.type == 'agent'",
    "get_hierarchy of all": "Agent.get_hierarchy().root.children[1].name == 'a'",
    "list_capabilities": "Agent.list_capabilities().a.capabilities.supports_context",
    "list_templates": "#Agent.list_templates() >= 3",
    "create_from_template": "Agent.create_from_template('t', 'basic', {}).name == 't'",
    "create_from_template, as documented": (
        "Agent.create_from_template('basic', { name = 't' }).name == 't'"
    ),
    "register": "Agent.register({ name = 'r', model = { provider = 'echo', model_id = 'm' } })",
    "register, as documented": "Agent.register('r', { model = 'echo/m' }) == 'r'",
    "wrap_as_tool": "Agent.wrap_as_tool('a', {}) == 'a_tool'",
    "wrap_as_tool without settings": "Agent.wrap_as_tool('a') == 'a_tool'",
    "create_composite": "Agent.create_composite('c', { 'a' }, 'sequential').name == 'c'",
    "create_composite of a table": (
        "Agent.create_composite({ name = 'c', agents = { 'a' }, strategy = 'vote' }).name == 'c'"
    ),
    "create_context": "#Agent.create_context({}) > 0",
    "create_context of a name": "Agent.create_context('c', { k = 1 }) == 'c'",
    "create_child_context": (
        "#Agent.create_child_context(Agent.create_context({}), 'global', 'inherit') > 0"
    ),
    "update_context": (
        "Agent.update_context(Agent.create_context('c', {}), 'k', 1) == nil"
        " and Agent.get_context_data('c', 'k') == 1"
    ),
    "get_context_data, all": (
        "Agent.get_context_data(Agent.create_context('c', { k = 1 })).k == 1"
    ),
    "remove_context": "Agent.remove_context(Agent.create_context('c', {})) == nil",
    "set_shared_memory": (
        "Agent.set_shared_memory('user:1', 'k', 2) == nil"
        " and Agent.get_shared_memory({ type = 'user', id = '1' }, 'k') == 2"
    ),
    "set_shared_memory, as documented": (
        "Agent.set_shared_memory('k', 3) == nil and Agent.get_shared_memory('k') == 3"
    ),
}
"""Name -> what is true where there is an agent `a`."""

SETTERS = {
    "name": ("'other'", "a.name == 'other'"),
    "description": ("'for tests'", "Agent.get_details(a.name).description == 'for tests'"),
    "model": ("'echo/n'", "a.model == 'echo/n'"),
    "provider": ("'echo'", "a:get_info().result.provider == 'echo'"),
    "system_prompt": ("'Be brief.'", "a:get_config().system_prompt == 'Be brief.'"),
    "temperature": ("0.5", "a:get_config().temperature == 0.5"),
    "max_tokens": ("7", "a:get_config().max_tokens == 7"),
    "max_conversation_length": ("4", "a:get_config().max_conversation_length == 4"),
    "base_url": ("'https://example.com'", "a ~= nil"),
    "api_key": ("'k-123'", "not JSON.stringify(a:get_config()):find('k-123', 1, true)"),
    "allow_tool": ("'calculator'", "a:get_config().allowed_tools[1] == 'calculator'"),
    "tool": ("'calculator'", "a:get_config().allowed_tools[1] == 'calculator'"),
    "allowed_tools": ("{ 'calculator' }", "#a:get_config().allowed_tools == 1"),
    "max_execution_time": ("9", "a:get_config().resource_limits.max_execution_time_secs == 9"),
    "max_memory_mb": ("9", "a ~= nil"),
    "max_tool_calls": ("3", "a:get_config().resource_limits.max_tool_calls == 3"),
    "max_recursion_depth": ("2", "a:get_config().resource_limits.max_recursion_depth == 2"),
    "type": ("'composite'", "a:get_type() == 'llm'"),
    "custom_config": (
        "{ system_prompt = 'Be kind.', anything = 1 }",
        "a:get_config().system_prompt == 'Be kind.'",
    ),
    "resource_limits": (
        "{ max_tool_calls = 0 }",
        "a:get_config().resource_limits.max_tool_calls == 0",
    ),
    "capability": ("'poetry'", "a:get_capabilities()[3] == 'poetry'"),
    "memory_enabled": (
        "false",
        "a:complete('one') == 'one' and #a:get_conversation() == 0",
    ),
    "context_window": ("100", "a ~= nil"),
}
"""Setter of the builder -> argument, and what is true of the agent that is built."""

METHODS = {
    "execute": ("{ text = 'hi' }", "r.text == 'hi' and r.result.content == 'hi'"),
    "invokeStream": ("'hi', function() end", "r.success and r.chunks_received > 0"),
    "execute_with_context": (
        "'hi', Agent.create_context({ data = { k = 1 } })",
        "r.text == 'k: 1\\n\\nhi'",
    ),
    "execute_async": ("'hi', function(given) seen = given.text end", "seen == 'hi'"),
    "complete": ("'hi'", "r == 'hi'"),
    "generate": ("'hi'", "r == 'hi'"),
    "invokeTool": (
        "'base64-encoder', { operation = 'encode', input = 'Hello' }",
        "r.result.output == 'SGVsbG8='",
    ),
    "discover_tools": ("", "#r > 10"),
    "has_tool": ("'calculator'", "r == true"),
    "get_tool_metadata": ("'calculator'", "r.name == 'calculator' and r.description"),
    "get_all_tool_metadata": ("", "r.calculator.name == 'calculator'"),
    "get_state": ("", "r == 'Uninitialized'"),
    "get_agent_state": ("", "r == 'Uninitialized'"),
    "set_state": (
        "{ conversation = { { role = 'user', content = 'I am Ann.' } } }",
        "r == nil and a:get_conversation()[1].content == 'I am Ann.'",
    ),
    "get_config": ("", "r.model == 'echo/m'"),
    "save_state": ("", "r == nil"),
    "load_state": ("", "r == false"),
    "delete_state": ("", "r == nil"),
    "get_metrics": (
        "",
        (
            "r.requests_total == 0 and r.requests_active == 0 and r.agent_id and r.memory_bytes == 0"
            " and r.cpu_percent > 0"
        ),
    ),
    "get_health": ("", "r.status == 'Healthy' and r.timestamp > 0"),
    "get_performance": ("", "r.total_executions == 0 and r.error_rate == 0"),
    "logEvent": ("'noted', 'a message'", "r == nil"),
    "configure_alerts": (
        "{ name = 'n', condition = { type = 'error_rate', rate_percent = 5 } }",
        "r == nil and #a:get_alerts() == 0",
    ),
    "get_alerts": ("", "#r == 0"),
    "get_bridge_metrics": (
        "",
        (
            "r.active_agents == 1 and r.total_tools > 10 and r.performance.memory_usage_mb > 1"
            " and r.performance.uptime_seconds > 0 and r.performance.cpu_usage_percent > 0"
        ),
    ),
    "initialize": ("", "r == nil and a:get_state() == 'Ready'"),
    "start": ("", "r == nil and a:get_state() == 'Running'"),
    "pause": ("", "r == nil and a:get_state() == 'Paused'"),
    "resume": ("", "r == nil and a:get_state() == 'Running'"),
    "stop": ("", "r == nil and a:get_state() == 'Ready'"),
    "terminate": ("", "r == nil and a:get_state() == 'Terminated'"),
    "set_error": ("'broken'", "r == nil and a:get_last_error() == 'broken'"),
    "recover": ("", "r == nil and a:get_state() == 'Ready'"),
    "get_state_history": ("", "#r == 0"),
    "get_last_error": ("", "r == nil"),
    "get_recovery_attempts": ("", "r == 0"),
    "is_healthy": ("", "r == false"),
    "get_state_metrics": (
        "",
        (
            "r.current_state == 'Uninitialized' and r.uptime >= 0 and r.error_count == 0"
            " and r.state_time_distribution.Uninitialized >= 0"
        ),
    ),
    "destroy": ("", "r == nil and Agent.get('a') == nil"),
    "get_info": ("", "r.success and r.result.provider == 'echo' and r.result.name == 'a'"),
    "get_model": ("", "r == 'echo/m'"),
    "get_name": ("", "r == 'a'"),
    "get_type": ("", "r == 'llm'"),
    "get_capabilities": ("", "r[1] == 'streaming'"),
}
"""Method of an agent -> arguments, and what is true of its result `r` and the agent `a`."""

BEFORE = {
    "start": "a:initialize()",
    "pause": "a:initialize() a:start()",
    "resume": "a:initialize() a:start() a:pause()",
    "stop": "a:initialize() a:start()",
    "terminate": "a:initialize()",
    "recover": "a:set_error('x')",
}
"""Method -> what has to happen first."""

STYLES = pytest.mark.parametrize("dot", [":", "."], ids=["colon", "dot"])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_agent(project: Project, name: str) -> None:
    code = f"Agent.builder():name('a'):model('echo/m'):build() return {FUNCTIONS[name]}"
    assert project.value(code)


@STYLES
@pytest.mark.parametrize("name", SETTERS)
def test_a_setter_of_the_builder(project: Project, name: str, dot: str) -> None:
    argument, holds = SETTERS[name]
    code = f"""
    local builder = Agent.builder(){dot}model("echo/m"){dot}{name}({argument})
    local a = builder{dot}build()
    return {holds}
    """
    assert project.value(code)


@STYLES
@pytest.mark.parametrize("name", METHODS)
def test_a_method_of_an_agent(project: Project, name: str, dot: str) -> None:
    arguments, holds = METHODS[name]
    code = f"""
    local a = Agent.builder():name("a"):model("echo/m"):build()
    {BEFORE.get(name, "")}
    local r = a{dot}{name}({arguments})
    return {holds}
    """
    assert project.value(code)


def test_what_build_gives_is_result_and_agent(project: Project) -> None:
    code = """
    local a = Agent.builder().model("echo/m").build()
    return { a.success, a.result:complete("hi"), a.error == nil, a.nothing_of_that_name == nil }
    """
    assert project.value(code) == [True, "hi", True, True]


def test_a_conversation_goes_from_one_agent_to_another(project: Project) -> None:
    code = """
    local a = Agent.builder():name("a"):model("echo/m"):build()
    local b = Agent.builder():name("b"):model("echo/m"):build()
    a:execute("I am Ann.")
    b:set_state({ conversation = a:get_conversation() })
    local known = b:get_conversation()[1].content
    b:set_state({ conversation = {} })
    return { known, #b:get_conversation() }
    """
    assert project.value(code) == ["I am Ann.", 0]


def test_a_conversation_has_the_roles_of_conversations(project: Project) -> None:
    expression = """(function()
      local a = Agent.builder():model("echo/m"):build()
      a:set_state({ conversation = { { role = "wizard", content = "x" } } })
    end)()"""
    assert "Validation error: a conversation is a list" in project.error(expression)
