"""`http-requester` (spec tools §8.16), on httpx."""

from __future__ import annotations

import base64

from llmspell.errors import ValidationError
from llmspell.telemetry.timestamps import now
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import METHOD, http_method, url_parameter
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.builtin.web.fetching import Reply, Retry
    from llmspell.tools.call import Call


_AUTH = {
    "properties": {
        "type": {"type": "string", "enum": ["none", "basic", "bearer", "api_key", "custom"]},
        "username": {"type": "string", "description": "basic."},
        "password": {"type": "string", "description": "basic."},
        "token": {"type": "string", "description": "bearer."},
        "key": {"type": "string", "description": "api_key."},
        "header_name": {"type": "string", "description": "api_key: the header it stands in."},
        "headers": {"type": "object", "description": "custom: headers to add."},
    }
}
_RETRY = {
    "properties": {
        "max_attempts": {"type": "integer", "minimum": 1, "maximum": 20, "default": 3},
        "initial_delay_ms": {"type": "number", "minimum": 0, "default": 1000},
        "max_delay_ms": {"type": "number", "minimum": 0, "default": 30000},
        "backoff_factor": {"type": "number", "minimum": 1, "default": 2},
        "retry_on_status": {"type": "array", "items": {"type": "integer"}},
    }
}


class HttpRequester(Tool):
    """Sends an HTTP request and gives the answer, whatever its status."""

    name = "http-requester"
    category = "api"
    permissions = ("network",)
    aliases = ("http-request",)
    requires = ("httpx",)
    limits = Limits(seconds=300)
    parameters = (
        url_parameter("url"),
        METHOD,
        Parameter("headers", "object", "Name -> value.", default={}),
        Parameter(
            "body",
            ("object", "array", "string", "number", "boolean"),
            "Sent as JSON; a text as it is where `headers` name another content type.",
        ),
        Parameter("auth", "object", "How to sign in.", schema=_AUTH),
        Parameter("retry", "object", "When to try again.", schema=_RETRY),
        Parameter("timeout_ms", "number", "Milliseconds for each attempt.", schema={"minimum": 1}),
    )
    examples = (
        Example({"input": "file:///etc/passwd"}, fails="http"),
        Example(
            {"input": "http://169.254.169.254/latest/meta-data"}, fails="Network access denied"
        ),
    )

    async def run(self, call: Call) -> Answer:
        """`result`: `status_code`, `headers`, `body`, `timestamp`."""
        from llmspell.tools.builtin.web.fetching import headers_of, request

        settings = call.settings.http_request
        method = http_method(call)
        headers = headers_of(settings.default_headers) | headers_of(call.get("headers"))
        headers |= _signed(call.get("auth", {}))
        content = _content(call, headers)
        milliseconds = call.get("timeout_ms", _seconds(call) * 1000)
        reply = await request(
            call,
            method,
            str(call.params["input"]),
            headers=headers,
            redirects=settings.max_redirects,
            retry=_retry(call),
            timeout=milliseconds / 1000,
            **content,
        )
        return await _answer(method, reply)


def _signed(auth: dict[str, Any]) -> dict[str, str]:
    """The headers that signing in adds to the request."""
    from llmspell.tools.builtin.web.fetching import headers_of

    kind = auth.get("type", "none")
    if kind == "basic":
        pair = f"{_field(auth, 'username')}:{_field(auth, 'password')}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    if kind == "bearer":
        return headers_of({"Authorization": f"Bearer {_field(auth, 'token')}"})
    if kind == "api_key":
        return headers_of({auth.get("header_name", "X-API-Key"): _field(auth, "key")})
    return headers_of(auth.get("headers")) if kind == "custom" else {}


def _field(auth: dict[str, Any], name: str) -> str:
    if name not in auth:
        raise ValidationError(f"'auth.{name}' is needed by {auth['type']}", field=f"auth.{name}")
    return str(auth[name])


def _content(call: Call, headers: dict[str, str]) -> dict[str, Any]:
    from llmspell.tools.builtin.web.fetching import json_body, sized_body

    body = call.get("body")
    if body is None:
        return {}
    kind = next((v for name, v in headers.items() if name.lower() == "content-type"), "")
    if isinstance(body, str) and kind and "json" not in kind.lower():
        return {"content": sized_body(call, body.encode(), "body")}
    return {"content": json_body(call, body, "body", headers)}


def _seconds(call: Call) -> int:
    """Seconds for one attempt: `http_request` wins over `network` where both say it."""
    said = call.policy.settings.least("http_request", "timeout_seconds")
    network = call.settings.network
    if said is None and network is not None:
        return network.timeout_seconds
    return call.settings.http_request.timeout_seconds


def _retry(call: Call) -> Retry | None:
    """When to try again. Answers are repeated only where the call asks for retries itself."""
    from llmspell.tools.builtin.web.fetching import Retry

    given = call.get("retry")
    if not given:
        return None if call.settings.network is not None else Retry()
    statuses = given.get("retry_on_status", (429, 500, 502, 503, 504))
    return Retry(
        attempts=given.get("max_attempts", 3),
        delay=given.get("initial_delay_ms", 1000) / 1000,
        most=given.get("max_delay_ms", 30_000) / 1000,
        factor=given.get("backoff_factor", 2.0),
        statuses=tuple(statuses),
    )


async def _answer(method: str, reply: Reply) -> Answer:
    body, text = await _body(reply)
    told = {
        "status_code": reply.status,
        "headers": dict(reply.headers),
        "body": body,
        "timestamp": now(),
        "url": reply.url,
    }
    metadata = {"method": method, "url": reply.url, "duration_ms": round(reply.elapsed * 1000)}
    message = f"{method} {reply.url}: {reply.status}"
    return Answer("http-requester", told, text=text, message=message, metadata=metadata)


async def _body(reply: Reply) -> tuple[Any, str | None]:
    """The body as data: parsed JSON, text, or a list of bytes; and as text where it is one."""
    kind = reply.content_type
    if "json" in kind:
        text = reply.text
        found, is_json = await reply.parsed()
        return (found if is_json else text), text
    if kind.startswith("text/") or "xml" in kind or "javascript" in kind or not reply.body:
        return reply.text, reply.text
    return list(reply.body), None
