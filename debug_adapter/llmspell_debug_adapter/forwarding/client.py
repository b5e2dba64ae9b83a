"""The client as the forwarder sees it: numbers what goes out, keeps what was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from llmspell_debug_adapter.protocol.framing import Connection, Message
from llmspell_debug_adapter.protocol.messages import (
    Refused,
    Request,
    event,
    refusal,
    response,
    seq_of,
)


class ClientLink:
    """Used on the forwarder's own thread only. `is_gone` once nobody listens there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seq = 0
        self._asked: dict[int, Callable[[Message], None]] = {}
        self.is_gone = False

    def send(self, message: Message) -> int:
        """Sends a message with a number of its own; gives that number."""
        self._seq += 1
        if not self.is_gone:
            try:
                self._connection.write({**message, "seq": self._seq})
            except OSError:
                self.is_gone = True
        return self._seq

    def emit(self, name: str, body: Message | None = None) -> None:
        """Sends an event."""
        self.send(event(name, body))

    def answer(self, request: Request, body: Message | None = None) -> None:
        """Answers a request."""
        self.send(response(request, body))

    def refuse(self, request: Request, refused: Refused) -> None:
        """Refuses a request."""
        self.send(refusal(request, refused))

    def ask(self, command: str, arguments: Any, answered: Callable[[Message], None]) -> None:
        """Sends a request; `answered` gets the answer as it comes."""
        message: Message = {"type": "request", "command": command, "arguments": arguments}
        self._asked[self.send(message)] = answered

    def ask_later(self, command: str, arguments: Message, answer: Future[Message]) -> None:
        """Sends a request; the future gives the body of the answer, or Refused."""

        def answered(message: Message) -> None:
            if message.get("success") is True:
                body = message.get("body")
                answer.set_result(body if isinstance(body, dict) else {})
            else:
                answer.set_exception(Refused(str(message.get("message") or "refused")))

        self.ask(command, arguments, answered)

    def answered(self, message: Message) -> None:
        """Takes an answer of the client to whom it belongs."""
        answered = self._asked.pop(seq_of(message, "request_seq"), None)
        if answered is not None:
            answered(message)
