"""Lets debuggers attach to a process: `llmspell-run --debug`, and any other that has a debugger.

The entry point `llmspell.debug_sessions` leads here, because the runtime knows no adapter.
"""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from llmspell.lua.engine import Engine
from llmspell.lua.streams import Streams
from llmspell_debug_adapter.addresses import Address, publish
from llmspell_debug_adapter.debuggee import Debugger
from llmspell_debug_adapter.protocol.door import Door
from llmspell_debug_adapter.protocol.framing import Connection
from llmspell_debug_adapter.protocol.greeting import answer_greeting, new_token, read_greeting
from llmspell_debug_adapter.session.conversation import converse, listen
from llmspell_debug_adapter.session.pydevd_threads import hide_from_pydevd
from llmspell_debug_adapter.session.session import Session
from llmspell_debug_adapter.spells.output import tap
from llmspell_debug_adapter.spells.running import RunningSpell

_GREETING_TIME = 5.0  # seconds until a connection has to have shown the token


class AttachServer:
    """A door for debuggers, one at a time. `address` says where, with the token."""

    def __init__(self, name: str, debugger: Debugger, host: str, port: int, token: str) -> None:
        """Opens it; raises OSError."""
        self._spell = RunningSpell(name, debugger)
        self._door = Door(host, port)
        self.address = Address(self._door.host, self._door.port, token)
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._file = publish(self.address, str(Path(name).absolute()))
        self._start(self._accept, "llmspell-dap-door")

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until a client has attached and set its breakpoints."""
        return self._spell.started.wait(timeout)

    def close(self, code: int | None = None) -> None:
        """Closes the door; a client is told that the spell has ended with an exit code."""
        self._door.close()
        self._file.unlink(missing_ok=True)
        session = self._session
        if session is not None:
            session.program_ended(code)
            session.close()

    def _start(self, target: object, name: str, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, name=name, daemon=True)  # type: ignore[arg-type]
        hide_from_pydevd(thread).start()

    def _accept(self) -> None:
        while (client := self._door.accept()) is not None:
            self._start(self._receive, "llmspell-dap-in", client)

    def _receive(self, client: socket.socket) -> None:
        client.settimeout(_GREETING_TIME)
        connection = Connection.of_socket(client)
        try:
            if read_greeting(connection, self.address.token) is None:
                return
            if not self._lock.acquire(blocking=False):
                answer_greeting(connection, "another debugger is attached to this spell")
                return
            try:
                answer_greeting(connection)
                client.settimeout(None)
                self._session = converse(connection, self._spell)
                listen(connection, self._session)
            finally:
                self._session = None
                self._lock.release()
        except OSError:  # gone before it was welcomed
            pass
        finally:
            connection.close()


def serve_attach(
    debugger: Debugger,
    host: str = "127.0.0.1",
    port: int = 0,
    token: str | None = None,
    wait: bool = False,
    *,
    name: str = "spell",
    engine: Engine | None = None,
    streams: Streams | None = None,
) -> AttachServer:
    """Lets debuggers attach; with `wait`, returns once one has set its breakpoints.

    port 0 takes a free one. token: made if not given; either way kept in a file for the adapters
    of this user (`addresses.address_file`). name: the path of the spell. engine and streams: whose
    output the client shall see; it goes where it went before as well. Raises OSError.
    """
    server = AttachServer(name, debugger, host, port, token or new_token())
    if engine is not None and streams is not None:
        tap(streams, engine, debugger)
    if wait:
        server.wait()
    return server
