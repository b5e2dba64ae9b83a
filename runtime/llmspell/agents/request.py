"""What an agent is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from llmspell.models.messages import Image, ToolCall
from llmspell.models.reply import Chunk
from llmspell.models.request import Sampling, ToolChoice


@frozen(kw_only=True)
class AgentRequest:
    """A question to an agent; what is set here counts instead of the agent's own.

    context: plain data that is told with the question. tools: names, None for the agent's. schema:
    JSON Schema of the answer. approve: asked before each call of a tool; False or a text (the
    reason) refuses it. on_chunk: gets the pieces of the answer as they come.
    """

    text: str
    images: tuple[Image, ...] = ()
    context: Mapping[str, Any] = field(factory=dict)
    sampling: Sampling = field(factory=Sampling)
    seconds: float | None = None
    tools: tuple[str, ...] | None = None
    tool_choice: ToolChoice = "auto"
    schema: Mapping[str, Any] | None = None
    approve: Callable[[ToolCall], bool | str] | None = None
    on_chunk: Callable[[Chunk], None] | None = None
