"""A listening socket that can be closed from another thread, on every system."""

from __future__ import annotations

import socket
from contextlib import suppress

_KNOCK = 1.0  # seconds


class Door:
    """Where connections come in. `host` and `port` say where it is."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Opens it; port 0 takes a free one. Raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family)
        self.host, self.port = self._socket.getsockname()[:2]
        self._closed = False

    def accept(self, timeout: float | None = None) -> socket.socket | None:
        """The next connection, None when the door was closed; raises TimeoutError."""
        try:
            self._socket.settimeout(timeout)
            client, _ = self._socket.accept()
        except TimeoutError:
            raise
        except OSError:
            return None
        if self._closed:
            client.close()
            return None
        client.settimeout(None)
        return client

    def close(self) -> None:
        """Closes it; a thread in `accept` gets None."""
        if self._closed:
            return
        self._closed = True
        with suppress(OSError):  # closing alone wakes nobody
            socket.create_connection((self.host, self.port), _KNOCK).close()
        self._socket.close()
