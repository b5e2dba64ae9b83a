"""The three kinds of messages (DAP, "Base Protocol"), and how a request is refused."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from llmspell_debug_adapter.protocol.framing import Message

UNKNOWN, EARLY, LATE, BAD, NOT_STOPPED, CANCELLED, FAILED, DEFECT = range(1001, 1009)
"""The `id`s of `body.error`, one for each reason to refuse."""


class Refused(Exception):
    """A request is answered with `success: false`.

    sentence: for the user. code: see above. short: the machine-readable `message` where the
    protocol knows one (`cancelled`, `notStopped`). show: whether the client shall show it.
    """

    def __init__(
        self, sentence: str, code: int = FAILED, *, short: str | None = None, show: bool = True
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.short = short or sentence
        self.show = show

    @classmethod
    def not_stopped(cls) -> Refused:
        """What can be asked only of a program that stands still."""
        return cls("the program is running", NOT_STOPPED, short="notStopped", show=False)

    @classmethod
    def cancelled(cls) -> Refused:
        """The client does not want the answer any more."""
        return cls("cancelled", CANCELLED, show=False)

    @classmethod
    def late(cls, command: str) -> Refused:
        """What editors ask while a spell ends. Their users have asked for nothing."""
        return cls(f"{command}: the program has ended", LATE, show=False)


@frozen
class Request:
    """A request as it came; `arguments` are unchecked."""

    seq: int
    command: str
    arguments: Any = None


def request_of(message: Message) -> Request:
    """The request in a message; raises Refused if it has no usable form.

    A missing `seq` counts as 0, which some clients send anyway.
    """
    command = message.get("command")
    if message.get("type") != "request" or not isinstance(command, str):
        raise Refused("the message is no request: `type` and `command` are wrong", BAD)
    return Request(seq_of(message), command, message.get("arguments"))


def seq_of(message: Message, key: str = "seq") -> int:
    """A sequence number, 0 where there is none."""
    seq = message.get(key)
    return seq if isinstance(seq, int) and not isinstance(seq, bool) else 0


def response(request: Request, body: Message | None = None) -> Message:
    """The answer to a request that worked. The sender adds `seq`."""
    answer: Message = {
        "type": "response",
        "request_seq": request.seq,
        "command": request.command,
        "success": True,
    }
    if body is not None:
        answer["body"] = body
    return answer


def refusal(request: Request, refused: Refused) -> Message:
    """The answer to a request that did not."""
    # Braces of `format` are placeholders, so the sentence goes in as the value of one.
    error = {
        "id": refused.code,
        "format": "{sentence}",
        "variables": {"sentence": refused.sentence},
        "showUser": refused.show,
    }
    return {
        **response(request, {"error": error}),
        "success": False,
        "message": refused.short,
    }


def stray(message: Message | None, sentence: str) -> Message:
    """The answer to what was no request at all."""
    message = message or {}
    command = message.get("command")
    name = command if isinstance(command, str) else ""
    return refusal(Request(seq_of(message), name), Refused(sentence, BAD))


def event(name: str, body: Message | None = None) -> Message:
    """An event. The sender adds `seq`."""
    message: Message = {"type": "event", "event": name}
    if body is not None:
        message["body"] = body
    return message
