"""How far long work has come, as clients show it (LSP 3.17, "Work Done Progress")."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Self

from lsprotocol import types
from pygls.capabilities import get_capability

from .analysis.pace import Cancelled

if TYPE_CHECKING:
    from .server import SpellServer


class Progress:
    """A block of work that a client sees and may end.

    token: the one that came with a request; without, the server asks the client for a place to show
    it, and shows nothing until the client has given one. Clients that cannot show it see nothing.
    ended: called when the user ends the work, from another thread.
    """

    def __init__(
        self,
        server: SpellServer,
        title: str,
        token: str | int | None = None,
        ended: Callable[[], object] = lambda: None,
    ) -> None:
        self._server, self._title, self._ended = server, title, ended
        self._asks = token is None
        self._token: str | int = str(uuid.uuid4()) if token is None else token
        self._lock = threading.Lock()
        self._shown = self._over = False
        self._cancelled = False

    def __enter__(self) -> Self:
        if not self._asks:
            self._begin()
        elif get_capability(self._server.client_capabilities, "window.work_done_progress", False):
            params = types.WorkDoneProgressCreateParams(self._token)
            asked = self._server.window_work_done_progress_create(params)
            asked.add_done_callback(self._answered)
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over = True
            shown = self._shown
        if shown:
            self._server.protocol.progress.tokens.pop(self._token, None)
            self._send(types.WorkDoneProgressEnd())

    def report(self, message: str | None = None, percentage: int | None = None) -> None:
        """Says where the work is. Raises `Cancelled` once the user has ended it."""
        if self._cancelled:
            raise Cancelled
        if self._shown:
            self._send(types.WorkDoneProgressReport(message=message, percentage=percentage))

    def cancel(self) -> None:
        """Ends the work at its next report."""
        self._cancelled = True
        self._ended()

    @property
    def cancelled(self) -> bool:
        """Whether the user has ended the work."""
        return self._cancelled

    def _answered(self, asked: Future[Any]) -> None:
        if asked.exception() is None:
            self._begin()

    def _begin(self) -> None:
        with self._lock:
            if self._over:
                return
            # pygls calls `cancel` of what stands there when the client says so.
            tokens: dict[str | int, Any] = self._server.protocol.progress.tokens
            tokens[self._token] = self
            self._send(types.WorkDoneProgressBegin(self._title, cancellable=True, percentage=0))
            self._shown = True

    def _send(
        self,
        value: types.WorkDoneProgressBegin
        | types.WorkDoneProgressReport
        | types.WorkDoneProgressEnd,
    ) -> None:
        self._server.protocol.notify(types.PROGRESS, types.ProgressParams(self._token, value))
