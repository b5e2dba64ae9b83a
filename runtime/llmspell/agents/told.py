"""What is told of agents: plain tables (spec lua-globals §3.1, §3.3)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import attrs

from llmspell.agents.agent import Agent
from llmspell.agents.composite import Composite
from llmspell.agents.config import AgentConfig
from llmspell.agents.memory import bytes_of
from llmspell.agents.result import parsed
from llmspell.agents.templates import TEMPLATES
from llmspell.errors import ValidationError
from llmspell.models.messages import Message, ToolCall

_FIT_ALL = ("streaming", "context")


def capabilities_of(config: AgentConfig) -> list[str]:
    """What an agent can do, in words."""
    return [*_FIT_ALL, *(["tools"] if config.tools else []), *config.capabilities]


def config_table(config: AgentConfig) -> dict[str, Any]:
    """What an agent was made of, without keys."""
    sampling = attrs.asdict(config.sampling)
    chosen = {key: value for key, value in sampling.items() if value is not None and value != ()}
    return {
        "name": config.name,
        "model": config.model,
        "description": config.description,
        "system_prompt": config.instructions,
        "allowed_tools": list(config.tools),
        "max_conversation_length": config.max_conversation_length,
        "memory_enabled": config.remembers,
        "capabilities": capabilities_of(config),
        "resource_limits": {
            "max_execution_time_secs": config.limits.seconds,
            "max_memory_mb": config.limits.memory_mb,
            "max_tool_calls": config.limits.tool_calls,
            "max_recursion_depth": config.limits.depth,
        },
        **chosen,
    }


def conversation_table(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """What is remembered, from the oldest message; calls of tools have what they gave."""
    answers = {message.call_id: message for message in messages if message.role == "tool"}
    found = []
    for message in messages:
        told: dict[str, Any] = {"role": message.role, "content": message.text}
        if message.tool_calls:
            told["tool_calls"] = [_call(each, answers.get(each.id)) for each in message.tool_calls]
        if message.role == "tool":
            told |= {"tool_id": message.call_id, "tool_name": message.name}
        if message.images:
            told["images"] = len(message.images)
        found.append(told)
    return found


def _call(call: ToolCall, answer: Message | None) -> dict[str, Any]:
    try:
        parameters: Any = call.params()
    except ValidationError:
        parameters = call.arguments
    told = {"tool_id": call.id, "tool_name": call.name, "parameters": parameters}
    if answer is None:
        return told
    data = parsed(answer.text)
    given = answer.text if data is None else data
    return {**told, "success": not answer.failed, "error" if answer.failed else "result": given}


def state_table(agent: Agent) -> dict[str, Any]:
    """Its state, and how it came there."""
    lifecycle = agent.lifecycle
    return {
        "current_state": lifecycle.state,
        "total_transitions": len(lifecycle.history),
        "recovery_attempts": lifecycle.recoveries,
        "uptime": time.time() - lifecycle.begun,
        "error_count": sum(move.after == "Error" for move in lifecycle.history),
        **({"last_transition": lifecycle.history[-1].at} if lifecycle.history else {}),
        "state_time_distribution": lifecycle.seconds_by_state(),
    }


def metrics_table(agent: Agent) -> dict[str, Any]:
    """How often it was asked, and what that took."""
    return {
        "agent_id": agent.id,
        "requests_total": agent.asked,
        "requests_failed": agent.failed,
        "requests_active": agent.active,
        "tool_invocations": agent.called,
        "tokens_total": agent.spent.usage.total_tokens,
        "cost_total": agent.spent.cost,
        "memory_bytes": bytes_of(agent.memory.messages),
        "cpu_percent": _process_figures()["cpu_usage_percent"],
    }


def health_table(agent: Agent) -> dict[str, Any]:
    """Whether it can be asked."""
    usable = agent.lifecycle.healthy or agent.lifecycle.state == "Uninitialized"
    told = {"status": "Healthy" if usable else "Unhealthy", "timestamp": time.time()}
    message = agent.lifecycle.last_error or ("" if usable else f"it is {agent.lifecycle.state}")
    return {**told, **({"message": message} if message else {})}


def performance_table(agent: Agent) -> dict[str, Any]:
    """How long its answers took, and how many failed."""
    asked = agent.asked or 1
    return {
        "total_executions": agent.asked,
        "avg_execution_time_ms": agent.seconds * 1000 / asked,
        "success_rate": 1 - agent.failed / asked,
        "error_rate": agent.failed / asked,
    }


def bridge_table(agents: int, tools: int) -> dict[str, Any]:
    """How many agents and tools there are, and what the process uses."""
    return {"active_agents": agents, "total_tools": tools, "performance": _process_figures()}


def _process_figures() -> dict[str, float]:
    """Memory of this process, and the share of one processor that it has used since its start."""
    import psutil

    process = psutil.Process()
    uptime = max(time.time() - process.create_time(), 1e-3)
    spent = process.cpu_times()
    return {
        "memory_usage_mb": process.memory_info().rss / 2**20,
        "cpu_usage_percent": 100 * (spent.user + spent.system) / uptime,
        "uptime_seconds": uptime,
    }


def figures(agent: Agent) -> dict[str, Any]:
    """All of these, as conditions of alerts read them."""
    return {
        "metrics": metrics_table(agent),
        "health": health_table(agent),
        "performance": performance_table(agent),
    }


def capabilities_table(agent: Agent) -> dict[str, Any]:
    """What it can do."""
    return {
        "id": agent.id,
        "name": agent.name,
        "description": agent.config.description,
        "config": config_table(agent.config),
        "capabilities": {
            "supports_streaming": True,
            "supports_tools": bool(agent.config.tools),
            "supports_context": True,
            "supports_multimodal": False,
        },
    }


def details_table(agent: Agent) -> dict[str, Any]:
    """All that is known of it."""
    return {
        "id": agent.id,
        "name": agent.name,
        "description": agent.config.description,
        "state": agent.lifecycle.state,
        "metrics": metrics_table(agent),
        "config": config_table(agent.config),
        "composition": {
            "can_be_wrapped": True,
            "supports_delegation": isinstance(agent, Composite),
            "supports_nesting": True,
        },
    }


def all_table(agents: Sequence[Agent]) -> dict[str, Any]:
    """All agents, as the children of a node that is none of them."""
    below = {
        member.name for each in agents if isinstance(each, Composite) for member in each.members
    }
    roots = [hierarchy_table(each) for each in agents if each.name not in below]
    return {"name": "agents", "type": "group", "id": "", "children": roots}


def hierarchy_table(agent: Agent) -> dict[str, Any]:
    """It, and those that answer for it."""
    members = agent.members if isinstance(agent, Composite) else ()
    return {
        "name": agent.name,
        "type": "agent",
        "id": agent.id,
        "children": [hierarchy_table(each) for each in members],
    }


def info_table(name: str, agent: Agent | None) -> dict[str, Any]:
    """What is known of an agent, a template, or any other word."""
    known = TEMPLATES.get(name)
    told: dict[str, Any] = {
        "name": name,
        "description": f"Agent type: {name}",
        "category": "agent",
        "complexity": "standard",
        "required_parameters": ["name"],
        "optional_parameters": ["model_config", "resource_limits", "creation_hooks"],
        "capabilities": [*_FIT_ALL],
    }
    if known is not None:
        told |= {"description": known.description, "complexity": known.complexity}
    if agent is not None:
        told |= {"description": agent.config.description, "model": agent.config.model}
        told["capabilities"] = capabilities_of(agent.config)
    elif known is not None and known.settings.get("allowed_tools"):
        told["capabilities"].append("tools")
    return told


def templates_for(capability: str) -> list[str]:
    """The templates for something: a tool, or a word of their name or description."""
    word = capability.lower()
    found = []
    for each in TEMPLATES.values():
        tools = each.settings.get("allowed_tools", [])
        texts = (each.name, each.description.lower(), *tools)
        if word in _FIT_ALL or (word == "tools" and tools) or any(word in t for t in texts):
            found.append(each.name)
    return found
