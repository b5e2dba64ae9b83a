"""Models of OpenAI that want the responses API, against a server on loopback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseErrorEvent,
    ResponseFunctionCallArgumentsDeltaEvent,
    ResponseOutputItemAddedEvent,
    ResponseTextDeltaEvent,
)
from pydantic import BaseModel

from llmspell.errors import ProviderError, ValidationError
from llmspell.models.messages import Image, Message, ToolCall
from llmspell.models.model import Model
from llmspell.models.reply import Usage
from llmspell.models.request import ChatRequest, ResponseFormat, Sampling, ToolSpec
from llmspell.models.service import Models
from tests.runtime.models.streams import QUICK_RETRIES, ask, events, streamed, whole
from tests.runtime.tools.builtin.site import Page, Site

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
REFUSAL = (
    "Function tools with reasoning_effort are not supported for m in /v1/chat/completions. To use "
    "function tools, use /v1/responses or set reasoning_effort to 'none'."
)
TOOL = ToolSpec("add", "Adds", {"type": "object", "properties": {"a": {"type": "integer"}}})
CALL = {"type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a": 1}'}
SAID = {
    "type": "message",
    "id": "m1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "hello", "annotations": []}],
}


def response(*output: dict[str, Any], **more: Any) -> Response:
    told = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m-2026",
        "output": output,
        "status": "completed",
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 9,
            "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
            "output_tokens": 3,
            "output_tokens_details": {"reasoning_tokens": 1},
            "total_tokens": 12,
        },
    }
    return Response.model_validate(told | more)


@pytest.fixture
def model(server: Site, make_models: Callable[[str], Models]) -> Model:
    """One that takes no tools in chat completions."""
    server.add(CHAT, whole({"error": {"message": REFUSAL}}, 400))
    config = f'[providers.cloud]\nprovider_type = "openai"\nbase_url = "{server.url}/v1"\n'
    return make_models(config + QUICK_RETRIES).find("cloud/m")


def test_a_model_that_wants_the_other_api_is_asked_there_from_then_on(
    server: Site, model: Model
) -> None:
    server.add(RESPONSES, whole(response(SAID, CALL)))
    request = ask(
        tools=(TOOL,), sampling=Sampling(max_tokens=7), options={"reasoning_effort": "low"}
    )
    for _ in range(2):
        result = model.chat(request)
    assert (result.text, result.finish, result.id) == ("hello", "tool_calls", "resp_1")
    assert result.tool_calls == (ToolCall("c1", "add", '{"a": 1}'),)
    assert (result.usage, result.model) == (Usage(9, 3, 4), "m-2026")
    assert [asked.path for asked in server.asked] == [CHAT, RESPONSES, RESPONSES]
    sent = server.asked[-1].json
    assert sent["tools"][0]["name"] == "add"
    assert (sent["max_output_tokens"], sent["reasoning"], sent["store"]) == (
        7,
        {"effort": "low"},
        False,
    )


def test_a_stream_gives_pieces_and_calls(server: Site, model: Model) -> None:
    begun = CALL | {"arguments": ""}
    said: list[BaseModel] = [
        *(
            ResponseTextDeltaEvent(
                type="response.output_text.delta",
                delta=delta,
                item_id="m1",
                output_index=0,
                content_index=0,
                sequence_number=0,
                logprobs=[],
            )
            for delta in ("hel", "lo")
        ),
        ResponseOutputItemAddedEvent.model_validate(
            {"type": "response.output_item.added", "output_index": 1, "item": begun}
            | {"sequence_number": 1}
        ),
        *(
            ResponseFunctionCallArgumentsDeltaEvent(
                type="response.function_call_arguments.delta",
                delta=delta,
                item_id="f1",
                output_index=1,
                sequence_number=2,
            )
            for delta in ('{"a":', " 1}")
        ),
        ResponseCompletedEvent(
            type="response.completed", response=response(SAID, CALL), sequence_number=3
        ),
    ]
    server.add(RESPONSES, events(said, named=True))
    pieces, result = streamed(model, ask(tools=(TOOL,), stream=True))
    assert pieces == ["hel", "lo"]
    assert result.tool_calls == (ToolCall("c1", "add", '{"a": 1}'),)
    assert (result.finish, result.usage) == ("tool_calls", Usage(9, 3, 4))


def test_a_conversation_with_tools_and_pictures_is_sent_whole(server: Site, model: Model) -> None:
    server.add(RESPONSES, whole(response(SAID)))
    call = ToolCall("c1", "add", '{"a": 1}')
    messages = (
        Message.system("Be brief."),
        Message.user("Look", Image(b"x", "image/png")),
        Message.assistant("I add", (call,)),
        Message.tool(call, "2"),
    )
    form = ResponseFormat("schema", {"type": "object"})
    model.chat(
        ChatRequest(
            model="", messages=messages, tools=(TOOL,), tool_choice="add", response_format=form
        )
    )
    sent = server.asked[-1].json
    assert sent["input"] == [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Look"},
                {
                    "type": "input_image",
                    "image_url": "data:image/png;base64,eA==",
                    "detail": "auto",
                },
            ],
        },
        {"role": "assistant", "content": "I add"},
        CALL,
        {"type": "function_call_output", "call_id": "c1", "output": "2"},
    ]
    assert sent["tool_choice"] == {"type": "function", "name": "add"}
    assert sent["text"]["format"]["type"] == "json_schema"


@pytest.mark.parametrize(
    ("reason", "finish"), [("max_output_tokens", "length"), ("content_filter", "content_filter")]
)
def test_an_answer_that_is_not_whole_says_why(
    server: Site, model: Model, reason: str, finish: str
) -> None:
    cut = response(SAID, status="incomplete", incomplete_details={"reason": reason})
    server.add(RESPONSES, whole(cut))
    assert model.chat(ask(tools=(TOOL,))).finish == finish


def test_an_answer_that_failed_is_an_error(server: Site, model: Model) -> None:
    failed = response(status="failed", error={"code": "server_error", "message": "it broke"})
    server.add(RESPONSES, whole(failed))
    with pytest.raises(ProviderError, match="it broke"):
        model.chat(ask(tools=(TOOL,)))


def test_an_error_within_a_stream_is_raised(server: Site, model: Model) -> None:
    error = ResponseErrorEvent(
        type="error", message="too much", code=None, param=None, sequence_number=0
    )
    server.add(RESPONSES, events([error], named=True))
    with pytest.raises(ProviderError, match="too much"):
        streamed(model, ask(tools=(TOOL,), stream=True))


def test_what_that_api_does_not_have_is_refused(server: Site, model: Model) -> None:
    with pytest.raises(ValidationError, match="takes no stop"):
        model.chat(ask(tools=(TOOL,), sampling=Sampling(stop=("END",))))


def test_another_refusal_stays_an_error(server: Site, model: Model) -> None:
    server.add(CHAT, Page(b'{"error": {"message": "no such tool"}}', 400))
    with pytest.raises(ProviderError, match="no such tool"):
        model.chat(ask(tools=(TOOL,)))
    assert [asked.path for asked in server.asked] == [CHAT]
