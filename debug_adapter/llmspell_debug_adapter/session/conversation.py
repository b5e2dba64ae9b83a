"""A session over a connection."""

from __future__ import annotations

from llmspell_debug_adapter.debuggee import Program
from llmspell_debug_adapter.protocol.framing import Connection
from llmspell_debug_adapter.session.session import Session


def converse(connection: Connection, program: Program) -> Session:
    """A session that has been started, and hangs up at its end. `listen` brings it messages."""
    session = Session(program, connection.write, hang_up=connection.close)
    session.start()
    return session


def listen(connection: Connection, session: Session) -> None:
    """Hands over what the client sends, until it has gone."""
    for message in connection.messages(session.malformed):
        session.receive(message)
    session.client_lost()
