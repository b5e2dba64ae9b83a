"""An agent that others call as a tool (spec agents-providers §8)."""

from __future__ import annotations

import json
from typing import Any

from llmspell.agents.agent import Agent
from llmspell.agents.request import AgentRequest
from llmspell.tools.answer import Answer
from llmspell.tools.call import Call
from llmspell.tools.description import Limits
from llmspell.tools.tool import Tool

_SCHEMA = {
    "type": "object",
    "properties": {
        "text": {
            "type": "string",
            "description": "What to ask",
            "x-aliases": ["input", "prompt", "question"],
        },
        "parameters": {"type": "object", "description": "Data that belongs to the question"},
    },
    "required": ["text"],
}


class AgentTool(Tool):
    """Asks an agent; calls have the agent's own limit of time."""

    def __init__(
        self, agent: Agent, name: str = "", *, category: str = "", security: str = ""
    ) -> None:
        vars(self).update(
            name=name or f"{agent.name}_tool",
            category=category or "utility",
            security=security if security in ("safe", "restricted", "privileged") else "restricted",
            limits=Limits(agent.config.limits.seconds),
        )
        self._agent = agent

    @property
    def description(self) -> str:
        """What the agent is for."""
        told = self._agent.config.description.strip().rstrip(".")
        return f"Asks the agent {self._agent.name}" + (f": {told}." if told else ".")

    @property
    def schema(self) -> dict[str, Any]:
        """A text, and data with it."""
        return json.loads(json.dumps(_SCHEMA))  # type: ignore[no-any-return]

    async def run(self, call: Call) -> Answer:
        """Asks the agent."""
        request = AgentRequest(
            text=str(call.params["text"]), context=call.params.get("parameters") or {}
        )
        result = await self._agent.answer(request)
        metadata = {"agent": result.agent, "token_count": result.usage.total_tokens}
        return Answer("execute", {"text": result.text}, text=result.text, metadata=metadata)
