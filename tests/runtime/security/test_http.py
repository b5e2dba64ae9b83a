"""The client against real servers on loopback: what is judged is what is connected to."""

import asyncio
import gzip
import ipaddress
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import attrs
import httpx
import pytest

from llmspell.errors import ResourceError, SecurityError
from llmspell.security.http import GuardedTransport, client, read_limited
from llmspell.security.network import NetworkRules
from llmspell.security.policy import Permissions
from llmspell.security.settings import ToolSettings
from llmspell.security.urls import Address

from .conftest import Site

LOOPBACK = ipaddress.ip_address("127.0.0.1")


class Handler(BaseHTTPRequestHandler):
    hosts: list[str]

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        bomb = self.path == "/bomb"
        body = gzip.compress(bytes(20_000_000)) if bomb else b"hello"
        self.send_response(302 if self.path.startswith("/to/") else 200)
        if bomb:
            self.send_header("Content-Encoding", "gzip")
        if self.path.startswith("/to/"):
            self.send_header("Location", self.path.removeprefix("/to/"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@attrs.frozen
class Served:
    port: int
    hosts: list[str]


@pytest.fixture
def served() -> Iterator[Served]:
    hosts: list[str] = []
    handler = type("Recording", (Handler,), {"hosts": hosts})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield Served(server.server_address[1], hosts)
        server.shutdown()
        thread.join()


def rules(site: Site, *hosts: str) -> NetworkRules:
    tables = {"http_request": {"allowed_hosts": hosts}} if hosts else {}
    return site.policy(None, Permissions(tools=ToolSettings(tables))).network


def get(rules: NetworkRules, url: str, names: dict[str, list[str]] | None = None) -> httpx.Response:
    """Ask for a URL; each name's addresses come one at each time that it is resolved."""

    async def resolver(host: str, port: int) -> tuple[Address, ...]:
        assert names is not None
        return (ipaddress.ip_address(names[host].pop(0)),)

    async def ask() -> httpx.Response:
        if names is None:
            opened = client(rules, follow_redirects=True)
        else:
            transport = GuardedTransport(rules, resolver=resolver)
            opened = httpx.AsyncClient(transport=transport, follow_redirects=True, trust_env=False)
        async with opened:
            return await opened.get(url, timeout=20)

    return asyncio.run(ask())


def test_an_allowed_host_answers(site: Site, served: Served) -> None:
    answer = get(rules(site, "127.0.0.1"), f"http://127.0.0.1:{served.port}/")
    assert (answer.status_code, answer.text) == (200, "hello")


def test_a_name_is_resolved_and_its_host_header_stays(site: Site, served: Served) -> None:
    url = f"http://a.example:{served.port}/"
    assert get(rules(site, "*", "127.0.0.1"), url, {"a.example": ["127.0.0.1"]}).text == "hello"
    assert served.hosts == [f"a.example:{served.port}"]


def test_a_name_that_leads_to_this_machine_is_refused(site: Site, served: Served) -> None:
    with pytest.raises(SecurityError, match=r"'a\.example' is 127\.0\.0\.1, a loopback address"):
        get(rules(site), f"http://a.example:{served.port}/", {"a.example": ["127.0.0.1"]})
    assert served.hosts == []


def test_a_name_is_resolved_once_for_a_connection(site: Site, served: Served) -> None:
    """A second look-up, after the judgement, could give another address (DNS rebinding)."""
    names = {"a.example": ["127.0.0.1", "10.0.0.1"]}
    get(rules(site, "*", "127.0.0.1"), f"http://a.example:{served.port}/", names)
    assert names["a.example"] == ["10.0.0.1"]


def test_a_redirection_is_judged(site: Site, served: Served) -> None:
    start = f"http://127.0.0.1:{served.port}/to/"
    allowed = rules(site, "127.0.0.1")
    assert get(allowed, f"{start}/end").text == "hello"
    with pytest.raises(SecurityError, match="Domain not in allowed list: '169"):
        get(allowed, f"{start}http://169.254.169.254/latest")
    with pytest.raises(SecurityError, match="Network access denied"):
        get(rules(site, "*", "127.0.0.1"), f"{start}http://localhost.example@10.0.0.1/")


def test_a_proxy_of_the_environment_is_not_asked(
    site: Site, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{served.port}")
    with pytest.raises(httpx.ConnectError):
        get(rules(site, "127.0.0.1"), "http://127.0.0.1:1/")
    assert served.hosts == []


def test_a_small_body_does_not_become_a_huge_one(site: Site, served: Served) -> None:
    async def ask() -> bytes:
        url = f"http://127.0.0.1:{served.port}/bomb"
        async with (
            client(rules(site, "127.0.0.1")) as opened,
            opened.stream("GET", url) as answer,
        ):
            return await read_limited(answer, 1_000_000)

    with pytest.raises(ResourceError, match="larger than 1000000 bytes"):
        asyncio.run(ask())


def test_a_body_within_the_limit_is_read(site: Site, served: Served) -> None:
    async def ask() -> bytes:
        url = f"http://127.0.0.1:{served.port}/"
        async with (
            client(rules(site, "127.0.0.1")) as opened,
            opened.stream("GET", url) as answer,
        ):
            return await read_limited(answer, 5)

    assert asyncio.run(ask()) == b"hello"
