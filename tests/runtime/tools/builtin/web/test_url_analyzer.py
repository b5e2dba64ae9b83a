"""`url-analyzer`, without network and against a site on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.errors import ValidationError
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Page, Site


def _parts(tools: Tools, url: str, **params: Any) -> Any:
    return tools.invoke("url-analyzer", {"input": url, **params}).result


def test_a_url_is_taken_apart(tools: Tools) -> None:
    assert _parts(tools, "HTTP://Ann:pw@Bücher.example:80/a/./b?x=1&x=2&y=#top") == {
        "valid": True,
        "original": "HTTP://Ann:pw@Bücher.example:80/a/./b?x=1&x=2&y=#top",
        "normalized": "http://Ann:pw@xn--bcher-kva.example/a/b?x=1&x=2&y=#top",
        "scheme": "http",
        "host": "xn--bcher-kva.example",
        "port": None,
        "path": "/a/b",
        "query": "x=1&x=2&y=",
        "fragment": "top",
        "query_params": {"x": "2", "y": ""},
        "username": "Ann",
        "has_auth": True,
        "has_password": True,
        "host_details": {"type": "domain", "value": "xn--bcher-kva.example", "is_ip": False},
    }


def test_what_is_not_there_is_nil(tools: Tools) -> None:
    found = _parts(tools, "https://192.0.2.1")
    assert (found["path"], found["query"], found["fragment"], found["port"]) == (
        "/",
        None,
        None,
        None,
    )
    assert found["host_details"] == {"type": "ipv4", "value": "192.0.2.1", "is_ip": True}
    assert "has_auth" not in found


def test_addresses_in_disguise_are_shown(tools: Tools) -> None:
    assert _parts(tools, "http://0x7f000001/")["host"] == "127.0.0.1"


def test_parameters_are_decoded_unless_told_otherwise(tools: Tools) -> None:
    url = "http://example.org/?a=1%202&b=x+y"
    assert _parts(tools, url)["query_params"] == {"a": "1 2", "b": "x y"}
    assert _parts(tools, url, decode_params=False)["query_params"] == {"a": "1%202", "b": "x+y"}


@pytest.mark.parametrize("url", ["", "/relative", "mailto:a@b.c", "file:///etc", "http://a b/"])
def test_what_is_no_web_address_is_refused(tools: Tools, url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _parts(tools, url)
    assert caught.value.details["field"] == "input"


def test_the_server_is_asked_with_head(net: Tools, web: Site) -> None:
    headers = {"Content-Type": "text/plain", "ETag": '"1"', "Last-Modified": "Thu"}
    url = web.add("/f", Page(b"12345", headers=headers))
    found = _parts(net, url, fetch_metadata=True)["metadata"]
    assert web.asked[-1].method == "HEAD"
    assert found.pop("server")
    assert found == {
        "status_code": 200,
        "status_text": "OK",
        "is_success": True,
        "is_redirect": False,
        "content_type": "text/plain",
        "content_length": 5,
        "last_modified": "Thu",
        "etag": '"1"',
    }


def test_a_redirection_is_told_not_followed(net: Tools, web: Site) -> None:
    found = _parts(net, web.redirect("/r", "/there"), fetch_metadata=True)["metadata"]
    assert (found["is_redirect"], found["redirect_location"]) == (True, "/there")
    assert len(web.asked) == 1


def test_a_server_that_may_not_or_cannot_be_asked_is_no_failure(
    tools: Tools, net: Tools, web: Site
) -> None:
    found = _parts(tools, web.url, fetch_metadata=True)
    assert found["valid"]
    assert "127.0.0.1" in found["metadata_error"]
    dropped = _parts(net, web.add("/d", Page(drop=True)), fetch_metadata=True)
    assert "cannot be reached" in dropped["metadata_error"]
