"""`http-requester` against a site on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from llmspell.errors import (
    NetworkError,
    ResourceError,
    SecurityError,
    TimeLimitError,
    ValidationError,
)
from llmspell.tools import answer
from llmspell.tools.builtin.web import fetching
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Asked, Page, Site


def _get(tools: Tools, url: str, **params: Any) -> Any:
    return tools.invoke("http-requester", {"input": url, **params}).result


def test_json_is_parsed_and_text_is_text(net: Tools, web: Site) -> None:
    assert _get(net, web.json("/j", {"a": [1]}))["body"] == {"a": [1]}
    assert _get(net, web.text("/t", "häll"))["body"] == "häll"
    assert _get(net, web.text("/bad", "{", "application/json"))["body"] == "{"
    assert _get(net, web.add("/raw", Page(b"\x00\xff")))["body"] == [0, 255]


def test_the_charset_of_the_server_counts(net: Tools, web: Site) -> None:
    kind = {"Content-Type": "text/plain; charset=iso-8859-1"}
    assert _get(net, web.add("/l", Page(b"h\xe4ll", headers=kind)))["body"] == "häll"
    wrong = {"Content-Type": "text/plain; charset=klingon"}
    assert _get(net, web.add("/k", Page("hä".encode(), headers=wrong)))["body"] == "hä"


def test_any_status_is_a_success(net: Tools, web: Site) -> None:
    assert _get(net, web.json("/e", {"why": "no"}, 500))["status_code"] == 500
    assert _get(net, web.url + "/nowhere")["status_code"] == 404


@pytest.mark.parametrize("method", ["post", "PUT", "Delete", "PATCH"])
def test_a_body_is_sent_as_json(net: Tools, web: Site, method: str) -> None:
    url = web.json("/b", {})
    _get(net, url, method=method, body={"n": 1}, headers={"X-Number": 5})
    asked = web.asked[-1]
    assert (asked.method, asked.json) == (method.upper(), {"n": 1})
    assert asked.headers["x-number"] == "5"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["user-agent"] == "llmspell-http/1.0"


def test_a_text_is_sent_as_it_is_under_another_content_type(net: Tools, web: Site) -> None:
    url = web.json("/b", {})
    _get(net, url, method="POST", body="a=1", headers={"Content-Type": "text/plain"})
    assert web.asked[-1].body == b"a=1"


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"type": "basic", "username": "a", "password": "b"}, "authorization", "Basic YTpi"),
        ({"type": "bearer", "token": "t"}, "authorization", "Bearer t"),
        ({"type": "api_key", "key": "k", "header_name": "X-Key"}, "x-key", "k"),
        ({"type": "custom", "headers": {"X-One": "1"}}, "x-one", "1"),
    ],
)
def test_every_way_to_sign_in(
    net: Tools, web: Site, auth: dict[str, Any], header: str, value: str
) -> None:
    _get(net, web.json("/a", {}), auth=auth)
    assert web.asked[-1].headers[header] == value


def test_a_failed_connection_is_tried_again(net: Tools, web: Site) -> None:
    tries = iter(
        [Page(drop=True), Page(drop=True), Page(b"ok", headers={"Content-Type": "text/a"})]
    )
    url = web.add("/flaky", lambda _: next(tries))
    assert _get(net, url, retry={"initial_delay_ms": 1})["body"] == "ok"
    assert len(web.asked) == 3


def test_answers_are_repeated_only_when_asked_for(net: Tools, web: Site) -> None:
    statuses = iter([503, 200])

    def page(_: Asked) -> Page:
        return Page(b"", next(statuses))

    assert _get(net, web.add("/busy", page), retry={"initial_delay_ms": 1})["status_code"] == 200
    _get(net, web.json("/e", {}, 503))
    assert [asked.path for asked in web.asked] == ["/busy", "/busy", "/e"]


def test_redirections_are_followed_and_counted(net: Tools, web: Site) -> None:
    web.text("/end", "there")
    found = _get(net, web.redirect("/start", "/end"))
    assert (found["body"], found["url"]) == ("there", web.url + "/end")
    with pytest.raises(NetworkError, match="redirected more than 5 times"):
        _get(net, web.redirect("/round", "/round"), retry={"max_attempts": 1})


def test_a_redirection_to_a_forbidden_address_is_refused(net: Tools, web: Site) -> None:
    with pytest.raises(SecurityError, match="Network access denied"):
        _get(net, web.redirect("/meta", "http://169.254.169.254/latest"))


def test_what_is_huge_when_unpacked_is_refused(net: Tools, web: Site) -> None:
    with pytest.raises(ResourceError, match="larger than"):
        _get(net, web.bomb("/bomb"))


def test_a_slow_server_meets_the_time_limit(net: Tools, web: Site) -> None:
    hold = threading.Event()
    try:
        with pytest.raises(TimeLimitError, match="did not answer within"):
            _get(net, web.add("/slow", Page(hold=hold)), timeout_ms=50, retry={"max_attempts": 1})
    finally:
        hold.set()


def test_loopback_is_out_of_reach_without_configuration(tools: Tools, web: Site) -> None:
    with pytest.raises(SecurityError, match=r"127\.0\.0\.1"):
        _get(tools, web.url)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "input"),
        ({"input": "http://example.org", "method": "BREW"}, "method"),
        ({"input": "http://example.org", "auth": {"type": "basic"}}, "auth.username"),
        ({"input": "http://example.org", "headers": {"A": "b\r\nC: d"}}, "headers"),
        ({"input": "http://example.org", "retry": {"max_attempts": 0}}, "retry.max_attempts"),
    ],
)
def test_mistakes_name_the_parameter(net: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        net.invoke("http-requester", params)
    assert caught.value.details["field"] == field


def test_fifty_calls_wait_at_the_same_time(net: Tools, web: Site) -> None:
    """Calls overlap: none is held back until another one has its answer."""
    together, hold = [0], threading.Event()

    def page(_: Asked) -> Page:
        together[0] += 1
        if together[0] == 50:
            hold.set()
        return Page(b"", hold=hold)

    url = web.add("/wait", page)
    handles = [net.submit("http-requester", {"input": url}) for _ in range(50)]
    assert all(handle.result().success for handle in handles)


@pytest.mark.parametrize(("items", "where"), [(10, "llmspell-loop"), (50_000, "llmspell-work")])
def test_large_json_is_read_and_written_beside_the_loop(
    net: Tools, web: Site, monkeypatch: pytest.MonkeyPatch, items: int, where: str
) -> None:
    threads = []

    def noted(work: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            threads.append(threading.current_thread().name)
            return work(*given, **named)

        return called

    monkeypatch.setattr(fetching.Reply, "_parsed", noted(fetching.Reply._parsed))
    monkeypatch.setattr(answer, "as_json", noted(answer.as_json))
    assert len(_get(net, web.json("/j", ["abc"] * items))["body"]) == items
    assert len(threads) == 2
    assert all(name.startswith(where) for name in threads)
