"""The agents of one runtime: what `Agent` in spells and Python programs use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import uuid4

import attrs

from llmspell.agents.agent import Agent
from llmspell.agents.as_tool import AgentTool
from llmspell.agents.composite import Composite, Routing
from llmspell.agents.config import AgentConfig, Budget
from llmspell.agents.contexts import Contexts
from llmspell.agents.hooking import ended, made, tell
from llmspell.agents.spending import Spending
from llmspell.agents.told import config_table
from llmspell.errors import LLMSpellError, ValidationError
from llmspell.events.bus import EventBus
from llmspell.hooks.dispatcher import Hooks
from llmspell.models.service import Models
from llmspell.telemetry.levels import WARN
from llmspell.telemetry.trace import trace
from llmspell.tools.service import Tools


class UnknownAgentError(LLMSpellError):
    """There is no agent of that name."""

    prefix = ""

    def __init__(self, name: str) -> None:
        super().__init__(f"Agent instance '{name}' not found", name=name)


class Agents:
    """Makes agents and keeps them by name.

    budget: what the answers of all of them may use up.
    """

    def __init__(
        self,
        models: Callable[[], Models],
        tools: Callable[[], Tools],
        events: Callable[[], EventBus],
        hooks: Callable[[], Hooks | None] = lambda: None,
        *,
        budget: Budget | None = None,
    ) -> None:
        self._models = models
        self._tools = tools
        self._events = events
        self._hooks = hooks
        self._kept: dict[str, Agent] = {}
        self.contexts = Contexts()
        self.spent = Spending(
            budget or Budget(), "the agents have", ("--max-total-tokens", "--max-cost")
        )

    def create(self, config: AgentConfig) -> Agent:
        """Makes an agent; an empty name becomes `agent_` and eight digits.

        Raises ValidationError for a name that is taken and for a missing model,
        CancelledByHookError, and what `Models.find` raises.
        """
        config = self._named(config)
        tell(self._hooks(), "BeforeAgentInit", config.name, {"config": config_table(config)})
        model = None
        if config.kind == "llm":
            if not config.model:
                raise ValidationError("Model is required", field="model")
            model = self._models().find(config.model, config.access)
            if config.model.endswith("/"):  # only the provider was named
                config = attrs.evolve(config, model=str(model.specifier))
        agent = Agent(
            config,
            model,
            self._tools(),
            self._events,
            hooks=self._hooks,
            other=self.get,
            together=self.spent,
        )
        agent.offered()  # an unknown tool is told now
        self._kept[config.name] = agent
        made(self._hooks(), config.name)
        return agent

    def create_composite(
        self, config: AgentConfig, members: Sequence[str], routing: Routing
    ) -> Composite:
        """Makes an agent that lets others answer; raises UnknownAgentError."""
        config = self._named(config)
        if not members:
            raise ValidationError("a composite needs agents", field="agents")
        tell(self._hooks(), "BeforeAgentInit", config.name, {"config": config_table(config)})
        agent = Composite(
            config,
            [self.get(name) for name in members],
            routing,
            self._tools(),
            self._events,
            fallback=None if routing.fallback is None else self.get(routing.fallback),
            hooks=self._hooks,
            other=self.get,
        )
        self._kept[config.name] = agent
        made(self._hooks(), config.name)
        return agent

    def wrap_as_tool(
        self, name: str, tool_name: str = "", *, category: str = "", security: str = ""
    ) -> AgentTool:
        """Makes a tool that asks an agent; raises UnknownAgentError, or ValidationError."""
        tool = AgentTool(self.get(name), tool_name, category=category, security=security)
        self._tools().register(tool, source="agent")
        return tool

    def _named(self, config: AgentConfig) -> AgentConfig:
        """The same with a name; raises ValidationError when it is taken."""
        if not config.name:
            config = attrs.evolve(config, name=f"agent_{uuid4().hex[:8]}")
        if config.name in self._kept:
            raise ValidationError(f"Agent instance '{config.name}' already exists", field="name")
        return config

    def find(self, name: str) -> Agent | None:
        """The agent of a name, None if there is none."""
        return self._kept.get(name)

    def get(self, name: str) -> Agent:
        """The agent of a name; raises UnknownAgentError."""
        agent = self._kept.get(name)
        if agent is None:
            raise UnknownAgentError(name)
        return agent

    def all(self) -> list[Agent]:
        """All agents, in the order of their making."""
        return list(self._kept.values())

    def destroy(self, name: str) -> None:
        """Takes an agent away; raises UnknownAgentError, or CancelledByHookError."""
        self.get(name)
        tell(self._hooks(), "BeforeAgentShutdown", name, {})
        del self._kept[name]
        ended(self._hooks(), name)

    def close(self) -> None:
        """Ends all agents with their hooks, the last made first; none can be kept alive any more.

        Where Lua functions are hooks, it has to be called while their engine is there.
        """
        for agent in reversed(self.all()):
            try:
                agent.shut_down()
            except LLMSpellError as error:
                problem = f"agent '{agent.name}' is ended all the same: {error.lua_message}"
                trace(WARN, "agents", problem)
        self._kept.clear()
