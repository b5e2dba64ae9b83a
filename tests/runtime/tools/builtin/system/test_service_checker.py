"""`service-checker`, against servers on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import ValidationError
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Page, Site

NAMED = """
[tools.http_request]
allowed_hosts = ["*", "127.0.0.1", "127.0.0.1:{port}", "localhost"]
blocked_hosts = []
"""


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of a server that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def check(tools: Tools, kind: str, target: str, **params: Any) -> Any:
    done = tools.invoke("service-checker", {"check_type": kind, "target": target, **params})
    assert done.success
    assert done.envelope["operation"] == "check"
    return done.result


def test_a_port_that_answers(make_runtime: Callable[..., Runtime], listening: int) -> None:
    tools = make_runtime(NAMED.format(port=listening)).tools
    found = check(tools, "tcp", f"127.0.0.1:{listening}")
    assert isinstance(found.pop("response_time_ms"), int)
    assert found == {
        "target": f"127.0.0.1:{listening}",
        "check_type": "tcp",
        "available": True,
        "status": "connected",
        "error": None,
        "metadata": {"resolved_ip": "127.0.0.1", "resolved_port": str(listening)},
        "timeout_seconds": 5,
    }


def test_a_port_that_does_not(make_runtime: Callable[..., Runtime]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found = check(make_runtime(NAMED.format(port=port)).tools, "tcp", f"127.0.0.1:{port}")
    assert (found["available"], found["status"]) == (False, "unreachable")
    assert found["error"]


def test_a_port_that_nobody_named_is_not_tried(net: Tools, listening: int) -> None:
    found = check(net, "tcp", f"127.0.0.1:{listening}")
    assert (found["available"], found["status"]) == (False, "refused")
    assert f"127.0.0.1:{listening}" in found["error"]


@pytest.mark.parametrize(
    ("status", "available"), [(200, True), (302, True), (404, False), (500, False)]
)
def test_http(net: Tools, web: Site, status: int, available: bool) -> None:
    headers = {"Content-Type": "text/plain", "Location": "/elsewhere"}
    web.pages["/x"] = Page(status=status, headers=headers)
    for target in (web.url + "/x", web.url.partition("://")[2] + "/x"):
        found = check(net, "http", target)
        assert (found["available"], found["status"]) == (available, f"HTTP {status}")
        assert found["metadata"] == {
            "status_code": str(status),
            "method": "HEAD",
            "content_type": "text/plain",
        }


def test_https_is_not_answered_by_http(net: Tools, web: Site) -> None:
    found = check(net, "https", web.url)
    assert (found["available"], found["status"]) == (False, "unreachable")


@pytest.mark.parametrize("target", ["localhost", "localhost:80", "127.0.0.1", "[::1]:80"])
def test_dns_takes_bare_names(make_runtime: Callable[..., Runtime], target: str) -> None:
    config = '[tools.http_request]\nallowed_hosts = ["*", "localhost", "127.0.0.1", "::1"]\n'
    tools = make_runtime(config + "blocked_hosts = []\n").tools
    found = check(tools, "dns", target)
    assert (found["available"], found["status"]) == (True, "resolved")
    assert found["metadata"]["first_address"] in {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("tcp", "127.0.0.1:8080"),
        ("tcp", "10.0.0.1:80"),
        ("tcp", "169.254.169.254:80"),
        ("tcp", "[::1]:80"),
        ("http", "http://localhost/"),
        ("http", "192.168.0.1"),
        ("https", "metadata.google.internal"),
        ("dns", "localhost"),
    ],
)
def test_special_addresses_are_refused_as_a_result(tools: Tools, kind: str, target: str) -> None:
    found = check(tools, kind, target)
    assert (found["available"], found["status"]) == (False, "refused")
    assert "trusted" in found["error"]


def test_a_server_that_says_nothing(make_runtime: Callable[..., Runtime], listening: int) -> None:
    tools = make_runtime(NAMED.format(port=listening)).tools
    found = check(tools, "http", f"http://127.0.0.1:{listening}/", timeout_ms=50)
    assert (found["available"], found["status"]) == (False, "timeout")
    assert found["timeout_seconds"] == 0.05


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"check_type": "tcp"}, "target"),
        ({"target": "a:80"}, "check_type"),
        ({"target": "a:80", "check_type": "icmp"}, "check_type"),
        ({"target": " ", "check_type": "dns"}, "target"),
        ({"target": "a", "check_type": "tcp"}, "target"),
        ({"target": "a:b", "check_type": "tcp"}, "target"),
        ({"target": "a:0", "check_type": "tcp"}, "target"),
        ({"target": "a:65536", "check_type": "dns"}, "target"),
        ({"target": "http://a:x/", "check_type": "http"}, "target"),
        ({"target": "a:80", "check_type": "tcp", "timeout_seconds": 31}, "timeout_seconds"),
        ({"target": "a:80", "check_type": "tcp", "timeout_seconds": 0}, "timeout_seconds"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as raised:
        tools.invoke("service-checker", params)
    assert raised.value.details["field"] == field
