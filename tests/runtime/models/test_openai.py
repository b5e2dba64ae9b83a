"""The provider `openai`, over its official client, against a server on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from traceback import format_exception
from typing import Any

import pytest
from openai.types import CreateEmbeddingResponse, Embedding
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.create_embedding_response import Usage as EmbeddingUsage

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
    EmbedRequest,
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

CHAT = "/v1/chat/completions"
KEY = "sk-very-secret"
CLOSED = {
    "type": "object",
    "properties": {"x": {"type": "integer"}},
    "required": ["x"],
    "additionalProperties": False,
}


def answer(text: str | None, calls: list[dict[str, Any]] | None = None) -> ChatCompletion:
    return ChatCompletion.model_validate(
        {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "m-2025",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "tool_calls" if calls else "stop",
                    "logprobs": None,
                    "message": {"role": "assistant", "content": text, "tool_calls": calls},
                }
            ],
            "usage": {
                "prompt_tokens": 9,
                "completion_tokens": 3,
                "total_tokens": 12,
                "prompt_tokens_details": {"cached_tokens": 4},
            },
        }
    )


def piece(
    delta: dict[str, Any], finish: str | None = None, usage: dict[str, int] | None = None
) -> ChatCompletionChunk:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return ChatCompletionChunk.model_validate(
        {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m-2025",
            "choices": [] if usage else [choice],
            "usage": usage,
        }
    )


@pytest.fixture(params=CHOSEN_BY)
def model(request: pytest.FixtureRequest, server: Site, make_project: MakeProject) -> Model:
    config = f'[providers.cloud]\nprovider_type = "openai"\napi_key = "{KEY}"\n'
    access = Access(base_url=f"{server.url}/v1", api_key=KEY, from_spell=True)
    if request.param == "configuration":
        config += f'base_url = "{server.url}/v1"\n'
        access = Access()
    project = make_project(config + QUICK_RETRIES, security="trusted")
    return project.runtime.models.find("cloud/m", access)


def test_an_answer_comes_with_its_usage_and_the_name_of_the_model(
    server: Site, model: Model
) -> None:
    server.add(CHAT, whole(answer("hello")))
    result = model.chat(ask(sampling=Sampling(temperature=0.5, max_tokens=7, stop=("END",))))
    assert (result.text, result.model, result.id) == ("hello", "m-2025", "chatcmpl-1")
    assert result.usage == Usage(9, 3, 4)
    sent = server.asked[0].json
    assert sent["messages"] == [{"role": "user", "content": "Hi"}]
    assert (sent["temperature"], sent["max_tokens"], sent["stop"]) == (0.5, 7, ["END"])
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_stream_gives_pieces_calls_and_usage(server: Site, model: Model) -> None:
    call = {"index": 0, "id": "call_1", "function": {"name": "add", "arguments": '{"a"'}}
    server.add(
        CHAT,
        events(
            [
                piece({"role": "assistant", "content": "Let me "}),
                piece({"content": "see."}),
                piece({"tool_calls": [call]}),
                piece({"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]}),
                piece({}, "tool_calls"),
                piece({}, usage={"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11}),
            ],
            end="[DONE]",
        ),
    )
    pieces, result = streamed(model, ask(stream=True))
    assert pieces == ["Let me ", "see."]
    assert [(c.id, c.name, c.params()) for c in result.tool_calls] == [("call_1", "add", {"a": 1})]
    assert (result.finish, result.usage) == ("tool_calls", Usage(5, 6))
    assert server.asked[0].json["stream_options"] == {"include_usage": True}


def test_a_conversation_with_tools_and_pictures_is_sent_whole(server: Site, model: Model) -> None:
    server.add(CHAT, whole(answer("done")))
    call = ToolCall("call_1", "add", '{"a": 1}')
    model.chat(
        ChatRequest(
            model="",
            messages=(
                Message.system("Be brief."),
                Message.user("See", Image(b"\x89PNG", "image/png")),
                Message.assistant("", (call,)),
                Message.tool(call, "2"),
            ),
            tools=(ToolSpec("add", "Adds.", {"type": "object"}),),
            tool_choice="add",
        )
    )
    sent = server.asked[0].json
    system, user, assistant, tool = sent["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    assert user["content"][1]["image_url"]["url"] == "data:image/png;base64,iVBORw=="
    assert assistant["tool_calls"][0]["function"] == {"name": "add", "arguments": '{"a": 1}'}
    assert tool == {"role": "tool", "tool_call_id": "call_1", "content": "2"}
    assert sent["tools"][0]["function"]["name"] == "add"
    assert sent["tool_choice"] == {"type": "function", "function": {"name": "add"}}


@pytest.mark.parametrize(("schema", "strict"), [(CLOSED, True), ({"type": "object"}, False)])
def test_a_schema_is_held_strictly_where_it_leaves_nothing_open(
    server: Site, model: Model, schema: dict[str, Any], strict: bool
) -> None:
    server.add(CHAT, whole(answer('{"x": 1}')))
    model.chat(ask(response_format=ResponseFormat("schema", schema)))
    form = server.asked[0].json["response_format"]
    assert form["json_schema"] == {"name": "answer", "schema": schema, "strict": strict}


def test_what_only_other_servers_know_is_sent_to_them(server: Site, model: Model) -> None:
    server.add(CHAT, whole(answer("ok")))
    model.chat(ask(sampling=Sampling(top_k=3), options={"min_p": 0.1}))
    assert (server.asked[0].json["top_k"], server.asked[0].json["min_p"]) == (3, 0.1)


def test_the_account_is_named(server: Site, make_models: Callable[[str], Models]) -> None:
    server.add(CHAT, whole(answer("hello")))
    config = (
        f'[providers.cloud]\nprovider_type = "openai"\nbase_url = "{server.url}/v1"\n'
        'organization_id = "org-1"\nproject_id = "p-1"\n'
    )
    make_models(config).find("cloud/m").chat(ask())
    headers = server.asked[0].headers
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "p-1")


def test_openai_itself_is_not_asked_for_what_it_does_not_know(make_project: MakeProject) -> None:
    runtime = make_project('[providers.openai]\napi_key = "k"\n').runtime
    with pytest.raises(ValidationError, match="top_k"):
        runtime.models.find("openai/gpt-4o").chat(ask(sampling=Sampling(top_k=3)))


def test_a_full_server_is_asked_again_after_the_time_it_names(server: Site, model: Model) -> None:
    busy = whole({"error": {"message": "slow down"}}, 429, **{"Retry-After": "0.001"})
    broken = whole({"error": {"message": "oops"}}, 503)
    left = [busy, broken, whole(answer("at last"))]
    server.add(CHAT, lambda _: left.pop(0))
    assert model.chat(ask()).text == "at last"
    assert len(server.asked) == 3


def test_a_server_that_stays_full_is_an_error_that_says_when(server: Site, model: Model) -> None:
    error = {"error": {"message": "slow down"}}
    server.add(CHAT, whole(error, 429, **{"Retry-After": "0.001", "x-request-id": "req-7"}))
    with pytest.raises(RateLimitError, match=r"slow down \(request req-7\)") as caught:
        model.chat(ask())
    assert len(server.asked) == 3
    assert caught.value.details["request_id"] == "req-7"
    assert caught.value.details["retry_after"] == 0.001


def test_an_empty_account_is_not_asked_again(server: Site, model: Model) -> None:
    error = {"error": {"message": "no credit left", "code": "insufficient_quota"}}
    server.add(CHAT, whole(error, 429))
    with pytest.raises(ProviderError, match="no credit left"):
        model.chat(ask())
    assert len(server.asked) == 1


def test_a_wrong_key_is_named_by_its_source_only(server: Site, model: Model) -> None:
    server.add(CHAT, whole({"error": {"message": f"bad key {KEY}"}}, 401))
    with pytest.raises(
        ProviderError, match=r"bad key <hidden> \(the key comes from (`|the )"
    ) as caught:
        model.chat(ask())
    assert KEY not in "".join(format_exception(caught.value)) + repr(caught.value.details)
    assert len(server.asked) == 1


def test_a_temperature_that_a_model_refuses_is_left_out_and_that_is_said_once(
    server: Site, model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "Unsupported value: 'temperature' does not support 0.5 with this model."

    def take(asked: Asked) -> Page:
        refused = "temperature" in asked.json
        return whole({"error": {"message": said}}, 400) if refused else whole(answer("hello"))

    server.add(CHAT, take)
    request = ask(sampling=Sampling(temperature=0.5, max_tokens=7))
    assert [model.chat(request).text for _ in range(2)] == ["hello", "hello"]
    assert ["temperature" in asked.json for asked in server.asked] == [True, False, False]
    assert server.asked[-1].json["max_tokens"] == 7
    assert capsys.readouterr().err.count("takes no temperature: left out") == 1


def test_a_temperature_that_is_wrong_stays_an_error(server: Site, model: Model) -> None:
    said = {"error": {"message": "temperature: must be at most 2"}}
    server.add(CHAT, whole(said, 400))
    with pytest.raises(ProviderError, match="must be at most 2"):
        model.chat(ask(sampling=Sampling(temperature=5.0)))
    assert len(server.asked) == 1


def test_an_unknown_model_is_named(server: Site, model: Model) -> None:
    server.add(CHAT, whole({"error": {"message": "no such model"}}, 404))
    with pytest.raises(ProviderError, match="model 'm'"):
        model.chat(ask())


def test_a_stream_that_breaks_off_is_an_error(server: Site, model: Model) -> None:
    page = events([piece({"content": "Let me "}), piece({"content": "see"})])
    server.add(CHAT, Page(page.body, headers=page.headers, part=len(page.body) - 20, drop=True))
    with pytest.raises(NetworkError, match="broke off"):
        streamed(model, ask(stream=True))


def test_a_slow_stream_ends_at_the_time_limit(server: Site, model: Model) -> None:
    done = threading.Event()
    page = events([piece({"content": "Let me "})], end="[DONE]")
    server.add(CHAT, Page(page.body, headers=page.headers, part=len(page.body) - 14, hold=done))
    try:
        with pytest.raises(TimeLimitError) as caught:
            streamed(model, ask(stream=True, timeout=0.5))
        assert caught.value.details["partial"] == "Let me "
    finally:
        done.set()


def test_a_server_that_is_not_there_is_named(make_models: Callable[[str], Models]) -> None:
    config = '[providers.gone]\nprovider_type = "openai"\nbase_url = "http://127.0.0.1:1/v1"\n'
    model = make_models(config + "max_retries = 0\n").find("gone/m")
    with pytest.raises(NetworkError, match=r"http://127\.0\.0\.1:1/v1 cannot be reached"):
        model.chat(ask())


def test_texts_are_continued_and_turned_into_vectors(server: Site, model: Model) -> None:
    text = {"id": "t", "object": "text_completion", "created": 1, "model": "m"}
    choice = {"index": 0, "text": " there", "finish_reason": "length", "logprobs": None}
    server.add("/v1/completions", whole({**text, "choices": [choice]}))
    result = model.complete(CompletionRequest(model="", prompt="Hello"))
    assert (result.text, result.finish) == (" there", "length")
    vectors = [Embedding(embedding=[float(n), 0.5], index=n, object="embedding") for n in (1, 0)]
    answered = CreateEmbeddingResponse(
        data=vectors,
        model="e",
        object="list",
        usage=EmbeddingUsage(prompt_tokens=2, total_tokens=2),
    )
    server.add("/v1/embeddings", whole(answered))
    found = model.embed(EmbedRequest(model="", texts=("a", "b"), dimensions=2))
    assert found.vectors == ((0.0, 0.5), (1.0, 0.5))
    assert server.asked[-1].json["dimensions"] == 2


def test_the_list_of_models_tells_what_the_server_adds(
    server: Site, make_models: Callable[[str], Models]
) -> None:
    told = {"id": "llama", "object": "model", "created": 5, "owned_by": "x", "max_model_len": 4096}
    server.add("/v1/models", whole({"object": "list", "data": [told]}))
    config = f'[providers.vllm]\nprovider_type = "openai"\nbase_url = "{server.url}/v1"\n'
    provider = make_models(config).provider("vllm")
    [found] = wait_for(provider.models())
    assert (found.id, found.capabilities.context_length) == ("llama", 4096)
    assert wait_for(provider.health()).healthy


@pytest.mark.parametrize(
    "told",
    [{"object": "list", "data": []}, {"meta": "none"}, {"max_model_len": "many"}],
)
def test_a_server_that_tells_nothing_of_its_models_is_used_all_the_same(
    server: Site, make_models: Callable[[str], Models], told: dict[str, Any]
) -> None:
    server.add("/v1/models/gpt-4o", whole(told))
    config = f'[providers.own]\nprovider_type = "openai"\nbase_url = "{server.url}/v1"\n'
    provider = make_models(config).provider("own")
    assert wait_for(provider.capabilities("gpt-4o")).tools


@pytest.mark.parametrize("stream", [False, True])
def test_what_is_no_server_of_models_is_told_in_a_sentence(
    server: Site, model: Model, stream: bool
) -> None:
    server.text(CHAT, "<html>Welcome</html>")
    with pytest.raises((ProviderError, NetworkError), match=r"gives no JSON|broke off: it has no"):
        model.chat(ask(stream=stream))


def test_an_answer_without_choices_is_an_error_that_says_what_the_server_says(
    server: Site, model: Model
) -> None:
    server.add(CHAT, whole({"error": {"message": "no provider is free", "code": 502}}))
    with pytest.raises(NetworkError, match="no provider is free"):
        model.chat(ask())


def test_a_stream_that_ends_without_saying_so_is_an_error(server: Site, model: Model) -> None:
    server.add(CHAT, events([piece({"content": "Let me "})]))
    with pytest.raises(NetworkError, match="broke off: it has no end"):
        model.chat(ask(stream=True))


def test_a_web_page_is_no_list_of_models(
    server: Site, make_models: Callable[[str], Models]
) -> None:
    server.text("/v1/models", "<html>Welcome</html>")
    refuses_to_list(make_models, "openai", f"{server.url}/v1")
