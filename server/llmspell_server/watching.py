"""What the server asks the client to tell it: changed settings, and changed files on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.capabilities import get_capability

from llmspell.config.discovery import endings

from .settings import SECTION

if TYPE_CHECKING:
    from .server import SpellServer

_PATTERNS = (
    "**/*.lua",
    "**/{.luarc.json,.luarc.jsonc,.luacheckrc,.stylua.toml}",
    "**/{.gitignore,.ignore}",
    *(f"**{ending}" for ending in endings()),
)
# Where a folder is deleted, VS Code tells of the folder alone, and of that only who watches it.
_WATCHED = (*((pattern, None) for pattern in _PATTERNS), ("**/*", types.WatchKind.Delete))
_FILES = "llmspell-files"
_SETTINGS = "llmspell-settings"


class Watching:
    """The registrations of a session."""

    def __init__(self, server: SpellServer) -> None:
        self._server = server
        self._registered: set[str] = set()

    def begin(self) -> None:
        """Registers what this client lets a server register (LSP 3.17, "Register Capability")."""
        if self._may("workspace.did_change_configuration"):
            options = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            self._register(_SETTINGS, types.WORKSPACE_DID_CHANGE_CONFIGURATION, options)
        self.files()

    def files(self) -> None:
        """Watches the folders that there are now."""
        if not self._may("workspace.did_change_watched_files"):
            return
        if _FILES in self._registered:
            self._registered.remove(_FILES)
            gone = types.Unregistration(_FILES, types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
            self._server.client_unregister_capability(types.UnregistrationParams([gone]))
        options = types.DidChangeWatchedFilesRegistrationOptions(self._watchers())
        self._register(_FILES, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)

    def _watchers(self) -> list[types.FileSystemWatcher]:
        relative = get_capability(
            self._server.client_capabilities,
            "workspace.did_change_watched_files.relative_pattern_support",
            False,
        )
        if not relative:
            return [types.FileSystemWatcher(pattern, kind) for pattern, kind in _WATCHED]
        return [
            types.FileSystemWatcher(types.RelativePattern(folder.uri, pattern), kind)
            for folder in self._server.workspace.folders.values()
            for pattern, kind in _WATCHED
        ]

    def _may(self, feature: str) -> bool:
        client = self._server.client_capabilities
        return bool(get_capability(client, f"{feature}.dynamic_registration", False))

    def _register(self, name: str, method: str, options: object) -> None:
        self._registered.add(name)
        registration = types.Registration(name, method, options)
        self._server.client_register_capability(types.RegistrationParams([registration]))
