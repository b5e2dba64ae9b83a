"""The first message on each connection between adapter and debuggee.

Who may debug a process may run code in it, so whoever opens a connection has to know a secret.
"""

from __future__ import annotations

import hmac
import os
import secrets

from attrs import frozen

from llmspell_debug_adapter.protocol.framing import BadMessage, Connection, Message, Unreadable
from llmspell_debug_adapter.protocol.messages import Refused, Request, refusal, response

_COMMAND = "llmspell/authenticate"


def new_token() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(32)


@frozen
class Greeting:
    """What the opener of a connection said; `process` is its process id."""

    token: str
    process: int

    @classmethod
    def of(cls, message: Message | None) -> Greeting | None:
        """The greeting in a message, None if it is none."""
        if message is None or message.get("command") != _COMMAND:
            return None
        arguments = message.get("arguments")
        if not isinstance(arguments, dict):
            return None
        token, process = arguments.get("token"), arguments.get("processId")
        if not isinstance(token, str) or not isinstance(process, int):
            return None
        return cls(token, process)

    def knows(self, token: str) -> bool:
        """Whether it carries the right secret."""
        return hmac.compare_digest(self.token.encode(), token.encode())


def greet(connection: Connection, token: str) -> None:
    """Opens a conversation; raises Refused with the reason of the other side, and OSError."""
    arguments = {"token": token, "processId": os.getpid()}
    connection.write({"seq": 1, "type": "request", "command": _COMMAND, "arguments": arguments})
    try:
        answer = connection.read()
    except (BadMessage, Unreadable) as error:
        raise Refused(f"the other side does not speak our protocol: {error}") from None
    if answer is None:
        raise Refused("the other side has closed the connection")
    if answer.get("success") is not True:
        raise Refused(str(answer.get("message") or "refused"))


def read_greeting(connection: Connection, token: str) -> Greeting | None:
    """The greeting of who has opened a connection; None, and a refusal, if the token is wrong."""
    try:
        greeting = Greeting.of(connection.read())
    except (BadMessage, Unreadable):
        greeting = None
    if greeting is not None and greeting.knows(token):
        return greeting
    answer_greeting(connection, "the token is missing or wrong")
    return None


def answer_greeting(connection: Connection, objection: str | None = None) -> None:
    """Welcomes the other side, or says why not; raises OSError."""
    request = Request(1, _COMMAND)
    answer = response(request) if objection is None else refusal(request, Refused(objection))
    connection.write({"seq": 1, **answer})
