"""A mail server on loopback: aiosmtpd, with and without encryption and accounts."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from attrs import define, field

USER, PASSWORD = "grace", "s3cret-w0rd"


@define
class Mailbox:
    """What arrived. refuse: answers to commands of a recipient or to the message."""

    port: int = 0
    arrived: list[Envelope] = field(factory=list)
    users: list[str] = field(factory=list)
    encrypted: list[bool] = field(factory=list)
    refuse: dict[str, str] = field(factory=dict)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        self.arrived.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return "250 taken"

    def message(self) -> EmailMessage:
        """The last message. No property: aiosmtpd reads all attributes of its handler."""
        content = self.arrived[-1].content
        assert isinstance(content, bytes)
        found = message_from_bytes(content, policy=default)
        assert isinstance(found, EmailMessage)
        return found


@contextmanager
def mailbox(
    context: ssl.SSLContext | None = None, *, at_once: bool = False, accounts: bool = False
) -> Iterator[Mailbox]:
    """A server until the end of the block. context: of STARTTLS, or of the connection itself."""
    made = Mailbox()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
        right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
        if right:
            made.users.append(data.login.decode())
        return AuthResult(success=right, handled=right)

    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0, "server_hostname": "mail.test"}
    if context is not None:
        options["ssl_context" if at_once else "tls_context"] = context
    if accounts:
        options |= {
            "authenticator": authenticate,
            "auth_required": True,
            "auth_require_tls": context is not None and not at_once,
        }
    controller = _OnAnyPort(made, **options)
    controller.start()
    try:
        made.port = controller.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        yield made
    finally:
        controller.stop()


class _OnAnyPort(Controller):
    """The controller looks whether its server answers, at the port that it was given."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]
