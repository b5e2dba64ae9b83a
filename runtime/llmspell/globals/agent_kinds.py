"""Kinds of strings that agents are described by; for the generator only, as `kinds`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from llmspell.globals.describe import Kind, Segments

_MAKERS = (
    "AgentBuilder.name",
    "Agent.builder().name",
    "AgentSettings.name",
    "TemplateSettings.name",
    "TemplateSettings.agent_name",
    "CompositeSettings.name",
    "Agent.register",
    "Agent.create_composite",
)
"""What makes agents, each with a name."""

AgentName: TypeAlias = Annotated[
    str,
    Kind(
        "agent-name",
        "The name of an agent.",
        sources=tuple(f"script:{each}" for each in _MAKERS),
        defined_by=_MAKERS,
        definition={"text": "description"},
    ),
]

AgentType: TypeAlias = Annotated[
    str,
    Kind(
        "agent-type",
        "What answers for an agent.",
        {
            "llm": "its model",
            "basic": "nobody: it repeats what it is told, without a model",
            "tool-orchestrator": "its model, which may call all tools",
        },
    ),
]

AgentMemory: TypeAlias = Annotated[
    str,
    Kind(
        "agent-memory",
        "What is done with the oldest turns of a conversation that has become too long.",
        {
            "trim": "they are forgotten",
            "summarise": "the model tells them in brief, and remembers that",
            "summarize": "the same",
        },
        closed=True,
    ),
]

AgentRouting: TypeAlias = Annotated[
    str,
    Kind(
        "agent-routing",
        "Who of several agents answers.",
        {
            "sequential": "each in turn; each gets the text of the one before",
            "parallel": "all at once; `data` has all answers",
            "vote": "all at once; the answer that most have given counts",
        },
        closed=True,
    ),
]

ToolChoice: TypeAlias = Annotated[
    str,
    Kind(
        "tool-choice",
        "Whether the model calls tools; the name of a tool makes it call that one.",
        {
            "auto": "as it likes",
            "none": "it calls none",
            "required": "it calls one at least",
        },
    ),
]

ContextScope: TypeAlias = Annotated[
    str,
    Kind(
        "context-scope",
        "Who shares the memory of a context.",
        {
            "global": "all",
            "session:<…>": "those of a session",
            "workflow:<…>": "those of a workflow",
            "agent:<…>": "those of an agent",
            "user:<…>": "those of a user",
        },
        closed=True,
        segments=Segments(":"),
    ),
]

ContextInheritance: TypeAlias = Annotated[
    str,
    Kind(
        "context-inheritance",
        "What a context has of the one above it.",
        {
            "inherit": "its data as they are now",
            "share": "its data, also as they change later",
            "copy": "`conversation_context` only",
            "isolate": "nothing",
        },
        closed=True,
    ),
]
