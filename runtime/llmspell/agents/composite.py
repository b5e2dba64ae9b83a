"""Agents that are made of others: one after the other, all at once, or by vote (spec §9.1)."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import reduce
from math import ceil
from operator import add
from typing import Any, Literal, TypeAlias

import attrs
from attrs import frozen

from llmspell.agents.agent import Agent
from llmspell.agents.config import AgentConfig
from llmspell.agents.request import AgentRequest
from llmspell.agents.result import AgentResult, CalledTool
from llmspell.errors import ComponentError, LLMSpellError, TimeLimitError, ValidationError
from llmspell.events.bus import EventBus
from llmspell.hooks.dispatcher import Hooks
from llmspell.models.reply import Usage
from llmspell.tools.service import Tools

Strategy: TypeAlias = Literal["sequential", "parallel", "vote"]

STRATEGIES: tuple[Strategy, ...] = ("sequential", "parallel", "vote")

_DECORATION = re.compile(r"[\s.!\"'`*]+")


class NoMajorityError(ComponentError):
    """A vote had no winner."""


@frozen(kw_only=True)
class Routing:
    """How a question goes to several agents.

    threshold: votes that an answer needs, or, below 1, which part of all; 0 for more than half.
    fallback: name of the agent that answers where the others fail or do not agree. seconds: for all
    of it.
    """

    strategy: Strategy = "sequential"
    threshold: float = 0
    fallback: str | None = None
    seconds: float | None = None


class Composite(Agent):
    """An agent that lets others answer.

    `sequential`: each gets the text of the one before. `parallel`: all get the question, `data` has
    `{agent, text}` of each. `vote`: the answer that most give, without regard to case and marks.
    """

    def __init__(
        self,
        config: AgentConfig,
        members: Sequence[Agent],
        routing: Routing,
        tools: Tools,
        events: Callable[[], EventBus],
        *,
        fallback: Agent | None = None,
        hooks: Callable[[], Hooks | None] = lambda: None,
        other: Callable[[str], Agent] | None = None,
    ) -> None:
        super().__init__(config, None, tools, events, hooks=hooks, other=other)
        self.members = tuple(members)
        self.routing = routing
        self._fallback = fallback

    @property
    def kind(self) -> str:
        """`composite`."""
        return "composite"

    async def _answered(self, request: AgentRequest, begun: float) -> AgentResult:
        strategies = {"sequential": self._one_by_one, "parallel": self._all, "vote": self._vote}
        try:
            async with _in_time(self.name, self.routing.seconds):
                text, data, results = await strategies[self.routing.strategy](request)
        except LLMSpellError:
            if self._fallback is None:
                raise
            result = await self._fallback.answer(request)
            text, data, results = result.text, result.data, [result]
        return _together(self.name, text, data, results, begun)

    async def _one_by_one(self, request: AgentRequest) -> _Answers:
        results: list[AgentResult] = []
        for member in self.members:
            asked = attrs.evolve(request, text=results[-1].text) if results else request
            results.append(await member.answer(asked))
        return results[-1].text, results[-1].data, results

    async def _all(self, request: AgentRequest) -> _Answers:
        results = await _at_once(self.members, request)
        data = [{"agent": each.agent, "text": each.text} for each in results]
        return "\n\n".join(f"{each.agent}: {each.text}" for each in results), data, results

    async def _vote(self, request: AgentRequest) -> _Answers:
        results = await _at_once(self.members, request)
        votes = Counter(_plain(each.text) for each in results)
        winner, count = votes.most_common(1)[0]
        needed = _votes(self.routing.threshold, len(self.members))
        if count < needed:
            raise NoMajorityError(
                f"no answer of '{self.name}' has {needed} of {len(results)} votes; the most are "
                f"{count}"
            )
        text = next(each.text for each in results if _plain(each.text) == winner)
        return text, {"votes": count, "of": len(results)}, results


@asynccontextmanager
async def _in_time(name: str, seconds: float | None) -> AsyncGenerator[None, None]:
    """Raises TimeLimitError after the time; what else runs out of time inside raises its own."""
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            yield
    except TimeoutError:
        if not limit.expired():
            raise
        raise TimeLimitError(f"agent '{name}' has not answered within {seconds:g} s") from None


def _votes(threshold: float, members: int) -> int:
    """How many votes an answer needs."""
    if not threshold:
        return members // 2 + 1
    return ceil(threshold * members if threshold < 1 else threshold)


_Answers: TypeAlias = tuple[str, Any, list[AgentResult]]
"""The text, the data, and the answers behind them."""


def routing_of(given: Any) -> Routing:
    """The routing that a word or a table stands for; raises ValidationError."""
    table: Mapping[str, Any] = {"strategy": given} if isinstance(given, str) else given or {}
    if not isinstance(table, Mapping):
        raise ValidationError("Failed to parse routing config: it is neither a word nor a table")
    strategy = str(table.get("strategy") or table.get("type") or "sequential").lower()
    if strategy not in STRATEGIES:
        raise ValidationError(
            f"Failed to parse routing config: unknown strategy '{strategy}'; strategies are "
            f"{', '.join(STRATEGIES)}",
            field="routing",
        )
    threshold = table.get("threshold")
    milliseconds = table.get("timeout_ms")
    return Routing(
        strategy=strategy,
        threshold=threshold if isinstance(threshold, int | float) else 0,
        fallback=table.get("fallback_agent"),
        seconds=None if milliseconds is None else float(milliseconds) / 1000,
    )


async def _at_once(members: Sequence[Agent], request: AgentRequest) -> list[AgentResult]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_kept(member, request)) for member in members]
    found: list[AgentResult] = []
    for outcome in (task.result() for task in tasks):
        if isinstance(outcome, LLMSpellError):
            raise outcome
        found.append(outcome)
    return found


async def _kept(member: Agent, request: AgentRequest) -> AgentResult | LLMSpellError:
    """The answer, or why there is none: the others go on meanwhile."""
    try:
        return await member.answer(request)
    except LLMSpellError as error:
        return error


def _plain(text: str) -> str:
    """An answer as it is compared with others."""
    return _DECORATION.sub(" ", text.casefold()).strip()


def _together(
    name: str, text: str, data: Any, results: Sequence[AgentResult], begun: float
) -> AgentResult:
    costs = [each.cost for each in results]
    calls: tuple[CalledTool, ...] = reduce(add, (each.tool_calls for each in results), ())
    return AgentResult(
        agent=name,
        text=text,
        data=data,
        model=", ".join(dict.fromkeys(each.model for each in results if each.model)),
        provider=", ".join(dict.fromkeys(each.provider for each in results if each.provider)),
        finish=results[-1].finish,
        usage=reduce(add, (each.usage for each in results), Usage()),
        cost=None if None in costs else sum(each or 0.0 for each in costs),
        tool_calls=calls,
        requests=sum(each.requests for each in results),
        seconds=time.perf_counter() - begun,
        first_token=results[0].first_token,
    )
