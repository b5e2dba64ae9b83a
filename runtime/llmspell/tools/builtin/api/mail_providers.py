"""Who delivers messages: an SMTP server (RFC 5321), SendGrid, Amazon SES.

aiosmtplib gets a connection that was judged by the policy. SES is asked over its API of version 2
with a signature of ours (`aws_signature`): botocore, which could sign too, has 14 MB and its own
transport, which nothing would judge.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiosmtplib
import attrs

from llmspell.config.schema.tools import Email
from llmspell.errors import ConfigError, NetworkError, RateLimitError, TimeLimitError, ToolError
from llmspell.security.http import resolve
from llmspell.tools.builtin.api.aws_signature import AwsKey, signed
from llmspell.tools.builtin.web.fetching import Reply, request

if TYPE_CHECKING:
    from email.headerregistry import Address
    from email.message import EmailMessage

    from llmspell.tools.builtin.api.mail import Mail
    from llmspell.tools.call import Call

TLS_PORT = 465
"""The port whose connections are encrypted from the beginning (RFC 8314); others use STARTTLS."""


Account = Mapping[str, Any]
"""How a provider is reached."""

SECRETS = (
    "EMAIL_SMTP_PASSWORD",
    "LLMSPELL_API_KEY_SENDGRID",
    "EMAIL_SENDGRID_API_KEY",
    "LLMSPELL_API_KEY_AWS_SES_ACCESS_KEY",
    "EMAIL_SES_ACCESS_KEY_ID",
    "LLMSPELL_API_KEY_AWS_SES_SECRET_KEY",
    "EMAIL_SES_SECRET_ACCESS_KEY",
)
"""Variables whose values no error may show."""


@attrs.frozen
class Provider:
    """A way to send. account: None where it is not configured. missing: what would configure it.

    send gives what it adds to the result.
    """

    name: str
    account: Callable[[Call], Account | None]
    missing: str
    send: Callable[[Call, Account, Mail, EmailMessage], Awaitable[dict[str, Any]]]


def _smtp_account(call: Call) -> Account | None:
    said = call.settings.email or Email()
    environ = call.around.environ
    host = said.smtp_host or environ.get("EMAIL_SMTP_HOST")
    if not host:
        return None
    port: int | str = said.smtp_port
    if not said.smtp_host:
        port = environ.get("EMAIL_SMTP_PORT") or port
    if not str(port).isdecimal() or not 0 < int(port) < 65_536:
        raise ConfigError(f"EMAIL_SMTP_PORT is no port: '{port}'")
    user = said.smtp_username or environ.get("EMAIL_SMTP_USERNAME", "")
    password = said.smtp_password or environ.get("EMAIL_SMTP_PASSWORD", "")
    return {
        "host": host,
        "port": int(port),
        "user": user,
        "password": password,
        "tls": said.enable_tls,
    }


async def _smtp(call: Call, account: Account, mail: Mail, message: EmailMessage) -> dict[str, Any]:
    """A connection that is not encrypted is refused, except where the configuration says so."""
    at_once = account["tls"] and account["port"] == TLS_PORT
    client = aiosmtplib.SMTP(
        hostname=account["host"],
        sock=await _connected(call, account["host"], account["port"]),
        port=None,
        username=account["user"] or None,
        password=account["password"] or None,
        use_tls=at_once,
        start_tls=account["tls"] and not at_once,
        tls_context=_tls(call),
        local_hostname=mail.sender.domain,
        timeout=call.seconds_left,
    )
    try:
        async with client:
            refused, answer = await client.sendmail(
                mail.sender.addr_spec, mail.recipients, message.as_bytes()
            )
    except aiosmtplib.SMTPException as error:
        raise _of_smtp(error) from None
    except ssl.SSLError as error:
        raise NetworkError(f"the connection cannot be encrypted: {error}") from None
    found: dict[str, Any] = {"message": answer}
    if refused:
        found["refused"] = {address: f"{r.code} {r.message}" for address, r in refused.items()}
    return found


async def _connected(call: Call, name: str, port: int) -> socket.socket:
    """A connection to one of the server's addresses that may be reached."""
    rules = call.policy.network_for("email")
    host = rules.check_host(name, port)
    loop = asyncio.get_running_loop()
    failure: OSError = OSError(f"'{host}' has no address")
    try:
        for address in rules.reachable(host, port, await resolve(host, port)):
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            made = socket.socket(family, socket.SOCK_STREAM)
            made.setblocking(False)
            try:
                await loop.sock_connect(made, (str(address), port))
            except OSError as error:
                made.close()
                failure = error
            except BaseException:
                made.close()
                raise
            else:
                return made
    except OSError as error:
        failure = error
    raise NetworkError(f"the mail server '{name}:{port}' cannot be reached: {failure}")


def _tls(call: Call) -> ssl.SSLContext:
    context = ssl.create_default_context()
    network = call.settings.network
    if network is not None and not network.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _of_smtp(error: aiosmtplib.SMTPException) -> ToolError | NetworkError | TimeLimitError:
    """A failure of a server in our words."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        first = error.recipients[0]
        return ToolError(f"the mail server takes no recipient: {first.code} {first.message}")
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return ToolError(f"the mail server does not accept user and password ({error.code})")
    if isinstance(error, aiosmtplib.SMTPTimeoutError):
        return TimeLimitError("the mail server did not answer in time")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return ToolError(f"the mail server refuses: {error.code} {error.message}")
    if isinstance(error, aiosmtplib.SMTPServerDisconnected | aiosmtplib.SMTPConnectError):
        return NetworkError(f"the mail server broke off: {error}")
    return ToolError(f"the mail server cannot be used: {error}")


def _sendgrid_account(call: Call) -> Account | None:
    environ = call.around.environ
    key = environ.get("LLMSPELL_API_KEY_SENDGRID") or environ.get("EMAIL_SENDGRID_API_KEY")
    base = environ.get("EMAIL_SENDGRID_BASE_URL", "https://api.sendgrid.com")
    return {"key": key, "base": base} if key else None


async def _sendgrid(call: Call, account: Account, mail: Mail, _: EmailMessage) -> dict[str, Any]:
    """SendGrid's Mail Send, v3."""
    to: dict[str, Any] = {"to": [_person(each) for each in mail.to]}
    for name, people in (("cc", mail.cc), ("bcc", mail.bcc)):
        if people:
            to[name] = [_person(each) for each in people]
    asked: dict[str, Any] = {
        "personalizations": [to],
        "from": _person(mail.sender),
        "subject": mail.subject,
        "content": [{"type": "text/html" if mail.html else "text/plain", "value": mail.body}],
    }
    if mail.reply_to:
        asked["reply_to_list"] = [_person(each) for each in mail.reply_to]
    if mail.attachments:
        asked["attachments"] = [
            {
                "content": base64.b64encode(each.data).decode(),
                "type": each.content_type,
                "filename": each.name,
                "disposition": "attachment",
            }
            for each in mail.attachments
        ]
    headers = {"Authorization": f"Bearer {account['key']}"}
    reply = await _post(call, account["base"] + "/v3/mail/send", asked, headers)
    return {
        "message_id": reply.headers.get("x-message-id"),
        "from": mail.sender.addr_spec,
        "to": ", ".join(each.addr_spec for each in mail.to),
        "subject": mail.subject,
        "html": mail.html,
        "body_length": len(mail.body),
    }


def _person(address: Address) -> dict[str, str]:
    person = {"email": address.addr_spec}
    return person | {"name": address.display_name} if address.display_name else person


def _ses_account(call: Call) -> Account | None:
    environ = call.around.environ
    key = environ.get("LLMSPELL_API_KEY_AWS_SES_ACCESS_KEY")
    key = key or environ.get("EMAIL_SES_ACCESS_KEY_ID")
    secret = environ.get("LLMSPELL_API_KEY_AWS_SES_SECRET_KEY")
    secret = secret or environ.get("EMAIL_SES_SECRET_ACCESS_KEY")
    if not key or not secret:
        return None
    region = environ.get("EMAIL_SES_REGION") or "us-east-1"
    if re.fullmatch(r"[a-z0-9-]+", region) is None:
        raise ConfigError(f"EMAIL_SES_REGION is no region: '{region}'")
    base = environ.get("EMAIL_SES_BASE_URL", f"https://email.{region}.amazonaws.com")
    return {"key": AwsKey(key, secret, region), "base": base}


async def _ses(call: Call, account: Account, mail: Mail, message: EmailMessage) -> dict[str, Any]:
    """SES' SendEmail, version 2, with the message as it is."""
    people = {"ToAddresses": mail.to, "CcAddresses": mail.cc, "BccAddresses": mail.bcc}
    asked = {
        "FromEmailAddress": str(mail.sender),
        "Destination": {name: [str(a) for a in found] for name, found in people.items() if found},
        "Content": {"Raw": {"Data": base64.b64encode(message.as_bytes()).decode()}},
    }
    url = account["base"] + "/v2/email/outbound-emails"
    body = json.dumps(asked).encode()
    headers = signed(account["key"], "ses", "POST", url, body, datetime.now(UTC))
    reply = await _post(call, url, body, headers)
    answer, _ = await reply.parsed()
    return {"message_id": answer.get("MessageId") if isinstance(answer, dict) else None}


async def _post(call: Call, url: str, body: Any, headers: Mapping[str, str]) -> Reply:
    """An answer of 200 to 299; a message is sent once, and its key goes nowhere else."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **headers}
    reply = await request(
        call, "POST", url, redirects=0, most=1024 * 1024, headers=headers, content=content
    )
    if 200 <= reply.status < 300:
        return reply
    if reply.status == 429:
        raise RateLimitError("the mail service was asked too often")
    raise ToolError(f"the mail service refuses ({reply.status}): {await _reason(reply)}")


async def _reason(reply: Reply) -> str:
    answer, _ = await reply.parsed()
    if isinstance(answer, dict):
        errors = answer.get("errors")
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            return str(errors[0].get("message"))
        for key in ("message", "Message"):
            if answer.get(key):
                return str(answer[key])
    return reply.status_text


PROVIDERS = {
    each.name: each
    for each in (
        Provider("smtp", _smtp_account, "`tools.email.smtp_host` or EMAIL_SMTP_HOST", _smtp),
        Provider("sendgrid", _sendgrid_account, "EMAIL_SENDGRID_API_KEY", _sendgrid),
        Provider(
            "ses", _ses_account, "EMAIL_SES_ACCESS_KEY_ID and EMAIL_SES_SECRET_ACCESS_KEY", _ses
        ),
    )
}
