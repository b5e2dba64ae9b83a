"""Agents with tools, limits and memory, over prepared answers and real tools."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from llmspell.agents.config import AgentConfig, AgentLimits, Budget
from llmspell.agents.memory import SUMMARY
from llmspell.agents.request import AgentRequest
from llmspell.errors import (
    NetworkError,
    ResourceError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.models.messages import Message
from llmspell.models.model import Model
from llmspell.models.reply import Chunk
from llmspell.models.request import ChatRequest, Sampling
from llmspell.testing import Echo
from llmspell.tools.scripted import FunctionTool
from tests.runtime.agents.conftest import ENCODE, MakeAgent, calls
from tests.runtime.conftest import MakeProject, Project

TOOLS = ("base64-encoder",)


def test_an_answer_knows_what_it_took(make_agent: MakeAgent) -> None:
    agent, mock = make_agent(["Hello!"], system_prompt="Be kind.")
    result = agent.ask("Hi")
    assert (result.text, result.model, result.provider, result.requests) == (
        "Hello!",
        "m",
        "mock0",
        1,
    )
    assert [(m.role, m.text) for m in mock.requests[0].messages] == [
        ("system", "Be kind."),
        ("user", "Hi"),
    ]


def test_tools_are_called_and_their_results_told(make_agent: MakeAgent) -> None:
    agent, mock = make_agent([calls(ENCODE), "It is SGVsbG8="], tools=TOOLS)
    result = agent.ask("Encode Hello")
    assert result.text == "It is SGVsbG8="
    (called,) = result.tool_calls
    assert (called.name, called.error) == ("base64-encoder", None)
    assert mock.requests[0].tools[0].name == "base64-encoder"
    told = mock.requests[1].messages[-1]
    assert told.role == "tool"
    assert "SGVsbG8=" in told.text
    assert result.usage.output_tokens == 3


def test_several_calls_run_at_once(make_agent: MakeAgent, project: Project) -> None:
    import threading

    meet = threading.Barrier(2, timeout=60)
    for name in ("one", "two"):
        project.runtime.tools.register(FunctionTool(name, lambda _: meet.wait()))
    agent, mock = make_agent([calls(("one", "{}"), ("two", "{}")), "done"], tools=("one", "two"))
    assert agent.ask("go").text == "done"
    assert [m.call_id for m in mock.requests[1].messages if m.role == "tool"] == ["c0", "c1"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (("base64-encoder", '{"operation": "nope"}'), "nope"),
        (("base64-encoder", "{"), "not valid JSON"),
        (("unheard-of", "{}"), "not found"),
    ],
)
def test_a_failed_call_is_told_to_the_model(
    make_agent: MakeAgent, call: tuple[str, str], words: str
) -> None:
    agent, mock = make_agent([calls(call), "sorry"], tools=TOOLS)
    result = agent.ask("go")
    told = mock.requests[1].messages[-1]
    assert told.failed
    assert words in told.text
    assert words in (result.tool_calls[0].error or "")


def test_after_the_most_calls_no_tool_is_offered(make_agent: MakeAgent) -> None:
    agent, mock = make_agent(
        [calls(ENCODE), "enough"], tools=TOOLS, limits=AgentLimits(tool_calls=1)
    )
    assert agent.ask("go").text == "enough"
    assert mock.requests[1].tools == ()


def test_calls_beyond_the_most_are_refused_where_a_model_wants_many_at_once(
    make_agent: MakeAgent,
) -> None:
    agent, mock = make_agent(
        [calls(ENCODE, ENCODE), "enough"], tools=TOOLS, limits=AgentLimits(tool_calls=1)
    )
    result = agent.ask("go")
    first, second = (m for m in mock.requests[1].messages if m.role == "tool")
    assert "SGVsbG8=" in first.text
    assert "the limit of 1 calls is met" in second.text
    assert [call.error is None for call in result.tool_calls] == [True, False]


def test_a_tool_that_was_not_offered_is_not_called(make_agent: MakeAgent) -> None:
    hash_it = ("hash-calculator", '{"operation": "hash", "input": "x"}')
    agent, mock = make_agent([calls(hash_it), "sorry"], tools=TOOLS)
    result = agent.ask("go")
    assert "may be called are base64-encoder" in mock.requests[1].messages[-1].text
    assert result.tool_calls[0].result is None


def test_a_conversation_takes_no_more_memory_than_it_may(make_agent: MakeAgent) -> None:
    agent, mock = make_agent(lambda _: "x" * 600_000, limits=AgentLimits(memory_mb=1))
    agent.ask("one")
    agent.ask("two")
    assert [m.text[:3] for m in mock.requests[1].messages if m.role == "user"] == ["one", "two"]
    agent.ask("three")
    assert [m.text for m in mock.requests[2].messages if m.role == "user"] == ["two", "three"]
    with pytest.raises(ResourceError, match="max_memory_mb"):
        agent.ask("y" * 2_000_000)


def test_a_model_that_repeats_its_call_has_to_answer(make_agent: MakeAgent) -> None:
    def answer(request: ChatRequest) -> Message | str:
        return calls(ENCODE) if request.tools else "at last"

    agent, mock = make_agent(answer, tools=TOOLS)
    assert agent.ask("go").text == "at last"
    assert len(mock.requests) == 3


@pytest.mark.parametrize(("answer", "words"), [(False, "not approved"), ("too risky", "risky")])
def test_a_call_that_is_not_approved_is_not_made(
    make_agent: MakeAgent, answer: bool | str, words: str
) -> None:
    agent, mock = make_agent([calls(ENCODE), "as you wish"], tools=TOOLS)
    result = asyncio.run(agent.answer(AgentRequest(text="go", approve=lambda _: answer)))
    assert words in mock.requests[1].messages[-1].text
    assert result.tool_calls[0].result is None


def test_pieces_come_as_they_are_made(make_agent: MakeAgent) -> None:
    agent, _ = make_agent(["one two three"])
    pieces: list[Chunk] = []
    asyncio.run(agent.answer(AgentRequest(text="count", on_chunk=pieces.append)))
    assert [piece.text for piece in pieces] == ["one ", "two ", "three"]


def test_the_conversation_is_remembered_and_forgotten_in_whole_turns(
    make_agent: MakeAgent,
) -> None:
    agent, mock = make_agent(
        [calls(ENCODE), "first", "second", "third"], tools=TOOLS, max_conversation_length=4
    )
    for question in ("a", "b", "c"):
        agent.ask(question)
    assert [m.text for m in mock.requests[2].messages if m.role != "tool"][1:] == [
        "a",
        "",
        "first",
        "b",
    ]
    assert [m.text for m in mock.requests[3].messages][1:] == ["b", "second", "c"]


def test_old_turns_can_be_told_in_a_summary(make_agent: MakeAgent) -> None:
    agent, mock = make_agent(
        ["word " * 100, "They talked.", "second"], memory="summarise", memory_tokens=60
    )
    agent.ask("first question")
    agent.ask("second question")
    assert "first question" in mock.requests[1].messages[0].text
    assert mock.requests[2].messages[1].text == SUMMARY + "They talked."


def test_the_request_for_a_summary_is_told_and_counted_like_that_for_the_answer(
    make_agent: MakeAgent, project: Project
) -> None:
    agent, _ = make_agent(
        ["word " * 100, "They talked.", "second"], memory="summarise", memory_tokens=60
    )
    agent.ask("first question")
    subscription = project.runtime.events.subscribe("model.*")
    result = agent.ask("second question")
    seen: list[Any] = []
    while (event := subscription.receive(0)) is not None:
        assert event.correlation_id == result.correlation_id
        data: Any = event.data
        seen.append((event.event_type, data["purpose"], data["request"]))
    assert seen == [
        ("model.started", "summary", 1),
        ("model.completed", "summary", 1),
        ("model.started", "answer", 2),
        ("model.completed", "answer", 2),
    ]
    assert result.requests == 2
    assert result.usage.output_tokens == 3


def test_settings_of_a_question_count_for_it_only(make_agent: MakeAgent) -> None:
    agent, mock = make_agent(["a", "b"], sampling=Sampling(temperature=0.2, max_tokens=9))
    asyncio.run(agent.answer(AgentRequest(text="x", sampling=Sampling(temperature=1.0))))
    assert mock.requests[0].sampling == Sampling(temperature=1.0, max_tokens=9)


def test_an_answer_that_does_not_fit_its_schema_is_corrected(make_agent: MakeAgent) -> None:
    schema = {"type": "object", "required": ["age"], "properties": {"age": {"type": "integer"}}}
    agent, mock = make_agent(["who knows", '{"age": "x"}', '{"age": 36}'], schema=schema)
    assert agent.ask("How old?").data == {"age": 36}
    assert "not JSON" in mock.requests[1].messages[-1].text
    agent, _ = make_agent(lambda _: "never", schema=schema)
    with pytest.raises(ValidationError, match="does not fit the schema"):
        agent.ask("How old?")


def test_the_answer_that_uses_a_budget_up_is_given_and_the_next_refused(
    make_agent: MakeAgent,
) -> None:
    agent, mock = make_agent(lambda _: "four words are said", budget=Budget(tokens=5))
    assert agent.ask("go").text == "four words are said"
    with pytest.raises(ResourceError, match=r"budget \(`max_total_tokens`\) is 5"):
        agent.ask("go")
    assert len(mock.requests) == 1
    assert agent.memory.messages[-1].text == "four words are said"


def test_what_was_said_before_a_budget_ends_an_answer_is_in_the_error(
    make_agent: MakeAgent,
) -> None:
    first = Message.assistant("I shall encode it.", calls(ENCODE).tool_calls)
    agent, mock = make_agent([first, "never"], tools=TOOLS, budget=Budget(tokens=1))
    with pytest.raises(ResourceError) as refused:
        agent.ask("go")
    assert refused.value.details["text"] == "I shall encode it."
    assert len(mock.requests) == 1


def test_all_agents_of_a_runtime_share_what_they_may_cost(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = make_project(max_cost=0.05).runtime
    monkeypatch.setattr(Model, "cost", lambda self, usage: 0.02)
    runtime.models.register("echo", Echo)
    one, other = (
        runtime.agents.create(AgentConfig(name=name, model="echo/m")) for name in ("one", "other")
    )
    one.ask("a")
    other.ask("b")
    assert one.ask("c").text == "c"
    for agent in (one, other):
        with pytest.raises(
            ResourceError, match=r"cost \$0\.0600, the budget \(`--max-cost`\) is \$0\.05"
        ):
            agent.ask("d")


def test_all_agents_of_a_runtime_share_the_tokens_that_they_may_take(
    make_project: MakeProject,
) -> None:
    runtime = make_project(max_total_tokens=1).runtime
    runtime.models.register("echo", Echo)
    one, other = (
        runtime.agents.create(AgentConfig(name=name, model="echo/m")) for name in ("one", "other")
    )
    assert one.ask("a").text == "a"
    with pytest.raises(ResourceError, match="--max-total-tokens"):
        other.ask("b")
    assert other.spent.usage.total_tokens == 0


def test_a_model_without_a_price_is_not_asked_where_money_is_limited(
    make_agent: MakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Model, "cost", lambda self, usage: None)
    agent, mock = make_agent(["never"], budget=Budget(cost=1))
    with pytest.raises(ResourceError, match=r"'mock0/m' costs is not known.*\[providers\.mock0\]"):
        agent.ask("go")
    assert mock.requests == []


def test_what_comes_of_an_answer_that_breaks_off_is_counted(make_agent: MakeAgent) -> None:
    def leave(_: Chunk) -> None:
        raise ToolError("enough")

    agent, _ = make_agent(["one two three"])
    with pytest.raises(ToolError, match="enough"):
        asyncio.run(agent.answer(AgentRequest(text="go", on_chunk=leave)))
    assert agent.spent.usage.output_tokens > 0


class Slow(Echo):
    """Never answers; says when it was ended."""

    ended = 0

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        try:
            await asyncio.Event().wait()
            yield Chunk()
        finally:
            Slow.ended += 1


def test_a_time_limit_ends_the_request(project: Project) -> None:
    project.runtime.models.register("slow", Slow)
    agent = project.runtime.agents.create(
        AgentConfig(name="a", model="slow/m", limits=AgentLimits(seconds=0.01))
    )
    before = Slow.ended
    with pytest.raises(TimeLimitError, match=r"within 0\.01 s"):
        agent.ask("go")
    assert Slow.ended == before + 1


def test_a_failure_of_the_provider_is_raised_and_counted(make_agent: MakeAgent) -> None:
    agent, _ = make_agent([NetworkError("gone"), "back"])
    with pytest.raises(NetworkError, match="gone"):
        agent.ask("go")
    assert agent.ask("go").text == "back"
    assert (agent.asked, agent.failed) == (2, 1)


def test_events_tell_of_beginning_and_end(make_agent: MakeAgent, project: Project) -> None:
    events = project.runtime.events
    subscription = events.subscribe("agent.*")
    agent, _ = make_agent(["yes", NetworkError("gone")])
    agent.ask("go")
    with pytest.raises(NetworkError):
        agent.ask("go")
    seen: list[Any] = []
    while (event := subscription.receive(0)) is not None:
        seen.append(event.event_type)
    assert seen == ["agent.started", "agent.completed", "agent.started", "agent.failed"]


def test_a_name_is_unique_and_a_tool_must_exist(make_agent: MakeAgent) -> None:
    make_agent([], name="one")
    with pytest.raises(ValidationError, match="'one' already exists"):
        make_agent([], name="one")
    with pytest.raises(ToolError, match="nope"):
        make_agent([], tools=("nope",))


def test_empty_questions_are_refused(make_agent: MakeAgent) -> None:
    agent, _ = make_agent([])
    with pytest.raises(ValidationError, match="cannot be empty"):
        agent.ask(" ")
