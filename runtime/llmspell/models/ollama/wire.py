"""Requests in the words of Ollama, and its answers in ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ollama import ChatResponse, GenerateResponse, ListResponse, ShowResponse

from llmspell.errors import ValidationError
from llmspell.models.info import Capabilities, ModelInfo
from llmspell.models.messages import Image, Message
from llmspell.models.reply import Chunk, Finish, ToolCallPart, Usage
from llmspell.models.request import (
    ChatRequest,
    CompletionRequest,
    ResponseFormat,
    Sampling,
    ToolSpec,
)

FINISHES: dict[str, Finish] = {"stop": "stop", "length": "length"}

OPTIONS = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "max_tokens": "num_predict",
    "stop": "stop",
    "seed": "seed",
    "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
    "repeat_penalty": "repeat_penalty",
}
"""Our names of sampling -> Ollama's."""

OF_THE_REQUEST = ("keep_alive", "think")
"""Options that stand beside those of the model."""


def chat_body(request: ChatRequest, defaults: Mapping[str, Any], provider: str) -> dict[str, Any]:
    """What is sent of a conversation. Raises ValidationError for what Ollama cannot do."""
    body = {
        "messages": [_message(message, provider) for message in request.messages],
        **common(request, defaults),
    }
    if request.tool_choice not in ("auto", "none") and request.tools:
        raise ValidationError(
            f"Ollama cannot be told to call a tool: tool_choice is '{request.tool_choice}'",
            field="tool_choice",
            provider=provider,
        )
    if request.tools and request.tool_choice == "auto":
        body["tools"] = [_tool(tool) for tool in request.tools]
    return body


def common(request: ChatRequest | CompletionRequest, defaults: Mapping[str, Any]) -> dict[str, Any]:
    """What every request has: the model, how tokens are chosen, the form of the answer."""
    options = {**_options_of(defaults), **_sampling(request.sampling), **request.options}
    body: dict[str, Any] = {"model": request.model, "format": _form(request.response_format)}
    body |= {name: options.pop(name) for name in OF_THE_REQUEST if name in options}
    return body | {"options": options}


def chunk_of_chat(piece: ChatResponse, calls_before: int) -> list[Chunk]:
    """The pieces in a part of an answer; calls come whole, and have no names of their own."""
    found = [
        Chunk(
            tool_call=ToolCallPart(
                index,
                f"call_{index}",
                call.function.name,
                json.dumps(dict(call.function.arguments)),
            )
        )
        for index, call in enumerate(piece.message.tool_calls or (), calls_before)
    ]
    called = bool(found) or calls_before > 0
    found.append(
        Chunk(
            text=piece.message.content or "",
            reasoning=piece.message.thinking or "",
            finish=_finish(piece, called=called),
            usage=_usage(piece),
            model=piece.model or "",
        )
    )
    return found


def chunk_of_text(piece: GenerateResponse) -> Chunk:
    """A piece of a continued text."""
    return Chunk(
        text=piece.response or "",
        finish=_finish(piece, called=False),
        usage=_usage(piece),
        model=piece.model or "",
    )


def listed(model: ListResponse.Model, provider: str, *, loaded: bool) -> ModelInfo:
    """A model of the list."""
    details = model.details
    return ModelInfo(
        id=model.model or "",
        provider=provider,
        size_bytes=int(model.size or 0),
        quantization=(details and details.quantization_level) or "",
        parameters=(details and details.parameter_size) or "",
        format=(details and details.format) or "",
        architecture=(details and details.family) or "",
        modified_at=model.modified_at.timestamp() if model.modified_at else None,
        loaded=loaded,
    )


def capabilities(shown: ShowResponse) -> Capabilities:
    """What Ollama says that a model can do."""
    can = set(shown.capabilities or ("completion",))
    lengths = [
        value for key, value in (shown.modelinfo or {}).items() if key.endswith(".context_length")
    ]
    return Capabilities(
        context_length=int(lengths[0]) if lengths else None,
        tools="tools" in can,
        vision="vision" in can,
        json="completion" in can,
        embeddings="embedding" in can,
    )


def license_name(shown: ShowResponse) -> str:
    """The first line of a licence's text that says something."""
    lines = (line.strip() for line in (shown.license or "").splitlines())
    return next((line for line in lines if line), "")


def _message(message: Message, provider: str) -> dict[str, Any]:
    body: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.images:
        body["images"] = [_bytes(image, provider) for image in message.images]
    if message.role == "tool":
        body["tool_name"] = message.name
    if message.tool_calls:
        body["tool_calls"] = [
            {"function": {"name": call.name, "arguments": call.params()}}
            for call in message.tool_calls
        ]
    return body


def _bytes(image: Image, provider: str) -> bytes:
    if image.url:
        raise ValidationError(
            "Ollama takes the bytes of a picture, no address", field="media", provider=provider
        )
    return image.data


def _tool(tool: ToolSpec) -> dict[str, Any]:
    made = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return {"type": "function", "function": made}


def _form(wanted: ResponseFormat) -> Any:
    return {"text": None, "json": "json", "schema": dict(wanted.schema)}[wanted.kind]


def _options_of(defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the provider's table that are no sampling, which is merged already."""
    return {name: value for name, value in defaults.items() if name not in OPTIONS}


def _sampling(wanted: Sampling) -> dict[str, Any]:
    told = {theirs: getattr(wanted, ours) for ours, theirs in OPTIONS.items()}
    return {name: value for name, value in told.items() if value not in (None, ())}


def _finish(piece: ChatResponse | GenerateResponse, *, called: bool) -> Finish | None:
    if not piece.done:
        return None
    return "tool_calls" if called else FINISHES.get(piece.done_reason or "", "stop")


def _usage(piece: ChatResponse | GenerateResponse) -> Usage | None:
    if not piece.done or piece.eval_count is None:
        return None
    return Usage(piece.prompt_eval_count or 0, piece.eval_count)
