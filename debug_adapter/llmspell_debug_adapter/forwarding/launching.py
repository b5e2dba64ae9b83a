"""What `launch` asks for, as far as this client can give it, and the way to such a debuggee."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import attrs

from llmspell_debug_adapter.forwarding.client import ClientLink
from llmspell_debug_adapter.forwarding.inbox import Inbox
from llmspell_debug_adapter.forwarding.starting import Start, StartInTerminal, StartProcess
from llmspell_debug_adapter.protocol.arguments import InitializeArguments, LaunchArguments
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.protocol.messages import Request
from llmspell_debug_adapter.protocol.structuring import structured


class Launcher:
    """Launches for one client. Called on the inbox's thread; what it starts works on others."""

    def __init__(self, client: ClientLink, inbox: Inbox) -> None:
        self._client = client
        self._inbox = inbox

    def understood(
        self, request: Request, can: InitializeArguments
    ) -> tuple[LaunchArguments, Request]:
        """The arguments, and the request as the session shall see it; raises Refused."""
        arguments = structured(request.arguments, LaunchArguments)
        if arguments.console == "internalConsole" or can.supports_run_in_terminal_request:
            return arguments, request
        text = "this client has no terminal for spells; output comes here, and input is empty\n"
        self._client.emit("output", {"category": "console", "output": text})
        changed = {**request.arguments, "console": "internalConsole"}
        return (
            attrs.evolve(arguments, console="internalConsole"),
            attrs.evolve(request, arguments=changed),
        )

    def way(self, arguments: LaunchArguments, exited: Callable[[Start], None]) -> Start:
        """The way to a debuggee; `exited` is told when a process of ours has ended."""
        if arguments.console != "internalConsole":
            return StartInTerminal(arguments, self._ask)
        way = StartProcess(arguments, self._output, lambda: self._inbox.post(lambda: exited(way)))
        return way

    # On other threads ----------------------------------------------------------------------

    def _output(self, category: str, text: str) -> None:
        body = {"category": category, "output": text}
        self._inbox.post(lambda: self._client.emit("output", body))

    def _ask(self, command: str, arguments: Message) -> Future[Message]:
        answer: Future[Message] = Future()
        self._inbox.post(lambda: self._client.ask_later(command, arguments, answer))
        return answer
