"""A debuggee as the forwarder sees it: a connection to the session there, perhaps a process."""

from __future__ import annotations

import threading
from collections.abc import Callable

from attrs import define, field

from llmspell_debug_adapter.forwarding.processes import ForeignProcess, OwnProcess
from llmspell_debug_adapter.protocol.framing import Connection, Message
from llmspell_debug_adapter.protocol.messages import Refused, Request

Answered = Callable[[Message], None]


@define(eq=False)
class Debuggee:
    """One debuggee, from its greeting to its end.

    process: None where we have only attached.
    """

    connection: Connection
    process: OwnProcess | ForeignProcess | None = None
    told_code: int | None = None
    has_hung_up: bool = False
    _pending: dict[int, tuple[Request, Answered]] = field(factory=dict)
    _count: int = 0

    def listen(self, heard: Callable[[Message], None], hung_up: Callable[[], None]) -> None:
        """Starts the thread that hears what the session says."""

        def work() -> None:
            for message in self.connection.messages(lambda _: None):
                heard(message)
            hung_up()

        threading.Thread(target=work, name="llmspell-debuggee", daemon=True).start()

    def request(self, request: Request, answered: Answered) -> None:
        """Passes a request on; raises Refused if nobody is there."""
        self._count += 1
        self._pending[self._count] = (request, answered)
        message: Message = {"seq": self._count, "type": "request", "command": request.command}
        if request.arguments is not None:
            message["arguments"] = request.arguments
        try:
            self.connection.write(message)
        except OSError:
            del self._pending[self._count]
            raise Refused.late(request.command) from None

    def answer(self, message: Message) -> None:
        """Takes an answer of the session to whom it belongs."""
        found = self._pending.pop(message.get("request_seq", 0), None)
        if found is not None:
            found[1](message)

    def number_of(self, seq: int) -> int:
        """Our number of a request that the client knows by its own; 0 if it was answered."""
        return next((n for n, (r, _) in reversed(self._pending.items()) if r.seq == seq), 0)

    def unanswered(self) -> list[tuple[Request, Answered]]:
        """What will never be answered now."""
        left = list(self._pending.values())
        self._pending.clear()
        return left

    @property
    def exit_code(self) -> int | None:
        """The exit code, as far as anybody knows: of the process, or what the session has told."""
        own = self.process.exit_code if isinstance(self.process, OwnProcess) else None
        return self.told_code if own is None else own

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come from it."""
        if isinstance(self.process, OwnProcess) and self.process.exit_code is None:
            return False
        return self.has_hung_up

    def kill(self) -> None:
        """Ends it the hard way."""
        self.connection.close()
        if self.process is not None:
            self.process.kill()
