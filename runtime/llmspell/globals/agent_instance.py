"""Instances of agents, as scripts hold them (spec lua-globals §3.3, §3.4)."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.globals.agent_waits import AnswerWait, StreamWait, ToldWait
from llmspell.globals.describe import DependentSchema, instance, member
from llmspell.globals.ordering import with_schema_in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Any

    from llmspell.agents.agent import Agent as Asked
    from llmspell.globals.agent_shapes import (
        AgentAskOptions,
        AgentOutput,
        AgentPiece,
        AgentQuestion,
        AgentStreamed,
    )
    from llmspell.globals.agent_told import (
        AgentAlert,
        AgentAlertRule,
        AgentHealth,
        AgentMade,
        AgentMemoryState,
        AgentMessage,
        AgentMetrics,
        AgentMove,
        AgentPerformance,
        AgentRemembered,
        AgentStateMetrics,
        AgentSummaryResult,
        BridgeMetrics,
        ToolVersion,
    )
    from llmspell.globals.kinds import ToolName
    from llmspell.globals.services import Services
    from llmspell.globals.tool_shapes import ToolOutput
    from llmspell.globals.types import Called, Gives, Json, LuaFunction, Shape
    from llmspell.lua.waiting import Waiting


@instance(
    "AgentInstance",
    debug_view=("name", "model", "state", "tools", "members", "conversation", "metrics"),
)
class AgentInstance:
    """An agent; made by `Agent.builder`."""

    def __init__(self, services: Services, agent: Asked) -> None:
        self._services = services
        self._agent = agent

    @property
    @member()
    def name(self) -> str:
        """Its name, which no other agent has."""
        return self._agent.name

    @property
    @member()
    def model(self) -> str | None:
        """The name of its model."""
        model = self._agent.model
        return None if model is None else str(model.specifier)

    @property
    @member()
    def state(self) -> str:
        """Its state, such as `Ready`."""
        return self._agent.lifecycle.state

    @property
    @member()
    def tools(self) -> list[str]:
        """The tools that it may call; `"*"` stands for all."""
        return list(self._agent.config.tools)

    @property
    @member()
    def members(self) -> list[str]:
        """The names of those who answer for it."""
        from llmspell.agents.composite import Composite

        agent = self._agent
        return [each.name for each in agent.members] if isinstance(agent, Composite) else []

    @property
    @member()
    def conversation(
        self,
    ) -> Annotated[list[dict[str, Json]], Shape(list[AgentRemembered])]:
        """What it remembers, from the oldest message, with the calls of tools."""
        from llmspell.agents.told import conversation_table

        return conversation_table(self._agent.memory.messages)

    @property
    @member()
    def metrics(self) -> Annotated[dict[str, Json], Shape(AgentMetrics)]:
        """How often it was asked, and what that took."""
        from llmspell.agents.told import metrics_table

        return metrics_table(self._agent)

    @member()
    def execute(
        self,
        question: str | AgentQuestion,
        options: AgentAskOptions | None = None,
    ) -> Annotated[Waiting, Gives(AgentOutput)]:
        """Asks the agent and waits for its answer.

        Args:
            question: the question, or a table with `text`.
            options: what counts for this question only.

        Raises:
            Validation error: the question is empty.
            Timeout error: the answer took too long.
            LLM provider error: the model could not be asked.

        Example:
            local agent = Agent.builder():model("local/qwen2.5-0.5b-instruct"):build()
            print(agent:execute({ text = "Say hello." }).text)

        """
        agent = self._live()
        return AnswerWait(agent, request_from(question, options), lambda result: result.table())

    @member()
    def invoke(
        self,
        question: str | AgentQuestion,
        options: AgentAskOptions | None = None,
    ) -> Annotated[Waiting, Gives(AgentOutput)]:
        """Asks the agent and waits for its answer; the same as `execute`.

        Args:
            question: the question, or a table with `text`.
            options: what counts for this question only.

        """
        return self.execute(question, options)

    @member()
    def complete(
        self, prompt: str | AgentQuestion, options: AgentAskOptions | None = None
    ) -> Annotated[Waiting, Gives(str)]:
        """Asks the agent and gives the text of its answer.

        Args:
            prompt: the question, or a table with `text`.
            options: what counts for this question only.

        Example:
            print(agent:complete("Say hello."))

        """
        return AnswerWait(self._live(), request_from(prompt, options), lambda result: result.text)

    @member()
    def generate(
        self, prompt: str | AgentQuestion, options: AgentAskOptions | None = None
    ) -> Annotated[Waiting, Gives(str)]:
        """Asks the agent and gives the text of its answer; the same as `complete`.

        Args:
            prompt: the question, or a table with `text`.
            options: what counts for this question only.

        """
        return self.complete(prompt, options)

    @member("invokeStream", orders=(("question", "options", "callback"),))
    def invoke_stream(
        self,
        question: str | AgentQuestion,
        callback: Annotated[LuaFunction, Called({"piece": AgentPiece})],
        options: AgentAskOptions | None = None,
    ) -> Annotated[Waiting, Gives(AgentStreamed)]:
        """Asks the agent, and calls a function with each piece of the answer as it comes.

        The function may also stand behind the options.

        Args:
            question: the question, or a table with `text`.
            callback: gets the pieces.
            options: what counts for this question only.

        Example:
            agent:invokeStream("Tell a story.", function(piece) io.write(piece.text) end)

        """
        return StreamWait(self._live(), request_from(question, options), callback)

    @member()
    def execute_async(
        self,
        question: str | AgentQuestion,
        callback: Annotated[
            LuaFunction, Called({"answer": AgentOutput | None, "error": str | None})
        ],
    ) -> Annotated[Waiting, Gives(bool)]:
        """Asks the agent, then calls a function with its answer, or with nil and the error.

        Gives true.

        Args:
            question: the question, or a table with `text`.
            callback: gets the answer and the error.

        """
        return ToldWait(self._live(), request_from(question, None), callback)

    @member()
    def execute_with_context(
        self, question: str | AgentQuestion, context_id: str
    ) -> Annotated[Waiting, Gives(AgentOutput)]:
        """Asks the agent, and tells it the data of a context.

        Args:
            question: the question, or a table with `text`.
            context_id: what `Agent.create_context` gave.

        """
        data = self._services.agents.contexts.all_data(context_id)
        return self.execute(question, {"context": data} if data else None)

    # What it is -----------------------------------------------------------------------------

    @property
    @member()
    def success(self) -> bool:
        """True: it was made."""
        return True

    @property
    @member()
    def result(self) -> AgentInstance:
        """The agent itself, for scripts that read the result of `build`."""
        return self

    @property
    @member()
    def error(self) -> str | None:
        """Nil, for scripts that read why `build` failed: it raises that."""
        return None

    @member()
    def get_info(self) -> AgentSummaryResult:
        """Gives the agent in brief, as `result`."""
        agent = self._live()
        return {
            "success": True,
            "result": {
                "name": agent.name,
                "model": "" if agent.model is None else agent.model.name,
                "provider": "" if agent.model is None else agent.model.provider_name,
                "description": agent.config.description,
            },
        }

    @member()
    def get_name(self) -> str:
        """Gives its name."""
        return self._agent.name

    @member()
    def get_model(self) -> str | None:
        """Gives the name of its model."""
        return self.model

    @member()
    def get_type(self) -> str:
        """Gives `llm`, `basic` or `composite`."""
        return self._live().kind

    @member()
    def get_capabilities(self) -> list[str]:
        """Gives what it can do: `streaming`, `context`, `tools` where it may call some, and more.

        What the builder was told by `capability` follows.
        """
        from llmspell.agents.told import capabilities_of

        return capabilities_of(self._live().config)

    @member()
    def get_config(self) -> Annotated[dict[str, Json], Shape(AgentMade)]:
        """Gives what it was made of, without keys."""
        from llmspell.agents.told import config_table

        return config_table(self._live().config)

    # Its tools ------------------------------------------------------------------------------

    @member()
    def discover_tools(self) -> list[str]:
        """Gives the names of all tools, by name."""
        return [entry.name for entry in self._services.tools.available()]

    @member()
    def has_tool(self, name: ToolName) -> bool:
        """Tells whether there is a tool of a name.

        Args:
            name: name of a tool.
        """
        return self._services.tools.info(name) is not None

    @member()
    def get_tool_metadata(self, name: ToolName) -> ToolVersion | None:
        """Gives a tool in brief, nil if there is none.

        Args:
            name: name of a tool.
        """
        entry = self._services.tools.info(name)
        if entry is None:
            return None
        return {"name": entry.name, "description": entry.description, "version": entry.version}

    @member()
    def get_all_tool_metadata(self) -> dict[str, ToolVersion]:
        """Gives all tools in brief, by their names."""
        return {
            entry.name: {
                "name": entry.name,
                "description": entry.description,
                "version": entry.version,
            }
            for entry in self._services.tools.available()
        }

    @member("invokeTool")
    def invoke_tool(
        self,
        name: ToolName,
        params: Annotated[
            dict[str, Json], DependentSchema("name", kind="tool-name", empty_without=True)
        ]
        | None = None,
    ) -> Annotated[Waiting, Gives(ToolOutput)]:
        """Calls a tool, whether the agent may call it by itself or not.

        Args:
            name: name of a tool.
            params: its parameters.

        """
        from llmspell.globals.tool import CallWait

        handle = self._services.tools.submit(name, params if isinstance(params, dict) else {})
        return CallWait(handle, "Tool execution failed: ")

    # Its state ------------------------------------------------------------------------------

    @member()
    def get_state(self) -> str:
        """Gives its state, such as `Ready`."""
        return self._live().lifecycle.state

    @member()
    def get_agent_state(self) -> str:
        """Gives its state, such as `Ready`; the same as `get_state`."""
        return self.get_state()

    @member()
    def initialize(self) -> None:
        """Makes it ready; the first question does that too."""
        self._live().change("initialize")

    @member()
    def start(self) -> None:
        """Goes from `Ready` or `Paused` to `Running`."""
        self._live().change("start")

    @member()
    def pause(self) -> None:
        """Goes from `Running` to `Paused`: it answers no questions."""
        self._live().change("pause")

    @member()
    def resume(self) -> None:
        """Goes from `Paused` to `Running`."""
        self._live().change("resume")

    @member()
    def stop(self) -> None:
        """Goes from `Running` to `Ready`."""
        self._live().change("stop")

    @member()
    def terminate(self) -> None:
        """Ends it for good: it answers no questions."""
        self._live().change("terminate")

    @member()
    def set_error(self, message: str) -> None:
        """Goes to `Error`: it answers no questions until `recover`.

        Args:
            message: what is wrong.
        """
        self._live().change("fail", message)

    @member()
    def recover(self) -> None:
        """Goes from `Error` to `Ready`."""
        self._live().change("recover")

    @member()
    def is_healthy(self) -> bool:
        """Tells whether it is ready, running or paused."""
        return self._live().lifecycle.healthy

    @member()
    def get_last_error(self) -> str | None:
        """Gives what `set_error` said last, until `recover`."""
        return self._live().lifecycle.last_error

    @member()
    def get_recovery_attempts(self) -> int:
        """Gives how often it has recovered."""
        return self._live().lifecycle.recoveries

    @member()
    def get_state_history(self) -> Annotated[list[dict[str, Json]], Shape(list[AgentMove])]:
        """Gives the changes of its state, each with the state before (`from`) and after it."""
        return [move.told() for move in self._live().lifecycle.history]

    @member()
    def get_state_metrics(self) -> Annotated[dict[str, Json], Shape(AgentStateMetrics)]:
        """Gives its state, and how it came there."""
        from llmspell.agents.told import state_table

        return state_table(self._live())

    # Its figures ----------------------------------------------------------------------------

    @member()
    def get_metrics(self) -> Annotated[dict[str, Json], Shape(AgentMetrics)]:
        """Gives how often it was asked, has failed and has called tools, tokens and cost."""
        from llmspell.agents.told import metrics_table

        return metrics_table(self._live())

    @member()
    def get_health(self) -> Annotated[dict[str, Json], Shape(AgentHealth)]:
        """Tells whether it can be asked, and why not."""
        from llmspell.agents.told import health_table

        return health_table(self._live())

    @member()
    def get_performance(self) -> Annotated[dict[str, Json], Shape(AgentPerformance)]:
        """Gives how long its answers took, and how many failed."""
        from llmspell.agents.told import performance_table

        return performance_table(self._live())

    @member()
    def get_bridge_metrics(self) -> Annotated[dict[str, Json], Shape(BridgeMetrics)]:
        """Gives how many agents and tools there are, and what the process uses."""
        from llmspell.agents.told import bridge_table

        self._live()
        return bridge_table(len(self._services.agents.all()), len(self._services.tools.available()))

    @member("configure_alerts")
    def configure_alerts(self, settings: AgentAlertRule) -> None:
        """Sets a condition that `get_alerts` looks at.

        Args:
            settings: the condition, and what it is called.

        Raises:
            Validation error: the name or the condition is missing or unknown.

        """
        from llmspell.agents.alerts import rule_of

        rule = rule_of(settings)
        if rule is None:
            self._live().alerts.remove(str(settings["name"]))
        else:
            self._live().alerts.set(rule)

    @member()
    def get_alerts(self) -> Annotated[list[dict[str, Json]], Shape(list[AgentAlert])]:
        """Gives each condition that holds now, for as long as it has to.

        Those that were given are left out until their `cooldown_seconds` are over.
        """
        from llmspell.agents.told import figures

        agent = self._live()
        return agent.alerts.told(figures(agent))

    @member("logEvent")
    def log_event(self, kind: str, message: str) -> None:
        """Publishes an event `agent.<kind>` with a message.

        Args:
            kind: what happened.
            message: said of it.

        """
        data: dict[str, Json] = {"component_name": self._agent.name, "message": message}
        self._services.events.publish(f"agent.{kind}", data, source=self._agent.name)

    # Its conversation -----------------------------------------------------------------------

    @member()
    def get_conversation(self) -> list[AgentMessage]:
        """Gives what it remembers, from the oldest message."""
        return [
            {"role": message.role, "content": message.text}
            for message in self._live().memory.messages
        ]

    @member()
    def set_state(self, state: Annotated[dict[str, Json], Shape(AgentMemoryState)]) -> None:
        """Lets it remember another conversation.

        Args:
            state: the conversation, as `get_conversation` gives it.

        Raises:
            Validation error: an entry has another role than `user` or `assistant`, or no text.

        """
        from llmspell.agents.saved import conversation_of

        if state.get("conversation") is not None:
            self._live().memory.messages = conversation_of(state["conversation"])

    @member()
    def clear_conversation(self) -> None:
        """Lets it forget what was said."""
        self._live().memory.clear()

    @member()
    def save_state(self) -> None:
        """Keeps its conversation in the store of `State`."""
        from llmspell.agents.saved import save

        save(self._live(), self._services.state)

    @member()
    def load_state(self) -> bool:
        """Takes its conversation up again; false where none was kept for this name."""
        from llmspell.agents.saved import load

        return load(self._live(), self._services.state)

    @member()
    def delete_state(self) -> None:
        """Deletes what `save_state` has kept."""
        from llmspell.agents.saved import delete

        delete(self._live(), self._services.state)

    @member()
    def destroy(self) -> None:
        """Ends the agent; its name is free again."""
        self._services.agents.destroy(self._agent.name)

    def _live(self) -> Asked:
        """The agent; raises where it was destroyed."""
        return self._services.agents.get(self._agent.name)


def request_from(given: Any, options: Any) -> Any:
    """The question that a script asks; raises ValidationError."""
    from llmspell.agents.settings import request_of

    if options is not None and not isinstance(options, dict):
        raise ValidationError("the options must be a table with named fields")
    if isinstance(given, dict):
        given = with_schema_in_order(given)
    return request_of(given, with_schema_in_order(options or {}))
