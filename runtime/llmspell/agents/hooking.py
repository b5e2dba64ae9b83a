"""An answer with hooks around it (spec hooks-events §3: what each of their answers means here).

`BeforeAgentExecution` may change the question (`data.input.text`), answer itself (`replace`), let
another agent answer (`redirect`), or refuse (`cancel`); `AfterAgentExecution` may change the answer
(`data.result.text`); `AgentError` may have it tried again (`retry`), or answer itself.

In the life of an agent `BeforeAgentInit`, `BeforeAgentShutdown` and
`custom:agent_state_<state>_exit` may only refuse (`cancel`); the others are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import attrs

from llmspell.agents.lifecycle import Move
from llmspell.agents.request import AgentRequest
from llmspell.agents.result import AgentResult
from llmspell.background import aside_waiting
from llmspell.errors import ComponentError, LLMSpellError, ResourceError, TimeLimitError
from llmspell.hooks.dispatcher import Context, Hooks
from llmspell.hooks.results import HookResult
from llmspell.telemetry.correlation import current

if TYPE_CHECKING:
    from llmspell.agents.agent import Agent

POINTS = ("BeforeAgentExecution", "AfterAgentExecution", "AgentError")
"""The hook points around an answer."""

_OF_STATES = {
    "Paused": "custom:agent_paused",
    "Recovering": "custom:agent_recovering",
    "Terminating": "custom:before_agent_terminate",
    "Error": "AgentError",
}
"""State -> the point that its beginning is known by, beside `custom:agent_state_<state>_enter`."""

MOST_ATTEMPTS = 10
"""How often a question is asked at most, whatever a hook says."""


class CancelledByHookError(ComponentError):
    """A hook did not let an agent answer."""


async def hooked(
    agent: Agent,
    hooks: Hooks,
    request: AgentRequest,
    answer: Callable[[AgentRequest], Awaitable[AgentResult]],
    other: Callable[[str], Agent],
) -> AgentResult:
    """The answer, with what hooks make of question and answer. other: finds agents by name."""
    data = _data(request)
    said = await _ask(hooks, "BeforeAgentExecution", agent, data)
    if said.kind == "redirect":
        return await other(str(said.payload["target"])).answer(request)
    if said.kind in ("replace", "cancel"):
        return _instead(said, agent)
    if said.kind == "modified":
        request = _changed(request, data)
    attempt = 0
    while True:
        attempt += 1
        try:
            result = await answer(request)
        except LLMSpellError as error:
            data = {**_data(request), "error": error.lua_message, "attempt": attempt}
            said = await _ask(hooks, "AgentError", agent, data)
            if said.kind == "retry" and attempt < min(MOST_ATTEMPTS, said.payload["max_attempts"]):
                await asyncio.sleep(said.payload["delay_ms"] / 1000)
                continue
            if said.kind in ("replace", "cancel"):
                return _instead(said, agent)
            raise
        data = {**_data(request), "result": result.table()}
        said = await _ask(hooks, "AfterAgentExecution", agent, data)
        if said.kind in ("replace", "cancel"):
            return _instead(said, agent)
        return _with_text(result, data["result"]) if said.kind == "modified" else result


async def _ask(hooks: Hooks, point: str, agent: Agent, data: dict[str, Any]) -> HookResult:
    """What the hooks of a point say; they run in a thread, because they may be Lua functions."""
    return await aside_waiting(lambda: hooks.run(_context(point, agent.name, data)))


def _context(point: str, name: str, data: dict[str, Any]) -> Context:
    data["agent_name"] = name  # into the same table: hooks may change it
    return Context(
        point,
        ("agent", name),
        data,
        metadata={"agent_name": name},
        correlation_id=current(),
    )


def _data(request: AgentRequest) -> dict[str, Any]:
    return {"input": {"text": request.text, "context": dict(request.context)}}


def tell(hooks: Hooks | None, point: str, name: str, data: dict[str, Any]) -> None:
    """Runs the hooks of a point of an agent's life; raises CancelledByHookError where one refuses.

    They run in this thread, which must not be that of the loop.
    """
    if hooks is None or not hooks.any((point,)):
        return
    said = hooks.run(_context(point, name, data))
    if said.kind == "cancel":
        raise CancelledByHookError(f"cancelled by a hook: {said.payload['reason']}", hook=True)


def changed(agent: Agent, hooks: Hooks | None, verb: str, *arguments: str) -> None:
    """Does a step of the lifecycle, with the hooks of the states that it leads through."""
    lifecycle = agent.lifecycle
    act = getattr(lifecycle, verb)
    if hooks is None:
        act(*arguments)
        return
    known, before = len(lifecycle.history), lifecycle.state
    if verb == "terminate":
        tell(hooks, "BeforeAgentShutdown", agent.name, {})
    tell(hooks, f"custom:agent_state_{before}_exit", agent.name, {"from_state": before})
    act(*arguments)
    for number, move in enumerate(lifecycle.history[known:]):
        _tell_move(agent, hooks, move, left=number > 0)
    if verb == "terminate":
        _after(hooks, "AfterAgentShutdown", agent.name, {})


def _tell_move(agent: Agent, hooks: Hooks, move: Move, *, left: bool) -> None:
    """left: whether the state that was left is told of too."""
    data = {"from_state": move.before, "to_state": move.after}
    if move.reason:
        data |= {"transition_reason": move.reason, "error": move.reason}
    points = [f"custom:agent_state_{move.before}_exit"] if left else []
    points.append(f"custom:agent_state_{move.after}_enter")
    if move.after in _OF_STATES:
        points.append(_OF_STATES[move.after])
    for point in points:
        _after(hooks, point, agent.name, data)


def _after(hooks: Hooks | None, point: str, name: str, data: dict[str, Any]) -> None:
    """Runs the hooks of what has happened already, so that none can refuse it."""
    if hooks is not None and hooks.any((point,)):
        hooks.run(_context(point, name, data))


def made(hooks: Hooks | None, name: str) -> None:
    """Runs the hooks of an agent that was made."""
    _after(hooks, "AfterAgentInit", name, {})


def ended(hooks: Hooks | None, name: str) -> None:
    """Runs the hooks of an agent that was taken away."""
    _after(hooks, "AfterAgentShutdown", name, {})


async def limit_met(agent: Agent, hooks: Hooks | None, error: LLMSpellError) -> None:
    """Runs the hooks of `ResourceLimitExceeded`, where an error is about a limit."""
    if hooks is None or not isinstance(error, ResourceError | TimeLimitError):
        return
    data = {"error": error.lua_message, **error.details}
    await aside_waiting(lambda: _after(hooks, "ResourceLimitExceeded", agent.name, data))


def _changed(request: AgentRequest, data: dict[str, Any]) -> AgentRequest:
    given = data.get("input")
    text = given.get("text") if isinstance(given, dict) else given
    return attrs.evolve(request, text=text) if isinstance(text, str) else request


def _instead(said: HookResult, agent: Agent) -> AgentResult:
    """The answer of a hook; raises CancelledByHookError where it wants none."""
    if said.kind == "cancel":
        raise CancelledByHookError(f"cancelled by a hook: {said.payload['reason']}", hook=True)
    given = said.payload["data"]
    text = given.get("text") if isinstance(given, dict) else given
    return AgentResult(
        agent=agent.name,
        text=text if isinstance(text, str) else str(given),
        data=given if isinstance(given, dict) else None,
        cost=0.0,
    )


def _with_text(result: AgentResult, changed: Any) -> AgentResult:
    text = changed.get("text") if isinstance(changed, dict) else changed
    return attrs.evolve(result, text=text, data=None) if isinstance(text, str) else result
