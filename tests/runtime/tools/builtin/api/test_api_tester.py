"""`api-tester` against a site on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.errors import NetworkError, SecurityError, ValidationError
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Page, Site


def _test(tools: Tools, url: str, **params: Any) -> Any:
    return tools.invoke("api-tester", {"input": url, **params}).result


def test_an_answer_is_given_with_its_time(net: Tools, web: Site) -> None:
    url = web.json("/j", {"a": 1}, 201)
    told = _test(net, url, method="get", timeout=5)
    assert told["request"] == {"method": "get", "url": url, "timeout": 5}
    response = told["response"]
    assert (response["status_code"], response["status_text"]) == (201, "Created")
    assert (response["is_success"], response["body"], response["body_is_json"]) == (
        True,
        {"a": 1},
        True,
    )
    assert response["headers"]["content-type"] == "application/json"
    assert told["timing"]["duration_secs"] > 0
    assert told["timing"]["duration_ms"] == round(told["timing"]["duration_secs"] * 1000)


def test_any_status_is_an_answer(net: Tools, web: Site) -> None:
    response = _test(net, web.add("/e", Page(b"broken", 500)))["response"]
    assert (response["is_success"], response["body"], response["body_is_json"]) == (
        False,
        "broken",
        False,
    )


@pytest.mark.parametrize(("method", "sent"), [("POST", b'{"a": 1}'), ("DELETE", b"")])
def test_a_body_is_sent_where_the_method_has_one(
    net: Tools, web: Site, method: str, sent: bytes
) -> None:
    _test(net, web.json("/b", {}), method=method, body={"a": 1}, headers={"X-A": "b"})
    asked = web.asked[-1]
    assert (asked.method, asked.body, asked.headers["x-a"]) == (method, sent, "b")


def test_a_failed_connection_and_a_forbidden_address_are_raised(
    net: Tools, tools: Tools, web: Site
) -> None:
    with pytest.raises(NetworkError, match="cannot be reached"):
        _test(net, web.add("/drop", Page(drop=True)))
    with pytest.raises(SecurityError):
        _test(tools, web.url)


@pytest.mark.parametrize(
    ("params", "field"),
    [({"method": "BREW"}, "method"), ({"body": "text"}, "body"), ({"timeout": -1}, "timeout")],
)
def test_mistakes_name_the_parameter(
    net: Tools, web: Site, params: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        _test(net, web.url, **params)
    assert caught.value.details["field"] == field
