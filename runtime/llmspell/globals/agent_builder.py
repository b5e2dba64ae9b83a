"""The builder of agents (spec lua-globals §3.2)."""

from __future__ import annotations

from llmspell.globals.agent_instance import AgentInstance
from llmspell.globals.describe import instance, member
from llmspell.globals.ordering import with_schema_in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Any, Self

    from llmspell.globals.agent_kinds import AgentMemory, AgentName, AgentType
    from llmspell.globals.agent_shapes import AgentResources, AgentToolRequest
    from llmspell.globals.kinds import ModelProvider, ModelSpecifier, ToolName
    from llmspell.globals.services import Services
    from llmspell.globals.types import Called, Json, LuaFunction


@instance("AgentBuilder")
class AgentBuilder:
    """Collects what an agent is made of; each function gives the builder again."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._chosen: dict[str, Any] = {}

    @member()
    def name(self, name: AgentName) -> Self:
        """Sets the name, which no other agent may have; by default `agent_` and eight digits.

        Args:
            name: the name.
        """
        return self._with("name", name)

    @member()
    def description(self, description: str) -> Self:
        """Says what the agent is for.

        Args:
            description: a sentence.
        """
        return self._with("description", description)

    @member()
    def model(self, model: ModelSpecifier) -> Self:
        """Sets the model, `provider/model[@backend]`.

        Args:
            model: the name, such as `local/qwen2.5-0.5b-instruct` or `openai/gpt-4o-mini`.
        """
        return self._with("model", model)

    @member()
    def provider(self, provider: ModelProvider | dict[str, Json]) -> Self:
        """Sets the provider, whatever the name of the model says.

        Args:
            provider: its name, or an entry of `Provider.list`.
        """
        return self._with("provider", provider)

    @member()
    def system_prompt(self, prompt: str) -> Self:
        """Sets the instructions for all conversations.

        Args:
            prompt: the instructions.
        """
        return self._with("system_prompt", prompt)

    @member()
    def temperature(self, temperature: float) -> Self:
        """Sets how much chance there is in the answers.

        Args:
            temperature: from 0, for always the likeliest token.
        """
        return self._with("temperature", temperature)

    @member()
    def max_tokens(self, tokens: int) -> Self:
        """Limits the length of an answer.

        Args:
            tokens: at most so many.
        """
        return self._with("max_tokens", tokens)

    @member(adds=True)
    def allow_tool(self, name: ToolName) -> Self:
        """Lets the agent call one more tool.

        Args:
            name: name of a tool.
        """
        self._chosen.setdefault("allowed_tools", []).append(name)
        return self

    @member(adds=True)
    def tool(self, name: ToolName) -> Self:
        """Lets the agent call one more tool; the same as `allow_tool`.

        Args:
            name: name of a tool.
        """
        return self.allow_tool(name)

    @member()
    def allowed_tools(self, names: ToolName | list[ToolName]) -> Self:
        """Sets the tools that the agent may call.

        Args:
            names: names of tools; `"*"` stands for all.
        """
        return self._with("allowed_tools", names)

    @member()
    def approve(
        self,
        decide: Annotated[LuaFunction, Called({"call": AgentToolRequest}, bool | str | None)],
    ) -> Self:
        """Sets a function that is asked before each call of a tool.

        True lets the call be made; a string is the reason why not, which the model is told.

        Args:
            decide: the function.

        Example:
            builder:approve(function(call)
              return call.tool_name ~= "file-operations" or "leave the files alone"
            end)

        """
        return self._with("approve", decide)

    @member()
    def max_conversation_length(self, messages: int) -> Self:
        """Limits what the agent remembers of its conversation.

        Args:
            messages: at most so many, 100 by default.
        """
        return self._with("max_conversation_length", messages)

    @member()
    def context_window(self, tokens: int) -> Self:
        """Limits what the agent remembers, roughly counted in tokens.

        Args:
            tokens: at most so many.
        """
        return self._with("context_window", tokens)

    @member()
    def memory(self, mode: AgentMemory) -> Self:
        """Sets what happens to what there is no room for.

        Args:
            mode: what is done with the oldest turns.
        """
        return self._with("memory", mode)

    @member()
    def memory_enabled(self, enabled: bool) -> Self:
        """Sets whether the agent remembers its conversation.

        Args:
            enabled: true by default; false answers each question by itself.
        """
        return self._with("memory_enabled", enabled)

    @member(adds=True)
    def capability(self, word: str) -> Self:
        """Says what the agent is good at; `get_capabilities` tells it.

        Args:
            word: what it is good at.
        """
        self._chosen.setdefault("capabilities", []).append(word)
        return self

    @member()
    def base_url(self, url: str) -> Self:
        """Sets where the provider answers; the key of the configuration is not sent there.

        Args:
            url: the address.
        """
        return self._with("base_url", url)

    @member()
    def api_key(self, key: str) -> Self:
        """Sets the key for the provider.

        Args:
            key: the key.
        """
        return self._with("api_key", key)

    @member()
    def max_execution_time(self, seconds: float) -> Self:
        """Limits the time of an answer.

        Args:
            seconds: 300 by default.
        """
        return self._limit("max_execution_time_secs", seconds)

    @member()
    def max_memory_mb(self, megabytes: int) -> Self:
        """Limits the memory that the conversation takes; the oldest turns make room.

        Args:
            megabytes: 512 by default.
        """
        return self._limit("max_memory_mb", megabytes)

    @member()
    def max_tool_calls(self, calls: int) -> Self:
        """Limits the calls of tools in one answer.

        Args:
            calls: 100 by default.
        """
        return self._limit("max_tool_calls", calls)

    @member()
    def max_recursion_depth(self, levels: int) -> Self:
        """Limits how deep agents may ask agents.

        Args:
            levels: 10 by default.
        """
        return self._limit("max_recursion_depth", levels)

    @member()
    def max_cost(self, dollars: float) -> Self:
        """Limits what all answers of the agent may cost.

        Args:
            dollars: US dollars.
        """
        return self._with("max_cost", dollars)

    @member()
    def max_total_tokens(self, tokens: int) -> Self:
        """Limits the tokens that all answers of the agent may take.

        Args:
            tokens: read and written.
        """
        return self._with("max_total_tokens", tokens)

    @member()
    def schema(self, schema: dict[str, Json]) -> Self:
        """Sets the form of the answers: JSON that a schema describes; `data` of an answer has it.

        Args:
            schema: a JSON Schema.
        """
        return self._with("schema", schema)

    @member("type")
    def type_(self, kind: AgentType) -> Self:  # noqa: ARG002 - scripts of the original say it
        """Does nothing: a built agent always has a model.

        Args:
            kind: any word.
        """
        return self

    @member()
    def custom_config(self, settings: dict[str, Json]) -> Self:
        """Takes settings from a table: `system_prompt`, `max_conversation_length`.

        Args:
            settings: the table; other keys are kept, and do nothing.
        """
        return self._with("custom_config", settings)

    @member(adds=True)
    def resource_limits(self, limits: AgentResources) -> Self:
        """Takes limits from a table.

        Args:
            limits: the table.
        """
        self._chosen.setdefault("resource_limits", {}).update(limits)
        return self

    @member()
    def build(self) -> AgentInstance:
        """Makes the agent.

        Raises:
            Validation error: the name is taken, or there is no model.
            LLM provider error: the provider is unknown, or has no credentials.

        """
        return built(self._services, self._chosen)

    def _with(self, key: str, value: Any) -> Self:
        self._chosen[key] = value
        return self

    def _limit(self, key: str, value: float) -> Self:
        self._chosen.setdefault("resource_limits", {})[key] = value
        return self


def built(services: Services, settings: Any) -> AgentInstance:
    """The agent that settings describe."""
    from llmspell.agents.settings import config_of

    config = config_of(with_schema_in_order(settings))
    return AgentInstance(services, services.agents.create(config))
