"""An HTTP client whose every request and connection is judged by the policy.

`client` gives an `httpx.AsyncClient`. Each request, so each redirection too, passes
`NetworkRules.check_url`; each connection resolves the name once, judges the addresses, and goes to
one of those that were judged (so a name that resolves differently the second time gains nothing),
while certificate and `Host` stay those of the name. Proxies of the environment are not used: a
proxy resolves names itself, where nothing could judge the addresses.

The transport is written on httpcore's public interface: httpx has no way to hand in a network
backend, and replacing its private pool would, after a renaming there, silently judge nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any

import httpcore
import httpx

from llmspell.errors import ResourceError
from llmspell.security.network import NetworkRules
from llmspell.security.urls import Address

SocketOption = httpcore.SOCKET_OPTION
POOL_SIZE = 10
"""Connections of one pool."""

MOST_POOLS = 10

Resolve = Callable[[str, int], Awaitable[tuple[Address, ...]]]
"""`async (host, port) -> addresses`; tests give names that change their addresses."""


Send = Callable[[httpx.Request], Awaitable[httpx.Response]]
"""Sends a request that was judged."""

Between = Callable[[httpx.Request, Send], Awaitable[httpx.Response]]
"""What answers requests that were judged, and sends on those that it wants to."""


def client(
    rules: NetworkRules,
    *,
    verify: ssl.SSLContext | bool = True,
    between: Between | None = None,
    **options: Any,
) -> httpx.AsyncClient:
    """Give a client that reaches only what the rules allow; options are those of `AsyncClient`."""
    transport = GuardedTransport(rules, verify=verify, between=between)
    return httpx.AsyncClient(transport=transport, trust_env=False, **options)


async def resolve(host: str, port: int) -> tuple[Address, ...]:
    """Give the addresses of a host, in the system's order; raises `OSError`."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    return tuple(ipaddress.ip_address(text) for text in texts)


async def read_limited(response: httpx.Response, most: int) -> bytes:
    """Read a streamed response's decoded body; raises `ResourceError` beyond `most` bytes.

    The limit counts what decompression yields, so a small body cannot become a huge one.
    """
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes(65_536):
        size += len(part)
        if size > most:
            raise ResourceError(f"the response of '{response.url}' is larger than {most} bytes")
        parts.append(part)
    return b"".join(parts)


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to addresses that were judged."""

    def __init__(self, rules: NetworkRules, resolver: Resolve = resolve) -> None:
        self._rules = rules
        self._resolve = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first of a host's addresses that may be reached and answers."""
        until = None if timeout is None else time.monotonic() + timeout
        name = self._rules.check_host(host, port)
        addresses = self._rules.reachable(name, port, await self._addresses(name, port, timeout))
        failure: Exception = httpcore.ConnectError(f"'{host}' has no address")
        for number, address in enumerate(addresses):
            left = None if until is None else max(until - time.monotonic(), 0.001)
            # An address that does not answer leaves time for those behind it.
            share = None if left is None else left / (len(addresses) - number)
            try:
                return await self._inner.connect_tcp(
                    str(address), port, share, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait between attempts."""
        await asyncio.sleep(seconds)

    async def _addresses(self, host: str, port: int, limit: float | None) -> tuple[Address, ...]:
        try:
            async with asyncio.timeout(limit):
                found = await self._resolve(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"the name '{host}' was not resolved in time") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name '{host}' cannot be resolved: {error}") from error
        return found


class GuardedTransport(httpx.AsyncBaseTransport):
    """Sends requests whose URLs the rules allow, over connections of a `GuardedBackend`.

    httpcore looks through all connections of a pool, for each of them, whenever a request begins or
    ends: a hundred at once in one pool take seconds. So there are several small ones, and a request
    takes the first that is not full.
    """

    def __init__(
        self,
        rules: NetworkRules,
        *,
        verify: ssl.SSLContext | bool = True,
        resolver: Resolve = resolve,
        between: Between | None = None,
    ) -> None:
        self._rules = rules
        self._between = between
        self._context = httpx.create_ssl_context(verify=verify, trust_env=False)
        self._backend = GuardedBackend(rules, resolver)
        self._pools: list[_Pool] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises `SecurityError` and `httpx.TransportError`."""
        self._rules.check_url(str(request.url))
        if self._between is not None:
            return await self._between(request, self._send)
        return await self._send(request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        url = request.url
        inner = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        pool = self._pool()
        pool.used += 1
        try:
            with _errors_of_httpx(request):
                answer = await pool.connections.handle_async_request(inner)
        except BaseException:
            pool.used -= 1
            raise
        assert isinstance(answer.stream, AsyncIterable)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream, request, pool),
            extensions=answer.extensions,
        )

    def _pool(self) -> _Pool:
        """The first pool with a free connection; where there is none, the least used one."""
        for pool in self._pools:
            if pool.used < POOL_SIZE:
                return pool
        if len(self._pools) < MOST_POOLS:
            self._pools.append(_Pool(self._context, self._backend))
            return self._pools[-1]
        return min(self._pools, key=lambda pool: pool.used)

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools:
            await pool.connections.aclose()


class _Pool:
    """A few connections, and how many requests use them."""

    def __init__(self, context: ssl.SSLContext, backend: GuardedBackend) -> None:
        self.used = 0
        self.connections = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=POOL_SIZE,
            max_keepalive_connections=POOL_SIZE,
            keepalive_expiry=5.0,
            network_backend=backend,
        )


class _Body(httpx.AsyncByteStream):
    def __init__(self, parts: AsyncIterable[bytes], request: httpx.Request, pool: _Pool) -> None:
        self._parts = parts
        self._request = request
        self._pool: _Pool | None = pool

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _errors_of_httpx(self._request):
            async for part in self._parts:
                yield part

    async def aclose(self) -> None:
        if self._pool is not None:
            self._pool.used -= 1
            self._pool = None
        close = getattr(self._parts, "aclose", None)
        if close is not None:
            await close()


@contextlib.contextmanager
def _errors_of_httpx(request: httpx.Request) -> Iterator[None]:
    """Raise httpx's error of the same name for one of httpcore's."""
    try:
        yield
    except Exception as error:
        kind = next((c for c in type(error).__mro__ if c.__module__.startswith("httpcore")), None)
        same = getattr(httpx, kind.__name__, None) if kind is not None else None
        if same is None:
            raise
        raise same(str(error), request=request) from error
