"""Question, calls of tools, their results, and again, until the model has its answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from llmspell.agents.asking import Asking
from llmspell.agents.request import AgentRequest
from llmspell.agents.result import CalledTool, parsed
from llmspell.background import aside_waiting
from llmspell.errors import LLMSpellError
from llmspell.models.messages import Message, ToolCall
from llmspell.models.reply import ChatResult
from llmspell.models.request import ChatRequest, ResponseFormat, Sampling, ToolSpec
from llmspell.tools.service import Tools

LONGEST_RESULT = 20_000
"""Characters of a tool's result that a model is told."""


class Loop:
    """One answer of a model with tools.

    most_calls: after so many the model has to answer without them.
    """

    def __init__(
        self, asking: Asking, tools: Tools, request: AgentRequest, *, most_calls: int
    ) -> None:
        self._asking = asking
        self._tools = tools
        self._request = request
        self._most_calls = most_calls
        self.calls: list[CalledTool] = []
        self.first_token: float | None = None

    async def run(
        self,
        messages: Sequence[Message],
        offered: tuple[ToolSpec, ...],
        sampling: Sampling,
        form: ResponseFormat,
    ) -> tuple[ChatResult, list[Message]]:
        """The last answer, and the messages that were added, with that answer."""
        added: list[Message] = []
        choice = self._request.tool_choice
        made: set[tuple[str, str]] = set()
        begun = time.perf_counter()
        while True:
            allowed = offered if len(self.calls) < self._most_calls else ()
            # While tools may be called, the form of the answer waits: a call is not of that form.
            result = await self._asking.ask(
                ChatRequest(
                    model="",
                    messages=(*messages, *added),
                    tools=allowed,
                    tool_choice=choice if allowed else "none",
                    sampling=sampling,
                    response_format=ResponseFormat() if allowed else form,
                    stream=self._request.on_chunk is not None,
                ),
                heard=self._request.on_chunk,
            )
            if self.first_token is None and result.timings.first_token is not None:
                earlier = time.perf_counter() - begun - result.timings.total
                self.first_token = earlier + result.timings.first_token
            wanted = result.tool_calls if allowed else ()
            if not wanted:
                if allowed and form.kind != "text" and parsed(result.text) is None:
                    offered = ()
                    continue
                added.append(Message.assistant(result.text))
                return result, added
            added.append(result.message)
            added += await self._called(wanted, {tool.name for tool in allowed})
            choice = "auto"
            # A model that repeats itself has learned nothing: it has to answer with what it has.
            if all((call.name, call.arguments) in made for call in wanted):
                offered = ()
            made |= {(call.name, call.arguments) for call in wanted}

    async def _called(self, wanted: Sequence[ToolCall], allowed: set[str]) -> list[Message]:
        """The results of calls that are made at once, in their order."""
        left = self._most_calls - len(self.calls)
        made = await asyncio.gather(
            *(
                self._call(call, allowed if number < left else None)
                for number, call in enumerate(wanted)
            )
        )
        self.calls += (called for _, called in made)
        return [message for message, _ in made]

    async def _call(self, call: ToolCall, allowed: set[str] | None) -> tuple[Message, CalledTool]:
        """The message with the result of a call, and what is kept of it.

        Failures are told to the model.

        allowed: the names of tools that may be called; None where no further call may be made.
        """
        begun = time.perf_counter()
        params: dict[str, Any] = {}
        try:
            if allowed is None:
                raise RefusedError(
                    f"'{call.name}' was not called: the limit of {self._most_calls} calls is met"
                )
            params = call.params()
            self._check_offered(call, allowed)
            await self._check_approval(call)
            handle = self._tools.submit(call.name, params)
            try:
                async with asyncio.timeout(handle.call.seconds_left):
                    outcome = await asyncio.wrap_future(handle.future)
            except TimeoutError:
                raise handle.overdue() from None
            except asyncio.CancelledError:
                handle.cancel()
                raise
        except LLMSpellError as error:
            told = Message.tool(call, f"Error: {error.lua_message}", failed=True)
            return told, _kept(call, params, begun, error=error.lua_message)
        error_text = None if outcome.success else str(outcome.answer.error)
        text = outcome.text
        if text is None:
            text = json.dumps(outcome.envelope, sort_keys=True)
        told = Message.tool(call, _shortened(text), failed=not outcome.success)
        return told, _kept(call, params, begun, result=outcome.result, error=error_text)

    def _check_offered(self, call: ToolCall, allowed: set[str]) -> None:
        entry = self._tools.registry.find(call.name)
        if entry is not None and entry.name not in allowed:
            raise RefusedError(
                f"'{call.name}' was not called: the tools that may be called are "
                f"{', '.join(sorted(allowed))}"
            )

    async def _check_approval(self, call: ToolCall) -> None:
        approve = self._request.approve
        if approve is None:
            return
        answer = await aside_waiting(lambda: approve(call))
        if answer is not True:
            reason = answer if isinstance(answer, str) and answer else "it was not approved"
            raise RefusedError(f"'{call.name}' was not called: {reason}")


class RefusedError(LLMSpellError):
    """A call is not among those that may be made, or somebody did not approve of it."""

    prefix = ""


def _kept(call: ToolCall, params: dict[str, Any], begun: float, **outcome: Any) -> CalledTool:
    seconds = time.perf_counter() - begun
    return CalledTool(id=call.id, name=call.name, params=params, seconds=seconds, **outcome)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_RESULT:
        return text
    return text[:LONGEST_RESULT] + f"\n… ({len(text) - LONGEST_RESULT} characters left out)"
