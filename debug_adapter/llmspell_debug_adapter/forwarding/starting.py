"""Ways to a debuggee: start a process, have a terminal start one, or go to one that runs."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from llmspell_debug_adapter.addresses import Address, address_file, read_address
from llmspell_debug_adapter.forwarding.debuggee import Debuggee
from llmspell_debug_adapter.forwarding.processes import ForeignProcess, OwnProcess
from llmspell_debug_adapter.forwarding.rendezvous import Rendezvous
from llmspell_debug_adapter.protocol.arguments import AttachArguments, LaunchArguments
from llmspell_debug_adapter.protocol.framing import Connection, Message
from llmspell_debug_adapter.protocol.greeting import greet
from llmspell_debug_adapter.protocol.messages import Refused

_READY = 30.0  # seconds that a debuggee may take to connect back
_TERMINAL = 120.0  # the same in a terminal, where the user may be asked something first
_CONNECT = 10.0  # seconds to connect to a running debuggee

_MAIN = "llmspell_debug_adapter.debuggee_main"


class Start(Protocol):
    """A way to a debuggee that can be given up."""

    def run(self) -> Debuggee:
        """Goes it; blocks. Raises Refused."""

    def abandon(self, reason: str) -> None:
        """Makes `run` raise Refused with a reason, and leaves nothing behind. Any thread."""


class StartProcess:
    """Starts the debuggee itself; `output` and `ended` as for `OwnProcess`."""

    def __init__(
        self,
        arguments: LaunchArguments,
        output: Callable[[str, str], None],
        ended: Callable[[], None],
    ) -> None:
        self._arguments = arguments
        self._output = output
        self._ended = ended
        self._rendezvous = Rendezvous()
        self._process: OwnProcess | None = None
        self._last_words = ""

    def run(self) -> Debuggee:
        """See `Start`."""
        wanted = {**os.environ, **self._arguments.env, **self._rendezvous.environment}
        environment = {name: value for name, value in wanted.items() if value is not None}
        try:
            self._process = OwnProcess(
                _command(self._arguments),
                _folder(self._arguments),
                environment,
                self._hear,
                self._gone,
            )
        except OSError as error:
            self._rendezvous.abandon("")
            raise Refused(f"cannot start Python: {error}") from None
        try:
            connection, _ = self._rendezvous.meet(_READY)
        except Refused:
            self._process.kill()
            raise
        return Debuggee(connection, self._process)

    def abandon(self, reason: str) -> None:
        """See `Start`."""
        self._rendezvous.abandon(reason)
        if self._process is not None:
            self._process.kill()

    def _hear(self, category: str, text: str) -> None:
        if category == "stderr":
            self._last_words = (self._last_words + text)[-500:]
        self._output(category, text)

    def _gone(self, code: int) -> None:
        words = self._last_words.strip().rpartition("\n")[2]
        self._rendezvous.abandon(f"the debuggee has ended with code {code}. {words}".strip())
        self._ended()


class StartInTerminal:
    """Has the client start the debuggee in a terminal; `ask` sends a request to the client."""

    def __init__(
        self, arguments: LaunchArguments, ask: Callable[[str, Message], Future[Message]]
    ) -> None:
        self._arguments = arguments
        self._ask = ask
        self._rendezvous = Rendezvous()

    def run(self) -> Debuggee:
        """See `Start`."""
        arguments = self._arguments
        is_integrated = arguments.console == "integratedTerminal"
        with self._rendezvous.file() as variables:
            answer = self._ask(
                "runInTerminal",
                {
                    "kind": "integrated" if is_integrated else "external",
                    "title": os.path.basename(arguments.program),  # noqa: PTH119 - a name
                    "cwd": _folder(arguments),
                    "args": _command(arguments),
                    "env": {**arguments.env, **variables},
                },
            )
            answer.add_done_callback(self._answered)
            connection, pid = self._rendezvous.meet(_TERMINAL)
        return Debuggee(connection, ForeignProcess(pid))

    def abandon(self, reason: str) -> None:
        """See `Start`."""
        self._rendezvous.abandon(reason)

    def _answered(self, answer: Future[Message]) -> None:
        error = answer.exception()
        if error is not None:
            self._rendezvous.abandon(f"the client cannot open a terminal: {error}")


class GoToRunning:
    """Connects to a process that lets debuggers attach."""

    def __init__(self, arguments: AttachArguments) -> None:
        self._arguments = arguments

    def run(self) -> Debuggee:
        """See `Start`."""
        address = _address(self._arguments)
        where = f"{address.host}:{address.port}"
        try:
            connection = Connection.of_socket(_connected(address.host, address.port))
        except OSError as error:
            raise Refused(f"nobody can be attached to at {where}: {error}") from None
        try:
            greet(connection, address.token)
        except (OSError, Refused) as error:
            connection.close()
            raise Refused(f"cannot attach to {where}: {error}") from None
        return Debuggee(connection)

    def abandon(self, reason: str) -> None:
        """It takes seconds at most."""


def _connected(host: str, port: int) -> socket.socket:
    sock = socket.create_connection((host, port), _CONNECT)
    sock.settimeout(None)
    return sock


def _address(arguments: AttachArguments) -> Address:
    """Where to, by what is given: a connection file, or a port with its token or its file."""
    if arguments.connection_file is not None:
        found = read_address(Path(arguments.connection_file))
        return Address(found.host, arguments.port or found.port, arguments.token or found.token)
    if arguments.port is None:
        raise Refused("attach needs `port` or `connectionFile`")
    if arguments.token is not None:
        return Address(arguments.host, arguments.port, arguments.token)
    path = address_file(arguments.port)
    if not path.exists():
        raise Refused(
            f"there is no token for port {arguments.port}: start the spell on this machine with "
            f"llmspell-run --debug {arguments.port}, or give the `token` that it prints"
        )
    return Address(arguments.host, arguments.port, read_address(path).token)


def _command(arguments: LaunchArguments) -> list[str]:
    # debugpy misses breakpoints in modules that are frozen into the interpreter, and says so.
    options = ["-X", "frozen_modules=off"] if arguments.python else []
    return [sys.executable, *options, "-m", _MAIN]


def _folder(arguments: LaunchArguments) -> str:
    """The working directory: as said, or that of the adapter."""
    folder = arguments.cwd or os.getcwd()  # noqa: PTH109 - a string is wanted
    if not Path(folder).is_dir():
        raise Refused(f"cwd: there is no folder {folder}")
    return folder
