"""The protocol as LSP 3.17 has it, where pygls does otherwise.

"Server lifecycle": requests before `initialize` and after `shutdown` are answered with errors,
notifications there are dropped, and the exit code says whether the client shut down in order.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.protocol.json_rpc import RPCMessage, RPCNotification, RPCRequest

from .documents import Workspace

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.lsp.server import LanguageServer


class Protocol(LanguageServerProtocol):
    """One session with a client. finished: set when the client has said `exit`."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        self.finished = threading.Event()
        self._initialized = False
        super().__init__(server, converter)

    @property
    def exit_code(self) -> int:
        """0 after `shutdown` and `exit`, 1 for every other end."""
        return 0 if self._shutdown and self.finished.is_set() else 1

    def structure_message(self, data: dict[str, Any]) -> Any:
        """A message from JSON. A request that is malformed gets its answer here."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: RPCMessage) -> None:
        """Passes on what may come at this time of a session, and refuses the rest."""
        if isinstance(message, RPCRequest):
            refusal = self._refusal(message.method)
            if refusal is not None:
                self._send_response(message.id, error=refusal)
                return
        elif isinstance(message, RPCNotification) and not self._heeds(message.method):
            return
        super().handle_message(message)

    def _heeds(self, notification: str) -> bool:
        return notification == types.EXIT or (self._initialized and not self._shutdown)

    def _refusal(self, method: str) -> types.ResponseError | None:
        if self._shutdown:
            return types.ResponseError(
                types.ErrorCodes.InvalidRequest,
                f"{method} after `shutdown`: only `exit` may follow",
            )
        if not self._initialized and method != types.INITIALIZE:
            return types.ResponseError(
                types.ErrorCodes.ServerNotInitialized, f"{method} before `initialize`"
            )
        if self._initialized and method == types.INITIALIZE:
            return types.ResponseError(
                types.ErrorCodes.InvalidRequest, "`initialize` may be sent only once"
            )
        return None

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(
        self, params: types.InitializeParams
    ) -> Generator[Any, Any, types.InitializeResult]:
        """Begins the session; what has no handler is not advertised."""
        result = yield from super().lsp_initialize(params)
        theirs = self.workspace
        self._workspace = Workspace(
            theirs.root_uri,
            self._server._text_document_sync_kind,
            list(theirs.folders.values()),
            theirs.position_encoding,
        )
        if not self.fm.commands:
            result.capabilities.execute_command_provider = None
        if result.capabilities.workspace is not None:
            result.capabilities.workspace.file_operations = None
        self._initialized = True
        return result

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_: Any) -> None:  # type: ignore[override]  # waits for no other handler
        """Ends the session: the loop that reads messages looks at `finished`."""
        self.finished.set()
