"""Ways for the test client to reach an adapter or a session."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llmspell_debug_adapter.protocol.framing import Connection, Message
from tests.debug_adapter.client import PATIENCE, Client


def _pump(connection: Connection, client: Client) -> None:
    def read() -> None:
        while (message := connection.read()) is not None:
            client.received(message)
        client.received(None)

    threading.Thread(target=read, name="test-client", daemon=True).start()


class OverConnection(Client):
    """A client at the other end of a connection."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.write)
        self.connection = connection
        _pump(connection, self)

    def vanish(self) -> None:
        """Goes without a word."""
        self.connection.close()


class OverStdio(OverConnection):
    """A client that has started an adapter and speaks through its standard streams."""

    def __init__(self, folder: Path, environ: dict[str, str], options: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "llmspell_debug_adapter.main", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **environ},
        )
        assert self.process.stdin and self.process.stdout
        stdin = self.process.stdin
        super().__init__(Connection(self.process.stdout, stdin, stdin.close))  # type: ignore[arg-type]

    def raw(self, data: bytes) -> None:
        """Sends bytes that need be no message."""
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def gone(self) -> int:
        """Waits for the end of the adapter's process; gives its exit code."""
        return self.process.wait(PATIENCE)


class OverPort(OverConnection):
    """A client that has connected to a port."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        super().__init__(Connection.of_socket(self.socket))


def debuggee_of(client: Client) -> int:
    """The process id of the debuggee."""
    return int(client.event("process")["systemProcessId"])


def wait_for_end(pid: int) -> None:
    """Waits until a process that is not our child has ended."""
    descriptor = os.pidfd_open(pid) if _alive(pid) else None
    if descriptor is None:
        return
    import select

    try:
        ready, _, _ = select.select([descriptor], [], [], PATIENCE)
        assert ready, f"process {pid} does not end"
    finally:
        os.close(descriptor)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def message(command: str, **arguments: Any) -> Message:
    """A request without a number."""
    return {"type": "request", "command": command, "arguments": arguments}
