"""From pieces to whole answers: texts, calls, usage, cost, time limits, cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import date
from typing import Any

import pytest

from llmspell.errors import NetworkError, TimeLimitError, ValidationError
from llmspell.models.known import UNKNOWN, capabilities_of
from llmspell.models.messages import Image, Message, ToolCall
from llmspell.models.model import Model
from llmspell.models.prices import price, priced, prices_date
from llmspell.models.provider import Setup
from llmspell.models.reply import Chunk, Collector, Timings, ToolCallPart, Usage
from llmspell.models.request import ChatRequest, CompletionRequest, EmbedRequest, Sampling
from llmspell.models.service import Models
from llmspell.testing import Echo, Mock
from tests.runtime.conftest import MakeProject, Project


def _request(text: str = "hello there", **settings: Any) -> ChatRequest:
    return ChatRequest(model="", messages=(Message.user(text),), **settings)


def _model(project: Project, make: Callable[[Setup], Echo] = Echo) -> Model:
    project.runtime.models.register("test", make)
    return project.runtime.models.find("test/m")


def test_an_answer_says_who_gave_it_and_what_it_took(project: Project) -> None:
    result = _model(project).chat(_request())
    assert (result.text, result.provider, result.model) == ("hello there", "test", "m")
    assert result.usage == Usage(2, 2)
    assert result.cost == 0.0
    assert result.timings.first_token is not None
    assert result.timings.total >= result.timings.first_token


def test_a_stream_gives_pieces_and_then_the_whole(project: Project) -> None:
    async def told() -> tuple[list[str], str]:
        answering = _model(project).stream(_request())
        pieces = [chunk.text async for chunk in answering.chunks() if chunk.text]
        return pieces, answering.result().text

    assert asyncio.run(told()) == (["hello ", "there"], "hello there")


def test_a_completion_and_vectors_go_the_same_way(project: Project) -> None:
    model = _model(project)
    assert model.complete(CompletionRequest(model="", prompt="go on")).text == "go on"
    vectors = model.embed(EmbedRequest(model="", texts=("ab", "b"))).vectors
    assert [vector[:2] for vector in vectors] == [(1.0, 1.0), (0.0, 1.0)]


def test_an_error_of_the_provider_is_raised(project: Project) -> None:
    model = _model(project, lambda setup: Mock(setup, [NetworkError("gone")]))
    with pytest.raises(NetworkError, match="gone"):
        model.chat(_request())


def test_pieces_of_calls_are_joined_by_their_index() -> None:
    collector = Collector()
    for part in (
        ToolCallPart(1, "b", "two", "{}"),
        ToolCallPart(0, "a", "one", '{"x"'),
        ToolCallPart(0, "", "", ": 1}"),
    ):
        collector.add(Chunk(tool_call=part))
    result = collector.result(provider="p", model="m", cost=None, timings=Timings())
    assert [(call.id, call.name, call.params()) for call in result.tool_calls] == [
        ("a", "one", {"x": 1}),
        ("b", "two", {}),
    ]
    assert result.finish == "tool_calls"


@pytest.mark.parametrize("arguments", ["{", "[1]"])
def test_wrong_arguments_of_a_call_are_an_error_that_names_the_tool(arguments: str) -> None:
    with pytest.raises(ValidationError, match="'adder'"):
        ToolCall("1", "adder", arguments).params()


class Stuck(Echo):
    """Gives one piece, then nothing; says when it was ended."""

    ended = False

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        try:
            yield Chunk(text="begun")
            await asyncio.Event().wait()
        finally:
            Stuck.ended = True


def test_a_time_limit_ends_the_work_and_keeps_what_was_said(project: Project) -> None:
    Stuck.ended = False
    with pytest.raises(TimeLimitError, match=r"within 0\.01 s") as caught:
        _model(project, Stuck).chat(_request(timeout=0.01))
    assert caught.value.details["partial"] == "begun"
    assert Stuck.ended


def test_leaving_a_stream_ends_the_work(project: Project) -> None:
    Stuck.ended = False

    async def leave() -> None:
        async with aclosing(_model(project, Stuck).stream(_request()).chunks()) as chunks:
            async for _ in chunks:
                break

    asyncio.run(leave())
    assert Stuck.ended


def test_settings_of_the_provider_hold_where_a_request_says_nothing(
    make_project: MakeProject,
) -> None:
    config = "[providers.test]\nmax_tokens = 7\ntemperature = 0.5\nstop = 'END'\n"
    mocks: list[Mock] = []

    def make(setup: Setup) -> Mock:
        mocks.append(Mock(setup, lambda _: "yes"))
        return mocks[-1]

    model = _model(make_project(config), make)
    model.chat(_request(sampling=Sampling(temperature=0.0)))
    asked = mocks[0].requests[0]
    assert asked.sampling == Sampling(temperature=0.0, max_tokens=7, stop=("END",))
    assert asked.model == "m"


def test_usage_is_estimated_where_the_provider_tells_nothing(project: Project) -> None:
    class Silent(Echo):
        async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
            yield Chunk(text="abcde")

    usage = _model(project, Silent).chat(_request("123456789")).usage
    assert usage == Usage(3, 2, estimated=True)


def test_prices_are_for_a_million_tokens_and_know_caches_and_dated_names() -> None:
    known = price("openai", "gpt-4o-mini-2024-07-18")
    assert known is not None
    assert known.of(Usage(2_000_000, 1_000_000, 1_000_000)) == pytest.approx(0.15 + 0.075 + 0.60)
    assert price("anthropic", "claude-haiku-4-5-20251001") is not None
    assert price("openai", "unheard-of") is None
    assert date.fromisoformat(prices_date()) >= date(2026, 11, 18)


def test_a_request_with_very_long_input_costs_as_much_more_as_the_provider_says() -> None:
    known = price("anthropic", "claude-haiku-5-5")
    assert known is not None
    assert known.of(Usage(100_000, 10_000)) == pytest.approx(0.010 + 0.005)
    assert known.of(Usage(200_000, 10_000, 100_000)) == pytest.approx(0.05 + 0.005 + 0.025)


def test_what_a_hosted_model_can_do_is_known_by_the_beginning_of_its_name() -> None:
    assert capabilities_of("gpt-4o-mini-2024-07-18").context_length == 128_000
    assert capabilities_of("anthropic/claude-opus-5-5").max_output_tokens == 128_000
    assert capabilities_of("text-embedding-3-small").embeddings
    assert capabilities_of("gpt-5.99") is UNKNOWN


def test_all_that_is_known_of_hosted_models_is_whole_and_sensible() -> None:
    for name, told in priced():
        can = capabilities_of(name)
        assert 0 <= told.cached <= told.input <= max(told.output, told.input), name
        assert (can.context_length or 0) > (can.max_output_tokens or 0), name


def test_the_configuration_says_what_tokens_cost(make_models: Callable[[str], Models]) -> None:
    config = """
    [providers.cloud]
    provider_type = "openai"
    base_url = "https://models.example/v1"
    price = { input = 2.0, output = 8.0 }
    """
    model = make_models(config).find("cloud/anything")
    assert model.cost(Usage(1_000_000, 500_000, 100_000)) == pytest.approx(6.0)


def test_a_message_tells_text_and_pictures_apart() -> None:
    message = Message.user("look", Image(b"...", "image/png"))
    assert (message.text, len(message.images)) == ("look", 1)
