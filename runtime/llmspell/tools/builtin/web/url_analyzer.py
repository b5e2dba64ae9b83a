"""`url-analyzer` (spec tools §8.30), on ada-url, which reads URLs as browsers do, and httpx."""

from __future__ import annotations

from urllib.parse import parse_qsl

from llmspell.errors import LLMSpellError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import url_parameter
from llmspell.tools.description import Example, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import ada_url

    from llmspell.tools.builtin.web.fetching import Reply
    from llmspell.tools.call import Call

HEAD_SECONDS = 10
MOST_CHARACTERS = 100_000


class UrlAnalyzer(Tool):
    """Takes a URL apart, and asks its server about it where wanted."""

    name = "url-analyzer"
    category = "data"
    permissions = ("network",)
    requires = ("ada_url", "httpx")
    parameters = (
        url_parameter(),
        Parameter("fetch_metadata", "boolean", "Send a HEAD request.", default=False),
        Parameter(
            "decode_params", "boolean", "Decode `%20` and `+` in `query_params`.", default=True
        ),
    )
    examples = (
        Example(
            {"input": "https://example.org:443/a/../b?x=1&y=a%20b#top"},
            {
                "result": {
                    "normalized": "https://example.org/b?x=1&y=a%20b#top",
                    "query_params": {"x": "1", "y": "a b"},
                    "host_details": {"type": "domain", "is_ip": False},
                }
            },
        ),
        Example(
            {"url": "http://[::1]:8080/"},
            {"result": {"port": 8080, "host_details": {"type": "ipv6", "value": "::1"}}},
        ),
        Example({"input": "ftp://example.org/"}, fails="http"),
    )

    async def run(self, call: Call) -> Answer:
        """`result`: the parts of the URL."""
        text = str(call.params["input"])
        url = _parsed(text)
        told = _parts(text, url, decode=call.get("decode_params", True))
        if call.get("fetch_metadata"):
            try:
                told["metadata"] = _metadata(await _head(call, url.href))
            except LLMSpellError as error:
                told["metadata_error"] = error.lua_message
        return Answer("analyze", told, text=url.href)


def _parsed(text: str) -> ada_url.URL:
    import ada_url

    if len(text) > MOST_CHARACTERS:
        raise ValidationError(f"the URL is longer than {MOST_CHARACTERS}", field="input")
    try:
        url = ada_url.URL(text)
    except ValueError:
        raise ValidationError(f"'{text[:200]}' is no absolute URL", field="input") from None
    if url.protocol not in ("http:", "https:"):
        raise ValidationError(
            f"only http and https are taken apart, not '{url.protocol[:-1]}'", field="input"
        )
    return url


def _parts(text: str, url: ada_url.URL, *, decode: bool) -> dict[str, Any]:
    query = url.search[1:]
    found: dict[str, Any] = {
        "valid": True,
        "original": text,
        "normalized": url.href,
        "scheme": url.protocol[:-1],
        "host": url.hostname,
        "port": int(url.port) if url.port else None,
        "path": url.pathname,
        "query": query or None,
        "fragment": url.hash[1:] or None,
        "query_params": _query(query, decode),
        "host_details": _host(url),
    }
    if url.username or url.password:
        found |= {
            "username": url.username,
            "has_auth": True,
            "has_password": bool(url.password),
        }
    return found


def _query(query: str, decode: bool) -> dict[str, str]:
    """The parameters of a query; of several with one name the last one counts."""
    if decode:
        return dict(parse_qsl(query, keep_blank_values=True, errors="replace"))
    pairs = (each.partition("=") for each in query.split("&") if each)
    return {name: value for name, _, value in pairs}


def _host(url: ada_url.URL) -> dict[str, Any]:
    import ada_url

    kind = {ada_url.HostType.IPV4: "ipv4", ada_url.HostType.IPV6: "ipv6"}.get(url.host_type)
    return {"type": kind or "domain", "value": url.hostname.strip("[]"), "is_ip": bool(kind)}


async def _head(call: Call, url: str) -> Reply:
    from llmspell.tools.builtin.web.fetching import headers_of, request

    headers = headers_of(call.settings.http_request.default_headers)
    return await request(
        call,
        "HEAD",
        url,
        purpose="web_tools",
        redirects=0,
        timeout=HEAD_SECONDS,
        headers=headers,
    )


def _metadata(reply: Reply) -> dict[str, Any]:
    headers = reply.headers
    length = headers.get("content-length", "")
    found = {
        "status_code": reply.status,
        "status_text": reply.status_text,
        "is_success": 200 <= reply.status < 300,
        "is_redirect": 300 <= reply.status < 400,
        "content_type": headers.get("content-type"),
        "content_length": int(length) if length.isdecimal() else None,
        "server": headers.get("server"),
        "last_modified": headers.get("last-modified"),
        "etag": headers.get("etag"),
        "redirect_location": headers.get("location"),
    }
    return {name: value for name, value in found.items() if value is not None}
