"""Agents with a real model on llama.cpp."""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

import pytest

from llmspell.agents.agent import Agent
from llmspell.agents.composite import routing_of
from llmspell.agents.config import AgentConfig
from llmspell.agents.memory import SUMMARY
from llmspell.agents.request import AgentRequest
from llmspell.background import on_loop
from llmspell.errors import TimeLimitError
from llmspell.models.reply import Chunk
from llmspell.models.request import Sampling
from tests.runtime.conftest import Project

pytestmark = pytest.mark.slow

SHORT = Sampling(temperature=0, max_tokens=8)


class Make(Protocol):
    """See `make`."""

    def __call__(self, name: str, **config: Any) -> Agent: ...


@pytest.fixture
def make(project: Project, real_model: str) -> Make:
    """Makes agents with the real model."""

    def made(name: str, **config: Any) -> Agent:
        settings = {"sampling": SHORT, **config}
        return project.runtime.agents.create(AgentConfig(name=name, model=real_model, **settings))

    return made


def test_two_agents_share_the_model_and_not_their_conversations(make: Make) -> None:
    one = make("one", system_prompt="Your name is Ada. Answer with your name only.")
    other = make("other", system_prompt="Your name is Bob. Answer with your name only.")
    asked = [on_loop(each.answer(AgentRequest(text="Who are you?"))) for each in (one, other)]
    texts = [future.result(300).text for future in asked]
    assert "Ada" in texts[0]
    assert "Bob" in texts[1]
    assert [len(each.memory.messages) for each in (one, other)] == [2, 2]


def test_a_composite_hands_on_what_was_answered(make: Make, project: Project) -> None:
    make("country", system_prompt="Answer with the name of a country only.")
    make("capital", system_prompt="You are told a country. Answer with its capital city only.")
    both = project.runtime.agents.create_composite(
        AgentConfig(name="both", kind="basic"), ["country", "capital"], routing_of("sequential")
    )
    result = both.ask("In which country is Lyon?")
    assert "Paris" in result.text
    assert result.requests == 2
    assert result.usage.total_tokens > 40


def test_a_long_conversation_is_summarised_by_the_model(make: Make) -> None:
    agent = make("a", memory="summarise", memory_tokens=60, max_conversation_length=100)
    agent.ask("My dog is called Rex and he is nine years old. " * 6)
    agent.ask("What is it?")
    first = agent.memory.messages[0].text
    assert first.startswith(SUMMARY)
    assert len(first) > len(SUMMARY)
    assert "nine years old. My dog" not in first


def test_an_answer_has_the_form_of_its_schema(make: Make) -> None:
    schema = {
        "type": "object",
        "properties": {"year": {"type": "integer"}},
        "required": ["year"],
        "additionalProperties": False,
    }
    agent = make("a", schema=schema, sampling=Sampling(temperature=0, max_tokens=16))
    assert isinstance(agent.ask("When did the second world war end?").data["year"], int)


def test_a_time_limit_ends_the_generation_and_the_agent_goes_on(make: Make) -> None:
    agent = make("a")
    agent.ask("Hi")  # it is loaded now
    endless = AgentRequest(
        text="Count to one million.", sampling=Sampling(max_tokens=4000), seconds=0.5
    )
    with pytest.raises(TimeLimitError, match=r"within 0\.5 s"):
        on_loop(agent.answer(endless)).result(300)
    assert agent.ask("Hi").text


def test_a_cancelled_answer_ends_at_the_next_token(make: Make) -> None:
    agent = make("a")
    pieces: list[Chunk] = []

    async def go() -> None:
        begun = asyncio.Event()

        def hear(chunk: Chunk) -> None:
            pieces.append(chunk)
            begun.set()

        request = AgentRequest(
            text="Count to one million.", sampling=Sampling(max_tokens=4000), on_chunk=hear
        )
        task = asyncio.create_task(agent.answer(request))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    on_loop(go()).result(300)
    heard = len(pieces)
    assert agent.ask("Hi").text
    assert len(pieces) == heard < 10
    assert agent.spent.usage.output_tokens < 30
