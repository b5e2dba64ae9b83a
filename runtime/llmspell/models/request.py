"""What a model is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import attrs
from attrs import frozen

from llmspell.models.messages import Message

ToolChoice: TypeAlias = str
"""`auto`, `none`, `required` (any tool), or the name of the tool that must be called."""

TOOL_CHOICES = ("auto", "none", "required")
"""What stands for no tool of this name."""


@frozen
class ToolSpec:
    """A tool that the model may call. parameters: JSON Schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@frozen(kw_only=True)
class Sampling:
    """How the next token is chosen, and when it ends. None leaves it to the provider."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    repeat_penalty: float | None = None

    def over(self, other: Sampling) -> Sampling:
        """These settings, and those of another where nothing is set here."""
        given = {
            name: value for name, value in attrs.asdict(self).items() if value not in (None, ())
        }
        return attrs.evolve(other, **given)


@frozen
class ResponseFormat:
    """The form of the answer: free text, any JSON object, or JSON that a schema describes."""

    kind: Literal["text", "json", "schema"] = "text"
    schema: Mapping[str, Any] = attrs.field(factory=dict)
    name: str = "answer"


@frozen(kw_only=True)
class ChatRequest:
    """A conversation that a model is to continue.

    model: its name within the provider. stream: whether the answer is wanted as it comes; otherwise
    a provider may give it in one chunk. timeout: seconds for the whole answer, None for the
    provider's own. options: what only this provider knows.
    """

    model: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice = "auto"
    sampling: Sampling = Sampling()
    response_format: ResponseFormat = ResponseFormat()
    stream: bool = False
    timeout: float | None = None
    options: Mapping[str, Any] = attrs.field(factory=dict)


@frozen(kw_only=True)
class CompletionRequest:
    """A text that a model is to continue, without roles or template; fields as in `ChatRequest`."""

    model: str
    prompt: str
    sampling: Sampling = Sampling()
    response_format: ResponseFormat = ResponseFormat()
    stream: bool = False
    timeout: float | None = None
    options: Mapping[str, Any] = attrs.field(factory=dict)


@frozen(kw_only=True)
class EmbedRequest:
    """Texts whose vectors are wanted. dimensions: their length, None for the model's own."""

    model: str
    texts: tuple[str, ...]
    dimensions: int | None = None
    timeout: float | None = None
