"""The conversation of an agent in the store, under `agent:<id>` (spec agents-providers §11)."""

from __future__ import annotations

import json
import time
from typing import Any

from llmspell.agents.agent import Agent
from llmspell.errors import ValidationError
from llmspell.models.messages import Message, ToolCall
from llmspell.state.store import StateStore

KEY = "conversation"


def save(agent: Agent, store: StateStore) -> None:
    """Keeps the conversation."""
    document = {
        "name": agent.name,
        "saved_at": time.time(),
        "messages": [_told(message) for message in agent.memory.messages],
    }
    store.set_text(_scope(agent), KEY, json.dumps(document, ensure_ascii=False))


def load(agent: Agent, store: StateStore) -> bool:
    """Takes the conversation up where it was kept; false where there is none."""
    text = store.get_text(_scope(agent), KEY)
    if text is None:
        return False
    agent.memory.messages = [_message(told) for told in json.loads(text)["messages"]]
    return True


def delete(agent: Agent, store: StateStore) -> None:
    """Forgets what was kept."""
    store.delete(_scope(agent), KEY)


def conversation_of(given: Any) -> list[Message]:
    """The messages of a list of `{role, content}`; raises ValidationError.

    Entries of the role `tool` are left out: no call stands before them.
    """
    found: list[Message] = []
    for each in given if isinstance(given, list) else [given] if given else []:
        role = each.get("role") if isinstance(each, dict) else None
        text = each.get("content") if isinstance(each, dict) else None
        if role == "tool":
            continue
        if role not in ("user", "assistant") or not isinstance(text, str):
            raise ValidationError(
                "a conversation is a list of { role, content }, with the roles user and assistant",
                field="conversation",
            )
        found.append(Message.user(text) if role == "user" else Message.assistant(text))
    return found


def _scope(agent: Agent) -> str:
    return f"agent:{agent.id}"


def _told(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role, "text": message.text}
    if message.tool_calls:
        told["tool_calls"] = [[c.id, c.name, c.arguments] for c in message.tool_calls]
    if message.role == "tool":
        told |= {"call_id": message.call_id, "name": message.name, "failed": message.failed}
    return told


def _message(told: dict[str, Any]) -> Message:
    if told["role"] == "tool":
        call = ToolCall(told["call_id"], told["name"])
        return Message.tool(call, told["text"], failed=told["failed"])
    if told["role"] == "assistant":
        calls = tuple(ToolCall(*each) for each in told.get("tool_calls", ()))
        return Message.assistant(told["text"], calls)
    return Message.user(told["text"])
