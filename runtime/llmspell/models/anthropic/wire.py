"""Requests in the words of the messages API, and its events in ours."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any

from anthropic.types import Message as Answer
from anthropic.types import MessageDeltaUsage, RawMessageStreamEvent
from anthropic.types import Usage as Told

from llmspell.errors import ValidationError
from llmspell.models.known import capabilities_of
from llmspell.models.messages import Image, Message
from llmspell.models.reply import Chunk, Finish, ToolCallPart, Usage
from llmspell.models.request import ChatRequest, ResponseFormat, Sampling

MAX_TOKENS, MAX_TOKENS_OF_KNOWN = 4_096, 16_000
"""The longest answer where nothing is said: the API wants a number.

The second is for models that are known to write more: what they think counts too.
"""

FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}

UNKNOWN = ("seed", "presence_penalty", "frequency_penalty", "repeat_penalty")
"""Sampling that these models do not have."""


def body(request: ChatRequest, provider: str) -> dict[str, Any]:
    """What is sent. Raises ValidationError for what the API cannot do."""
    wanted = request.sampling
    for name in UNKNOWN:
        if getattr(wanted, name) is not None:
            raise ValidationError(
                f"models of Anthropic have no {name}", field=name, provider=provider
            )
    known = {
        "system": "\n\n".join(m.text for m in request.messages if m.role == "system") or None,
        "stop_sequences": list(wanted.stop) or None,
        "output_config": _form(request.response_format, provider),
        "timeout": request.timeout,
        "extra_body": {**_sampling(wanted), **request.options} or None,
    }
    made: dict[str, Any] = {
        "model": request.model,
        "max_tokens": wanted.max_tokens or _most(request.model),
        "messages": list(_turns(request.messages)),
        **{name: value for name, value in known.items() if value is not None},
    }
    if request.tools:
        made["tools"] = [
            {"name": t.name, "description": t.description, "input_schema": t.parameters}
            for t in request.tools
        ]
        made["tool_choice"] = _choice(request.tool_choice)
    return made


def _most(model: str) -> int:
    known = capabilities_of(model).max_output_tokens
    return MAX_TOKENS if known is None else min(known, MAX_TOKENS_OF_KNOWN)


def _sampling(wanted: Sampling) -> dict[str, float]:
    """What older models take, and what the client no longer has as arguments."""
    told = {"temperature": wanted.temperature, "top_p": wanted.top_p, "top_k": wanted.top_k}
    return {name: value for name, value in told.items() if value is not None}


class Events:
    """Reads the events of one stream; tokens are counted at its start and at its end.

    ended: whether that was told.
    """

    def __init__(self) -> None:
        self.ended = False
        self._read = Usage()
        self._calls = 0

    def chunks(self, event: RawMessageStreamEvent) -> Iterator[Chunk]:
        """The pieces in an event."""
        if event.type == "message_start":
            self._read = usage(event.message.usage)
            yield Chunk(id=event.message.id, model=event.message.model)
        elif event.type == "content_block_start" and event.content_block.type == "tool_use":
            block = event.content_block
            self._calls += 1
            yield Chunk(tool_call=ToolCallPart(self._calls - 1, block.id, block.name))
        elif event.type == "content_block_delta":
            yield from self._delta(event.delta)
        elif event.type == "message_delta":
            self.ended = True
            yield Chunk(
                finish=FINISHES.get(event.delta.stop_reason or ""),
                usage=usage(event.usage, self._read),
            )

    def _delta(self, delta: Any) -> Iterator[Chunk]:
        if delta.type == "text_delta":
            yield Chunk(text=delta.text)
        elif delta.type == "thinking_delta":
            yield Chunk(reasoning=delta.thinking)
        elif delta.type == "input_json_delta":
            part = ToolCallPart(max(self._calls - 1, 0), arguments=delta.partial_json)
            yield Chunk(tool_call=part)


def chunks_of_whole(answer: Answer) -> Iterator[Chunk]:
    """A whole answer as pieces."""
    calls = 0
    for block in answer.content:
        if block.type == "text":
            yield Chunk(text=block.text)
        elif block.type == "thinking":
            yield Chunk(reasoning=block.thinking)
        elif block.type == "tool_use":
            part = ToolCallPart(calls, block.id, block.name, json.dumps(block.input))
            calls += 1
            yield Chunk(tool_call=part)
    yield Chunk(
        finish=FINISHES.get(answer.stop_reason or ""),
        usage=usage(answer.usage),
        id=answer.id,
        model=answer.model,
    )


def usage(told: Told | MessageDeltaUsage, read: Usage | None = None) -> Usage:
    """The tokens told; what was read may have been told before (`read`).

    The API counts what it reads from its cache, or writes there, apart from the rest.
    """
    cached = told.cache_read_input_tokens or 0
    fresh = (told.input_tokens or 0) + (told.cache_creation_input_tokens or 0)
    if read is not None and not fresh + cached:
        return Usage(read.input_tokens, told.output_tokens, read.cached_tokens)
    return Usage(fresh + cached, told.output_tokens, cached)


def _turns(messages: Iterable[Message]) -> Iterator[dict[str, Any]]:
    """The conversation: roles take turns, and results of tools are said by the user."""
    role, blocks = "", list[dict[str, Any]]()
    for message in messages:
        if message.role == "system":
            continue
        speaker = "assistant" if message.role == "assistant" else "user"
        if speaker != role:
            if blocks:
                yield {"role": role, "content": blocks}
            role, blocks = speaker, []
        blocks += _blocks(message)
    if blocks:
        yield {"role": role, "content": blocks}


def _blocks(message: Message) -> Iterator[dict[str, Any]]:
    if message.role == "tool":
        yield {
            "type": "tool_result",
            "tool_use_id": message.call_id,
            "content": message.text,
            "is_error": message.failed,
        }
        return
    for part in message.parts:
        if isinstance(part, Image):
            yield {"type": "image", "source": _source(part)}
        elif part.text:  # the API refuses empty texts
            yield {"type": "text", "text": part.text}
    for call in message.tool_calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": call.params()}


def _source(image: Image) -> dict[str, str]:
    if image.url:
        return {"type": "url", "url": image.url}
    data = b64encode(image.data).decode()
    return {"type": "base64", "media_type": image.media_type, "data": data}


def _form(wanted: ResponseFormat, provider: str) -> dict[str, Any] | None:
    if wanted.kind == "text":
        return None
    if wanted.kind == "json":
        raise ValidationError(
            "models of Anthropic give JSON by a schema only: say which",
            field="response_format",
            provider=provider,
        )
    return {"format": {"type": "json_schema", "schema": wanted.schema}}


def _choice(choice: str) -> dict[str, str]:
    names = {"auto": "auto", "none": "none", "required": "any"}
    if choice in names:
        return {"type": names[choice]}
    return {"type": "tool", "name": choice}
