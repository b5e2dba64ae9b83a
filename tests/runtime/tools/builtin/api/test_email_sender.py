"""`email-sender` against aiosmtpd and against services of the right shape, all on loopback."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from llmspell.app import Runtime
from llmspell.errors import SecurityError, ValidationError
from llmspell.tools.answer import ToolResult
from llmspell.tools.builtin.api import mail_providers
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.api.mailbox import PASSWORD, USER, Mailbox, mailbox
from tests.runtime.tools.builtin.conftest import LOOPBACK
from tests.runtime.tools.builtin.site import Page, Site

MESSAGE = {"from": "grace@example.org", "to": "ada@example.org", "subject": "Hi", "body": "Hello"}

Make = Callable[..., Tools]


def send(tools: Tools, **params: Any) -> ToolResult:
    return tools.invoke("email-sender", MESSAGE | params)


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Of a server on localhost; this process trusts it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return context


@pytest.fixture
def plain() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


@pytest.fixture
def make(make_runtime: Callable[..., Runtime]) -> Make:
    """Tools that send to a mailbox. lines: more of `[tools.email]`."""

    def made(box: Mailbox, lines: str = "enable_tls = false", **environ: str) -> Tools:
        table = f'[tools.email]\nsmtp_host = "localhost"\nsmtp_port = {box.port}\n{lines}\n'
        if "rate_limit" not in lines:
            table += "rate_limit_per_minute = 100\n"
        return make_runtime(table, environ=environ).tools

    return made


def test_a_message_arrives(make: Make, plain: Mailbox) -> None:
    done = send(make(plain), body="Grüße\n.\nEnd", to="Ada Lovelace <ada@example.org>")
    assert done.success
    assert (done.result["provider"], done.result["status"]) == ("smtp", "sent")
    assert done.result["message"].endswith("taken")
    assert done.envelope["operation"] == "send_email"
    assert plain.arrived[-1].mail_from == "grace@example.org"
    assert plain.arrived[-1].rcpt_tos == ["ada@example.org"]
    message = plain.message()
    assert message["To"] == "Ada Lovelace <ada@example.org>"
    assert message["Message-ID"] == done.result["message_id"]
    assert type(done.result["message_id"]) is str  # plain data, as Lua takes it
    assert message["Date"]
    assert (message.get_content_type(), message.get_content()) == (
        "text/plain",
        "Grüße\r\n.\r\nEnd\r\n",
    )


def test_html_with_copies_and_attachments(make: Make, plain: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "größe.bin").write_bytes(bytes(range(256)))
    (tmp_path / "a.csv").write_text("x,y\n")
    done = send(
        make(plain),
        to=["ada@example.org", "bob@example.org"],
        cc="Carol <carol@example.org>, dan@example.org",
        bcc="eve@example.org",
        reply_to="answers@example.org",
        subject="Grüße",
        body="<b>x</b>",
        html=True,
        attachments=["größe.bin", str(tmp_path / "a.csv")],
    )
    assert done.success
    assert plain.arrived[-1].rcpt_tos == [
        f"{name}@example.org" for name in ("ada", "bob", "carol", "dan", "eve")
    ]
    message = plain.message()
    assert message["Subject"] == "Grüße"
    assert message["Cc"] == "Carol <carol@example.org>, dan@example.org"
    assert message["Reply-To"] == "answers@example.org"
    content = plain.arrived[-1].content
    assert isinstance(content, bytes)
    assert b"eve@" not in content
    html, binary, table = message.iter_parts()
    assert (html.get_content_type(), html.get_content()) == ("text/html", "<b>x</b>\r\n")
    assert (binary.get_filename(), binary.get_content()) == ("größe.bin", bytes(range(256)))
    assert (table.get_filename(), table.get_content_type()) == ("a.csv", "text/csv")


def test_starttls_with_an_account(make: Make, certificate: ssl.SSLContext) -> None:
    with mailbox(certificate, accounts=True) as box:
        lines = f'smtp_username = "{USER}"\nsmtp_password = "{PASSWORD}"'
        assert send(make(box, lines)).success
        assert (box.encrypted, box.users) == ([True], [USER])


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd means STARTTLS
def test_encryption_from_the_beginning(
    make: Make, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mailbox(certificate, at_once=True, accounts=True) as box:
        monkeypatch.setattr(mail_providers, "TLS_PORT", box.port)
        tools = make(box, "", EMAIL_SMTP_USERNAME=USER, EMAIL_SMTP_PASSWORD=PASSWORD)
        assert send(tools).success
        assert box.users == [USER]


def test_a_server_that_does_not_encrypt_gets_nothing(make: Make, plain: Mailbox) -> None:
    done = send(make(plain, ""))
    assert not done.success
    assert "STARTTLS" in done.envelope["error"]["message"]
    assert not plain.arrived


def test_a_certificate_of_nobody_known_is_refused(
    make: Make, certificate: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with mailbox(certificate) as box:
        done = send(make(box, ""))
        assert "Network error" in done.envelope["error"]["message"]
        assert not box.arrived


def test_a_wrong_password_is_given_and_not_shown(make: Make, certificate: ssl.SSLContext) -> None:
    with mailbox(certificate, accounts=True) as box:
        done = send(make(box, 'smtp_username = "grace"\nsmtp_password = "wrong-w0rd"'))
        assert not done.success
        assert "does not accept user and password" in done.envelope["error"]["message"]
        assert "wrong-w0rd" not in str(done.table())


def test_refused_recipients_are_named_and_the_others_get_it(make: Make, plain: Mailbox) -> None:
    plain.refuse["bob@example.org"] = "550 unknown"
    done = send(make(plain), to="ada@example.org, bob@example.org")
    assert done.result["refused"] == {"bob@example.org": "550 unknown"}
    assert plain.arrived[-1].rcpt_tos == ["ada@example.org"]


def test_failures_of_the_server_are_given_and_scrubbed(make: Make, plain: Mailbox) -> None:
    plain.refuse["ada@example.org"] = "550 ada@example.org unknown at 10.1.2.3"
    message = send(make(plain)).envelope["error"]["message"]
    assert message.startswith("Tool execution error: ")
    assert "550 [EMAIL] unknown at [IP]" in message
    plain.refuse = {"DATA": "554 password=hunter2 in /home/grace/mail see http://x.org/a/b"}
    message = send(make(plain)).envelope["error"]["message"]
    assert "554 password=[REDACTED] in [PATH] see http://x.org/[PATH]" in message


def test_a_server_that_is_not_there(make: Make, plain: Mailbox) -> None:
    plain.port = 9
    message = send(make(plain)).envelope["error"]["message"]
    assert message.startswith("Network error: ")


def test_nothing_is_configured(tools: Tools) -> None:
    table = send(tools).table()
    assert table["success"] is False
    assert "'smtp' is not configured" in table["error"]["message"]
    assert "EMAIL_SES_ACCESS_KEY_ID" in send(tools, provider="ses").envelope["error"]["message"]


def test_the_environment_names_the_server(
    make_runtime: Callable[..., Runtime], certificate: ssl.SSLContext
) -> None:
    with mailbox(certificate) as box:
        environ = {"EMAIL_SMTP_HOST": "localhost", "EMAIL_SMTP_PORT": str(box.port)}
        environ["EMAIL_DEFAULT_SENDER"] = "usual@example.org"
        tools = make_runtime(environ=environ).tools
        assert send(tools, **{"from": ""}).success
        assert box.arrived[-1].mail_from == "usual@example.org"


def test_a_wrong_port_of_the_environment(make_runtime: Callable[..., Runtime]) -> None:
    environ = {"EMAIL_SMTP_HOST": "localhost", "EMAIL_SMTP_PORT": "x"}
    message = send(make_runtime(environ=environ).tools).envelope["error"]["message"]
    assert message == "Configuration error: EMAIL_SMTP_PORT is no port: 'x'"


def test_how_often(make: Make, plain: Mailbox) -> None:
    tools = make(plain, "enable_tls = false\nrate_limit_per_minute = 1")
    assert send(tools).success
    assert "Rate limit error" in send(tools).envelope["error"]["message"]
    assert len(plain.arrived) == 1


def test_only_allowed_recipients(make: Make, plain: Mailbox) -> None:
    tools = make(plain, 'enable_tls = false\nallowed_recipients = ["*@example.org"]')
    assert send(tools).success
    for params in ({"to": "eve@evil.org"}, {"cc": "eve@evil.org"}, {"bcc": "Eve <eve@evil.org>"}):
        for operation in ("send_email", "preview"):
            with pytest.raises(SecurityError, match=r"eve@evil\.org.*allowed_recipients"):
                send(tools, operation=operation, **params)
    assert len(plain.arrived) == 1


@pytest.mark.parametrize("file", ["/etc/passwd", "/etc/../etc/passwd", "bad.exe"])
def test_files_that_may_not_be_read(make: Make, plain: Mailbox, tmp_path: Path, file: str) -> None:
    (tmp_path / "bad.exe").write_text("x")
    with pytest.raises(SecurityError):
        send(make(plain), attachments=[file])
    assert not plain.arrived


def test_attachments_that_are_too_large(make: Make, plain: Mailbox, tmp_path: Path) -> None:
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    with pytest.raises(ValidationError) as caught:
        send(make(plain), attachments=["large.bin"])
    assert caught.value.details["field"] == "attachments"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"to": None}, "to"),
        ({"subject": None}, "subject"),
        ({"body": None}, "body"),
        ({"from": None}, "from"),
        ({"to": ""}, "to"),
        ({"to": "nobody"}, "to"),
        ({"to": "ada@example.org\nBcc: eve@example.org"}, "to"),
        ({"to": ["ada@example.org", "a b@example.org"]}, "to"),
        ({"to": "ada@example.org <eve@evil.org>"}, "to"),
        ({"to": "all: ada@example.org;"}, "to"),
        ({"to": "ada@"}, "to"),
        ({"to": "äda@example.org"}, "to"),
        ({"to": [f"a{n}@example.org" for n in range(51)]}, "to"),
        ({"cc": "x"}, "cc"),
        ({"from": "a@example.org, b@example.org"}, "from"),
        ({"subject": "Hi\r\nBcc: eve@example.org"}, "subject"),
        ({"reply_to": "x\r\ny"}, "reply_to"),
        ({"provider": "pigeon"}, "provider"),
        ({"attachments": [1]}, "attachments"),
    ],
)
def test_mistakes_name_the_parameter(
    make: Make, plain: Mailbox, params: dict[str, Any], field: str
) -> None:
    given = {key: value for key, value in (MESSAGE | params).items() if value is not None}
    with pytest.raises(ValidationError) as caught:
        make(plain).invoke("email-sender", given)
    assert str(caught.value.details["field"]).startswith(field)
    assert not plain.arrived


def test_a_host_beyond_ascii_is_written_as_dns_has_it(make: Make, plain: Mailbox) -> None:
    send(make(plain), to="ada@bücher.example")
    assert plain.arrived[-1].rcpt_tos == ["ada@xn--bcher-kva.example"]


def test_a_preview_sends_nothing(make: Make, plain: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("secret attachment")
    done = send(
        make(plain),
        operation="preview",
        subject="For {{ name }}",
        body="{{ name }} & {{ tags | join(sep=', ') }}",
        context={"name": "Ada <A>", "tags": ["x", "y"]},
        attachments=["a.txt"],
        bcc="eve@example.org",
    )
    told = done.result
    assert (told["provider"], told["configured"]) == ("smtp", True)
    assert (told["subject"], told["body"]) == ("For Ada <A>", "Ada <A> & x, y")
    assert told["bcc"] == ["eve@example.org"]
    assert told["attachments"] == [{"name": "a.txt", "content_type": "text/plain", "size": 17}]
    assert told["size"] > 300
    assert "Subject: For Ada <A>\n" in str(done.text)
    assert "eve@" not in str(done.text)
    assert not plain.arrived


def test_html_of_templates_is_escaped(tools: Tools) -> None:
    params = {"operation": "preview", "html": True, "context": {"name": "<b>"}}
    assert send(tools, body="<p>{{ name }}</p>", **params).result["body"] == "<p>&lt;b&gt;</p>"


def test_a_template_cannot_break_a_header(tools: Tools) -> None:
    with pytest.raises(ValidationError, match="line break"):
        send(tools, subject="{{ s }}", context={"s": "a\nBcc: eve@example.org"})


SERVICES = {
    "EMAIL_SENDGRID_API_KEY": "SG.key",
    "EMAIL_SES_ACCESS_KEY_ID": "AKID",
    "EMAIL_SES_SECRET_ACCESS_KEY": "s3cr3t",
    "EMAIL_SES_REGION": "eu-central-1",
}


@pytest.fixture
def services(make_runtime: Callable[..., Runtime], web: Site) -> Tools:
    bases = {"EMAIL_SENDGRID_BASE_URL": web.url, "EMAIL_SES_BASE_URL": web.url}
    config = LOOPBACK + "[tools.email]\nrate_limit_per_minute = 100\n"
    return make_runtime(config, environ=SERVICES | bases).tools


def test_sendgrid(services: Tools, web: Site, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    web.add("/v3/mail/send", Page(b"", 202, {"X-Message-Id": "m1"}))
    done = send(services, to="Ada <ada@example.org>", bcc="eve@example.org", attachments=["a.txt"])
    assert done.result.pop("timestamp").endswith("Z")
    assert done.result == {
        "provider": "sendgrid",
        "status": "sent",
        "message_id": "m1",
        "from": "grace@example.org",
        "to": "ada@example.org",
        "subject": "Hi",
        "html": False,
        "body_length": 5,
    }
    asked = web.asked[-1]
    assert asked.headers["authorization"] == "Bearer SG.key"
    assert asked.json == {
        "personalizations": [
            {
                "to": [{"email": "ada@example.org", "name": "Ada"}],
                "bcc": [{"email": "eve@example.org"}],
            }
        ],
        "from": {"email": "grace@example.org"},
        "subject": "Hi",
        "content": [{"type": "text/plain", "value": "Hello"}],
        "attachments": [
            {
                "content": base64.b64encode(b"x").decode(),
                "type": "text/plain",
                "filename": "a.txt",
                "disposition": "attachment",
            }
        ],
    }


def test_ses(services: Tools, web: Site) -> None:
    web.json("/v2/email/outbound-emails", {"MessageId": "0100"})
    done = send(services, provider="ses", bcc="eve@example.org")
    assert (done.result["status"], done.result["message_id"]) == ("sent", "0100")
    asked = web.asked[-1]
    assert asked.headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "/eu-central-1/ses/aws4_request" in asked.headers["authorization"]
    assert asked.json["Destination"] == {
        "ToAddresses": ["ada@example.org"],
        "BccAddresses": ["eve@example.org"],
    }
    raw = base64.b64decode(asked.json["Content"]["Raw"]["Data"])
    assert b"Subject: Hi\r\n" in raw
    assert b"eve@" not in raw


@pytest.mark.parametrize(
    ("provider", "path"), [("sendgrid", "/v3/mail/send"), ("ses", "/v2/email/outbound-emails")]
)
def test_refusals_of_services(services: Tools, web: Site, provider: str, path: str) -> None:
    answer = {"errors": [{"message": "bad key SG.key"}], "message": "bad secret s3cr3t"}
    web.json(path, answer, 403)
    message = send(services, provider=provider).envelope["error"]["message"]
    assert "(403): bad" in message
    assert "[REDACTED]" in message
    web.json(path, {}, 429)
    assert "Rate limit" in send(services, provider=provider).envelope["error"]["message"]
    web.redirect(path, "/elsewhere")
    assert "(302)" in send(services, provider=provider).envelope["error"]["message"]
    assert len(web.asked) == 3


def test_services_are_asked_within_the_policy(make_runtime: Callable[..., Runtime]) -> None:
    environ = SERVICES | {"EMAIL_SENDGRID_BASE_URL": "http://127.0.0.1:1"}
    with pytest.raises(SecurityError, match="allowed_hosts"):
        send(make_runtime(environ=environ).tools)


def test_no_network_no_mail(make_runtime: Callable[..., Runtime]) -> None:
    environ = {"EMAIL_SMTP_HOST": "mail.example.org"}
    with pytest.raises(SecurityError, match="Network access denied"):
        send(make_runtime(environ=environ, security="safe").tools)


def test_the_signature_of_amazons_own_example() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
    uses other headers; this is `get-vanilla` of the published test suite."""
    from datetime import UTC, datetime

    from llmspell.tools.builtin.api.aws_signature import AwsKey, signed

    key = AwsKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1")
    moment = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    headers = signed(key, "service", "GET", "https://example.amazonaws.com/", b"", moment)
    assert headers["Authorization"].endswith(
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )
