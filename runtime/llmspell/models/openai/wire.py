"""Requests in the words of the chat completions API, and its answers in ours."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any

from openai.types import Completion, CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from llmspell.models.messages import Image, Message, Part, Text
from llmspell.models.reply import Chunk, Finish, ToolCallPart, Usage
from llmspell.models.request import ChatRequest, CompletionRequest, ResponseFormat, ToolSpec

FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


def chat_body(request: ChatRequest, *, schema_in_object: bool = False) -> dict[str, Any]:
    """What is sent of a conversation, but for the sampling. See `answer_form`."""
    body: dict[str, Any] = {
        "model": request.model,
        "messages": [_message(message) for message in request.messages],
        **answer_form(request.response_format, schema_in_object=schema_in_object),
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        body["tool_choice"] = _choice(request.tool_choice)
    return body


def answer_form(wanted: ResponseFormat, *, schema_in_object: bool) -> dict[str, Any]:
    """`response_format`, if the answer is no free text.

    The server holds a schema strictly where it can: that takes schemas that leave nothing open.
    schema_in_object: whether the server knows a schema only beside `json_object`, as that of
    llama-cpp-python does.
    """
    if wanted.kind == "text":
        return {}
    if wanted.kind == "json":
        return {"response_format": {"type": "json_object"}}
    if schema_in_object:
        return {"response_format": {"type": "json_object", "schema": wanted.schema}}
    schema = {
        "name": wanted.name,
        "schema": wanted.schema,
        "strict": leaves_nothing(wanted.schema),
    }
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def sampling(request: ChatRequest | CompletionRequest, length: str, *, own: bool) -> dict[str, Any]:
    """How tokens are chosen. length: the name of the limit; own: whether OpenAI itself is asked.

    What only other servers know goes into the body as it is.
    """
    wanted = request.sampling
    known = {
        "temperature": wanted.temperature,
        "top_p": wanted.top_p,
        length: wanted.max_tokens,
        "stop": list(wanted.stop) or None,
        "seed": wanted.seed,
        "presence_penalty": wanted.presence_penalty,
        "frequency_penalty": wanted.frequency_penalty,
    }
    body: dict[str, Any] = {name: value for name, value in known.items() if value is not None}
    extra: dict[str, Any] = dict(request.options)
    if not own:
        others = {"top_k": wanted.top_k, "repeat_penalty": wanted.repeat_penalty}
        extra |= {name: value for name, value in others.items() if value is not None}
    if extra:
        body["extra_body"] = extra
    return body


def chunks_of(piece: ChatCompletionChunk) -> Iterator[Chunk]:
    """The pieces in one event of a stream."""
    finish: Finish | None = None
    text = reasoning = ""
    for choice in piece.choices[:1]:
        text, reasoning = choice.delta.content or "", _reasoning(choice.delta)
        finish = FINISHES.get(choice.finish_reason or "")
        for call in choice.delta.tool_calls or ():
            made = call.function
            part = ToolCallPart(
                call.index,
                call.id or "",
                (made and made.name) or "",
                (made and made.arguments) or "",
            )
            yield Chunk(tool_call=part)
    yield Chunk(
        text=text,
        reasoning=reasoning,
        finish=finish,
        usage=usage(piece.usage),
        id=piece.id or "",
        model=piece.model or "",
    )


def chunks_of_whole(answer: ChatCompletion) -> Iterator[Chunk]:
    """A whole answer as pieces; raises ValueError where none is in it."""
    if not answer.choices:
        raise ValueError((answer.model_extra or {}).get("error") or "there is no answer in it")
    choice = answer.choices[0]
    for index, call in enumerate(choice.message.tool_calls or ()):
        if call.type == "function":
            made = call.function
            yield Chunk(tool_call=ToolCallPart(index, call.id, made.name, made.arguments))
    yield Chunk(
        text=choice.message.content or "",
        reasoning=_reasoning(choice.message),
        finish=FINISHES.get(choice.finish_reason or ""),
        usage=usage(answer.usage),
        id=answer.id,
        model=answer.model,
    )


def chunk_of_text(piece: Completion) -> Chunk:
    """A piece of a continued text, or the whole."""
    choice = piece.choices[0] if piece.choices else None
    return Chunk(
        text=choice.text if choice else "",
        finish=FINISHES.get((choice and choice.finish_reason) or ""),
        usage=usage(piece.usage),
        id=piece.id,
        model=piece.model,
    )


def usage(told: CompletionUsage | None) -> Usage | None:
    """The tokens that the server tells."""
    if told is None:
        return None
    details = told.prompt_tokens_details
    cached = (details.cached_tokens if details else None) or 0
    return Usage(told.prompt_tokens, told.completion_tokens, cached)


def _message(message: Message) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.call_id, "content": message.text}
    if message.role == "assistant":
        body: dict[str, Any] = {"role": "assistant", "content": message.text or None}
        if message.tool_calls:
            body["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in message.tool_calls
            ]
        return body
    if message.images:
        return {"role": message.role, "content": [_part(part) for part in message.parts]}
    return {"role": message.role, "content": message.text}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    return {"type": "image_url", "image_url": {"url": address(part)}}


def address(image: Image) -> str:
    """Where a picture lies, or the picture itself as a `data:` address."""
    if image.url:
        return image.url
    return f"data:{image.media_type};base64,{b64encode(image.data).decode()}"


def _tool(tool: ToolSpec) -> dict[str, Any]:
    made = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": made}


def _choice(choice: str) -> str | dict[str, Any]:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _reasoning(said: Any) -> str:
    """What servers of models that think aloud add, under one of two names."""
    return getattr(said, "reasoning_content", None) or getattr(said, "reasoning", None) or ""


def leaves_nothing(schema: Any) -> bool:
    """Whether every object of a schema lists all that it may have, and needs all of it."""
    if isinstance(schema, list):
        return all(leaves_nothing(each) for each in schema)
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return False
        if set(schema.get("required", ())) != set(schema.get("properties", ())):
            return False
    return all(leaves_nothing(each) for each in schema.values())
