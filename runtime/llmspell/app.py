"""The runtime: configuration -> services -> engine. The one place that puts them together.

Used by the command line, by the servers, and by Python programs::

    import llmspell

    with llmspell.Runtime() as runtime:
        runtime.state.set("global", "answer", 42)
        print(runtime.run("return State.load('global', 'answer')").value)
"""

from __future__ import annotations

import os

from llmspell.config.discovery import anything_configured
from llmspell.globals.api import ScriptApi
from llmspell.globals.arguments import script_arguments
from llmspell.globals.services import Services
from llmspell.lua.engine import Engine, EngineOptions
from llmspell.lua.loader import chunk_name, package_path, read_source, source_text
from llmspell.lua.streams import Streams
from llmspell.security.policy import policy_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any, Self

    from llmspell.agents.service import Agents
    from llmspell.config.load import LoadedConfig
    from llmspell.config.problems import Note
    from llmspell.config.schema.runtime import StatePersistence
    from llmspell.config.schema.tools import Tools as Settings
    from llmspell.events.bus import EventBus
    from llmspell.globals.test import Bench
    from llmspell.hooks.dispatcher import Hooks
    from llmspell.lua.outcome import RunResult
    from llmspell.models.service import Between as ModelsBetween
    from llmspell.models.service import Models
    from llmspell.models.service import Surroundings as ModelSurroundings
    from llmspell.security.http import Between as HttpBetween
    from llmspell.security.policy import Permissions
    from llmspell.state.backup import Backups
    from llmspell.state.migration import MigrationRegistry, Migrator
    from llmspell.state.scope import Scope
    from llmspell.state.store import OnChange, StateStore
    from llmspell.telemetry.debugging import Debugging
    from llmspell.tools.call import Surroundings
    from llmspell.tools.service import Tools

LONGEST_SHUTDOWN = 2.0
"""Seconds that the hooks of agents may take when a run ends, all together."""


class Stage:
    """What a runtime has around it when its spells are tested (`llmspell.testing`).

    models, http: what answers instead of providers and of servers over HTTP. state: the file of its
    state. bench: what stands behind the global `Test`, None for spells that have none. folders:
    where `require` looks too.
    """

    __slots__ = ("bench", "folders", "http", "models", "state")

    def __init__(
        self,
        models: ModelsBetween,
        http: HttpBetween,
        state: Path,
        bench: Bench | None = None,
        folders: tuple[str, ...] = (),
    ) -> None:
        self.folders = folders
        self.models = models
        self.http = http
        self.state = state
        self.bench = bench


class Runtime:
    """Everything that spells need, made from one configuration.

    config: path of a configuration file; by default the usual places are searched. profile: a
    `[profiles.NAME]` of it. security: `safe`, `standard` or `trusted`; by default what the
    configuration says. script_dir: where `require` looks first and what the policy allows.
    streams: where output goes, by default the process's own. tracked: see `EngineOptions`.
    max_memory: bytes of Lua memory, 0 for no limit; None leaves it to the configuration.
    offline: use local models only, whatever the configuration says. max_cost, max_total_tokens: US
    dollars and tokens that the answers of all agents may take. stage: what is around spells that
    are tested.

    Raises ConfigError and SecurityError.
    """

    def __init__(
        self,
        *,
        config: str | os.PathLike[str] | None = None,
        profile: str | None = None,
        strict_config: bool = False,
        security: str | None = None,
        script_dir: str | None = None,
        streams: Streams | None = None,
        tracked: bool = True,
        max_memory: int | None = None,
        offline: bool = False,
        max_cost: float | None = None,
        max_total_tokens: int | None = None,
        stage: Stage | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._environ = os.environ if environ is None else environ
        self._cwd = os.getcwd()  # noqa: PTH109 - pathlib costs start-up time
        self._script_dir = os.path.abspath(script_dir or self._cwd)  # noqa: PTH100
        self._config_path = config
        self._profile = profile
        self._strict = strict_config
        self._streams = streams or Streams.of_process()
        self._tracked = tracked
        self._max_memory = max_memory
        self._offline = offline
        self._max_cost = max_cost
        self._max_total_tokens = max_total_tokens
        self._stage = stage
        self._engine: Engine | None = None
        self.notes: tuple[Note, ...] = ()
        self.services = Services(
            load_config=self._load_config,
            open_state=self._open_state,
            open_events=self._open_events,
            open_debugging=self._open_debugging,
            open_tools=self._open_tools,
            open_hooks=self._open_hooks,
            open_models=self._open_models,
            open_agents=self._open_agents,
            bench=stage.bench if stage else None,
            open_backups=self._open_backups,
            open_migrator=self._open_migrator,
        )
        self._api = ScriptApi.standard(self.services, testing=self.services.bench is not None)
        # Without any configuration its schema is not even imported: that would cost more than
        # the rest of a short run.
        self._project_from = self._cwd
        configured = bool(config or profile) or anything_configured(self._cwd, self._environ)
        if not configured and anything_configured(self._script_dir, self._environ):
            # A spell that is run from elsewhere belongs to its own project.
            self._project_from, configured = self._script_dir, True
        permissions = self._permissions() if configured else None
        self._configured = configured
        self.policy = policy_for(
            security,
            script_dir=self._script_dir,
            cwd=self._cwd,
            permissions=permissions,
            environ=self._environ,
        )

    # Running spells ------------------------------------------------------------------------

    def run_file(
        self, path: str, arguments: Sequence[str] = (), *, timeout: float | None = None
    ) -> RunResult:
        """Runs a script file with command-line arguments; raises as `Engine.run` does.

        timeout: seconds; 0 for no limit, None leaves it to the configuration.
        """
        return self.run_source(
            read_source(path), chunk_name(path), path, arguments, timeout=timeout
        )

    def run(
        self,
        code: str,
        arguments: Sequence[str] = (),
        *,
        name: str = "=code",
        timeout: float | None = None,
    ) -> RunResult:
        """Runs Lua code; `name` is its chunk name."""
        return self.run_source(
            source_text(code.encode(), name), name, "code", arguments, timeout=timeout
        )

    def run_source(
        self,
        source: bytes,
        name: str,
        script: str,
        arguments: Sequence[str] = (),
        *,
        timeout: float | None = None,
        show: bool = False,
    ) -> RunResult:
        """Runs source text under a chunk name, with `ARGS` for a script of some name."""
        self.set_arguments(script, arguments)
        limit = self._time_limit() if timeout is None else timeout or None
        return self.engine.run(source, name, arguments, timeout=limit, show=show)

    def set_arguments(self, script: str, arguments: Sequence[str]) -> None:
        """Sets the `ARGS` and `arg` globals."""
        named, numbered = script_arguments(script, arguments)
        engine = self.engine

        def put() -> None:
            engine.state.set_global("ARGS", named)
            engine.state.set_global("arg", numbered)

        engine.on_lua_thread(put)

    @property
    def engine(self) -> Engine:
        """The Lua engine; opened at first use, and again after it was lost."""
        if self._engine is None or not self._engine.usable:
            self._engine = self._open_engine()
        return self._engine

    def debug_view(self, name: str) -> Any:
        """How a global shows what it stands for (`State`: its values), as plain data, or None."""
        return self._api.debug_view(name)

    # Services ------------------------------------------------------------------------------

    @property
    def config(self) -> LoadedConfig:
        """The configuration in force."""
        return self.services.config

    @property
    def state(self) -> StateStore:
        """The key-value store behind `State`."""
        return self.services.state

    @property
    def events(self) -> EventBus:
        """The bus behind `Event`."""
        return self.services.events

    @property
    def tools(self) -> Tools:
        """The tools behind `Tool`."""
        return self.services.tools

    @property
    def models(self) -> Models:
        """The models, and the providers that serve them."""
        return self.services.models

    @property
    def agents(self) -> Agents:
        """The agents behind `Agent`."""
        return self.services.agents

    @property
    def hooks(self) -> Hooks:
        """The hooks behind `Hook`."""
        return self.services.hooks

    @property
    def migrations(self) -> MigrationRegistry:
        """Where Python code registers the schema versions of stored data, and the steps."""
        return self.services.migrations

    def close(self) -> None:
        """Ends the agents, with their hooks, and the engine, and closes the services.

        Raises EngineLost where a hook of an agent's end can neither go on nor be stopped.
        """
        try:
            self._end_agents()
        finally:
            if self._engine is not None:
                self._engine.close()
            self.services.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end_agents(self) -> None:
        agents = self.services.opened_agents
        if agents is None or not agents.all():
            return
        if self._engine is None or self.services.opened_hooks is None:
            agents.close()
        elif self._engine.usable:
            self._end_agents_on(self._engine, agents)

    def _end_agents_on(self, engine: Engine, agents: Agents) -> None:
        from llmspell.lua.outcome import EngineLost, Stopped
        from llmspell.telemetry.levels import WARN
        from llmspell.telemetry.trace import trace

        try:
            engine.on_lua_thread(agents.close, LONGEST_SHUTDOWN)
        except (Stopped, EngineLost) as error:
            trace(WARN, "agents", "the hooks of the agents' end were broken off")
            if isinstance(error, EngineLost):
                raise

    # Composition ---------------------------------------------------------------------------

    def _load_config(self) -> LoadedConfig:
        from pathlib import Path

        from llmspell.config.load import load_config

        return load_config(
            None if self._config_path is None else Path(self._config_path),
            cwd=Path(self._project_from),
            environ=self._environ,
            profile=self._profile,
            strict=self._strict,
        )

    def _permissions(self) -> Permissions:
        from llmspell.security.permissions import permissions_from

        loaded = self.services.config
        permissions, ignored = permissions_from(loaded, cwd=self._cwd, environ=self._environ)
        self.notes = (*loaded.notes, *ignored)
        return permissions

    def _open_engine(self) -> Engine:
        options = EngineOptions(
            self.policy,
            self._streams,
            tracked=self._tracked,
            max_memory=self._memory_limit(),
            package_path=package_path(self._script_dir, self._stage.folders if self._stage else ()),
        )
        engine = Engine(options, self._api)
        self.services.memory_used = engine.state.memory_used
        return engine

    def _memory_limit(self) -> int | None:
        if self._max_memory is not None:
            return self._max_memory or None
        if not self._configured:
            return None
        config = self.services.config.config
        return _smallest(
            config.engines.lua.max_memory_bytes, config.runtime.security.max_memory_bytes
        )

    def _time_limit(self) -> float | None:
        """Seconds that a run may take by the configuration; the documented limits count if set."""
        if not self._configured:
            return None
        config = self.services.config.config
        milliseconds = _smallest(
            config.engines.lua.timeout_ms,
            config.runtime.security.max_execution_time_ms,
            _thousandfold(config.runtime.script_timeout_seconds),
        )
        return None if milliseconds is None else milliseconds / 1000

    def _open_state(self) -> StateStore:
        from pathlib import Path

        from llmspell.state.location import default_path, open_store

        if self._stage is not None:
            return open_store("sqlite", self._stage.state, None, self._announcer())
        backend, limit, project = "sqlite", None, None
        if self._configured:
            persistence = self._persistence()
            backend = persistence.backend_type if persistence.enabled else "memory"
            limit = persistence.max_state_size_bytes
            project = self.services.config.project
        path = default_path(project, Path(self._script_dir), self._environ)
        return open_store(backend, path, limit, self._announcer())

    def _persistence(self) -> StatePersistence:
        return self.services.config.config.runtime.state_persistence

    def _announcer(self) -> OnChange | None:
        """What publishes `state.changed`, if the configuration wants that."""
        if not (self._configured and self.services.config.config.events.emit_state_events):
            return None
        events = self.services.events

        def announce(scope: Scope, key: str, old: str | None, new: str | None) -> None:
            import json

            place = json.dumps({"scope": scope.text, "key": key})[:-1]
            text = f'{place},"old_value":{old or "null"},"new_value":{new or "null"}}}'
            events.publish(
                "state.changed", data_text=text, source="state_manager", tags=("state_change",)
            )

        return announce

    def _open_backups(self, store: StateStore) -> Backups | None:
        if not (self._configured and self._persistence().backup_enabled):
            return None
        from pathlib import Path

        from llmspell.config.schema.runtime import Backup as BackupSettings
        from llmspell.state.backup import Backups

        settings = self._persistence().backup or BackupSettings()
        project = self.services.config.project or Path(self._cwd)
        folder = project / (settings.backup_dir or "./backups")
        return Backups(
            store,
            folder,
            # zstd and lz4 of the documents need libraries; zlib is in Python.
            compression="zlib" if settings.compression_enabled else "none",
            level=settings.compression_level,
            incremental=settings.incremental_enabled,
            max_backups=settings.max_backups,
            max_age=settings.max_backup_age,
        )

    def _open_migrator(self, store: StateStore, registry: MigrationRegistry) -> Migrator | None:
        if not (self._configured and self._persistence().migration_enabled):
            return None
        from llmspell.state.migration import Migrator

        backups = self._open_backups(store) if self._persistence().backup_on_migration else None
        return Migrator(store, registry, None if backups is None else lambda: backups.create().id)

    def _open_events(self) -> EventBus:
        from llmspell.events.bus import EventBus

        if not self._configured:
            return EventBus()
        events = self.services.config.config.events
        return EventBus(
            buffer_size=events.buffer_size,
            max_events_per_second=events.max_events_per_second,
            include_types=events.filtering.include_types,
            exclude_types=events.filtering.exclude_types,
            include_components=events.filtering.include_components,
            exclude_components=events.filtering.exclude_components,
        )

    def _open_tools(self) -> Tools:
        from llmspell.tools.service import Tools

        return Tools(
            self._surroundings, lambda: self.services.events, lambda: self.services.opened_hooks
        )

    def _open_hooks(self) -> Hooks:
        from llmspell.hooks.dispatcher import Hooks

        if self._configured and self.services.config.is_set("hooks.enabled"):
            settings = self.services.config.config.hooks
            assert settings is not None
            return Hooks(
                lambda: self.services.events,
                timeout=settings.timeout_ms / 1000,
                enabled=settings.enabled,
            )
        return Hooks(lambda: self.services.events)

    def _surroundings(self) -> Surroundings:
        from llmspell.tools.call import Surroundings

        def settings() -> Settings:
            if self._configured:
                return self.services.config.config.tools
            from llmspell.config.schema.tools import Tools

            return Tools()

        return Surroundings(
            self.policy,
            settings=settings,
            environ=self._environ,
            configured=self._configured,
            between=self._stage.http if self._stage else None,
        )

    def _open_models(self) -> Models:
        from llmspell.models.service import Models

        return Models(self._model_surroundings)

    def _open_agents(self) -> Agents:
        from llmspell.agents.config import Budget
        from llmspell.agents.service import Agents

        return Agents(
            lambda: self.services.models,
            lambda: self.services.tools,
            lambda: self.services.events,
            lambda: self.services.opened_hooks,
            budget=Budget(tokens=self._max_total_tokens, cost=self._max_cost),
        )

    def _model_surroundings(self) -> ModelSurroundings:
        from llmspell.models.service import Surroundings
        from llmspell.telemetry.levels import WARN
        from llmspell.telemetry.trace import trace

        def announce(sentence: str) -> None:
            trace(WARN, "models", sentence)

        def check_path(path: str) -> None:
            self.policy.check_path(path, "read")

        between = self._stage.models if self._stage else None
        if not self._configured:
            return Surroundings(
                between=between,
                environ=self._environ,
                offline=self._offline,
                folder=self._cwd,
                announce=announce,
                network=self.policy.network,
                check_path=check_path,
            )
        loaded = self.services.config
        return Surroundings(
            between=between,
            providers=loaded.config.providers,
            settings=loaded.config.models,
            environ=self._environ,
            offline=self._offline or loaded.config.models.offline,
            folder=str(loaded.project or self._cwd),
            announce=announce,
            network=self.policy.network,
            check_path=check_path,
        )

    def _open_debugging(self) -> Debugging:
        import sys

        from llmspell.telemetry.colour import use_color
        from llmspell.telemetry.debugging import Debugging

        color = self._streams.line_buffered and use_color(sys.stdout, self._environ)
        if not self._configured:
            return Debugging(color=color)
        loaded = self.services.config
        debugging = Debugging.from_config(loaded.config.debug, color=color)
        if not loaded.is_set("debug.enabled"):  # on for spells unless it is switched off
            debugging.log.enabled = True
        return debugging


def _smallest(*limits: int | None) -> int | None:
    given = [limit for limit in limits if limit]
    return min(given) if given else None


def _thousandfold(number: int | None) -> int | None:
    return None if number is None else number * 1000
