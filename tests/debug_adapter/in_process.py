"""A client and a session in this process: no sockets, no forwarder, but a real spell."""

from __future__ import annotations

import threading

from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session import Session
from llmspell_debug_adapter.spells.launched import LaunchedSpell
from tests.debug_adapter.client import PATIENCE, Client


class InProcess(Client):
    """A client of a session that launches spells on a thread of this process."""

    def __init__(self) -> None:
        self.program = LaunchedSpell()
        self.session = Session(self.program, self._receive, lambda: self.received(None))
        super().__init__(self.session.receive)
        self.session.start()
        self.exit_code: int | None = None
        self._runner = threading.Thread(target=self._run, daemon=True)
        self._runner.start()

    def _receive(self, message: Message) -> None:
        self.received(message)

    def _run(self) -> None:
        self.exit_code = self.program.run()
        self.session.program_ended(self.exit_code)

    def close(self) -> None:
        """Ends spell and session, wherever they are."""
        self.session.client_lost()
        self._runner.join(PATIENCE)
        assert not self._runner.is_alive(), "the spell does not end"
        assert not self.faults, "\n".join(self.faults)
