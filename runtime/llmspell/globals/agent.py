"""The `Agent` global (spec lua-globals §3)."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.globals.agent_builder import AgentBuilder, built
from llmspell.globals.agent_instance import AgentInstance
from llmspell.globals.describe import member, namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Any

    from llmspell.globals.agent_kinds import (
        AgentName,
        AgentRouting,
        ContextInheritance,
        ContextScope,
    )
    from llmspell.globals.agent_shapes import (
        AgentSettings,
        AsToolSettings,
        CompositeSettings,
        ContextScopeTable,
        ContextSettings,
        TemplateSettings,
    )
    from llmspell.globals.agent_told import (
        AgentCapabilities,
        AgentDetails,
        AgentEntry,
        AgentHierarchy,
        AgentInfo,
        TemplateEntry,
    )
    from llmspell.globals.kinds import AgentTemplate
    from llmspell.globals.services import Services
    from llmspell.globals.types import Json, LuaFunction, Shape


@namespace("Agent")
class Agent:
    """Makes agents: models with instructions, tools and a memory."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def debug_view(self) -> dict[str, Any]:
        """How `Agent` shows itself: its agents and their state."""
        return {each.name: each.lifecycle.state for each in self._services.agents.all()}

    @member()
    def builder(self) -> AgentBuilder:
        """Begins a new agent.

        Example:
            local agent = Agent.builder()
              :name("poet")
              :model("local/qwen2.5-0.5b-instruct")
              :system_prompt("Answer in one line.")
              :build()

        """
        return AgentBuilder(self._services)

    @member()
    def create(self, settings: AgentSettings, approve: LuaFunction | None = None) -> AgentInstance:
        """Makes an agent of a table.

        Args:
            settings: `model`, and what the functions of the builder are called.
            approve: is asked before each call of a tool, as that of the builder; it may also stand
                in the table.

        Raises:
            Validation error: the name is taken, or there is no model.
            LLM provider error: the provider is unknown, or has no credentials.

        """
        return built(self._services, {**settings, "approve": approve})

    @member("list")
    def list_all(self) -> list[AgentEntry]:
        """Gives each agent, in the order of their making."""
        return [
            {
                "name": each.name,
                "type": each.kind,
                "model": "" if each.model is None else str(each.model.specifier),
            }
            for each in self._services.agents.all()
        ]

    @member()
    def list_instances(self) -> list[str]:
        """Gives the names of all agents, in the order of their making."""
        return [each.name for each in self._services.agents.all()]

    @member()
    def count(self) -> int:
        """Gives how many agents there are."""
        return len(self._services.agents.all())

    @member()
    def get(self, name: AgentName) -> AgentInstance | None:
        """Gives the agent of a name, nil if there is none.

        Args:
            name: its name.
        """
        found = self._services.agents.find(name)
        return None if found is None else AgentInstance(self._services, found)

    # Kinds of agents ------------------------------------------------------------------------

    @member()
    def list_templates(self) -> list[str]:
        """Gives the names of the templates."""
        from llmspell.agents.templates import TEMPLATES

        return list(TEMPLATES)

    @member()
    def discover(self) -> list[TemplateEntry]:
        """Gives each template."""
        from llmspell.agents.templates import TEMPLATES

        return [{"type": each.name, "description": each.description} for each in TEMPLATES.values()]

    @member()
    def discover_by_capability(self, capability: str) -> list[str]:
        """Gives the names of the templates for something.

        Args:
            capability: a tool or category of tools that they may call, `tools`, or a word of their
                description; `streaming` and `context` fit all.

        """
        from llmspell.agents.told import templates_for

        return templates_for(capability)

    @member()
    def create_from_template(
        self,
        name: str,
        template: AgentTemplate | TemplateSettings,
        params: TemplateSettings | None = None,
    ) -> AgentInstance:
        """Makes an agent of a template.

        Args:
            name: of the new agent; the template where a table follows.
            template: name of the template.
            params: `model`, and what else shall differ from the template.

        Raises:
            Validation error: there is no such template, the name is taken, or there is no model.

        Example:
            local helper = Agent.create_from_template("helper", "tool_agent",
              { model = "local/qwen2.5-0.5b-instruct" })

        """
        from llmspell.agents.templates import template as find

        if not isinstance(template, str):
            given: dict[str, Any] = {**template}
            called = given.get("name") or given.get("agent_name")
            name, template = str(called or ""), name
        else:
            given = dict(params or {})
        made = find(template).made(name, given)
        return built(self._services, made)

    @member()
    def get_info(self, name: str) -> Annotated[dict[str, Json], Shape(AgentInfo)]:
        """Gives what is known of an agent or a template.

        Args:
            name: of either.

        """
        from llmspell.agents.told import info_table

        return info_table(name, self._services.agents.find(name))

    @member()
    def get_details(self, name: AgentName) -> Annotated[dict[str, Json], Shape(AgentDetails)]:
        """Gives all that is known of an agent.

        Args:
            name: its name.

        Raises:
            Failed to get agent details: there is no such agent.

        """
        from llmspell.agents.told import details_table

        return details_table(self._found(name, "get agent details"))

    @member()
    def get_hierarchy(
        self, name: AgentName | None = None
    ) -> Annotated[dict[str, Json], Shape(AgentHierarchy)]:
        """Gives an agent and those that answer for it.

        Args:
            name: its name; all agents where it is left out.

        Raises:
            Failed to get hierarchy: there is no such agent.

        """
        from llmspell.agents.told import all_table, hierarchy_table

        if name is None:
            return {"root": all_table(self._services.agents.all())}
        return {"root": hierarchy_table(self._found(name, "get hierarchy"))}

    @member()
    def list_capabilities(
        self,
    ) -> Annotated[dict[str, dict[str, Json]], Shape(dict[str, AgentCapabilities])]:
        """Gives what each agent can do, by name."""
        from llmspell.agents.told import capabilities_table

        return {each.name: capabilities_table(each) for each in self._services.agents.all()}

    # Agents of agents -----------------------------------------------------------------------

    @member()
    def register(
        self, settings: AgentName | AgentSettings, more: AgentSettings | None = None
    ) -> str:
        """Makes an agent of a table, and gives its name.

        Args:
            settings: what the functions of the builder are called; or its name.
            more: the table, where the name stands first.

        Raises:
            Validation error: the name is taken, or there is no model.

        """
        given: Any = settings
        if isinstance(settings, str):
            given = {**(more or {}), "name": settings}
        if not isinstance(given, dict):
            raise ValidationError("Invalid agent configuration: it is no table")
        return built(self._services, given).name

    @member()
    def wrap_as_tool(self, name: AgentName, settings: AsToolSettings | None = None) -> str:
        """Makes a tool that asks an agent, and gives the tool's name.

        Args:
            name: of the agent.
            settings: what the tool is called, and how it is listed.

        Example:
            local tool = Agent.wrap_as_tool("poet")
            print(Tool.execute(tool, { text = "The sea" }).text)

        """
        given: dict[str, Any] = {**settings} if isinstance(settings, dict) else {}
        tool = self._services.agents.wrap_as_tool(
            name,
            str(given.get("tool_name") or ""),
            category=str(given.get("category") or ""),
            security=str(given.get("security_level") or ""),
        )
        return tool.name

    @member()
    def create_composite(
        self,
        name: AgentName | CompositeSettings,
        agents: list[AgentName] | None = None,
        routing: AgentRouting | CompositeSettings | None = None,
    ) -> AgentInstance:
        """Makes an agent that lets others answer.

        Args:
            name: its name, or a table with all of this.
            agents: names of the others.
            routing: who of them answers; `sequential` by default.

        Raises:
            Failed to parse routing config: there is no such strategy.
            Agent instance '...' not found: there is no such agent.

        Example:
            Agent.create_composite("both", { "drafter", "critic" }, "sequential")
            print(Agent.get("both"):complete("Write a slogan."))

        """
        from llmspell.agents.composite import routing_of
        from llmspell.agents.config import AgentConfig

        called: Any = name
        how: Any = routing
        if isinstance(name, dict):
            called, agents, how = name.get("name"), name.get("agents"), name.get("routing") or name
        config = AgentConfig(name=str(called or ""), kind="basic", description="Lets others answer")
        made = self._services.agents.create_composite(config, agents or [], routing_of(how))
        return AgentInstance(self._services, made)

    # Contexts -------------------------------------------------------------------------------

    @member()
    def create_context(
        self, settings: str | ContextSettings | None = None, data: dict[str, Json] | None = None
    ) -> str:
        """Makes a context, data that questions can be asked with, and gives its id.

        Args:
            settings: whose context it is, and its data; or the id.
            data: the data, where the id stands first.

        Example:
            local id = Agent.create_context({ data = { language = "French" } })
            print(agent:execute_with_context("Say hello.", id).text)

        """
        contexts = self._services.agents.contexts
        if isinstance(settings, str):
            return contexts.create({"data": data}, context_id=settings).id
        return contexts.create({**settings} if isinstance(settings, dict) else {}).id

    @member()
    def create_child_context(
        self,
        parent_id: str,
        scope: ContextScope | ContextScopeTable,
        inheritance: ContextInheritance = "inherit",
    ) -> str:
        """Makes a context below another, and gives its id.

        Args:
            parent_id: the other.
            scope: who shares its memory.
            inheritance: what it has of the other.

        """
        return self._services.agents.contexts.create_child(parent_id, scope, inheritance).id

    @member()
    def update_context(self, context_id: str, key: str, value: Json) -> None:
        """Sets a value that all contexts of the same scope see.

        Args:
            context_id: the context.
            key: name of the value.
            value: plain data.

        """
        self._services.agents.contexts.update(context_id, key, value)

    @member()
    def get_context_data(self, context_id: str, key: str | None = None) -> Json:
        """Gives a value of a context, or all of them.

        Args:
            context_id: the context.
            key: name of the value.

        """
        contexts = self._services.agents.contexts
        return contexts.all_data(context_id) if key is None else contexts.get(context_id, key)

    @member()
    def remove_context(self, context_id: str) -> None:
        """Takes a context away.

        Args:
            context_id: the context.

        """
        self._services.agents.contexts.remove(context_id)

    @member()
    def set_shared_memory(self, scope: Json, key: Json, value: Json = None) -> None:
        """Sets a value in the memory of a scope.

        Args:
            scope: see `create_child_context`; it may be left out for `global`.
            key: name of the value.
            value: plain data.

        """
        if value is None and isinstance(scope, str) and ":" not in scope and scope != "global":
            scope, key, value = "global", scope, key
        self._services.agents.contexts.share(scope, str(key), value)

    @member()
    def get_shared_memory(self, scope: Json, key: str | None = None) -> Json:
        """Gives a value from the memory of a scope.

        Args:
            scope: see `create_child_context`; it may be left out for `global`.
            key: name of the value.

        """
        if key is None:
            scope, key = "global", str(scope)
        value: Json = self._services.agents.contexts.shared(scope, key)
        return value

    def _found(self, name: str, verb: str) -> Any:
        found = self._services.agents.find(name)
        if found is None:
            raise ValidationError(f"Failed to {verb}: there is no agent '{name}'")
        return found
