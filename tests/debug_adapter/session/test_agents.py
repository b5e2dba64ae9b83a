"""Agents at a stop: what they are, what was said, and which tools were called with what."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.models.messages import Message, ToolCall
from llmspell.models.provider import Setup
from llmspell.models.registry import TYPES, ProviderType
from llmspell.testing import Mock
from tests.debug_adapter.conftest import MakeSpell
from tests.debug_adapter.in_process import InProcess
from tests.debug_adapter.session.test_execution import stand_at

SPELL = """
local agent = Agent.builder():name("scribe"):model("prepared/m"):tool("base64-encoder"):build()
local answer = agent:execute("What is Hello in Base64?")
print(answer.text) --@here
"""


class Prepared(Mock):
    """A model that calls a tool, calls another wrongly, and answers then."""

    def __init__(self, setup: Setup) -> None:
        calls = (
            ToolCall("c1", "base64-encoder", '{"operation": "encode", "input": "Hello"}'),
            ToolCall("c2", "base64-encoder", "{wrong"),
        )
        super().__init__(setup, [Message.assistant("", calls), "It is SGVsbG8=."])


@pytest.fixture
def agent(
    client: InProcess, spell: MakeSpell, monkeypatch: pytest.MonkeyPatch
) -> dict[str, dict[str, Any]]:
    """What a client sees of the agent at the stop."""
    prepared = ProviderType(
        implementation=f"{__name__}:Prepared", extra="", needs_key=False, on_this_machine=True
    )
    monkeypatch.setitem(TYPES, "prepared", prepared)
    stand_at(client, spell(SPELL), "here")
    return client.scope("Locals")


def inside(client: InProcess, variable: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return client.children(variable["variablesReference"])


def test_an_agent_shows_what_it_is(client: InProcess, agent: dict[str, dict[str, Any]]) -> None:
    assert agent["agent"]["value"] == 'AgentInstance "scribe"'
    shown = inside(client, agent["agent"])
    assert shown["name"]["value"] == '"scribe"'
    assert shown["model"]["value"] == '"prepared/m"'
    assert shown["state"]["value"] == '"Ready"'
    assert inside(client, shown["tools"])["[1]"]["value"] == '"base64-encoder"'
    assert inside(client, shown["metrics"])["tool_invocations"]["value"] == "2"
    assert shown["conversation"]["evaluateName"] == "agent.conversation"


def test_a_conversation_is_a_list_of_messages(
    client: InProcess, agent: dict[str, dict[str, Any]]
) -> None:
    conversation = inside(client, inside(client, agent["agent"])["conversation"])
    messages = [inside(client, each) for each in conversation.values()]
    assert [each["role"]["value"].strip('"') for each in messages] == [
        *("user", "assistant", "tool", "tool", "assistant"),
    ]
    assert messages[0]["content"]["value"] == '"What is Hello in Base64?"'
    assert messages[-1]["content"]["value"] == '"It is SGVsbG8=."'


def test_calls_of_tools_have_their_parameters_and_what_they_gave(
    client: InProcess, agent: dict[str, dict[str, Any]]
) -> None:
    conversation = inside(client, inside(client, agent["agent"])["conversation"])
    asked = inside(client, conversation["[2]"])
    good, bad = (inside(client, each) for each in inside(client, asked["tool_calls"]).values())
    assert inside(client, good["parameters"])["input"]["value"] == '"Hello"'
    assert good["success"]["value"] == "true"
    assert good["result"]["value"] == '"SGVsbG8="'
    assert bad["parameters"]["value"] == '"{wrong"'
    assert bad["success"]["value"] == "false"
    assert "JSON" in bad["error"]["value"]


def test_the_calls_of_an_answer_are_readable_too(
    client: InProcess, agent: dict[str, dict[str, Any]]
) -> None:
    calls = inside(client, inside(client, agent["answer"])["tool_calls"])
    call = inside(client, calls["[1]"])
    assert call["tool_name"]["value"] == '"base64-encoder"'
    assert inside(client, call["result"])["success"]["value"] == "true"
