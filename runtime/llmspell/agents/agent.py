"""One agent."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

import attrs

from llmspell.agents.alerts import Alerts
from llmspell.agents.asking import Asking
from llmspell.agents.config import ALL_TOOLS, AgentConfig
from llmspell.agents.hooking import POINTS as HOOK_POINTS
from llmspell.agents.hooking import (
    CancelledByHookError,
    changed,
    ended,
    hooked,
    limit_met,
    tell,
)
from llmspell.agents.lifecycle import Lifecycle
from llmspell.agents.loop import Loop
from llmspell.agents.memory import ASK_FOR_SUMMARY, Memory
from llmspell.agents.request import AgentRequest
from llmspell.agents.result import AgentResult, parsed
from llmspell.agents.spending import Spending
from llmspell.agents.turns import Turn
from llmspell.background import aside_waiting
from llmspell.errors import (
    LLMSpellError,
    ResourceError,
    TimeLimitError,
    ValidationError,
)
from llmspell.events.bus import EventBus
from llmspell.hooks.dispatcher import Hooks
from llmspell.models.messages import Message
from llmspell.models.model import Model, wait_for
from llmspell.models.request import (
    TOOL_CHOICES,
    ChatRequest,
    ResponseFormat,
    Sampling,
    ToolChoice,
    ToolSpec,
)
from llmspell.telemetry.correlation import correlated, current
from llmspell.tools.service import Tools

_asked: ContextVar[tuple[Turn, ...]] = ContextVar("asked", default=())
"""The agents that wait for the one that is asked now, from the outermost."""

SHORTEST_SUMMARY = 32
"""Tokens that a summary may have, however little room there is."""

REPAIRS = 2
"""How often a model may correct an answer that does not fit its schema."""


class Agent:
    """A model with instructions, tools and a memory; None as model makes an echo.

    One question at a time is answered, in the order of asking. hooks: what runs around answers,
    None as long as there are no hooks. other: finds agents by name, for hooks that let another
    answer. together: what all agents use up.
    """

    def __init__(
        self,
        config: AgentConfig,
        model: Model | None,
        tools: Tools,
        events: Callable[[], EventBus],
        *,
        hooks: Callable[[], Hooks | None] = lambda: None,
        other: Callable[[str], Agent] | None = None,
        together: Spending | None = None,
    ) -> None:
        self.config = config
        self.model = model
        self.id = str(uuid5(NAMESPACE_DNS, config.name))
        self.lifecycle = Lifecycle()
        self.memory = Memory(
            config.max_conversation_length,
            tokens=config.memory_tokens,
            size=config.limits.memory_mb * 2**20,
            mode=config.memory,
        )
        self.alerts = Alerts()
        self.spent = Spending(
            config.budget, f"agent '{config.name}' has", ("max_total_tokens", "max_cost")
        )
        self.asked = self.failed = self.active = self.called = 0
        self.seconds = 0.0
        self._tools = tools
        self._events = events
        self._hooks = hooks
        self._other = other
        self._spendings = (self.spent,) if together is None else (self.spent, together)
        self._turn = Turn(config.name)

    @property
    def name(self) -> str:
        """Its name, unique in the runtime."""
        return self.config.name

    @property
    def kind(self) -> str:
        """`llm`, `basic` or `composite`."""
        return self.config.kind

    def ask(self, text: str | AgentRequest) -> AgentResult:
        """Asks and waits for the answer; raises as `answer` does."""
        return wait_for(self.answer(AgentRequest(text=text) if isinstance(text, str) else text))

    async def answer(self, request: AgentRequest) -> AgentResult:
        """The answer, on the process's loop.

        Raises ValidationError for an empty question, LifecycleError where the agent cannot be
        asked, TimeLimitError, ResourceError when a budget or the depth of nested agents is used
        up, and what the provider raises.
        """
        if not request.text.strip() and not request.images:
            raise ValidationError("Input text cannot be empty", field="text")
        if self.lifecycle.state == "Uninitialized":
            await self._made_ready()
        self.lifecycle.check_usable(self.name)
        self._check_depth()
        with correlated() as correlation_id:
            result = await self._counted(request)
        return attrs.evolve(result, correlation_id=correlation_id)

    def change(self, verb: str, *arguments: str) -> None:
        """Does a step of the lifecycle, by the name of its method, with the hooks around it.

        Raises LifecycleError, and CancelledByHookError; not to be called on the loop.
        """
        changed(self, self._hooks(), verb, *arguments)

    def shut_down(self) -> None:
        """Ends it at the end of a run, with the hooks of that.

        Raises CancelledByHookError where one refuses, when it has ended all the same. An agent that
        nobody made ready has no state to leave.
        """
        begun = self.lifecycle.state != "Uninitialized"
        if self.lifecycle.state == "Terminated":
            return
        try:
            if begun:
                self.change("terminate")
            else:
                tell(self._hooks(), "BeforeAgentShutdown", self.name, {})
                ended(self._hooks(), self.name)
        except CancelledByHookError:
            if begun:
                self.lifecycle.terminate()
            ended(self._hooks(), self.name)
            raise
        finally:  # also where a stop has broken off a hook
            if begun and self.lifecycle.state != "Terminated":
                self.lifecycle.terminate()

    def offered(self, names: tuple[str, ...] | None = None) -> tuple[ToolSpec, ...]:
        """The tools of these names, or its own, as the model is told of them.

        Raises ToolError for an unknown one.
        """
        wanted = self.config.tools if names is None else names
        if ALL_TOOLS in wanted:
            entries = self._tools.available()
        else:
            entries = [self._tools.registry.entry(name) for name in dict.fromkeys(wanted)]
        return tuple(ToolSpec(each.name, each.description, each.schema) for each in entries)

    async def _made_ready(self) -> None:
        if self._hooks() is None:
            self.lifecycle.initialize()
        else:
            await aside_waiting(lambda: self.change("initialize"))

    async def _counted(self, request: AgentRequest) -> AgentResult:
        """The answer, with events and figures of it."""
        begun = time.perf_counter()
        self.asked += 1
        self.active += 1
        self._publish(
            "agent.started",
            input_text_length=len(request.text),
            has_context=bool(request.context),
            parameter_keys=sorted(request.context),
        )
        asking = _asked.get()
        token = _asked.set((*asking, self._turn))
        try:
            result = await self._in_time(request, begun, asking)
        except asyncio.CancelledError as error:
            self._failed(error, "cancelled", begun)
            raise
        except LLMSpellError as error:
            self._failed(error, error.lua_message, begun)
            await limit_met(self, self._hooks(), error)
            raise
        finally:
            _asked.reset(token)
            self.active -= 1
            self.seconds += time.perf_counter() - begun
            self._look_at_alerts()
        self._publish(
            "agent.completed",
            duration_ms=round(result.seconds * 1000, 3),
            output_text_length=len(result.text),
            has_tool_calls=bool(result.tool_calls),
            tool_call_count=len(result.tool_calls),
            model_used=result.model,
        )
        return result

    def _look_at_alerts(self) -> None:
        if self.alerts.counting:
            from llmspell.agents.told import figures

            self.alerts.look(figures(self))

    def _failed(self, error: BaseException, message: str, begun: float) -> None:
        self.failed += 1
        self._publish(
            "agent.failed",
            error=message,
            error_type=type(error).__name__,
            duration_ms=round((time.perf_counter() - begun) * 1000, 3),
        )

    def _check_depth(self) -> None:
        waiting = _asked.get()
        if self._turn in waiting:
            way = " → ".join(turn.agent for turn in waiting)
            raise ResourceError(
                f"agent '{self.name}' asks itself, by way of {way}", resource="recursion"
            )
        if len(waiting) >= self.config.limits.depth:
            raise ResourceError(
                f"agents are nested deeper than {self.config.limits.depth} levels",
                resource="recursion",
            )

    async def _in_time(
        self, request: AgentRequest, begun: float, asking: tuple[Turn, ...]
    ) -> AgentResult:
        seconds = self.config.limits.seconds if request.seconds is None else request.seconds
        try:
            async with asyncio.timeout(seconds), self._turn.taken(asking):
                return await self._with_hooks(request, begun)
        except TimeoutError:
            raise TimeLimitError(
                f"agent '{self.name}' has not answered within {seconds:g} s"
            ) from None

    async def _with_hooks(self, request: AgentRequest, begun: float) -> AgentResult:
        hooks = self._hooks()
        if hooks is None or self._other is None or not hooks.any(HOOK_POINTS):
            return await self._answered(request, begun)

        async def answered(asked: AgentRequest) -> AgentResult:
            return await self._answered(asked, begun)

        return await hooked(self, hooks, request, answered, self._other)

    async def _answered(self, request: AgentRequest, begun: float) -> AgentResult:
        question = Message.user(_with_context(request), *request.images)
        if self.model is None:
            text = f"[{self.name}] {request.text}"
            self._remember([question, Message.assistant(text)])
            return AgentResult(
                agent=self.name, text=text, cost=0.0, seconds=time.perf_counter() - begun
            )
        for spending in self._spendings:
            spending.check_priced(self.model)
        asking = Asking(self.model, self._spendings, self._publish)

        async def summary(messages: Sequence[Message]) -> str:
            return await self._summary(messages, asking)

        await self.memory.make_room([question], summary)
        schema = self.config.schema if request.schema is None else request.schema
        form = ResponseFormat() if schema is None else ResponseFormat("schema", schema)
        if request.approve is None:
            request = attrs.evolve(request, approve=self.config.approve)
        most_calls = self.config.limits.tool_calls
        offered = self.offered(request.tools)
        request = attrs.evolve(request, tool_choice=self._choice(request.tool_choice, offered))
        loop = Loop(asking, self._tools, request, most_calls=most_calls)
        messages = [self._instructions(schema), *self.memory.messages, question]
        sampling = request.sampling.over(self.config.sampling)
        try:
            last, added = await loop.run(messages, offered, sampling, form)
            data = None
            if schema is not None:
                for attempt in range(REPAIRS + 1):
                    data, problem = _fitting(last.text, schema)
                    if not problem:
                        break
                    if attempt == REPAIRS:
                        raise ValidationError(
                            f"the answer of agent '{self.name}' does not fit the schema: {problem}",
                            field="schema",
                            text=last.text,
                        )
                    added.append(Message.user(f"That does not fit the schema: {problem}"))
                    last, more = await loop.run([*messages, *added], (), sampling, form)
                    added += more
        finally:
            self.called += len(loop.calls)
        self._remember([question, *added])
        return AgentResult(
            agent=self.name,
            text=last.text,
            data=data,
            model=last.model,
            provider=last.provider,
            finish=last.finish,
            usage=asking.usage,
            cost=asking.cost,
            tool_calls=tuple(loop.calls),
            requests=asking.requests,
            seconds=time.perf_counter() - begun,
            first_token=loop.first_token,
        )

    def _choice(self, wanted: ToolChoice, offered: Sequence[ToolSpec]) -> ToolChoice:
        """The same, with the real name of a tool.

        Raises ValidationError for a tool that the model is not offered.
        """
        if wanted in TOOL_CHOICES:
            return wanted
        names = sorted(tool.name for tool in offered)
        found = self._tools.registry.find(wanted)
        if found is None or found.name not in names:
            known = ", ".join((*TOOL_CHOICES, *names))
            raise ValidationError(
                f"'tool_choice' is one of {known}, not '{wanted}'", field="tool_choice"
            )
        return found.name

    def _remember(self, messages: Sequence[Message]) -> None:
        if self.config.remembers:
            self.memory.add(messages)

    def _instructions(self, schema: Any) -> Message:
        text = self.config.instructions
        if schema is not None:
            # Tables of Lua have no order; the same question is to be the same text each time.
            told = json.dumps(schema, sort_keys=True)
            text += f"\nAnswer with JSON that fits this JSON Schema: {told}"
        return Message.system(text)

    async def _summary(self, messages: Sequence[Message], asking: Asking) -> str:
        """What the model says of messages that are about to be forgotten."""
        told = "\n".join(f"{message.role}: {message.text}" for message in messages if message.text)
        room = None if self.config.memory_tokens is None else self.config.memory_tokens // 2
        request = ChatRequest(
            model="",
            messages=(Message.user(f"{told}\n\n{ASK_FOR_SUMMARY}"),),
            sampling=Sampling(max_tokens=max(room, SHORTEST_SUMMARY) if room is not None else None),
        )
        return (await asking.ask(request, purpose="summary")).text

    def _publish(self, event: str, **data: Any) -> None:
        self._events().publish(
            event,
            {"component_name": self.name, **data},
            source=self.name,
            correlation_id=current(),
        )


def _with_context(request: AgentRequest) -> str:
    """The question, with the data that belongs to it in front, as the original tells it."""
    if not request.context:
        return request.text
    lines = [
        f"{key}: {value if isinstance(value, str) else json.dumps(value, sort_keys=True)}"
        for key, value in sorted(request.context.items())
    ]
    return "\n".join(lines) + f"\n\n{request.text}"


def _fitting(text: str, schema: Any) -> tuple[Any, str]:
    """An answer as data, and what does not fit the schema."""
    from jsonschema_rs import ValidationError as Invalid
    from jsonschema_rs import validator_for

    data = parsed(text)
    if data is None:
        return None, "it is not JSON"
    try:
        validator_for(dict(schema)).validate(data)
    except Invalid as error:
        return None, error.message
    return data, ""
