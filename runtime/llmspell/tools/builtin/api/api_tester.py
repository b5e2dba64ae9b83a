"""`api-tester` (spec tools §8.32), on httpx."""

from __future__ import annotations

from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import (
    HEADERS,
    METHOD,
    TIMEOUT,
    TIMEOUT_MS,
    URL,
    http_method,
    seconds,
)
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

WITH_BODY = ("POST", "PUT", "PATCH")


class ApiTester(Tool):
    """Sends one HTTP request and gives the answer with the time that it took."""

    name = "api-tester"
    category = "data"
    security = "restricted"
    permissions = ("network",)
    requires = ("httpx",)
    limits = Limits(seconds=300)
    parameters = (
        URL,
        METHOD,
        HEADERS,
        Parameter("body", "object", f"Sent as JSON by {', '.join(WITH_BODY)}."),
        TIMEOUT,
        TIMEOUT_MS,
    )
    examples = (
        Example({"input": "http://127.0.0.1:22/"}, fails="Network access denied"),
        Example({"input": "http://example.org", "method": "BREW"}, fails="method"),
    )

    async def run(self, call: Call) -> Answer:
        """`result`: `request`, `response` and `timing`."""
        from llmspell.tools.builtin.web.fetching import headers_of, json_body, request

        url, given = str(call.params["input"]), str(call.get("method", "GET"))
        method = http_method(call)
        headers = headers_of(call.settings.http_request.default_headers)
        headers |= headers_of(call.get("headers"))
        options: dict[str, Any] = {}
        if call.get("body") is not None and method in WITH_BODY:
            options["content"] = json_body(call, call.params["body"], "body", headers)
        limit = seconds(call)
        reply = await request(
            call, method, url, purpose="web_tools", timeout=limit, headers=headers, **options
        )
        value, is_json = await reply.parsed()
        told = {
            "request": {
                "method": given,
                "url": url,
                "timeout": int(limit) if limit.is_integer() else limit,
            },
            "response": {
                "status_code": reply.status,
                "status_text": reply.status_text,
                "is_success": 200 <= reply.status < 300,
                "headers": dict(reply.headers),
                "body": value if is_json else reply.text,
                "body_is_json": is_json,
            },
            "timing": {
                "duration_ms": round(reply.elapsed * 1000),
                "duration_secs": reply.elapsed,
            },
        }
        message = f"{method} {url}: {reply.status} in {reply.elapsed * 1000:.0f} ms"
        return Answer("test", told, message=message)
