"""Requests of the tools over HTTP: guarded, limited, repeated; shared by all of them.

The client of a runtime is kept, because to make one takes as long as many requests. httpx is
imported here, so tools import this module inside their operations.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from llmspell.background import aside
from llmspell.errors import NetworkError, TimeLimitError, ToolError, ValidationError
from llmspell.security.http import client, read_limited
from llmspell.security.network import network_rules

if TYPE_CHECKING:
    from llmspell.security.network import Purpose
    from llmspell.tools.call import Call

MOST_BYTES = 50 * 1024 * 1024
"""The largest body that is read, after decompression."""

LARGE = 64 * 1024
"""Bytes of JSON above which a thread parses them, as the loop serves all calls."""


@attrs.frozen
class Retry:
    """When a request is repeated: after failures of the transport, and answers with some status.

    attempts: of all. delays are seconds; the next one is `factor` times as long, at most `most`.
    """

    attempts: int = 3
    delay: float = 1.0
    most: float = 30.0
    factor: float = 2.0
    statuses: tuple[int, ...] = ()

    def pause(self, attempt: int) -> float:
        """Seconds after an attempt (from 1), a fifth more or less at random."""
        wait = min(self.delay * self.factor ** (attempt - 1), self.most)
        return wait * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


@attrs.frozen
class Reply:
    """An answer whose body was read.

    elapsed: seconds, with all attempts. history: the addresses that led here. attempts: how often
    it was asked for.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    encoding: str
    elapsed: float
    history: tuple[str, ...] = ()
    attempts: int = 1

    @property
    def status_text(self) -> str:
        """The usual phrase for the status, "" for an unknown one."""
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return ""

    async def parsed(self) -> tuple[Any, bool]:
        """The body as JSON, and whether it is JSON, whatever its content type says."""
        return self._parsed() if len(self.body) <= LARGE else await aside(self._parsed)

    def _parsed(self) -> tuple[Any, bool]:
        try:
            return json.loads(self.text), True
        except (ValueError, RecursionError):
            return None, False

    @property
    def text(self) -> str:
        """The body as text, in the encoding that the server names or that it looks like."""
        return self.body.decode(self.encoding, errors="replace")

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


async def request(
    call: Call,
    method: str,
    url: str,
    *,
    purpose: Purpose = "http_request",
    retry: Retry | None = None,
    redirects: int = 5,
    timeout: float | None = None,
    most: int = MOST_BYTES,
    **options: Any,
) -> Reply:
    """Sends a request and reads the answer; options are those of httpx (`headers`, `json`, …).

    retry: what `[tools.network]` says where it is None. timeout: seconds for one attempt.
    redirects: how many are followed; each is judged.
    Raises ValidationError and SecurityError for the URL, NetworkError, TimeLimitError, and
    ResourceError for an answer that is too large.
    """
    retry = retry or _usual_retry(call, method)
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for attempt in range(1, retry.attempts + 1):
        last = attempt == retry.attempts
        try:
            reply = await _once(call, method, url, purpose, redirects, timeout, most, options)
        except (NetworkError, TimeLimitError) as error:
            error.details["attempts"] = attempt
            if last or call.seconds_left <= 0:
                raise
        else:
            if last or reply.status not in retry.statuses:
                return attrs.evolve(reply, elapsed=loop.time() - begun, attempts=attempt)
        await asyncio.sleep(min(retry.pause(attempt), call.seconds_left))
    raise ToolError("no attempt was allowed")


def _usual_retry(call: Call, method: str) -> Retry:
    network = call.settings.network
    again = network is not None and method.upper() in ("GET", "HEAD")
    return Retry(attempts=1 + network.max_retries if network is not None and again else 1)


async def _once(
    call: Call,
    method: str,
    url: str,
    purpose: Purpose,
    redirects: int,
    timeout: float | None,
    most: int,
    options: dict[str, Any],
) -> Reply:
    limit = call.seconds_left if timeout is None else min(timeout, call.seconds_left)
    try:
        async with asyncio.timeout(limit):
            async with stream(call, method, url, purpose, redirects, options) as response:
                body = await read_limited(response, most)
                return Reply(
                    response.status_code,
                    dict(response.headers),
                    body,
                    str(response.url),
                    _encoding(response, body),
                    0.0,
                    tuple(str(each.url) for each in response.history),
                )
    except TimeoutError:
        raise TimeLimitError(f"'{url}' did not answer within {limit:g} s") from None


@asynccontextmanager
async def stream(
    call: Call, method: str, url: str, purpose: Purpose, redirects: int, options: dict[str, Any]
) -> AsyncIterator[httpx.Response]:
    """An answer whose body is still to be read; failures of the transport are told in our words."""
    session = _session(call, purpose)
    asked = session.build_request(method, url, timeout=None, **options)
    try:
        response = await _followed(session, asked, redirects)
        try:
            yield response
        finally:
            await response.aclose()
    except ValidationError as error:
        error.details.setdefault("field", "input")
        raise
    except httpx.TimeoutException as error:
        raise TimeLimitError(f"'{url}' did not answer in time") from error
    except httpx.InvalidURL as error:
        raise ValidationError(f"'{url}' is no URL: {error}", field="input") from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        reason = str(error) or type(error).__name__
        raise NetworkError(f"'{url}' cannot be reached: {reason}") from error


async def _followed(
    session: httpx.AsyncClient, asked: httpx.Request, redirects: int
) -> httpx.Response:
    """The answer behind the redirections that may be followed."""
    history: list[httpx.Response] = []
    while True:
        response = await session.send(asked, stream=True, follow_redirects=False)
        response.history = list(history)
        following = response.next_request
        if following is None or redirects == 0:
            return response
        await response.aclose()
        if len(history) >= redirects:
            raise NetworkError(f"'{asked.url}' is redirected more than {redirects} times")
        history.append(response)
        following.extensions = asked.extensions
        asked = following


def _session(call: Call, purpose: Purpose) -> httpx.AsyncClient:
    """The client of this runtime for one purpose; it lives on the loop."""
    network = call.settings.network
    verify = call.settings.http_request.verify_ssl and (network is None or network.verify_ssl)

    def make() -> httpx.AsyncClient:
        rules = network_rules(call.policy, purpose)
        return client(rules, verify=verify, between=call.around.between)

    session: httpx.AsyncClient = call.around.shared(
        ("http", purpose), make, httpx.AsyncClient.aclose
    )
    return session


def _encoding(response: httpx.Response, body: bytes) -> str:
    """The charset that the server says, if Python has it; else what the bytes look like."""
    import codecs

    for name in (response.charset_encoding, _bom(body)):
        try:
            if name:
                return codecs.lookup(name).name
        except LookupError:
            continue
    try:
        body.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _bom(body: bytes) -> str | None:
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if body.startswith(mark):
            return name
    return None


def headers_of(given: Any) -> dict[str, str]:
    """Headers as texts; numbers are written out, other values are refused."""
    found = {}
    for name, value in (given or {}).items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError(f"the header '{name}' is no text", field="headers")
        if any(c in f"{name}{value}" for c in "\r\n\0"):
            raise ValidationError(f"the header '{name}' has a line break in it", field="headers")
        found[str(name)] = str(value)
    return found


def json_body(call: Call, value: Any, field: str, headers: dict[str, str]) -> bytes:
    """A parameter as the body of a request; adds the content type to its headers.

    Raises ValidationError with the field for what is too large or has no form in JSON.
    """
    try:
        data = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:
        raise ValidationError(f"'{field}' cannot be sent as JSON: {error}", field=field) from None
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    return sized_body(call, data, field)


def sized_body(call: Call, data: bytes, field: str) -> bytes:
    """The body of a request; raises ValidationError beyond `max_request_size`."""
    most = call.settings.http_request.max_request_size
    if len(data) > most:
        raise ValidationError(
            f"the body has {len(data)} bytes; `tools.http_request.max_request_size` is {most}",
            field=field,
        )
    return data
