"""Clients of vendors whose connections the policy judges, where a spell has chosen the address.

The clients of OpenAI and Anthropic are built on httpx2, that of Ollama on httpx; both get the one
transport that all tools go through (`security.http`), so that a name that resolves to another
address by the time of the connection gains nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import httpx2

from llmspell.security.http import GuardedTransport
from llmspell.security.network import NetworkRules


def guarded_client(rules: NetworkRules) -> httpx2.AsyncClient:
    """A client for `http_client=` of the two SDKs."""
    return httpx2.AsyncClient(
        transport=_Transport(GuardedTransport(rules)), trust_env=False, follow_redirects=True
    )


class _Transport(httpx2.AsyncBaseTransport):
    """Hands requests of httpx2 to a transport of httpx."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; raises `SecurityError` and `httpx2.TransportError`."""
        asked = httpx.Request(
            request.method,
            str(request.url),
            headers=request.headers.raw,
            content=await request.aread(),
            extensions=dict(request.extensions),
        )
        with _errors_of_httpx2(request):
            answer = await self._inner.handle_async_request(asked)
        assert isinstance(answer.stream, httpx.AsyncByteStream)
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers.raw,
            stream=_Body(answer.stream, request),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._inner.aclose()


class _Body(httpx2.AsyncByteStream):
    def __init__(self, parts: httpx.AsyncByteStream, request: httpx2.Request) -> None:
        self._parts = parts
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts: AsyncIterable[bytes] = self._parts
        with _errors_of_httpx2(self._request):
            async for part in parts:
                yield part

    async def aclose(self) -> None:
        await self._parts.aclose()


@contextmanager
def _errors_of_httpx2(request: httpx2.Request) -> Iterator[None]:
    """Raise httpx2's error of the same name for one of httpx."""
    try:
        yield
    except httpx.TransportError as error:
        kind = getattr(httpx2, type(error).__name__, httpx2.TransportError)
        raise kind(str(error), request=request) from error
