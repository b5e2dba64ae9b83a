"""What is said in a conversation with a model."""

from __future__ import annotations

import json
from typing import Any, Literal, TypeAlias

from attrs import frozen

from llmspell.errors import ValidationError

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]


@frozen
class Text:
    """A piece of text."""

    text: str


@frozen
class Image:
    """A picture: its bytes, or the address where it lies."""

    data: bytes = b""
    media_type: str = "image/png"
    url: str = ""


Part: TypeAlias = Text | Image


@frozen
class ToolCall:
    """A call that a model asks for.

    id: what its result refers to. arguments: JSON text as the model wrote it, which may be wrong.
    """

    id: str
    name: str
    arguments: str = "{}"

    def params(self) -> dict[str, Any]:
        """The arguments as a table; raises ValidationError when they are no JSON object."""
        if not self.arguments.strip():
            return {}
        try:
            found = json.loads(self.arguments)
        except ValueError as error:
            raise ValidationError(
                f"the arguments of '{self.name}' are not valid JSON: {error}"
            ) from error
        if not isinstance(found, dict):
            raise ValidationError(f"the arguments of '{self.name}' must be a JSON object")
        return found


@frozen
class Message:
    """One message.

    tool_calls: what an assistant asks for. call_id, name: which call a `tool` message answers, and
    of which tool; failed: whether that call has failed (the text then says why).
    """

    role: Role
    parts: tuple[Part, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    call_id: str = ""
    name: str = ""
    failed: bool = False

    @classmethod
    def system(cls, text: str) -> Message:
        """An instruction for the whole conversation."""
        return cls("system", (Text(text),))

    @classmethod
    def user(cls, text: str, *images: Image) -> Message:
        """A question, with pictures."""
        return cls("user", (Text(text), *images))

    @classmethod
    def assistant(cls, text: str, tool_calls: tuple[ToolCall, ...] = ()) -> Message:
        """An answer of the model."""
        return cls("assistant", (Text(text),) if text else (), tool_calls)

    @classmethod
    def tool(cls, call: ToolCall, text: str, *, failed: bool = False) -> Message:
        """What a call that the model asked for gave."""
        return cls("tool", (Text(text),), call_id=call.id, name=call.name, failed=failed)

    @property
    def text(self) -> str:
        """The text, without pictures."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def images(self) -> tuple[Image, ...]:
        """The pictures."""
        return tuple(part for part in self.parts if isinstance(part, Image))
