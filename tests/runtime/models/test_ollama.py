"""The provider `ollama`, over its official client, against a server on loopback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from ollama import (
    ChatResponse,
    EmbedResponse,
    GenerateResponse,
    ListResponse,
    ProcessResponse,
    ProgressResponse,
    ShowResponse,
)
from ollama import Message as Said
from pydantic import BaseModel

from llmspell.config.schema import Provider as ProviderSettings
from llmspell.errors import NetworkError, ProviderError, ValidationError
from llmspell.models.messages import Image, Message, ToolCall
from llmspell.models.model import Model, wait_for
from llmspell.models.ollama.provider import Ollama
from llmspell.models.ollama.server import address
from llmspell.models.provider import KeepsModels, Setup
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
from tests.runtime.models.streams import CHOSEN_BY, QUICK_RETRIES, ask, streamed, whole
from tests.runtime.tools.builtin.site import Page, Site

CHAT = "/api/chat"


def lines(*values: BaseModel | dict[str, Any]) -> Page:
    """One JSON document a line, as Ollama streams."""
    pages = [whole(value) for value in values]
    body = b"".join(page.body + b"\n" for page in pages)
    return Page(body, headers={"Content-Type": "application/x-ndjson"})


def said(text: str = "", calls: list[Said.ToolCall] | None = None, **ends: Any) -> ChatResponse:
    message = Said(role="assistant", content=text, tool_calls=calls)
    return ChatResponse(model="m", message=message, done=bool(ends), **ends)


@pytest.fixture(params=CHOSEN_BY)
def model(
    request: pytest.FixtureRequest, server: Site, make_models: Callable[[str], Models]
) -> Model:
    config = '[security]\nlevel = "trusted"\n[providers.ollama]\nnum_ctx = 4096\n'
    access = Access(base_url=server.url, from_spell=True)
    if request.param == "configuration":
        config += f'base_url = "{server.url}"\n'
        access = Access()
    return make_models(config + QUICK_RETRIES).find("ollama/m:1b", access)


def test_an_answer_has_usage_and_the_options_are_the_models(server: Site, model: Model) -> None:
    answer = said("hello", done_reason="stop", prompt_eval_count=9, eval_count=3)
    server.add(CHAT, whole(answer))
    result = model.chat(ask(sampling=Sampling(temperature=0.5, max_tokens=7, seed=1)))
    assert (result.text, result.finish, result.usage) == ("hello", "stop", Usage(9, 3))
    assert result.cost == 0.0
    sent = server.asked[0].json
    assert sent["model"] == "m:1b"
    assert sent["options"] == {"num_ctx": 4096, "temperature": 0.5, "num_predict": 7, "seed": 1}


def test_a_stream_gives_pieces_and_calls(server: Site, model: Model) -> None:
    call = Said.ToolCall(function=Said.ToolCall.Function(name="add", arguments={"a": 1}))
    end = said(done_reason="stop", prompt_eval_count=2, eval_count=4)
    server.add(CHAT, lines(said("Let me "), said("see."), said(calls=[call]), end))
    tools = (ToolSpec("add", "Adds.", {"type": "object"}),)
    pieces, result = streamed(model, ask(stream=True, tools=tools))
    assert pieces == ["Let me ", "see."]
    assert [(c.name, c.params()) for c in result.tool_calls] == [("add", {"a": 1})]
    assert (result.finish, result.usage) == ("tool_calls", Usage(2, 4))
    assert server.asked[0].json["tools"][0]["function"]["name"] == "add"


def test_a_conversation_with_tools_and_pictures_is_sent_whole(server: Site, model: Model) -> None:
    server.add(CHAT, whole(said("done", done_reason="stop")))
    call = ToolCall("call_0", "add", '{"a": 1}')
    messages = (
        Message.user("See", Image(b"\x89PNG")),
        Message.assistant("", (call,)),
        Message.tool(call, "2"),
    )
    form = ResponseFormat("schema", {"type": "object"})
    model.chat(ChatRequest(model="", messages=messages, response_format=form))
    sent = server.asked[0].json
    user, assistant, tool = sent["messages"]
    assert user["images"] == ["iVBORw=="]
    assert assistant["tool_calls"] == [{"function": {"name": "add", "arguments": {"a": 1}}}]
    assert (tool["role"], tool["content"], tool["tool_name"]) == ("tool", "2", "add")
    assert sent["format"] == {"type": "object"}


@pytest.mark.parametrize(
    "request_",
    [
        ask(tools=(ToolSpec("add", "", {}),), tool_choice="required"),
        ChatRequest(model="", messages=(Message.user("", Image(url="https://x/y.png")),)),
    ],
)
def test_what_ollama_cannot_do_is_refused(
    server: Site, model: Model, request_: ChatRequest
) -> None:
    with pytest.raises(ValidationError):
        model.chat(request_)
    assert server.asked == []


def test_an_error_within_a_stream_is_raised(server: Site, model: Model) -> None:
    server.add(CHAT, lines(said("Let me"), {"error": "out of memory"}))
    with pytest.raises(ProviderError, match="out of memory"):
        streamed(model, ask(stream=True))


@pytest.mark.parametrize("stream", [False, True])
def test_a_server_that_is_busy_is_asked_again(server: Site, model: Model, stream: bool) -> None:
    left = [whole({"error": "busy"}, 503), lines(said("at last", done_reason="stop"))]
    server.add(CHAT, lambda _: left.pop(0))
    _, result = streamed(model, ask(stream=stream))
    assert result.text == "at last"


def test_a_stream_that_breaks_off_is_an_error(server: Site, model: Model) -> None:
    page = lines(said("Let me"), said("see", done_reason="stop"))
    server.add(CHAT, Page(page.body, headers=page.headers, part=len(page.body) - 20, drop=True))
    with pytest.raises(NetworkError, match="broke off"):
        streamed(model, ask(stream=True))


def test_a_missing_model_says_how_to_get_it(server: Site, model: Model) -> None:
    server.add(CHAT, whole({"error": "model 'm:1b' not found"}, 404))
    with pytest.raises(ProviderError, match="llmspell model pull m:1b@ollama"):
        model.chat(ask())


def test_texts_are_continued_without_template_and_turned_into_vectors(
    server: Site, model: Model
) -> None:
    answer = GenerateResponse(model="m", response=" there", done=True, done_reason="length")
    server.add("/api/generate", whole(answer))
    result = model.complete(CompletionRequest(model="", prompt="Hello"))
    assert (result.text, result.finish) == (" there", "length")
    assert server.asked[0].json["raw"] is True
    server.add("/api/embed", whole(EmbedResponse(embeddings=[[0.0, 0.5]], prompt_eval_count=1)))
    assert model.embed(EmbedRequest(model="", texts=("a",))).vectors == ((0.0, 0.5),)


def test_no_server_is_one_sentence_with_what_to_do(make_models: Callable[[str], Models]) -> None:
    provider = make_models('[providers.ollama]\nbase_url = "http://127.0.0.1:1"').provider("ollama")
    health = wait_for(provider.health())
    assert not health.healthy
    assert health.reason.startswith("Ollama does not answer at http://127.0.0.1:1; ")


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("box", "http://box:11434"),
        (":1234", "http://127.0.0.1:1234"),
        ("https://box/ollama/", "https://box/ollama"),
    ],
)
def test_an_address_may_be_written_in_short(written: str, url: str) -> None:
    provider = Ollama(
        Setup(name="ollama", settings=ProviderSettings(max_retries=0), base_url=written)
    )
    assert provider._url == url


# The models that it keeps ---------------------------------------------------------------------

HELD = ListResponse.Model.model_validate(
    {
        "model": "m:1b",
        "modified_at": datetime(2025, 1, 1, tzinfo=UTC),
        "digest": "d",
        "size": 5,
        "details": {"family": "llama", "parameter_size": "1B", "quantization_level": "Q4_K_M"},
    }
)


@pytest.fixture
def keeper(server: Site, model: Model) -> KeepsModels:
    server.add("/api/tags", whole(ListResponse(models=[HELD])))
    running = ProcessResponse.Model(model="m:1b", name="m:1b")
    server.add("/api/ps", whole(ProcessResponse(models=[running])))
    assert isinstance(model.provider, KeepsModels)
    return model.provider


def test_models_are_listed_with_what_is_known_of_them(keeper: KeepsModels, model: Model) -> None:
    [found] = wait_for(model.provider.models())
    assert (found.id, found.size_bytes, found.quantization) == ("m:1b", 5, "Q4_K_M")
    assert (found.parameters, found.modified_at, found.loaded) == ("1B", 1735689600.0, True)


def test_information_has_licence_and_capabilities(server: Site, keeper: KeepsModels) -> None:
    shown = ShowResponse.model_validate(
        {
            "license": "\n Apache License\n",
            "model_info": {"llama.context_length": 8192},
            "capabilities": ["completion", "tools"],
        }
    )
    page = Page(shown.model_dump_json(by_alias=True).encode())
    server.add("/api/show", page)
    found = wait_for(keeper.info("m:1b"))
    assert found is not None
    assert (found.license, found.capabilities.context_length) == ("Apache License", 8192)
    assert (found.capabilities.tools, found.capabilities.embeddings) == (True, False)
    assert wait_for(keeper.info("other")) is None


def test_a_pull_tells_how_far_it_is(server: Site, keeper: KeepsModels) -> None:
    steps = [
        ProgressResponse(status="pulling manifest"),
        ProgressResponse(status="pulling aa", digest="aa", total=10, completed=4),
        ProgressResponse(status="pulling bb", digest="bb", total=2, completed=2),
        ProgressResponse(status="verifying sha256 digest"),
        ProgressResponse(status="success"),
    ]
    server.add("/api/pull", lines(*steps))

    async def told() -> list[tuple[str, int, int | None]]:
        return [(p.status, p.completed, p.total) async for p in keeper.pull("m:1b")]

    assert wait_for(told()) == [
        ("downloading", 0, None),
        ("downloading", 4, 10),
        ("downloading", 6, 12),
        ("verifying", 6, 12),
        ("complete", 6, 12),
    ]


def test_a_model_is_removed_and_unloaded(server: Site, keeper: KeepsModels) -> None:
    server.add("/api/delete", whole({}))
    server.add("/api/generate", whole(GenerateResponse(response="", done=True)))
    wait_for(keeper.remove("m:1b"))
    assert (server.asked[-1].method, server.asked[-1].json["model"]) == ("DELETE", "m:1b")
    wait_for(keeper.unload("m:1b"))
    assert server.asked[-1].json["keep_alive"] == 0


def test_health_tells_version_and_models(server: Site, keeper: KeepsModels, model: Model) -> None:
    server.add("/api/version", whole({"version": "0.12.3"}))
    health = wait_for(model.provider.health())
    assert (health.healthy, health.version, health.models) == (True, "0.12.3", 1)


def test_what_is_no_ollama_is_told_in_a_sentence(
    server: Site, make_models: Callable[[str], Models]
) -> None:
    provider = make_models(f'[providers.ollama]\nbase_url = "{server.url}"\n').provider("ollama")
    for page in (Page(b'{"object": "list"}'), Page(b"<html>Welcome</html>")):
        server.add("/api/tags", page)
        with pytest.raises(ProviderError, match=rf"what answers at {server.url} is no Ollama, or"):
            wait_for(provider.models())


@pytest.mark.parametrize("written", ["::bad", "http://host:port", "[::1", "host:99999"])
def test_what_is_no_address_is_told_with_where_it_stands(written: str) -> None:
    with pytest.raises(ProviderError, match=r"is no address of Ollama .* OLLAMA_HOST"):
        address(written)


def test_a_stream_that_ends_without_saying_so_is_an_error(server: Site, model: Model) -> None:
    server.add(CHAT, lines(said("Let me "), said("see")))
    with pytest.raises(NetworkError, match="broke off: it has no end"):
        model.chat(ask(stream=True))
