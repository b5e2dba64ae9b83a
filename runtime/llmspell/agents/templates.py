"""Agents to begin with: what they are for, how they are told so, and the tools they may call.

The first three are the original's; its other templates only make mocks (spec §10.2), here they are
agents that do what they are called for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import field, frozen

from llmspell.errors import ValidationError


@frozen(kw_only=True)
class Template:
    """A template. settings: what a builder would be told; parameters override them."""

    name: str
    description: str
    complexity: str = "standard"
    settings: Mapping[str, Any] = field(factory=dict)

    def made(self, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of an agent of this kind."""
        special = params.get("specialized_tools")
        limits = {**self.settings.get("resource_limits", {}), **params.get("resource_limits", {})}
        return {
            "description": self.description,
            **self.settings,
            **({"allowed_tools": special} if special else {}),
            **params,
            **({"resource_limits": limits} if limits else {}),
            "name": name,
        }


_ALL = (
    Template(
        name="llm",
        description="A language model that answers questions",
        settings={"temperature": 0.7, "max_tokens": 2000},
    ),
    Template(
        name="basic",
        description="Repeats what it is told, without a model",
        complexity="basic",
        settings={"agent_type": "basic"},
    ),
    Template(
        name="tool-orchestrator",
        description="Solves tasks with all tools that there are",
        settings={"allowed_tools": ["*"], "temperature": 0.3, "max_tokens": 2000},
    ),
    Template(
        name="tool_agent",
        description="Answers with the help of utility tools: numbers, texts, dates",
        complexity="intermediate",
        settings={
            "allowed_tools": [
                "calculator",
                "text-manipulator",
                "datetime-handler",
                "data-validator",
            ],
            "temperature": 0.2,
            "max_tokens": 1000,
            "system_prompt": "Solve the task with the tools that you are offered. Do not calculate "
            "or convert anything yourself where a tool can. Answer with the result.",
            "resource_limits": {"max_tool_calls": 50, "max_execution_time_secs": 600},
        },
    ),
    Template(
        name="research_agent",
        description="Looks things up on the web and says where it found them",
        complexity="intermediate",
        settings={
            "allowed_tools": ["web-searcher", "web-scraper", "url-analyzer"],
            "temperature": 0.3,
            "max_tokens": 2000,
            "system_prompt": "Look for what is asked before you answer. Name the address of each "
            "source. Say so where you have found nothing.",
        },
    ),
    Template(
        name="code_agent",
        description="Reads, explains and writes programs in the folder of the spell",
        complexity="intermediate",
        settings={
            "allowed_tools": ["file-operations", "file-search", "diff-calculator"],
            "temperature": 0.2,
            "max_tokens": 2000,
            "system_prompt": "You work on the programs in this folder. Read a file before you say "
            "anything about it, and change no more than you are asked to.",
        },
    ),
    Template(
        name="data_agent",
        description="Answers questions about JSON and CSV data",
        complexity="intermediate",
        settings={
            "allowed_tools": ["json-processor", "csv-analyzer", "calculator"],
            "temperature": 0.1,
            "max_tokens": 1000,
            "system_prompt": "Answer from the data alone. Let the tools count and calculate.",
        },
    ),
    Template(
        name="monitor_agent",
        description="Looks at the state of the machine and says what needs attention",
        complexity="intermediate",
        settings={
            "allowed_tools": ["system-monitor", "service-checker"],
            "temperature": 0.1,
            "max_tokens": 500,
            "system_prompt": "Look at the figures before you answer. Name what is beyond 80 % for "
            "the processor, 85 % for memory and 90 % for disks; else say that all is well.",
        },
    ),
    Template(
        name="summarizer",
        description="Tells texts in brief",
        complexity="basic",
        settings={
            "temperature": 0.2,
            "max_tokens": 500,
            "max_conversation_length": 2,
            "system_prompt": "Tell the text in a few sentences, with its facts, names and numbers. "
            "Add nothing.",
        },
    ),
)


def _variants() -> list[Template]:
    """The original's further templates, with its limits of calls, time and memory."""
    base = {each.name: each for each in _ALL}
    delegate = Template(
        name="orchestrator_agent",
        description="Divides a task, and lets tools and agents that are tools do the parts",
        complexity="advanced",
        settings={
            "allowed_tools": ["*"],
            "temperature": 0.3,
            "max_tokens": 2000,
            "system_prompt": "Divide the task into parts. Let the tools that fit do them, those "
            "that do not need each other at once. Put their results together, and say which part "
            "failed, if one did.",
            "resource_limits": _limits(20, 7200, 512),
        },
    )

    def like(one: Template, name: str, what: str, complexity: str, *limits: int) -> Template:
        settings = {**one.settings, "resource_limits": _limits(*limits)}
        description = f"{one.description}, {what}"
        return attrs.evolve(
            one, name=name, description=description, complexity=complexity, settings=settings
        )

    tool, monitor = base["tool_agent"], base["monitor_agent"]
    return [
        like(tool, "tool_agent_lightweight", "in few steps", "basic", 10, 300, 64),
        like(tool, "tool_agent_batch_processor", "for long lists", "advanced", 25, 3600, 512),
        delegate,
        like(delegate, "orchestrator_agent_simple", "in few steps", "basic", 5, 1800, 256),
        like(delegate, "orchestrator_agent_enterprise", "for a day", "expert", 100, 86400, 2048),
        like(monitor, "monitor_agent_system", "of the whole system", "intermediate", 20, 300, 128),
        like(monitor, "monitor_agent_application", "for services", "intermediate", 20, 300, 256),
        like(monitor, "monitor_agent_lightweight", "in few steps", "basic", 2, 300, 64),
    ]


def _limits(calls: int, seconds: int, megabytes: int) -> dict[str, int]:
    return {
        "max_tool_calls": calls,
        "max_execution_time_secs": seconds,
        "max_memory_mb": megabytes,
    }


TEMPLATES: dict[str, Template] = {each.name: each for each in (*_ALL, *_variants())}
"""Name -> template."""


def template(name: str) -> Template:
    """The template of a name; raises ValidationError."""
    found = TEMPLATES.get(name)
    if found is None:
        raise ValidationError(
            f"Failed to create from template: there is no '{name}'; templates are "
            + ", ".join(TEMPLATES),
            field="template",
        )
    return found
