"""Python sessions beside those of a spell: a client of debugpy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.debug_adapter.client import Client
from tests.debug_adapter.connections import OverPort


class PythonClient(OverPort):
    """The Python session that a client opens when `startDebugging` asks for it."""

    def __init__(self, configuration: dict[str, Any], file: str, line: int) -> None:
        connect = configuration["connect"]
        super().__init__(connect["host"], connect["port"])
        self._configuration = configuration
        self._file, self._line = file, line

    def set_up(self) -> None:
        """Attaches, with its breakpoint."""
        self.initialize(adapterID="debugpy")
        attach = self.ask("attach", justMyCode=self._configuration["justMyCode"])
        self.event("initialized")
        self.request(
            "setBreakpoints", source={"path": self._file}, breakpoints=[{"line": self._line}]
        )
        self.request("configurationDone")
        self.answer_to(attach)


@contextmanager
def python_sessions(adapter: Client, file: str, line: int) -> Iterator[list[PythonClient]]:
    """Opens Python sessions for an adapter, with a breakpoint in a file; gives those it opened."""
    opened: list[PythonClient] = []

    def start(arguments: dict[str, Any]) -> dict[str, Any]:
        assert arguments["request"] == "attach"
        configuration = arguments["configuration"]
        assert (configuration["type"], configuration["justMyCode"]) == ("debugpy", False)
        client = PythonClient(configuration, file, line)
        opened.append(client)
        threading.Thread(target=client.set_up, daemon=True).start()
        return {}

    adapter.reverse["startDebugging"] = start
    try:
        yield opened
    finally:
        for client in opened:
            client.vanish()
