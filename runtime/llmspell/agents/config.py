"""What an agent is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from llmspell.models.messages import ToolCall
from llmspell.models.request import Sampling
from llmspell.models.service import Access

ALL_TOOLS = "*"

Kind: TypeAlias = Literal["llm", "basic"]
"""`basic` agents have no model: they repeat what they are told."""

MemoryMode: TypeAlias = Literal["trim", "summarise"]


@frozen(kw_only=True)
class AgentLimits:
    """Seconds of one answer, megabytes of the conversation, calls of one answer, nested agents."""

    seconds: float = 300
    memory_mb: int = 512
    tool_calls: int = 100
    depth: int = 10


@frozen(kw_only=True)
class Budget:
    """What an agent may use up in all; None for any amount. cost: US dollars."""

    tokens: int | None = None
    cost: float | None = None


@frozen(kw_only=True)
class AgentConfig:
    """An agent.

    model: its name, empty for `basic`. tools: those that it may call, `("*",)` for all. memory:
    what happens to old messages once the conversation has more than `memory_tokens` (roughly
    counted): they are left out, or told in a summary that the model writes. approve: asked before
    each call of a tool; False or a text (the reason) refuses it. remembers: whether questions and
    answers are told with the next question. capabilities: words for what it is said to be good at.
    """

    name: str
    model: str = ""
    kind: Kind = "llm"
    description: str = ""
    system_prompt: str | None = None
    sampling: Sampling = field(factory=Sampling)
    tools: tuple[str, ...] = ()
    max_conversation_length: int = 100
    remembers: bool = True
    memory: MemoryMode = "trim"
    memory_tokens: int | None = None
    limits: AgentLimits = AgentLimits()
    budget: Budget = Budget()
    schema: Mapping[str, Any] | None = None
    access: Access = field(factory=Access)
    approve: Callable[[ToolCall], bool | str] | None = None
    custom: Mapping[str, Any] = field(factory=dict)
    capabilities: tuple[str, ...] = ()

    @property
    def instructions(self) -> str:
        """The system prompt, or the one that names the agent."""
        if self.system_prompt is not None:
            return self.system_prompt
        return f"You are {self.name}, an AI assistant. {self.description}".strip()
