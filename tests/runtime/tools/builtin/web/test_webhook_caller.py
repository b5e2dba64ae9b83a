"""`webhook-caller` against a site on loopback."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from llmspell.errors import SecurityError, ValidationError
from llmspell.tools.answer import ToolResult
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Page, Site


def _post(tools: Tools, url: str, **params: Any) -> ToolResult:
    return tools.invoke("webhook-caller", {"input": url, "retry_delay_ms": 1, **params})


def test_the_payload_is_posted_as_json(net: Tools, web: Site) -> None:
    done = _post(net, web.json("/h", {"ok": 1}), payload={"a": [1]}, headers={"X-Key": "k"})
    asked = web.asked[-1]
    assert (asked.method, asked.json, asked.headers["x-key"]) == ("POST", {"a": [1]}, "k")
    assert asked.headers["content-type"] == "application/json"
    told = done.result
    assert (told["success"], told["status_code"], told["status_text"]) == (True, 200, "OK")
    assert told["response"]["json"] == {"ok": 1}
    assert told["response"]["body_is_json"] is True
    assert told["retry_count"] == 0
    assert told["response_time_ms"] > 0


@pytest.mark.parametrize(
    ("method", "sent", "body"),
    [
        ("put", "PUT", b"{}"),
        ("GET", "GET", b""),
        ("HEAD", "HEAD", b""),
        ("DELETE", "DELETE", b""),
        ("brew", "POST", b"{}"),
    ],
)
def test_methods(net: Tools, web: Site, method: str, sent: str, body: bytes) -> None:
    _post(net, web.json("/h", {}), method=method)
    assert (web.asked[-1].method, web.asked[-1].body) == (sent, body)


def test_a_refusal_of_the_server_is_an_answer(net: Tools, web: Site) -> None:
    done = _post(net, web.add("/no", Page(b"no", 403)))
    assert done.success
    assert done.result["success"] is False
    assert done.result["response"]["body"] == "no"
    assert done.result["response"]["json"] is None
    assert len(web.asked) == 1


def test_failures_of_the_server_are_repeated_and_the_last_one_is_given(
    net: Tools, web: Site
) -> None:
    statuses = iter([503, 500, 200])
    done = _post(net, web.add("/busy", lambda _: Page(b"", next(statuses))))
    assert (done.result["status_code"], done.result["retry_count"]) == (200, 2)
    done = _post(net, web.json("/down", {}, 502), max_retries=1)
    assert done.success
    assert (done.result["status_code"], done.result["retries_attempted"]) == (502, 1)


def test_a_server_that_never_answers_is_returned_as_a_failure(net: Tools, web: Site) -> None:
    done = _post(net, web.add("/drop", Page(drop=True)), max_retries=2)
    assert not done.success
    assert len(web.asked) == 3
    told = done.envelope["result"]
    assert (told["success"], told["max_retries"], told["retry_count"]) == (False, 2, 2)
    assert "cannot be reached" in done.envelope["error"]["message"]


def test_a_slow_server_is_a_failure_too(net: Tools, web: Site) -> None:
    hold = threading.Event()
    try:
        done = _post(net, web.add("/slow", Page(hold=hold)), timeout_ms=30, max_retries=0)
    finally:
        hold.set()
    assert not done.success
    assert "did not answer within" in done.result["error"]


def test_forbidden_addresses_are_raised(tools: Tools, web: Site) -> None:
    with pytest.raises(SecurityError, match=r"127\.0\.0\.1"):
        _post(tools, web.url)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"payload": "text"}, "payload"),
        ({"payload": {"n": float("nan")}}, "payload"),
        ({"headers": {"A": "b\nC: d"}}, "headers"),
        ({"max_retries": -1}, "max_retries"),
    ],
)
def test_mistakes_name_the_parameter(
    net: Tools, web: Site, params: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        _post(net, web.url, **params)
    assert caught.value.details["field"] == field
    assert not web.asked
