"""Requests of tools over HTTP, recorded and played back.

httpx is imported by whoever asks: tests that ask nobody do not need it.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

from llmspell.testing.cassettes.cassette import Cassette
from llmspell.testing.cassettes.masks import (
    is_secret_field,
    masked_form,
    masked_url,
    without_secret_fields,
)

if TYPE_CHECKING:
    import httpx

    from llmspell.security.http import Send

MOST_BYTES = 50 * 1024 * 1024
"""The largest body that is recorded."""

_NOT_KEPT = frozenset(
    {"connection", "content-encoding", "content-length", "keep-alive", "set-cookie", "set-cookie2"}
    | {"transfer-encoding"}
)
"""Headers that tell of the connection, or of who has asked; bodies are kept as they were meant."""

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')


class RecordedHttp:
    """Answers requests that the policy allows (`security.http.Between`).

    A request is known by its method, its address and its body. Of its headers only the type of the
    body is recorded: the others hold keys, or tell of versions.
    """

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette

    async def __call__(self, request: httpx.Request, send: Send) -> httpx.Response:
        """The recorded answer, or the one of the server."""
        asked = _request_data(request.method, str(request.url), request, await request.aread())
        played = self._cassette.play("http", asked)
        if played is not None:
            return _response(played, request, _content(played))
        from llmspell.security.http import read_limited

        answer = await send(request)
        try:
            body = await read_limited(answer, MOST_BYTES)
        finally:
            await answer.aclose()
        told = _response_data(answer)
        kept = _body(body, answer.headers.get("content-type", "")) if body else {}
        self._cassette.record("http", asked, {**told, **kept})
        return _response(told, request, body)


def _request_data(method: str, url: str, request: httpx.Request, content: bytes) -> dict[str, Any]:
    told: dict[str, Any] = {"method": method, "url": masked_url(url)}
    kind = request.headers.get("content-type", "")
    if content:
        boundary = _BOUNDARY.search(kind)
        if boundary:  # it is different each time
            content = content.replace(boundary[1].encode(), b"BOUNDARY")
            kind = kind.replace(boundary[1], "BOUNDARY")
        told |= {"content_type": kind} if kind else {}
        told |= _body(content, kind)
    return told


def _body(content: bytes, kind: str) -> dict[str, Any]:
    """A body as JSON, as text or, where it is neither, as base64; without what looks secret."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(content).decode()}
    if "urlencoded" in kind:
        return {"text": masked_form(text)}
    try:
        value = json.loads(text)
    except ValueError:
        return {"text": text}
    shown = without_secret_fields(value)
    layout = _layout(value, text)
    # Played back, it is the same to the last byte, or it stays text; unless it has secrets.
    if layout is None and shown == value:
        return {"text": text}
    return {"json": shown, **(layout or {})}


def _layout(value: Any, text: str) -> dict[str, Any] | None:
    """How JSON was written, None if it cannot be written so again."""
    end = text[len(text.rstrip()) :]
    for name, layout in _LAYOUTS.items():
        if json.dumps(value, **layout) + end == text:
            return ({} if name == "compact" else {"layout": name}) | ({"end": end} if end else {})
    return None


_LAYOUTS: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":"), "ensure_ascii": False},
    "spaced": {"ensure_ascii": False},
    "compact ascii": {"separators": (",", ":")},
    "spaced ascii": {},
    "indented": {"indent": 2, "ensure_ascii": False},
}


def _content(told: dict[str, Any]) -> bytes:
    if "json" in told:
        layout = _LAYOUTS[told.get("layout", "compact")]
        text: str = json.dumps(told["json"], **layout) + told.get("end", "")
        return text.encode()
    if "base64" in told:
        return base64.b64decode(told["base64"])
    return str(told.get("text", "")).encode()


def _response_data(answer: httpx.Response) -> dict[str, Any]:
    headers = [
        [name, masked_url(value) if name == "location" else value]
        for name, value in answer.headers.multi_items()
        if name not in _NOT_KEPT and not is_secret_field(name)
    ]
    return {"status": answer.status_code, "headers": headers}


def _response(told: dict[str, Any], request: httpx.Request, body: bytes) -> httpx.Response:
    import httpx

    # The constructor that takes bytes would add a length, which answers to HEAD must not have.
    return httpx.Response(
        told["status"],
        headers=[(name, value) for name, value in told["headers"]],
        stream=httpx.ByteStream(body),
        request=request,
    )
