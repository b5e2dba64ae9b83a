"""The provider `anthropic`, over its official client, against a server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from anthropic.types import (
    Message as Answer,
)
from anthropic.types import (
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    RawContentBlockStopEvent,
    RawMessageDeltaEvent,
    RawMessageStartEvent,
    RawMessageStopEvent,
)
from pydantic import BaseModel

from llmspell.errors import (
    NetworkError,
    ProviderError,
    RateLimitError,
    TimeLimitError,
    ValidationError,
)
from llmspell.models.messages import Image, Message, ToolCall
from llmspell.models.model import Model, wait_for
from llmspell.models.reply import Usage
from llmspell.models.request import (
    ChatRequest,
    CompletionRequest,
    ResponseFormat,
    Sampling,
    ToolSpec,
)
from llmspell.models.service import Access, Models
from tests.runtime.conftest import MakeProject
from tests.runtime.models.streams import (
    CHOSEN_BY,
    QUICK_RETRIES,
    ask,
    events,
    refuses_to_list,
    streamed,
    whole,
)
from tests.runtime.tools.builtin.site import Asked, Page, Site

MESSAGES = "/v1/messages"
KEY = "sk-ant-secret"


def answer(*content: dict[str, Any], stop: str = "end_turn", **usage: int) -> Answer:
    tokens = {"input_tokens": 9, "output_tokens": 3, **usage}
    return Answer.model_validate(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-m",
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": tokens,
        }
    )


def stream_of(*blocks: tuple[dict[str, Any], list[dict[str, Any]]], stop: str) -> list[BaseModel]:
    """The events of an answer: each block as it begins, and what is added to it."""
    begun = answer(cache_read_input_tokens=4, output_tokens=1)
    made: list[BaseModel] = [RawMessageStartEvent(type="message_start", message=begun)]
    for index, (block, deltas) in enumerate(blocks):
        start = {"type": "content_block_start", "index": index, "content_block": block}
        made.append(RawContentBlockStartEvent.model_validate(start))
        for delta in deltas:
            told = {"type": "content_block_delta", "index": index, "delta": delta}
            made.append(RawContentBlockDeltaEvent.model_validate(told))
        made.append(RawContentBlockStopEvent(type="content_block_stop", index=index))
    end = {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": 8}}
    made.append(RawMessageDeltaEvent.model_validate(end))
    return [*made, RawMessageStopEvent(type="message_stop")]


def text(*pieces: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    deltas = [{"type": "text_delta", "text": piece} for piece in pieces]
    return {"type": "text", "text": "", "citations": None}, deltas


@pytest.fixture(params=CHOSEN_BY)
def model(request: pytest.FixtureRequest, server: Site, make_project: MakeProject) -> Model:
    config = f'[providers.anthropic]\napi_key = "{KEY}"\n'
    access = Access(base_url=server.url, api_key=KEY, from_spell=True)
    if request.param == "configuration":
        config += f'base_url = "{server.url}"\n'
        access = Access()
    project = make_project(config + QUICK_RETRIES, security="trusted")
    return project.runtime.models.find("anthropic/claude-m", access)


def test_an_answer_counts_what_came_from_the_cache(server: Site, model: Model) -> None:
    told = answer({"type": "text", "text": "hello"}, cache_read_input_tokens=5)
    server.add(MESSAGES, whole(told))
    result = model.chat(ask(sampling=Sampling(temperature=0.5, top_k=3, stop=("END",))))
    assert (result.text, result.id, result.finish) == ("hello", "msg_1", "stop")
    assert result.usage == Usage(14, 3, 5)
    sent = server.asked[0].json
    assert (sent["max_tokens"], sent["stop_sequences"]) == (4096, ["END"])
    assert (sent["temperature"], sent["top_k"]) == (0.5, 3)
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_stream_gives_thoughts_pieces_and_calls(server: Site, model: Model) -> None:
    thought = {"type": "thinking", "thinking": "", "signature": ""}
    call: dict[str, Any] = {
        "type": "tool_use",
        "id": "tu_1",
        "name": "add",
        "input": {},
        "caller": None,
    }
    parts = [
        {"type": "input_json_delta", "partial_json": '{"a"'},
        {"type": "input_json_delta", "partial_json": ": 1}"},
    ]
    told = stream_of(
        (thought, [{"type": "thinking_delta", "thinking": "hm"}]),
        text("Let me ", "see."),
        (call, parts),
        stop="tool_use",
    )
    server.add(MESSAGES, events(told, named=True))
    pieces, result = streamed(model, ask(stream=True))
    assert pieces == ["Let me ", "see."]
    assert result.reasoning == "hm"
    assert [(c.id, c.name, c.params()) for c in result.tool_calls] == [("tu_1", "add", {"a": 1})]
    assert (result.finish, result.usage) == ("tool_calls", Usage(13, 8, 4))


def test_roles_take_turns_and_results_of_tools_are_said_by_the_user(
    server: Site, model: Model
) -> None:
    server.add(MESSAGES, whole(answer({"type": "text", "text": "done"})))
    calls = (ToolCall("tu_1", "add", '{"a": 1}'), ToolCall("tu_2", "add", "{}"))
    model.chat(
        ChatRequest(
            model="",
            messages=(
                Message.system("Be brief."),
                Message.user("See", Image(b"\x89PNG", "image/png")),
                Message.assistant("", calls),
                Message.tool(calls[0], "2"),
                Message.tool(calls[1], "no a", failed=True),
                Message.user("Go on"),
            ),
            tools=(ToolSpec("add", "Adds.", {"type": "object"}),),
            tool_choice="required",
        )
    )
    sent = server.asked[0].json
    assert sent["system"] == "Be brief."
    assert [turn["role"] for turn in sent["messages"]] == ["user", "assistant", "user"]
    asked, called, told = (turn["content"] for turn in sent["messages"])
    assert asked[1]["source"] == {
        "type": "base64",
        "media_type": "image/png",
        "data": "iVBORw==",
    }
    assert called[0] == {"type": "tool_use", "id": "tu_1", "name": "add", "input": {"a": 1}}
    assert [(each["type"], each.get("is_error")) for each in told] == [
        ("tool_result", False),
        ("tool_result", True),
        ("text", None),
    ]
    assert sent["tools"][0]["input_schema"] == {"type": "object"}
    assert sent["tool_choice"] == {"type": "any"}


def test_a_schema_is_sent_as_the_form_of_the_answer(server: Site, model: Model) -> None:
    server.add(MESSAGES, whole(answer({"type": "text", "text": "{}"})))
    model.chat(ask(response_format=ResponseFormat("schema", {"type": "object"})))
    assert server.asked[0].json["output_config"] == {
        "format": {"type": "json_schema", "schema": {"type": "object"}}
    }


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"sampling": Sampling(seed=1)}, "seed"),
        ({"response_format": ResponseFormat("json")}, "schema"),
    ],
)
def test_what_these_models_do_not_have_is_refused(
    server: Site, model: Model, settings: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValidationError, match=named):
        model.chat(ask(**settings))
    assert server.asked == []


def test_neither_completions_nor_vectors_are_pretended(model: Model) -> None:
    with pytest.raises(ProviderError, match="no completions"):
        model.complete(CompletionRequest(model="", prompt="x"))


@pytest.mark.parametrize("status", [429, 500, 529])
def test_an_overloaded_server_is_asked_again(server: Site, model: Model, status: int) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    left = [whole(error, status), whole(answer({"type": "text", "text": "at last"}))]
    server.add(MESSAGES, lambda _: left.pop(0))
    assert model.chat(ask()).text == "at last"


def test_a_server_that_stays_overloaded_is_named_with_its_request(
    server: Site, model: Model
) -> None:
    error = {"type": "error", "error": {"type": "rate_limit_error", "message": "busy"}}
    server.add(MESSAGES, whole(error, 429, **{"request-id": "req_9"}))
    with pytest.raises(RateLimitError, match=r"busy \(request req_9\)") as caught:
        model.chat(ask())
    assert caught.value.details["request_id"] == "req_9"
    assert KEY not in str(caught.value) + repr(caught.value.details)


def test_an_error_within_a_stream_is_raised(server: Site, model: Model) -> None:
    page = events(stream_of(text("Let me"), stop="end_turn")[:3], named=True)
    said = b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"oops"}}\n\n'
    server.add(MESSAGES, Page(page.body + said, headers=page.headers))
    with pytest.raises(ProviderError, match="oops"):
        streamed(model, ask(stream=True))


def test_a_stream_that_breaks_off_is_an_error(server: Site, model: Model) -> None:
    page = events(stream_of(text("Let me"), stop="end_turn"), named=True)
    server.add(MESSAGES, Page(page.body, headers=page.headers, part=len(page.body) - 20, drop=True))
    with pytest.raises(NetworkError, match="broke off"):
        streamed(model, ask(stream=True))


def test_a_slow_stream_ends_at_the_time_limit(server: Site, model: Model) -> None:
    done = threading.Event()
    told = stream_of(text("Let me "), stop="end_turn")
    page, first = events(told, named=True), events(told[:3], named=True)
    server.add(MESSAGES, Page(page.body, headers=page.headers, part=len(first.body), hold=done))
    try:
        with pytest.raises(TimeLimitError) as caught:
            streamed(model, ask(stream=True, timeout=0.5))
        assert caught.value.details["partial"] == "Let me "
    finally:
        done.set()


def test_sampling_that_a_model_refuses_is_left_out(server: Site, model: Model) -> None:
    def take(asked: Asked) -> Page:
        refused = next((each for each in ("temperature", "top_p") if each in asked.json), None)
        if refused is None:
            return whole(answer({"type": "text", "text": "hello"}))
        said = {"type": "invalid_request_error", "message": f"`{refused}` is deprecated for this."}
        return whole({"type": "error", "error": said}, 400)

    server.add(MESSAGES, take)
    request = ask(sampling=Sampling(temperature=0.5, top_p=0.9, stop=("END",)))
    assert model.chat(request).text == "hello"
    assert len(server.asked) == 3
    assert server.asked[-1].json["stop_sequences"] == ["END"]


def test_the_list_of_models_says_what_their_families_can_do(server: Site, model: Model) -> None:
    told = {
        "id": "claude-sonnet-4-5-20250929",
        "type": "model",
        "lifecycle": "active",
        "display_name": "Claude",
        "created_at": "2025-09-29T00:00:00Z",
    }
    newer = told | {"id": "claude-unheard-of", "max_input_tokens": 2_000_000, "max_tokens": 300_000}
    page = {"data": [told, newer], "has_more": False, "first_id": told["id"], "last_id": "x"}
    server.add("/v1/models", whole(page))
    found, other = wait_for(model.provider.models())
    assert (found.id, found.capabilities.context_length) == (told["id"], 200_000)
    assert other.capabilities.context_length == 2_000_000
    assert other.capabilities.max_output_tokens == 300_000
    assert wait_for(model.provider.health()).models == 2


def test_an_answer_may_be_as_long_as_thinking_needs_where_a_model_is_known(
    server: Site, make_project: MakeProject
) -> None:
    server.add(MESSAGES, whole(answer({"type": "text", "text": "hello"})))
    config = f'[providers.anthropic]\napi_key = "{KEY}"\nbase_url = "{server.url}"\n'
    models = make_project(config).runtime.models
    for name in ("claude-opus-5-5", "unheard-of"):
        models.find(f"anthropic/{name}").chat(ask())
    assert [asked.json["max_tokens"] for asked in server.asked] == [16_000, 4_096]


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_no_server_of_models_is_told_in_a_sentence(
    server: Site, model: Model, stream: bool
) -> None:
    server.text(MESSAGES, "<html>Welcome</html>")
    with pytest.raises((ProviderError, NetworkError), match=r"gives no JSON|broke off: it has no"):
        model.chat(ask(stream=stream))


def test_a_stream_that_ends_without_saying_so_is_an_error(server: Site, model: Model) -> None:
    told = stream_of(text("Let me"), stop="end_turn")
    server.add(MESSAGES, events(told[:3], named=True))
    with pytest.raises(NetworkError, match="broke off: it has no end"):
        model.chat(ask(stream=True))


def test_a_web_page_is_no_list_of_models(
    server: Site, make_models: Callable[[str], Models]
) -> None:
    server.text("/v1/models", "<html>Welcome</html>")
    refuses_to_list(make_models, "anthropic", server.url)
