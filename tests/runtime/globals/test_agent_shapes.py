"""The tables that agents, providers and local models give are those that editors are told of."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.globals.generate import describe
from llmspell.globals.generator.model import Parameter, Type
from llmspell.models.messages import Message, ToolCall
from llmspell.models.provider import Setup
from llmspell.testing import Mock
from tests.runtime.conftest import Project

CLASSES = {each.name: each for namespace in describe().namespaces for each in namespace.classes}
MADE = """
local agent = Agent.builder():name("a"):model("prepared/m"):tool("base64-encoder"):build()
local said = agent:execute({ text = "Encode." })
Agent.create_composite("both", { "a" }, "parallel")
agent:configure_alerts({ name = "asked", condition = {
  type = "metric_threshold", metric_name = "requests_total", operator = ">", threshold = 0 } })
"""


class Prepared(Mock):
    """A model that calls a tool and then answers."""

    def __init__(self, setup: Setup) -> None:
        call = ToolCall("c1", "base64-encoder", '{"operation": "encode", "input": "x"}')
        super().__init__(setup, [Message.assistant("", (call,)), "Done.", "Done.", "Done."])


def faults(value: Any, type_: Type, at: str) -> list[str]:
    """What a value has that its type has not, and the reverse."""
    if value is None:
        return [] if type_.optional or type_.name in ("any", "nil") else [f"{at}: nil"]
    if type_.name == "array":
        assert type_.items is not None
        found = enumerate(value if isinstance(value, list) else [], 1)
        return [each for i, one in found for each in faults(one, type_.items, f"{at}[{i}]")]
    if type_.name == "map":
        assert type_.items is not None
        found_by_name = value.items() if isinstance(value, dict) else ()
        return [e for k, one in found_by_name for e in faults(one, type_.items, f"{at}.{k}")]
    if type_.name != "class":
        return []
    shape = CLASSES[type_.ref or ""]
    fields = {each.name: each for each in shape.fields}
    others = set() if shape.others else value.keys() - fields.keys()
    unknown = [f"{at}.{key}: not described" for key in sorted(others)]
    return unknown + [each for field in fields.values() for each in _field(value, field, at)]


def _field(value: dict[str, Any], field: Parameter, at: str) -> list[str]:
    return faults(value.get(field.name), field.type, f"{at}.{field.name}")


def result_of(name: str, members: Any) -> Type:
    found: Type = next(each.result for each in members if each.name == name)
    return found


@pytest.mark.parametrize(
    "call",
    [
        'agent:execute("hi")',
        'agent:invokeStream("hi", function() end)',
        "agent:get_info()",
        "agent:get_config()",
        "agent:get_state_history()",
        "agent:get_state_metrics()",
        "agent:get_metrics()",
        "agent:get_health()",
        "agent:get_performance()",
        "agent:get_bridge_metrics()",
        "agent:get_alerts()",
        "agent:get_conversation()",
        "agent.conversation",
        "agent.metrics",
        'agent:get_tool_metadata("calculator")',
        "agent:get_all_tool_metadata()",
        "Agent.list()",
        "Agent.discover()",
        'Agent.get_info("a")',
        'Agent.get_info("llm")',
        'Agent.get_details("a")',
        'Agent.get_hierarchy("both")',
        "Agent.list_capabilities()",
        "Provider.list()",
        "LocalLLM.status()",
        'LocalLLM.status("candle")',
        "LocalLLM.list()",
    ],
)
def test_what_is_given_is_what_is_described(project: Project, call: str) -> None:
    project.runtime.models.register("prepared", Prepared)
    value = project.value(f"{MADE} return {call}")
    owner, name = call.partition("(")[0].replace(":", ".").split(".")
    namespaces = {each.name: each.members for each in describe().namespaces}
    members = CLASSES["AgentInstance"].methods if owner == "agent" else namespaces[owner]
    assert faults(value, result_of(name, members), call) == []


def test_a_call_of_a_tool_is_described(project: Project) -> None:
    project.runtime.models.register("prepared", Prepared)
    value = project.value(f"{MADE} return said")
    assert value["tool_calls"][0]["result"]["success"] is True
    assert faults(value, Type("class", ref="AgentOutput"), "said") == []


def test_a_shape_has_the_descriptions_of_those_that_it_extends() -> None:
    told = {each.name: each.description for each in CLASSES["AgentOutput"].fields}
    streamed = {each.name: each.description for each in CLASSES["AgentStreamed"].fields}
    assert told["text"] == "the answer."
    assert told.items() <= streamed.items()
    assert CLASSES["AgentStreamed"].others == CLASSES["AgentOutput"].others != ""


@pytest.mark.parametrize("value", [{"role": "user"}, {"role": "user", "content": "", "x": 1}])
def test_a_table_that_is_other_than_described_is_noticed(value: dict[str, Any]) -> None:
    assert faults(value, Type("class", ref="AgentMessage"), "it") != []
