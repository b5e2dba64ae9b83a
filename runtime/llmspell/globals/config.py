"""The `Config` global (spec lua-globals §13).

A spell sees a copy of the configuration, with secrets masked. It may change that copy (providers,
tools) for its own use and restore it; the services that already run are not affected.
"""

from __future__ import annotations

import copy
import time

from llmspell.errors import ConfigError
from llmspell.globals.describe import member, namespace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypedDict

    from llmspell.globals.kinds import ConfigPath, ConfigSection, FilePath, ProviderName
    from llmspell.globals.services import Services
    from llmspell.globals.types import Json

    class ConfigPermissions(TypedDict):
        """What a spell may do with the configuration.

        Fields:
            read: whether it may read it.
            modify_providers: whether it may change its copy of the providers.
            modify_tools: whether it may change its copy of the tools section.
            modify_runtime: whether it may change its copy of the runtime section.
            modify_security: whether it may change security settings.
            access_secrets: whether it sees secrets.
        """

        read: bool
        modify_providers: bool
        modify_tools: bool
        modify_runtime: bool
        modify_security: bool
        access_secrets: bool

    class SecuritySettings(TypedDict):
        """The section `runtime.security`.

        Fields:
            allow_file_access: whether the configuration opens files beyond the profile's folders.
            allow_network_access: whether spells may use the network.
            allow_process_spawn: whether spells may start processes.
            max_memory_bytes: limit on Lua memory; enforced only if the configuration sets it.
            max_execution_time_ms: limit on the run time; enforced only if it is set.
        """

        allow_file_access: bool
        allow_network_access: bool
        allow_process_spawn: bool
        max_memory_bytes: int
        max_execution_time_ms: int


@namespace("Config")
class Config:
    """The configuration in force, with secrets masked.

    Changes made here are seen by this spell only; they change no running service.
    """

    def __init__(self, services: Services) -> None:
        from llmspell.config.render import to_script

        self._visible = to_script(services.config.config)
        self._snapshots: dict[int, dict[str, Any]] = {}

    def debug_view(self) -> dict[str, Any]:
        """How `Config` shows itself: the configuration, masked."""
        return self._visible

    @member()
    def get(self, path: ConfigPath | None = None) -> Json:
        """Gives the whole configuration, or the value at a dotted path (nil where there is none).

        Args:
            path: such as `tools.file_operations.max_file_size`.

        Example:
            print(Config.get("default_engine")) --> lua
        """
        value: Any = self._visible
        for key in path.split(".") if path else ():
            value = value.get(key) if isinstance(value, dict) else None
        found: Json = value
        return found

    @member("getSection")
    def get_section(self, name: ConfigSection) -> Json:
        """Gives a section of the configuration.

        Args:
            name: `providers`, `engines`, `runtime`, `tools`, `security` (that of `runtime`), or
                any other top-level key.

        Raises:
            Configuration error: there is no such section.
        """
        if name == "security":
            return self._visible["runtime"]["security"]  # type: ignore[no-any-return]
        if name not in self._visible:
            raise ConfigError(f"Unknown configuration section: {name}")
        return self._visible[name]  # type: ignore[no-any-return]

    @member("getDefaultEngine")
    def get_default_engine(self) -> str:
        """Gives the name of the script engine, `lua`."""
        return str(self._visible["default_engine"])

    @member("getProvider")
    def get_provider(self, name: ProviderName) -> Json:
        """Gives the settings of a provider, or nil.

        Args:
            name: as in `[providers.NAME]`.
        """
        found: Json = self._providers().get(name)
        return found

    @member("listProviders")
    def list_providers(self) -> list[str]:
        """Gives the names of the configured providers in order."""
        return sorted(self._providers())

    @member("setProvider")
    def set_provider(self, name: ProviderName, settings: dict[str, Json]) -> None:
        """Sets a provider in the spell's copy of the configuration.

        Args:
            name: the provider's name.
            settings: its settings, such as `provider_type` and `default_model`.

        Raises:
            Configuration error: the settings are no table with names.
        """
        if not isinstance(settings, dict):
            raise ConfigError("Invalid provider config: it must be a table with named fields")
        self._providers()[name] = settings

    @member("getSecurity")
    def get_security(self) -> SecuritySettings:
        """Gives the section `runtime.security`."""
        return self._visible["runtime"]["security"]  # type: ignore[no-any-return]

    @member("setSecurity")
    def set_security(self, settings: dict[str, Json]) -> None:
        """Refuses: spells may not change security settings.

        Args:
            settings: what would be set.

        Raises:
            Configuration error: always.
        """
        raise ConfigError("Cannot modify security settings without permission")

    @member("getTools")
    def get_tools(self) -> Json:
        """Gives the section `tools`."""
        return self._visible["tools"]  # type: ignore[no-any-return]

    @member("isFileAccessAllowed")
    def is_file_access_allowed(self) -> bool:
        """Gives `runtime.security.allow_file_access`.

        The folders of the security profile are open to spells in any case.
        """
        return bool(self.get_security()["allow_file_access"])

    @member("isNetworkAccessAllowed")
    def is_network_access_allowed(self) -> bool:
        """Gives `runtime.security.allow_network_access`."""
        return bool(self.get_security()["allow_network_access"])

    @member("addAllowedPath")
    def add_allowed_path(self, path: FilePath) -> None:
        """Adds a folder to `tools.file_operations.allowed_paths` of the spell's copy.

        What the spell may really touch does not change.

        Args:
            path: the folder.
        """
        paths = self._visible["tools"]["file_operations"].setdefault("allowed_paths", [])
        if path not in paths:
            paths.append(path)

    @member("getPermissions")
    def get_permissions(self) -> ConfigPermissions:
        """Gives what a spell may do with the configuration."""
        return {
            "read": True,
            "modify_providers": True,
            "modify_tools": True,
            "modify_runtime": True,
            "modify_security": False,
            "access_secrets": False,
        }

    @member()
    def snapshot(self) -> int:
        """Keeps the spell's copy of the configuration as it is now.

        Returns:
            what `Config.restoreSnapshot` takes.
        """
        stamp = time.time_ns() // 1_000_000
        while stamp in self._snapshots:
            stamp += 1
        self._snapshots[stamp] = copy.deepcopy(self._visible)
        return stamp

    @member("restoreSnapshot")
    def restore_snapshot(self, timestamp: int) -> None:
        """Makes the spell's copy of the configuration what it was.

        Args:
            timestamp: what `Config.snapshot` gave.

        Raises:
            Configuration error: there is no such snapshot.
        """
        kept = self._snapshots.get(timestamp)
        if kept is None:
            raise ConfigError(f"Snapshot not found: {timestamp}")
        self._visible = copy.deepcopy(kept)

    @member("toJson")
    def to_json(self) -> Json:
        """Gives the whole configuration as a table (for its text, use `JSON.stringify`)."""
        return self._visible

    def _providers(self) -> dict[str, Any]:
        providers: dict[str, Any] = self._visible["providers"]["providers"]
        return providers
