"""`service-checker` (spec tools §8.24): whether a service answers.

Which hosts are asked is the policy's matter (`security.network`): addresses of this machine and of
private networks only where the configuration names them. A refusal is a check that found nothing,
as documented, and says which key would allow it.
"""

from __future__ import annotations

import asyncio
import time

from llmspell.errors import NetworkError, SecurityError, TimeLimitError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.description import Example, Limits, Operation, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from llmspell.security.urls import Address
    from llmspell.tools.call import Call

    Found = tuple[str, dict[str, str]]

SECONDS = 5
MOST_SECONDS = 30
PORTS = frozenset(
    {22, 23, 25, 53, 80, 110, 143, 443, 993, 995, 1433, 3306, 5432, 6379, 8080, 8443, 9000}
)
"""Ports that TCP checks may try; others where the configuration names `host:port`."""


class ServiceChecker(Tool):
    """Checks whether a service answers, by TCP, HTTP, HTTPS or DNS."""

    name = "service-checker"
    category = "system"
    security = "restricted"
    permissions = ("network",)
    limits = Limits(seconds=MOST_SECONDS + 5)
    requires = ("httpx",)
    operations = {"check": Operation("asks a service", needs=("target", "check_type"))}
    default_operation = "check"
    parameters = (
        Parameter("target", "string", "host:port, URL or host.", required=True, kind="host"),
        Parameter(
            "check_type",
            "string",
            "How.",
            required=True,
            choices=("tcp", "http", "https", "dns"),
        ),
        Parameter(
            "timeout_seconds",
            "number",
            "Time to wait.",
            default=SECONDS,
            schema={"exclusiveMinimum": 0, "maximum": MOST_SECONDS},
        ),
        Parameter(
            "timeout_ms",
            "integer",
            "The same in milliseconds; wins.",
            schema={"minimum": 1, "maximum": MOST_SECONDS * 1000},
        ),
    )
    examples = (
        Example(
            {"target": "127.0.0.1:8080", "check_type": "tcp"},
            {"success": True, "result": {"available": False, "check_type": "tcp"}},
        ),
        Example(
            {"target": "http://169.254.169.254/", "check_type": "http"},
            {"result": {"available": False, "status": "refused"}},
        ),
        Example({"target": "nothing", "check_type": "tcp"}, fails="host:port"),
    )

    async def do_check(self, call: Call) -> Answer:
        """A service that does not answer is a result, not a failure."""
        target, kind = str(call.params["target"]).strip(), call.params["check_type"]
        if not target:
            raise ValidationError("'target' is empty", field="target")
        seconds = float(call.get("timeout_seconds", SECONDS))
        if call.get("timeout_ms"):
            seconds = call.params["timeout_ms"] / 1000
        begun = time.perf_counter()
        error: str | None = None
        metadata: dict[str, str] = {}
        try:
            async with asyncio.timeout(seconds):
                status, metadata = await _CHECKS[kind](call, target)
            available = not status.startswith(("HTTP 4", "HTTP 5"))
        except SecurityError as refused:
            available, status, error = False, "refused", refused.lua_message
        except (TimeoutError, TimeLimitError):
            available, status, error = False, "timeout", f"no answer within {seconds:g} s"
        except (NetworkError, OSError, UnicodeError) as failed:
            available, status, error = False, "unreachable", str(failed)
        taken = round((time.perf_counter() - begun) * 1000)
        result = {
            "target": target,
            "check_type": kind,
            "available": available,
            "response_time_ms": taken,
            "status": status,
            "error": error,
            "metadata": metadata,
            "timeout_seconds": int(seconds) if seconds.is_integer() else seconds,
        }
        word = "available" if available else "not available"
        return Answer("check", result, message=f"{target} is {word}: {status}")


async def _tcp(call: Call, target: str) -> Found:
    host, port = _host_and_port(target)
    if port is None:
        raise ValidationError(f"'{target}' is not of the form host:port", field="target")
    rules = call.policy.network
    name = rules.check_host(host, port)
    if port not in PORTS and not rules.names_port(name, port, _literal(name)):
        raise SecurityError(
            f"port {port} is not among those that are tried; add '{name}:{port}' to "
            "`tools.http_request.allowed_hosts` in a trusted configuration (beside '*')"
        )
    failure: OSError = OSError(f"'{host}' has no address")
    for address in rules.reachable(name, port, await _addresses(name, port)):
        try:
            _, writer = await asyncio.open_connection(str(address), port)
        except OSError as error:
            failure = error
        else:
            writer.close()
            return "connected", {"resolved_ip": str(address), "resolved_port": str(port)}
    raise failure


async def _http(call: Call, target: str) -> Found:
    return await _head(call, target if "://" in target else f"http://{target}")


async def _https(call: Call, target: str) -> Found:
    return await _head(call, "https://" + (target.partition("://")[2] or target))


async def _head(call: Call, url: str) -> Found:
    from llmspell.tools.builtin.web.fetching import request

    try:
        call.policy.network.check_url(url)
        # What a redirection leads to is another service.
        reply = await request(call, "HEAD", url, redirects=0)
    except ValidationError as error:
        raise ValidationError(str(error), field="target") from error
    metadata = {"status_code": str(reply.status), "method": "HEAD"}
    if "content-type" in reply.headers:
        metadata["content_type"] = reply.headers["content-type"]
    return f"HTTP {reply.status}", metadata


async def _dns(call: Call, target: str) -> Found:
    host, port = _host_and_port(target)
    rules = call.policy.network
    name = rules.check_host(host, port or 0)
    found = rules.reachable(name, port or 0, await _addresses(name, port or 0))
    if not found:
        raise OSError(f"'{host}' has no address")
    return "resolved", {"address_count": str(len(found)), "first_address": str(found[0])}


async def _addresses(host: str, port: int) -> tuple[Address, ...]:
    from llmspell.security.http import resolve

    return await resolve(host, port)


def _host_and_port(target: str) -> tuple[str, int | None]:
    """`host:port`, `[::1]:port` or a bare host; raises ValidationError for anything else."""
    host, colon, port = target.rpartition(":")
    if not colon or (":" in host and not host.endswith("]")):
        return target.strip("[]"), None
    if not host or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        raise ValidationError(f"'{target}' is not of the form host:port", field="target")
    return host.strip("[]"), int(port)


def _literal(host: str) -> Address | None:
    from llmspell.security.urls import parse_host

    return parse_host(host)[1]


_CHECKS: dict[str, Callable[[Call, str], Awaitable[Found]]] = {
    "tcp": _tcp,
    "http": _http,
    "https": _https,
    "dns": _dns,
}
