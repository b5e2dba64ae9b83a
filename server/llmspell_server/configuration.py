"""The settings in force in each folder, from what the client says and when it says otherwise.

Later counts more: defaults, configuration files of other tools in the folder,
`initializationOptions`, what the client answers to `workspace/configuration` for the folder; a
client without that request says it all in `workspace/didChangeConfiguration`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.capabilities import get_capability

from .documents import key_of
from .folder_files import settings_in
from .settings import SECTION, Settings, flat, read
from .work.jobs import Job, Priority

if TYPE_CHECKING:
    from .server import SpellServer

_WHOLE = ""  # the key of what is outside all folders


class Configuration:
    """What has been chosen, by folder."""

    def __init__(self, server: SpellServer) -> None:
        self._server = server
        self._listeners: list[Callable[[], None]] = []
        self._said: set[str] = set()
        self._given: dict[str, Any] = {}
        self._chosen: dict[str, dict[str, Any]] = {}
        self._by_folder: dict[str, Settings] = {_WHOLE: Settings()}

    def register(self, server: SpellServer) -> None:
        """Listens to the client."""
        server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Calls a function, on the worker, whenever settings have changed."""
        self._listeners.append(listener)

    def of(self, uri: str) -> Settings:
        """The settings in force for a document."""
        key = key_of(uri)
        folders = [
            folder
            for folder in self._by_folder
            if folder and (key == folder or key.startswith(f"{folder.rstrip('/')}/"))
        ]
        return self._by_folder[max(folders, key=len, default=_WHOLE)]

    @property
    def whole(self) -> Settings:
        """The settings of the session, outside all folders."""
        return self._by_folder[_WHOLE]

    @property
    def disabled_parts(self) -> frozenset[str]:
        """The parts of Lua's library that any folder says not to have."""
        return frozenset(
            part
            for settings in self._by_folder.values()
            for part, said in settings.runtime_builtin.items()
            if said == "disable"
        )

    def begin(self, options: object) -> None:
        """Takes `initializationOptions`: the settings, or a table with them in the section."""
        self._given = flat(_section(options))
        self._put({_WHOLE: {}})

    def ask(self) -> None:
        """Asks the client for the settings of all folders, or takes those it has without asking."""
        server = self._server
        if not get_capability(server.client_capabilities, "workspace.configuration", False):
            self._take({key: {} for key in (_WHOLE, *server.workspace.folders)})
            return
        folders = [(key, folder.uri) for key, folder in server.workspace.folders.items()]
        items = [
            types.ConfigurationItem(scope_uri=uri, section=SECTION)
            for uri in (None, *(uri for _, uri in folders))
        ]

        def answered(answer: Any) -> None:
            keys = [_WHOLE, *(key for key, _ in folders)]
            self._take({key: flat(each) for key, each in zip(keys, answer or (), strict=False)})

        server.workspace_configuration(types.ConfigurationParams(items), answered)

    def without_client(self) -> None:
        """Takes what files in the folders say, where nobody can be asked."""
        self._by_folder = {
            key: read(settings_in(self._uri_of(key))[0] if key else {})[0]
            for key in (_WHOLE, *self._server.workspace.folders)
        }

    def told(self, settings: object) -> None:
        """Takes what a client says that cannot be asked."""
        if get_capability(self._server.client_capabilities, "workspace.configuration", False):
            self.ask()
        else:
            chosen = flat(_section(settings))
            self._take(dict.fromkeys([_WHOLE, *self._server.workspace.folders], chosen))

    def read_again(self) -> None:
        """Takes what files in the folders say now."""
        self._take(self._chosen)

    def _take(self, chosen: dict[str, dict[str, Any]]) -> None:
        before, self._chosen = self._by_folder, chosen
        self._put(chosen)
        if self._by_folder != before:
            for listener in self._listeners:
                done = self._server.protocol.reporter("new settings")
                self._server.worker.submit(Job(listener, Priority.NOTICE, done=done))

    def _put(self, chosen: dict[str, dict[str, Any]]) -> None:
        found: dict[str, Settings] = {_WHOLE: self._by_folder[_WHOLE]}
        for key, values in chosen.items():
            written, unreadable = settings_in(self._uri_of(key)) if key else ({}, [])
            found[key], problems = read({**written, **self._given, **values})
            for problem in (*unreadable, *problems):
                self._say(problem)
        self._by_folder = found

    def _uri_of(self, key: str) -> str:
        folder = self._server.workspace.folders.get(key)
        return folder.uri if folder is not None else key

    def _say(self, problem: str) -> None:
        if problem not in self._said:
            self._said.add(problem)
            self._server.window_show_message(
                types.ShowMessageParams(types.MessageType.Warning, problem)
            )


def did_change_configuration(ls: SpellServer, params: types.DidChangeConfigurationParams) -> None:
    """Asks what has changed, or reads it there."""
    ls.configuration.told(params.settings)


def _section(raw: object) -> object:
    inside = raw.get(SECTION) if isinstance(raw, dict) else None
    return inside if isinstance(inside, dict) else raw
