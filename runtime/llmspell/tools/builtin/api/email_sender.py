"""`email-sender` (spec tools §8.36), on aiosmtplib, httpx and the standard library's `email`."""

from __future__ import annotations

import time

from llmspell.errors import SecurityError, ToolError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import timestamp
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.rates import Rates
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.errors import LLMSpellError
    from llmspell.tools.builtin.api.mail import Mail
    from llmspell.tools.builtin.api.mail_providers import Account, Provider
    from llmspell.tools.call import Call

LARGEST_BODY = 10 * MIB
PEOPLE = ("string", "array")
TEXTS = {"items": {"type": "string"}}
RECIPIENTS = {"items": {"type": "string", "x-kind": "recipient"}}
FILES = {"items": {"type": "string", "x-kind": "file-path"}}


class EmailSender(Tool):
    """Sends a message by SMTP, SendGrid or Amazon SES, or shows what would be sent."""

    name = "email-sender"
    category = "api"
    security = "restricted"
    permissions = ("read", "network", "mail")
    limits = Limits(seconds=60, output_bytes=50 * MIB)
    requires = ("aiosmtplib", "httpx", "jinja2")
    compact = True
    parameters = (
        Parameter(
            "from",
            "string",
            "Sender; `tools.email.from_address` otherwise.",
            aliases=("sender",),
        ),
        Parameter("to", PEOPLE, "Recipients.", required=True, kind="recipient", schema=RECIPIENTS),
        Parameter("subject", "string", "The subject.", required=True),
        Parameter("body", "string", "The text.", required=True),
        Parameter("html", "boolean", "The text is HTML.", default=False),
        Parameter(
            "provider",
            "string",
            "Who sends; the first that is configured otherwise.",
            choices=("smtp", "sendgrid", "ses"),
        ),
        Parameter("cc", PEOPLE, "Who gets a copy.", kind="recipient", schema=RECIPIENTS),
        Parameter(
            "bcc",
            PEOPLE,
            "Who gets one that the others do not know of.",
            kind="recipient",
            schema=RECIPIENTS,
        ),
        Parameter("reply_to", PEOPLE, "Where answers go.", schema=TEXTS),
        Parameter("attachments", "array", "Paths of files to attach.", schema=FILES),
        Parameter(
            "context",
            "object",
            "Values: subject and text are then templates (as of `template-creator`).",
        ),
    )
    operations = {
        "send_email": Operation("sends it", aliases=("send",)),
        "preview": Operation("shows it, after the same checks, and sends nothing"),
    }
    default_operation = "send_email"
    examples = (
        Example(
            {
                "operation": "preview",
                "from": "Grace <grace@example.org>",
                "to": "ada@example.org",
                "subject": "News for {{ name }}",
                "body": "<p>Dear {{ name }}, {{ n }} messages.</p>",
                "html": True,
                "context": {"name": "Ada", "n": 3},
            },
            {
                "result": {
                    "subject": "News for Ada",
                    "body": "<p>Dear Ada, 3 messages.</p>",
                    "to": ["ada@example.org"],
                }
            },
            title="preview of a template",
        ),
        Example(
            {
                "operation": "preview",
                "from": "grace@example.org",
                "to": ["ada@example.org"],
                "subject": "Figures",
                "body": "See the file.",
                "attachments": ["@/figures.csv"],
            },
            {
                "result": {
                    "attachments": [{"name": "figures.csv", "content_type": "text/csv", "size": 8}]
                }
            },
            files={"figures.csv": "x,y\n1,2\n"},
            title="preview with an attachment",
        ),
        Example(
            {
                "from": "grace@example.org",
                "to": "ada@example.org\r\nBcc: eve@example.org",
                "subject": "x",
                "body": "y",
            },
            fails="line break",
        ),
    )

    def __init__(self) -> None:
        self._rates = Rates()

    async def do_send_email(self, call: Call) -> Answer:
        """`result.status` is `sent`; failures of providers are returned, with texts scrubbed.

        Where a mail server takes some recipients only, `result.refused` has the others.
        """
        import asyncio
        from datetime import UTC, datetime

        from llmspell.config.schema.tools import Email

        mail = await asyncio.to_thread(_mail, call)
        provider, account = _provider(call)
        if account is None:
            raise ToolError(
                f"email provider '{provider.name}' is not configured: set {provider.missing}"
            )
        allowed = (call.settings.email or Email()).rate_limit_per_minute
        self._rates.count("", allowed, "by `tools.email.rate_limit_per_minute`, 'email-sender'")
        message = mail.message(datetime.now(UTC))
        told: dict[str, Any] = {
            "provider": provider.name,
            "status": "sent",
            "message_id": str(message["Message-ID"]),
            "timestamp": timestamp(time.time()),
        }
        told |= await provider.send(call, account, mail, message)
        who = "1 recipient" if len(mail.recipients) == 1 else f"{len(mail.recipients)} recipients"
        return Answer("send_email", told, message=f"Sent to {who} by {provider.name}")

    def do_preview(self, call: Call) -> Answer:
        """`result` has the parts of the message, `text` its source without attachments."""
        from datetime import UTC, datetime

        import attrs

        mail = _mail(call)
        provider, account = _provider(call)
        now = datetime.now(UTC)
        source = attrs.evolve(mail, attachments=()).message(now)
        told = {
            "provider": provider.name,
            "configured": account is not None,
            "from": str(mail.sender),
            **{
                name: [str(each) for each in people]
                for name, people in (
                    ("to", mail.to),
                    ("cc", mail.cc),
                    ("bcc", mail.bcc),
                    ("reply_to", mail.reply_to),
                )
            },
            "subject": mail.subject,
            "body": mail.body,
            "html": mail.html,
            "body_length": len(mail.body),
            "attachments": [
                {"name": each.name, "content_type": each.content_type, "size": len(each.data)}
                for each in mail.attachments
            ],
            "size": len(mail.message(now).as_bytes()),
        }
        return Answer(
            "preview",
            told,
            text=source.as_bytes().decode("ascii").replace("\r\n", "\n"),
            message=f"'{mail.subject}' to {', '.join(mail.recipients)}; nothing was sent",
        )

    def failed(self, call: Call, error: LLMSpellError) -> Answer | None:
        """What the call may not do, or asks for in a wrong way, is raised; all else is given."""
        if call.operation != "send_email" or isinstance(error, ValidationError | SecurityError):
            return None
        clean = type(error)(_scrubbed(call, str(error)), **error.details)
        return Answer("send_email", error=clean)


def _mail(call: Call) -> Mail:
    from llmspell.tools.builtin.api.mail import composed

    subject, body = call.params["subject"], call.params["body"]
    if len(body) > LARGEST_BODY:
        raise ValidationError(f"'body' has more than {LARGEST_BODY} characters", field="body")
    if call.get("context") is not None:
        work = "llmspell.tools.builtin.utility.template_work:rendered_mail"
        subject, body = isolated(call, work, [subject, body, call.get("html"), call.get("context")])
    return composed(call, _sender(call), subject, body)


def _sender(call: Call) -> str:
    """The sender that the call names, else the one that the user has set."""
    settings = call.settings.email
    usual = settings.from_address if settings is not None else None
    sender = call.get("from") or usual or call.around.environ.get("EMAIL_DEFAULT_SENDER")
    if not sender:
        raise ValidationError(
            "'from' is needed where neither `tools.email.from_address` nor EMAIL_DEFAULT_SENDER "
            "is set",
            field="from",
        )
    return str(sender)


def _provider(call: Call) -> tuple[Provider, Account | None]:
    """Who sends, and how it is reached: the one that is asked for, else one that is configured."""
    from llmspell.tools.builtin.api.mail_providers import PROVIDERS

    asked = call.get("provider")
    if asked:
        return PROVIDERS[asked], PROVIDERS[asked].account(call)
    for each in PROVIDERS.values():
        account = each.account(call)
        if account is not None:
            return each, account
    return PROVIDERS["smtp"], None


def _scrubbed(call: Call, text: str) -> str:
    from llmspell.tools.builtin.api.mail_providers import SECRETS
    from llmspell.tools.builtin.api.scrubbing import scrubbed

    email, environ = call.settings.email, call.around.environ
    password = email.smtp_password if email is not None else None
    return scrubbed(text, (password or "", *(environ.get(name, "") for name in SECRETS)))
