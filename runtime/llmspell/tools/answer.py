"""What a call of a tool gives: the envelope, and the table that a script sees.

Spec tools §2.3-2.5 and §3.1: the original has four shapes, and scripts rely on each. Here every
table also has `success`, `operation`, `result` and `text`, whatever the shape.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.errors import LLMSpellError
    from llmspell.tools.description import ResultClass

FLATTENED = ("success", "result", "operation")
"""A text that is a JSON object with one of these keys has its keys copied to the table."""

LARGE = 32 * 1024
"""Characters and values of an answer that are written as JSON in a millisecond or a few."""


class Answer:
    """The outcome of one call.

    operation: canonical name. result: plain data. message: one line for people. text: what the call
    is about as a text (the content that was read, the rendered template), where there is one.
    metadata: further plain data about it. error: why it failed; the call then has no success.
    extra: further keys of the envelope.
    """

    __slots__ = ("error", "extra", "message", "metadata", "operation", "result", "text")

    def __init__(
        self,
        operation: str,
        result: Any = None,
        *,
        message: str | None = None,
        text: str | None = None,
        metadata: dict[str, Any] | None = None,
        error: LLMSpellError | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.operation = operation
        self.result = result
        self.message = message
        self.text = text
        self.metadata = metadata or {}
        self.error = error
        self.extra = extra or {}

    @property
    def success(self) -> bool:
        """Whether the call did what it was asked for."""
        return self.error is None

    def is_large(self) -> bool:
        """Whether to write it as text takes longer than the loop of all calls may stand still."""
        left = LARGE - len(self.text or "")
        values = [self.result, self.metadata]
        while values and left > 0:
            value = values.pop()
            left -= len(value) if isinstance(value, str | list | dict) else 1
            if isinstance(value, dict | list) and left > 0:
                values.extend(value.values() if isinstance(value, dict) else value)
        return left <= 0

    def envelope(self) -> dict[str, Any]:
        """The answer as plain data, the same for all tools."""
        found: dict[str, Any] = {"operation": self.operation, "success": self.success}
        if self.message is not None:
            found["message"] = self.message
        if self.result is not None:
            found["result"] = self.result
        if self.error is not None:
            found["error"] = self.error.told()
        if self.metadata:
            found["metadata"] = self.metadata
        return found | self.extra


class ToolResult:
    """The outcome of a call with the shape of its tool.

    `envelope` is the same for all tools; `output()` is what `llmspell tool invoke` prints,
    `table()` what a script gets.
    """

    def __init__(
        self,
        tool: str,
        shape: ResultClass,
        answer: Answer,
        seconds: float,
        *,
        compact: bool = False,
    ) -> None:
        self.tool = tool
        self.compact = compact
        self.shape = shape
        self.answer = answer
        self.seconds = seconds
        self.envelope = self._envelope()
        self.raw = self._raw()

    @property
    def success(self) -> bool:
        """Whether the call did what it was asked for."""
        return self.answer.success

    @property
    def result(self) -> Any:
        """The payload."""
        return self.answer.result

    @property
    def text(self) -> str | None:
        """The text of the call, else its message, else all of it as JSON; None when it failed."""
        if not self.success:
            return None
        for text in (self.answer.text, self.answer.message):
            if text is not None:
                return text
        return self.raw

    def output(self) -> dict[str, Any]:
        """The full object of a call: `text` is what the original's tools write.

        No tool has anything to say of models (spec tools §2.3); those keys are null.
        """
        extra = {} if self.shape in ("envelope", "nested") else self._told()
        return {
            "text": self.raw,
            "media": [],
            "tool_calls": [],
            "metadata": {
                "model": None,
                "token_count": None,
                "execution_time_ms": round(self.seconds * 1000),
                "confidence": None,
                "extra": extra,
            },
            "transfer_to": None,
        }

    def table(self) -> dict[str, Any]:
        """The table that `Tool.execute` gives."""
        table = dict(self.envelope)
        if self.shape in ("envelope", "nested"):
            table["_raw_text"] = self.raw
            table.setdefault("metadata", {})
        else:
            told = self._told()
            metadata = {**self.answer.metadata, **told}
            table["metadata"] = metadata
            self._add_parsed(table)
        table["text"] = self.text
        return table

    def _told(self) -> dict[str, Any]:
        return {"operation": self.answer.operation, "response": self.envelope}

    def _add_parsed(self, table: dict[str, Any]) -> None:
        """What a text that is JSON says: its keys where the original copies them, else `data`.

        What is known of the call itself is not overwritten by the content of a file.
        """
        if self.shape == "data" and self.answer.text is None:
            parsed = self.answer.result
        else:
            try:
                parsed = json.loads(self.raw)
            except ValueError:
                return
        if isinstance(parsed, dict) and any(key in parsed for key in FLATTENED):
            for key, value in parsed.items():
                table.setdefault(key, value)
            table["_raw_text"] = self.raw
        else:
            table["data"] = parsed

    def _envelope(self) -> dict[str, Any]:
        envelope = self.answer.envelope()
        if self.shape != "nested":
            return envelope
        outer = {
            "operation": self.tool.replace("-", "_") + "_execute",
            "success": envelope["success"],
        }
        if "error" in envelope:
            outer["error"] = envelope["error"]
        return outer | {"result": envelope}

    def _raw(self) -> str:
        answer = self.answer
        if self.shape == "message":
            if answer.error is not None:
                return f"Operation '{answer.operation}' failed: {answer.error.lua_message}"
            text = answer.message if answer.text is None else answer.text
            return f"Operation '{answer.operation}' done" if text is None else text
        if self.shape == "data" and answer.success:
            return answer.text if answer.text is not None else as_json(answer.result)
        return as_json(self.envelope, compact=self.compact)


def as_json(value: Any, *, compact: bool = False) -> str:
    """JSON as the original's tools write it: two spaces, sorted keys, no escapes.

    compact: on one line instead.
    """
    if compact:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
