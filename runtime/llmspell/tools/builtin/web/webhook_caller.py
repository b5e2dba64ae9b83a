"""`webhook-caller` (spec tools §8.33), on httpx."""

from __future__ import annotations

from llmspell.errors import NetworkError, TimeLimitError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import HEADERS, TIMEOUT, TIMEOUT_MS, URL, seconds
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.builtin.web.fetching import Reply
    from llmspell.tools.call import Call

METHODS = ("GET", "PUT", "DELETE", "PATCH", "HEAD", "POST")
WITHOUT_BODY = ("GET", "HEAD")


class WebhookCaller(Tool):
    """Sends JSON to a webhook, and tries again where its server fails."""

    name = "webhook-caller"
    category = "data"
    security = "restricted"
    permissions = ("network",)
    requires = ("httpx",)
    limits = Limits(seconds=300)
    parameters = (
        URL,
        Parameter("payload", "object", "Sent as JSON.", default={}),
        Parameter("method", "string", f"{', '.join(METHODS)}; others are POST.", default="POST"),
        HEADERS,
        Parameter(
            "max_retries",
            "integer",
            "Further attempts after failures of the connection and answers of 500 and above.",
            default=3,
            schema={"minimum": 0, "maximum": 20},
        ),
        Parameter(
            "retry_delay_ms",
            "number",
            "The first pause in milliseconds; each further one is twice as long.",
            default=500,
            schema={"minimum": 0},
        ),
        TIMEOUT,
        TIMEOUT_MS,
    )
    examples = (
        Example({"input": "http://10.0.0.1/hook", "payload": {"a": 1}}, fails="access denied"),
        Example({"payload": {"a": 1}}, fails="input"),
    )

    async def run(self, call: Call) -> Answer:
        """`result.response` is the answer, whatever its status.

        Where no server answered, the result says so and is no success.
        """
        from llmspell.tools.builtin.web.fetching import Retry, headers_of, json_body, request

        url = str(call.params["input"])
        method = str(call.get("method", "POST")).upper()
        method = method if method in METHODS else "POST"
        headers = headers_of(call.settings.http_request.default_headers)
        headers |= headers_of(call.get("headers"))
        options: dict[str, Any] = {}
        if method not in WITHOUT_BODY and (method != "DELETE" or call.get("payload")):
            options["content"] = json_body(call, call.get("payload", {}), "payload", headers)
        retries = call.get("max_retries", 3)
        retry = Retry(
            attempts=retries + 1,
            delay=call.get("retry_delay_ms", 500) / 1000,
            statuses=tuple(range(500, 600)),
        )
        try:
            reply = await request(
                call,
                method,
                url,
                purpose="web_tools",
                retry=retry,
                timeout=seconds(call),
                headers=headers,
                **options,
            )
        except (NetworkError, TimeLimitError) as error:
            return _unanswered(url, retries, error)
        return await _answered(url, reply)


async def _answered(url: str, reply: Reply) -> Answer:
    value, is_json = await reply.parsed()
    text = reply.text
    told: dict[str, Any] = {
        "success": 200 <= reply.status < 300,
        "webhook_url": url,
        "status_code": reply.status,
        "status_text": reply.status_text,
        "response": {
            "body": text,
            "json": value if is_json else None,
            "headers": dict(reply.headers),
            "body_is_json": is_json,
        },
        "response_time_ms": reply.elapsed * 1000,
        "retry_count": reply.attempts - 1,
        "retries_attempted": reply.attempts - 1,
    }
    return Answer("call", told, text=text, message=f"{url}: {reply.status}")


def _unanswered(url: str, retries: int, error: NetworkError | TimeLimitError) -> Answer:
    attempts = error.details.get("attempts")
    told = {
        "success": False,
        "webhook_url": url,
        "error": error.lua_message,
        "max_retries": retries,
        "retry_count": attempts - 1 if isinstance(attempts, int) else 0,
    }
    return Answer("call", told, error=error)
