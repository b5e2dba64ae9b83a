"""Parameters that the tools of the web share, and what they mean; nothing heavy is imported."""

from __future__ import annotations

from llmspell.errors import ValidationError
from llmspell.tools.description import Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call


def url_parameter(kind: str = "") -> Parameter:
    """The URL that a tool is given. kind: `page-url` or `url` where it is asked for as such."""
    return Parameter("input", "string", "The URL.", required=True, aliases=("url",), kind=kind)


URL = url_parameter("page-url")
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")
METHOD = Parameter("method", "string", f"{', '.join(METHODS)}; in any case.", default="GET")
HEADERS = Parameter("headers", "object", "Name -> value.")
TIMEOUT = Parameter(
    "timeout", "number", "Seconds for each request.", default=30, schema={"exclusiveMinimum": 0}
)
TIMEOUT_MS = Parameter(
    "timeout_ms", "number", "The same in milliseconds.", schema={"exclusiveMinimum": 0}
)


def http_method(call: Call) -> str:
    """The method that is asked for, in upper case; raises ValidationError for another word."""
    method = str(call.get("method", "GET")).upper()
    if method not in METHODS:
        raise ValidationError(f"'method' is one of {', '.join(METHODS)}", field="method")
    return method


def seconds(call: Call) -> float:
    """How long one request may take."""
    milliseconds = call.get("timeout_ms")
    network = call.settings.network
    usual = 30 if network is None else network.timeout_seconds
    return float(call.get("timeout", usual) if milliseconds is None else milliseconds / 1000)


def page_options(call: Call) -> dict[str, Any]:
    """How `[tools.web_tools]` says that pages are asked for: arguments of `fetching.request`."""
    said = call.settings.web_tools
    agent = "Mozilla/5.0 (compatible; LLMSpell/1.0)" if said is None else said.user_agent
    return {
        "purpose": "web_tools",
        "headers": {"User-Agent": agent},
        "redirects": 5 if said is None else said.max_redirects,
        "timeout": seconds(call),
    }
