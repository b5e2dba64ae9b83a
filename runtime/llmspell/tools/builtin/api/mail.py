"""Messages as `email-sender` composes them: addresses, headers, attachments (RFC 5322, MIME)."""

from __future__ import annotations

import mimetypes
import os
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING, Any

import attrs

from llmspell.errors import LLMSpellError, ValidationError
from llmspell.security.opening import open_to_read
from llmspell.security.urls import parse_host
from llmspell.tools.builtin.filesystem.paths import check_extension, check_size, storage_errors

if TYPE_CHECKING:
    from datetime import datetime

    from llmspell.tools.call import Call

MOST_RECIPIENTS = 50
"""What Amazon SES takes; others take more."""

MOST_ATTACHED = 20 * 1024 * 1024
"""Bytes of all attachments together: common servers take 25 MiB, encoded."""

_WIRE = SMTP.clone(cte_type="7bit")


@attrs.frozen
class Attachment:
    """A file of a message."""

    name: str
    content_type: str
    data: bytes = attrs.field(repr=False)


@attrs.frozen
class Mail:
    """A message that may be sent: its recipients and files have passed the policy."""

    sender: Address
    to: tuple[Address, ...]
    subject: str
    body: str
    html: bool = False
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def recipients(self) -> list[str]:
        """Who gets it, each once."""
        found = (each.addr_spec for each in (*self.to, *self.cc, *self.bcc))
        return list(dict.fromkeys(found))

    def message(self, date: datetime) -> EmailMessage:
        """The message with its headers; those who get a blind copy are in none."""
        made = EmailMessage(policy=_WIRE)
        made["From"] = self.sender
        made["To"] = self.to
        for name, addresses in (("Cc", self.cc), ("Reply-To", self.reply_to)):
            if addresses:
                made[name] = addresses
        made["Subject"] = self.subject
        made["Date"] = format_datetime(date)
        # The name of this machine is nobody's business.
        made["Message-ID"] = make_msgid(domain=self.sender.domain)
        made.set_content(self.body, subtype="html" if self.html else "plain")
        for each in self.attachments:
            main, _, sub = each.content_type.partition("/")
            made.add_attachment(each.data, maintype=main, subtype=sub, filename=each.name)
        return made


def composed(call: Call, sender: str, subject: str, body: str) -> Mail:
    """The message that a call describes.

    Raises ValidationError with the parameter for what is no address or has a line break in a
    header, and SecurityError for recipients and files that are not allowed.
    """
    if any(c in subject for c in "\r\n\0"):
        raise ValidationError("'subject' has a line break in it", field="subject")
    senders = addresses(sender, "from")
    if len(senders) != 1:
        raise ValidationError("'from' is one address", field="from")
    mail = Mail(
        senders[0],
        addresses(call.params["to"], "to"),
        subject,
        body,
        call.get("html", False),
        addresses(call.get("cc", ()), "cc"),
        addresses(call.get("bcc", ()), "bcc"),
        addresses(call.get("reply_to", ()), "reply_to"),
    )
    if not mail.to:
        raise ValidationError("'to' is empty", field="to")
    if len(mail.recipients) > MOST_RECIPIENTS:
        raise ValidationError(
            f"{len(mail.recipients)} recipients are more than {MOST_RECIPIENTS}", field="to"
        )
    for address in mail.recipients:
        call.policy.recipients.check(address)
    return attrs.evolve(mail, attachments=_attachments(call))


def addresses(given: Any, field: str) -> tuple[Address, ...]:
    """The addresses of a text, separated by commas, or of several texts; their hosts in ASCII.

    Raises ValidationError with the field for what is none.
    """
    found: list[Address] = []
    for text in [given] if isinstance(given, str) else given:
        if any(c in text for c in "\r\n\0"):
            raise ValidationError(f"'{field}' has a line break in it", field=field)
        found += (_checked(each, field) for each in _parsed(text, field))
    return tuple(found)


def _parsed(text: str, field: str) -> tuple[Address, ...]:
    """The addresses of one text; a name for several of them is not allowed."""
    try:
        header = default.header_factory("To", text)
        wrong = header.defects or any(group.display_name for group in header.groups)
        found: tuple[Address, ...] = () if wrong else header.addresses
    except Exception:  # noqa: BLE001 - of texts that end early the parser raises what comes to hand
        found = ()
    if not found:
        raise ValidationError(f"'{text}' is no address, such as ada@example.org", field=field)
    return found


def _checked(address: Address, field: str) -> Address:
    try:
        host = parse_host(address.domain)[0]
    except LLMSpellError:
        host = ""
    if not host or not address.username:
        raise ValidationError(f"'{address}' is no address, such as ada@example.org", field=field)
    if not address.username.isascii():
        raise ValidationError(
            f"'{address.username}' in front of '@' is not ASCII",
            field=field,
        )
    return Address(address.display_name, address.username, host)


def _attachments(call: Call) -> tuple[Attachment, ...]:
    found = []
    total = 0
    for path in call.get("attachments", ()):
        call.check()
        resolved = call.policy.check_path(path, "read")
        check_extension(call, resolved)
        with storage_errors("read", path), open_to_read(call.policy, resolved) as file:
            size = os.fstat(file.fileno()).st_size
            check_size(call, size, "attachments")
            total += size
            if total > MOST_ATTACHED:
                raise ValidationError(
                    f"the attachments have more than {MOST_ATTACHED} bytes", field="attachments"
                )
            data = file.read(size)
        kind, encoding = mimetypes.guess_type(path)
        if kind is None or encoding is not None:
            kind = "application/octet-stream"
        found.append(Attachment(os.path.basename(path), kind, data))
    return tuple(found)
