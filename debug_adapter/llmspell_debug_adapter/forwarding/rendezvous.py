"""Where a debuggee that was just started connects back to."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import asdict

from llmspell_debug_adapter.addresses import Address
from llmspell_debug_adapter.debuggee_environment import ADDRESS, FILE, TOKEN
from llmspell_debug_adapter.protocol.door import Door
from llmspell_debug_adapter.protocol.framing import Connection
from llmspell_debug_adapter.protocol.greeting import answer_greeting, new_token, read_greeting
from llmspell_debug_adapter.protocol.messages import Refused

_GREETING_TIME = 5.0  # seconds until a connection has to have shown the token


class Rendezvous:
    """A door on this machine that opens for one debuggee, the one that has the token."""

    def __init__(self) -> None:
        self._door = Door()
        self._token = new_token()
        self._reason = ""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that tell a debuggee where to go."""
        return {ADDRESS: f"{self._door.host}:{self._door.port}", TOKEN: self._token}

    @contextmanager
    def file(self) -> Iterator[dict[str, str]]:
        """The variable that tells of a file with the same, which only this user can read."""
        descriptor, path = tempfile.mkstemp(prefix="llmspell-", suffix=".json")
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(asdict(Address(self._door.host, self._door.port, self._token)), file)
            yield {FILE: path}
        finally:
            Path(path).unlink(missing_ok=True)

    def meet(self, seconds: float) -> tuple[Connection, int]:
        """Waits for the debuggee; gives the connection and its process id. Raises Refused."""
        end = time.monotonic() + seconds
        try:
            while True:
                client = self._door.accept(max(end - time.monotonic(), 0.001))
                if client is None:
                    raise Refused(self._reason)
                client.settimeout(_GREETING_TIME)
                connection = Connection.of_socket(client)
                greeting = read_greeting(connection, self._token)
                if greeting is not None:
                    client.settimeout(None)
                    answer_greeting(connection)
                    return connection, greeting.process
                connection.close()
        except TimeoutError:
            raise Refused(f"the debuggee was not ready after {seconds:g} s") from None
        finally:
            self._door.close()

    def abandon(self, reason: str) -> None:
        """Nobody will come: `meet` raises Refused with the reason."""
        self._reason = reason
        self._door.close()
