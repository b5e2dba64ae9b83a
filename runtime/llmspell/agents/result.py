"""What an agent answers, and the table that a spell sees (spec lua-globals §1.5, §3.3)."""

from __future__ import annotations

import json
from typing import Any

from attrs import field, frozen

from llmspell.models.reply import Finish, Usage
from llmspell.tools.answer import FLATTENED


@frozen(kw_only=True)
class CalledTool:
    """A call of a tool that the model asked for. result: plain data; error: why it failed."""

    id: str
    name: str
    params: dict[str, Any]
    result: Any = None
    error: str | None = None
    seconds: float = 0.0

    def told(self) -> dict[str, Any]:
        """The call as plain data."""
        outcome = {
            "success": self.error is None,
            "data": self.result,
            "error": self.error,
            "execution_time_ms": round(self.seconds * 1000),
        }
        return {
            "tool_id": self.id,
            "tool_name": self.name,
            "parameters": self.params,
            "result": {key: value for key, value in outcome.items() if value is not None},
        }


@frozen(kw_only=True)
class AgentResult:
    """A whole answer.

    data: the answer as data, where it is JSON. usage and cost are those of all requests that it
    took (`requests`); cost in US dollars, None where no price is known. correlation_id: that of all
    events of the answer.
    """

    agent: str
    text: str
    data: Any = None
    model: str = ""
    provider: str = ""
    finish: Finish = "stop"
    usage: Usage = field(factory=Usage)
    cost: float | None = None
    tool_calls: tuple[CalledTool, ...] = field(factory=tuple)
    requests: int = 0
    seconds: float = 0.0
    first_token: float | None = None
    correlation_id: str = ""

    def table(self) -> dict[str, Any]:
        """The table that `agent:execute` gives."""
        usage = {
            "prompt_tokens": self.usage.input_tokens,
            "completion_tokens": self.usage.output_tokens,
            "total_tokens": self.usage.total_tokens,
            "cached_tokens": self.usage.cached_tokens,
            "estimated": self.usage.estimated,
        }
        table: dict[str, Any] = {
            "success": True,
            "text": self.text,
            "content": self.text,
            "response": self.text,
            "result": {"text": self.text, "content": self.text},
            "agent": self.agent,
            "usage": usage,
            "tool_calls": [each.told() for each in self.tool_calls],
            "metadata": {
                "model": self.model,
                "provider": self.provider,
                "token_count": self.usage.total_tokens,
                "execution_time_ms": round(self.seconds * 1000),
                "finish_reason": self.finish,
                "requests": self.requests,
            },
        }
        if self.correlation_id:
            table["metadata"]["correlation_id"] = self.correlation_id
        if self.first_token is not None:
            table["metadata"]["first_token_ms"] = round(self.first_token * 1000)
        if self.cost is not None:
            table["cost"] = self.cost
        return table | self._parsed(table)

    def _parsed(self, table: dict[str, Any]) -> dict[str, Any]:
        """An answer that is JSON, as `data`; keys of an object beside what is known of the answer.

        The original copies the keys of an object that has one of three names.
        """
        data = parsed(self.text) if self.data is None else self.data
        if data is None:
            return {}
        found: dict[str, Any] = {"data": data}
        if isinstance(data, dict) and any(key in data for key in FLATTENED):
            found |= {key: value for key, value in data.items() if key not in table}
            found["_raw_text"] = self.text
        return found


def parsed(text: str) -> Any:
    """A text as data where it is JSON, perhaps in a fence; else None."""
    inner = text.strip()
    if inner.startswith("```") and inner.endswith("```") and len(inner) > 6:
        inner = inner[3:-3].removeprefix("json").strip()
    if not inner or inner[0] not in '{["-0123456789tfn':
        return None
    try:
        return json.loads(inner)
    except ValueError:
        return None
