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
    from typing import Any, Self

    from llmspell.config.load import LoadedConfig
    from llmspell.config.problems import Note
    from llmspell.config.schema.runtime import StatePersistence
    from llmspell.config.schema.tools import Tools as Settings
    from llmspell.events.bus import EventBus
    from llmspell.hooks.dispatcher import Hooks
    from llmspell.lua.outcome import RunResult
    from llmspell.security.policy import Permissions
    from llmspell.state.backup import Backups
    from llmspell.state.migration import MigrationRegistry, Migrator
    from llmspell.state.scope import Scope
    from llmspell.state.store import OnChange, StateStore
    from llmspell.telemetry.debugging import Debugging
    from llmspell.tools.call import Surroundings
    from llmspell.tools.service import Tools


class Runtime:
    """Everything that spells need, made from one configuration.

    config: path of a configuration file; by default the usual places are searched. profile: a
    `[profiles.NAME]` of it. security: `safe`, `standard` or `trusted`; by default what the
    configuration says. script_dir: where `require` looks first and what the policy allows.
    streams: where output goes, by default the process's own. tracked: see `EngineOptions`.
    max_memory: bytes of Lua memory, 0 for no limit; None leaves it to the configuration.

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
        self._engine: Engine | None = None
        self.notes: tuple[Note, ...] = ()
        self.services = Services(
            load_config=self._load_config,
            open_state=self._open_state,
            open_events=self._open_events,
            open_debugging=self._open_debugging,
            open_tools=self._open_tools,
            open_hooks=self._open_hooks,
            open_backups=self._open_backups,
            open_migrator=self._open_migrator,
        )
        self._api = ScriptApi.standard(self.services)
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
    def hooks(self) -> Hooks:
        """The hooks behind `Hook`."""
        return self.services.hooks

    @property
    def migrations(self) -> MigrationRegistry:
        """Where Python code registers the schema versions of stored data, and the steps."""
        return self.services.migrations

    def close(self) -> None:
        """Ends the engine and closes the services."""
        if self._engine is not None:
            self._engine.close()
        self.services.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
            package_path=package_path(self._script_dir),
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
            self.policy, settings=settings, environ=self._environ, configured=self._configured
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
