"""Requests in the words of the responses API, and its answers in ours.

OpenAI's current models call tools only there, some answer nowhere else. Nothing is kept at OpenAI
(`store`), so what a model has thought is not said to it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openai.types.responses import Response, ResponseStreamEvent, ResponseUsage

from llmspell.errors import LLMSpellError, ProviderError, ValidationError
from llmspell.models.messages import Message, Part, Text
from llmspell.models.openai.wire import address, leaves_nothing
from llmspell.models.reply import Chunk, Finish, ToolCallPart, Usage
from llmspell.models.request import ChatRequest, ResponseFormat, ToolSpec

LACKING = ("stop", "seed", "presence_penalty", "frequency_penalty")
"""Sampling that this API does not have."""


def are_wanted(error: LLMSpellError) -> bool:
    """Whether an error of the chat completions API sends the request here."""
    return error.details.get("status") in (400, 404) and "v1/responses" in str(error)


def body(request: ChatRequest, provider: str) -> dict[str, Any]:
    """What is sent. Raises ValidationError for what the API cannot do."""
    wanted = request.sampling
    for name in LACKING:
        if getattr(wanted, name) not in (None, ()):
            raise ValidationError(
                f"'{request.model}' takes no {name}", field=name, provider=provider
            )
    extra = dict(request.options)
    effort = extra.pop("reasoning_effort", None)
    known = {
        "max_output_tokens": wanted.max_tokens,
        "temperature": wanted.temperature,
        "top_p": wanted.top_p,
        "text": _form(request.response_format),
        "reasoning": {"effort": effort} if effort else None,
        "tools": [_tool(tool) for tool in request.tools] or None,
        "tool_choice": _choice(request.tool_choice) if request.tools else None,
        "timeout": request.timeout,
        "extra_body": extra or None,
    }
    return {
        "model": request.model,
        "input": [item for message in request.messages for item in _items(message)],
        "store": False,
        "stream": request.stream,
        **{name: value for name, value in known.items() if value is not None},
    }


def chunks_of_whole(answer: Response, provider: str) -> Iterator[Chunk]:
    """A whole answer as pieces; raises ProviderError if it failed."""
    calls = 0
    for item in answer.output:
        if item.type == "function_call":
            yield Chunk(tool_call=ToolCallPart(calls, item.call_id, item.name, item.arguments))
            calls += 1
        elif item.type == "message":
            yield Chunk(text="".join(p.text for p in item.content if p.type == "output_text"))
        elif item.type == "reasoning":
            yield Chunk(reasoning="".join(part.text for part in item.summary))
    yield _end(answer, provider, called=calls > 0)


class Events:
    """Reads the events of one stream."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._calls: dict[int, int] = {}  # place in the output -> which call it is

    def chunks(self, event: ResponseStreamEvent) -> Iterator[Chunk]:
        """The pieces in an event; raises ProviderError if the answer failed."""
        if event.type == "response.output_text.delta":
            yield Chunk(text=event.delta)
        elif event.type == "response.reasoning_summary_text.delta":
            yield Chunk(reasoning=event.delta)
        elif event.type == "response.output_item.added" and event.item.type == "function_call":
            index = self._calls.setdefault(event.output_index, len(self._calls))
            yield Chunk(tool_call=ToolCallPart(index, event.item.call_id, event.item.name))
        elif event.type == "response.function_call_arguments.delta":
            index = self._calls[event.output_index]
            yield Chunk(tool_call=ToolCallPart(index, arguments=event.delta))
        elif event.type in ("response.completed", "response.incomplete", "response.failed"):
            yield _end(event.response, self._provider, called=bool(self._calls))
        elif event.type == "error":
            raise ProviderError(event.message, provider=self._provider)


def _end(answer: Response, provider: str, *, called: bool) -> Chunk:
    if answer.error is not None:
        raise ProviderError(answer.error.message, provider=provider, request_id=answer.id)
    finish: Finish = "tool_calls" if called else "stop"
    if answer.status == "incomplete":
        filtered = answer.incomplete_details and answer.incomplete_details.reason
        finish = "content_filter" if filtered == "content_filter" else "length"
    return Chunk(finish=finish, usage=_usage(answer.usage), id=answer.id, model=answer.model)


def _usage(told: ResponseUsage | None) -> Usage | None:
    if told is None:
        return None
    return Usage(told.input_tokens, told.output_tokens, told.input_tokens_details.cached_tokens)


def _items(message: Message) -> Iterator[dict[str, Any]]:
    if message.role == "tool":
        yield {
            "type": "function_call_output",
            "call_id": message.call_id,
            "output": message.text,
        }
        return
    if message.images:
        yield {"role": message.role, "content": [_part(part) for part in message.parts]}
    elif message.text or not message.tool_calls:
        yield {"role": message.role, "content": message.text}
    for call in message.tool_calls:
        yield {
            "type": "function_call",
            "call_id": call.id,
            "name": call.name,
            "arguments": call.arguments,
        }


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "input_text", "text": part.text}
    return {"type": "input_image", "image_url": address(part), "detail": "auto"}


def _tool(tool: ToolSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": False,
    }


def _choice(choice: str) -> str | dict[str, Any]:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "name": choice}


def _form(wanted: ResponseFormat) -> dict[str, Any] | None:
    if wanted.kind == "text":
        return None
    if wanted.kind == "json":
        return {"format": {"type": "json_object"}}
    strict = leaves_nothing(wanted.schema)
    schema = {"name": wanted.name, "schema": wanted.schema, "strict": strict}
    return {"format": {"type": "json_schema", **schema}}
