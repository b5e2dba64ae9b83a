"""The services behind the globals of one runtime, each opened when it is first asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from llmspell.agents.service import Agents
    from llmspell.config.load import LoadedConfig
    from llmspell.events.bus import EventBus
    from llmspell.globals.test import Bench
    from llmspell.hooks.dispatcher import Hooks
    from llmspell.models.service import Models
    from llmspell.state.backup import Backups
    from llmspell.state.migration import MigrationRegistry, Migrator
    from llmspell.state.store import StateStore
    from llmspell.telemetry.debugging import Debugging
    from llmspell.tools.service import Tools


class Services:
    """State, events, tools, models, hooks, configuration and debug log of a runtime.

    The arguments make the services; what they need is known to the runtime, not here. `bench`
    stands behind `Test` where there is one.
    `memory_used` gives the bytes of Lua memory in use, and may be called on the Lua thread only.
    """

    def __init__(
        self,
        *,
        load_config: Callable[[], LoadedConfig],
        open_state: Callable[[], StateStore],
        open_events: Callable[[], EventBus],
        open_debugging: Callable[[], Debugging],
        open_tools: Callable[[], Tools],
        open_hooks: Callable[[], Hooks],
        open_models: Callable[[], Models],
        open_agents: Callable[[], Agents],
        bench: Bench | None = None,
        open_backups: Callable[[StateStore], Backups | None] = lambda _: None,
        open_migrator: Callable[[StateStore, MigrationRegistry], Migrator | None] = (
            lambda _store, _registry: None
        ),
    ) -> None:
        self._load_config = load_config
        self._open_state = open_state
        self._open_events = open_events
        self._open_debugging = open_debugging
        self._open_tools = open_tools
        self._open_hooks = open_hooks
        self._open_models = open_models
        self._open_agents = open_agents
        self.bench = bench
        self._open_backups = open_backups
        self._open_migrator = open_migrator
        self._config: LoadedConfig | None = None
        self._state: StateStore | None = None
        self._events: EventBus | None = None
        self._debugging: Debugging | None = None
        self._tools: Tools | None = None
        self._hooks: Hooks | None = None
        self._models: Models | None = None
        self._agents: Agents | None = None
        self._migrations: MigrationRegistry | None = None
        self.memory_used: Callable[[], int] = lambda: 0

    @property
    def config(self) -> LoadedConfig:
        """The configuration in force."""
        if self._config is None:
            self._config = self._load_config()
        return self._config

    @property
    def state(self) -> StateStore:
        """The key-value store."""
        if self._state is None:
            self._state = self._open_state()
        return self._state

    @property
    def events(self) -> EventBus:
        """The event bus."""
        if self._events is None:
            self._events = self._open_events()
        return self._events

    @property
    def debugging(self) -> Debugging:
        """Debug log and timers."""
        if self._debugging is None:
            self._debugging = self._open_debugging()
        return self._debugging

    @property
    def tools(self) -> Tools:
        """The tools."""
        if self._tools is None:
            self._tools = self._open_tools()
        return self._tools

    @property
    def hooks(self) -> Hooks:
        """What runs around calls."""
        if self._hooks is None:
            self._hooks = self._open_hooks()
        return self._hooks

    @property
    def opened_hooks(self) -> Hooks | None:
        """The same, None if nobody has asked for it yet: then there are no hooks."""
        return self._hooks

    @property
    def models(self) -> Models:
        """The models."""
        if self._models is None:
            self._models = self._open_models()
        return self._models

    @property
    def agents(self) -> Agents:
        """The agents."""
        if self._agents is None:
            self._agents = self._open_agents()
        return self._agents

    @property
    def opened_agents(self) -> Agents | None:
        """The same, None if nobody has asked for them yet."""
        return self._agents

    @property
    def backups(self) -> Backups | None:
        """The backups of the store, None where they are off."""
        return self._open_backups(self.state)

    @property
    def migrations(self) -> MigrationRegistry:
        """The schema versions of the stored data; Python code registers them here."""
        if self._migrations is None:
            from llmspell.state.migration import MigrationRegistry

            self._migrations = MigrationRegistry()
        return self._migrations

    @property
    def migrator(self) -> Migrator | None:
        """What brings the stored data to another version, None where migrations are off."""
        return self._open_migrator(self.state, self.migrations)

    def close(self) -> None:
        """Closes what was opened."""
        if self._state is not None:
            self._state.close()
            self._state = None
        if self._tools is not None:
            self._tools.close()
            self._tools = None
        if self._models is not None:
            self._models.close()
            self._models = None
        if self._debugging is not None:
            self._debugging.close()
            self._debugging = None
