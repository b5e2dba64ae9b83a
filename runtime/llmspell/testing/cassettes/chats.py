"""Requests to models and their answers as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, TypeVar

import cattrs

from llmspell.errors import LLMSpellError, NetworkError, ProviderError, RateLimitError
from llmspell.models.messages import Image, Message
from llmspell.models.reply import Chunk
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest
from llmspell.testing.cassettes.masks import Masks

T = TypeVar("T")

_converter = cattrs.Converter(omit_if_default=True)
_ERRORS = {cls.__name__: cls for cls in (NetworkError, ProviderError, RateLimitError)}
_MACHINE = (401, 403, 404)
"""Statuses that tell of this machine's keys and models rather than of the request."""


def data_of(value: Any) -> Any:
    """An attrs object as plain data, without what is as usual."""
    return _converter.unstructure(value)


def object_of(data: Any, cls: type[T]) -> T:
    """The attrs object that such data stands for."""
    return _converter.structure(data, cls)


def chat_data(provider: str, request: ChatRequest) -> dict[str, Any]:
    """What makes a chat the same as another: all but its time limit."""
    told: dict[str, Any] = {
        "model": f"{provider}/{request.model}",
        "messages": [_message(each) for each in request.messages],
    }
    if request.tools:
        told["tools"] = [data_of(each) for each in request.tools]
        told["tool_choice"] = request.tool_choice
    return told | _rest(request)


def completion_data(provider: str, request: CompletionRequest) -> dict[str, Any]:
    """The same for a text that is continued."""
    return {"model": f"{provider}/{request.model}", "text": request.prompt} | _rest(request)


def embed_data(provider: str, request: EmbedRequest) -> dict[str, Any]:
    """The same for vectors."""
    told: dict[str, Any] = {"model": f"{provider}/{request.model}", "texts": list(request.texts)}
    if request.dimensions is not None:
        told["dimensions"] = request.dimensions
    return told


def _rest(request: ChatRequest | CompletionRequest) -> dict[str, Any]:
    told = {
        "sampling": data_of(request.sampling),
        "response_format": data_of(request.response_format),
        "stream": request.stream,
        "options": dict(request.options),
    }
    return {key: value for key, value in told.items() if value}


def _message(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role, "text": message.text}
    if message.images:
        told["images"] = [_image(each) for each in message.images]
    for name in ("tool_calls", "call_id", "name", "failed"):
        if value := getattr(message, name):
            told[name] = data_of(value)
    return told


def _image(image: Image) -> dict[str, Any]:
    """A picture by its digest: its bytes would fill the file and tell nobody anything."""
    if image.url:
        return {"url": image.url}
    return {"media_type": image.media_type, "sha256": hashlib.sha256(image.data).hexdigest()}


def chunks_data(chunks: Iterable[Chunk], masks: Masks) -> list[Any]:
    """The pieces of an answer; those over which something masked is spread become one."""
    told: list[dict[str, Any]] = [data_of(each) for each in chunks]
    for field in ("text", "reasoning"):
        whole = "".join(each.get(field, "") for each in told)
        if masks.masked(whole) != "".join(masks.masked(each.get(field, "")) for each in told):
            told = _gathered(told, field, whole)
    arguments = "".join(each.get("tool_call", {}).get("arguments", "") for each in told)
    if masks.hides(arguments):
        told = _whole_calls(told)
    return told


def _gathered(told: list[dict[str, Any]], field: str, whole: str) -> list[dict[str, Any]]:
    """The pieces with one field in the first piece that has it."""
    first = next(i for i, each in enumerate(told) if each.get(field))
    stripped = [{k: v for k, v in each.items() if k != field} for each in told]
    stripped[first][field] = whole
    return [each for each in stripped if each]


def _whole_calls(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pieces with each call of a tool in one."""
    calls: dict[int, dict[str, Any]] = {}
    kept = []
    for each in told:
        part = each.pop("tool_call", None)
        if part is not None:
            call = calls.get(part["index"])
            if call is None:
                calls[part["index"]] = part
                each["tool_call"] = part
            else:
                for name in ("name", "arguments"):
                    call[name] = call.get(name, "") + part.get(name, "")
        if each:
            kept.append(each)
    return kept


def error_data(error: LLMSpellError) -> dict[str, Any] | None:
    """A refusal of a server; None for errors that tell of this machine, which are not recorded."""
    status = error.details.get("status")
    if type(error).__name__ not in _ERRORS or not isinstance(status, int) or status in _MACHINE:
        return None
    details = {k: v for k, v in error.details.items() if isinstance(v, str | int | float)}
    return {"error": type(error).__name__, "text": str(error), "details": details}


def error_of(data: dict[str, Any]) -> LLMSpellError:
    """The error that such data stands for."""
    return _ERRORS.get(data["error"], ProviderError)(data["text"], **data["details"])
