"""Agents of agents, and agents as tools."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

import pytest

from llmspell.agents.composite import NoMajorityError, routing_of
from llmspell.agents.config import AgentConfig, AgentLimits
from llmspell.agents.request import AgentRequest
from llmspell.background import on_loop
from llmspell.errors import (
    LLMSpellError,
    NetworkError,
    ResourceError,
    TimeLimitError,
    ValidationError,
)
from llmspell.models.reply import Chunk
from llmspell.models.request import ChatRequest
from llmspell.testing.providers import Answer, Echo
from llmspell.tools.scripted import FunctionTool
from tests.runtime.agents.conftest import MakeAgent, calls
from tests.runtime.conftest import Project


def _composite(project: Project, routing: object, *members: str) -> object:
    agents = project.runtime.agents
    return agents.create_composite(
        AgentConfig(name="all", kind="basic"), members, routing_of(routing)
    )


def _ask(project: Project, text: str = "go") -> object:
    return project.runtime.agents.get("all").ask(text)


def test_one_after_the_other_each_gets_the_text_before(
    make_agent: MakeAgent, project: Project
) -> None:
    make_agent(["draft"], name="a")
    _, second = make_agent(["final"], name="b")
    _composite(project, "sequential", "a", "b")
    result = project.runtime.agents.get("all").ask("go")
    assert result.text == "final"
    assert second.requests[0].messages[-1].text == "draft"
    assert (result.requests, result.usage.output_tokens) == (2, 2)


def test_all_at_once_give_all_answers(make_agent: MakeAgent, project: Project) -> None:
    make_agent(["one"], name="a")
    make_agent(["two"], name="b")
    _composite(project, "parallel", "a", "b")
    result = project.runtime.agents.get("all").ask("go")
    assert result.data == [{"agent": "a", "text": "one"}, {"agent": "b", "text": "two"}]
    assert result.text == "a: one\n\nb: two"


def test_the_answer_of_most_wins(make_agent: MakeAgent, project: Project) -> None:
    for name, text in (("a", "Paris."), ("b", "rome"), ("c", "paris")):
        make_agent([text], name=name)
    _composite(project, "vote", "a", "b", "c")
    result = project.runtime.agents.get("all").ask("go")
    assert (result.text, result.data) == ("Paris.", {"votes": 2, "of": 3})


@pytest.mark.parametrize(
    ("threshold", "wins"),
    [(None, True), (2, True), (2.0, True), (3, False), (0.5, True), (0.9, False)],
)
def test_a_threshold_is_a_number_or_a_part_of_the_votes(
    make_agent: MakeAgent, project: Project, threshold: float | None, wins: bool
) -> None:
    names = [make_agent([text])[0].name for text in ("yes", "Yes.", "no")]
    _composite(project, {"strategy": "vote", "threshold": threshold}, *names)
    if wins:
        assert project.runtime.agents.get("all").ask("go").text == "yes"
    else:
        with pytest.raises(NoMajorityError):
            _ask(project)


class Slow(Echo):
    """Never answers."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        await asyncio.Event().wait()
        yield Chunk()


def test_the_time_of_a_composite_is_the_one_that_is_told(
    make_agent: MakeAgent, project: Project
) -> None:
    project.runtime.models.register("slow", Slow)
    project.runtime.agents.create(AgentConfig(name="a", model="slow/m"))
    make_agent(["in time"], name="b")
    _composite(project, {"timeout_ms": 50}, "a")
    with pytest.raises(TimeLimitError, match=r"agent 'all' has not answered within 0\.05 s"):
        _ask(project)
    project.runtime.agents.destroy("all")
    _composite(project, {"timeout_ms": 50, "fallback_agent": "b"}, "a")
    assert project.runtime.agents.get("all").ask("go").text == "in time"


def test_a_vote_without_winner_is_an_error_or_goes_to_the_fallback(
    make_agent: MakeAgent, project: Project
) -> None:
    for name in ("a", "b"):
        make_agent([name, name], name=name)
    make_agent(["the judge"], name="judge")
    _composite(project, {"strategy": "vote"}, "a", "b")
    with pytest.raises(NoMajorityError, match="2 of 2 votes"):
        _ask(project)
    project.runtime.agents.destroy("all")
    _composite(project, {"strategy": "vote", "fallback_agent": "judge"}, "a", "b")
    assert project.runtime.agents.get("all").ask("go").text == "the judge"


def test_a_failure_of_one_is_raised_when_all_have_ended(
    make_agent: MakeAgent, project: Project
) -> None:
    make_agent([NetworkError("gone")], name="a")
    other, _ = make_agent(["fine"], name="b")
    _composite(project, "parallel", "a", "b")
    with pytest.raises(NetworkError, match="gone"):
        _ask(project)
    assert [message.text for message in other.memory.messages] == ["go", "fine"]


@pytest.mark.parametrize("routing", ["guess", {"strategy": 3}, 7])
def test_an_unknown_routing_is_refused(routing: object) -> None:
    with pytest.raises(ValidationError, match="Failed to parse routing config"):
        routing_of(routing)


def test_an_unknown_member_is_refused(project: Project) -> None:
    with pytest.raises(LLMSpellError, match="'nobody' not found"):
        _composite(project, "vote", "nobody")


def test_an_agent_is_a_tool_of_another(make_agent: MakeAgent, project: Project) -> None:
    _, poet = make_agent(["a poem"], name="poet", description="Writes poems")
    tool = project.runtime.agents.wrap_as_tool("poet")
    assert tool.description == "Asks the agent poet: Writes poems."
    main, mock = make_agent([calls(("poet_tool", '{"text": "the sea"}')), "there"], tools=("*",))
    assert main.ask("A poem please").text == "there"
    assert poet.requests[0].messages[-1].text == "the sea"
    assert mock.requests[1].messages[-1].text == "a poem"


def test_agents_that_are_tools_answer_at_once(make_agent: MakeAgent, project: Project) -> None:
    meet = threading.Barrier(2, timeout=60)
    for number in range(2):
        tool = FunctionTool(f"meet{number}", lambda _: meet.wait())
        project.runtime.tools.register(tool)
        inner, _ = make_agent([calls((tool.name, "{}")), "met"], tools=(tool.name,))
        project.runtime.agents.wrap_as_tool(inner.name, f"ask{number}")
    both = calls(("ask0", '{"text": "x"}'), ("ask1", '{"text": "x"}'))
    outer, mock = make_agent([both, "done"], tools=("ask0", "ask1"))
    assert outer.ask("go").text == "done"
    assert [m.text for m in mock.requests[1].messages if m.role == "tool"] == ["met", "met"]


def test_an_agent_that_asks_itself_is_told_so(make_agent: MakeAgent, project: Project) -> None:
    agent, mock = make_agent(
        [calls(("loop_tool", '{"text": "again"}')), "enough"], name="loop", tools=()
    )
    project.runtime.agents.wrap_as_tool("loop")
    from llmspell.agents.request import AgentRequest
    from llmspell.models.model import wait_for

    result = wait_for(agent.answer(AgentRequest(text="go", tools=("loop_tool",))))
    assert result.text == "enough"
    assert "asks itself" in mock.requests[1].messages[-1].text


def test_agents_that_wait_for_each_other_are_told_so(
    make_agent: MakeAgent, project: Project
) -> None:
    meet = threading.Barrier(2, timeout=60)
    project.runtime.tools.register(FunctionTool("meet", lambda _: meet.wait()))
    agents = []
    for own, other in (("ask0", "ask1"), ("ask1", "ask0")):
        answers: list[Answer] = [
            calls(("meet", "{}")),
            calls((other, '{"text": "x"}')),
            "done",
            "done",
        ]
        agent, _ = make_agent(answers)
        project.runtime.agents.wrap_as_tool(agent.name, own)
        agents.append(agent)
    tools = ("meet", "ask0", "ask1")
    asked = [on_loop(each.answer(AgentRequest(text="go", tools=tools))) for each in agents]
    results = [future.result(30) for future in asked]
    errors = [call.error for result in results for call in result.tool_calls if call.error]
    assert [result.text for result in results] == ["done", "done"]
    assert len(errors) == 1
    assert errors[0] in (
        "Resource limit exceeded: agents wait for each other: agent0 → agent1 → agent0",
        "Resource limit exceeded: agents wait for each other: agent1 → agent0 → agent1",
    )


def test_agents_are_nested_no_deeper_than_allowed(make_agent: MakeAgent, project: Project) -> None:
    def ask_inner(request: ChatRequest) -> object:
        return "told" if request.messages[-1].role == "tool" else calls(("b_tool", '{"text": "x"}'))

    make_agent(["inner"], name="b", limits=AgentLimits(depth=1))
    project.runtime.agents.wrap_as_tool("b")
    outer, mock = make_agent(ask_inner, name="a", tools=("b_tool",))  # type: ignore[arg-type]
    outer.ask("go")
    assert "nested deeper than 1" in mock.requests[1].messages[-1].text
    assert ResourceError.prefix in mock.requests[1].messages[-1].text
