"""Literal URLs: what is read, and what is refused because readers could disagree about it."""

import contextlib

import ada_url
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llmspell.errors import LLMSpellError, SecurityError, ValidationError
from llmspell.security.urls import Target, parse_url


def test_the_parts_of_a_url() -> None:
    target = parse_url("  HTTPS://Example.ORG.:8443/a b/ü?q=x y#part ")
    assert (target.scheme, target.host, target.port) == ("https", "example.org", 8443)
    assert target.url == "https://example.org:8443/a%20b/%C3%BC?q=x%20y"
    assert target.address is None


def test_a_default_port_is_not_written() -> None:
    assert parse_url("http://a.org:80").url == "http://a.org/"
    assert parse_url("https://a.org").port == 443


def test_an_address_is_known_as_one() -> None:
    assert str(parse_url("http://[::FFFF:1.2.3.4]:8080/").address) == "::ffff:102:304"
    assert str(parse_url("http://192.0.2.1/").address) == "192.0.2.1"


def test_letters_outside_ascii_become_what_is_resolved() -> None:
    assert parse_url("http://straße.example/").host == "xn--strae-oqa.example"
    assert parse_url("http://127。0。0。1/").host == "127.0.0.1"


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1.0x1/",
        "http://1.2.3.999/",
        "http://example.org@127.0.0.1/",
        "http://user:secret@example.org/",
        "http://example.org\\@127.0.0.1/",
        "http://a.org\x00.b.org/",
        "http://a.org/\r\nHost: b.org",
        "http://a.org/%0d%0aHost",
        "http://a.org/%00",
        "http://a.org/%252e%252e/",
        "http://[fe80::1%25eth0]/",
        "file:///etc/passwd",
        "gopher://a.org/",
        "javascript:alert(1)",
    ],
)
def test_a_url_that_hides_something_is_refused(url: str) -> None:
    with pytest.raises(SecurityError, match="Network access denied"):
        parse_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.org", "//a.org/", "http:a.org", "http:/a.org", "http:///a.org", "http://:80/"),
        *("http://a.org:/", "http://a.org:0/", "http://a.org:65536/", "http://a.org:8x/"),
        *("http://a..org/", "http://-a.org/", "http://a%2eorg/", "http://[::1/", "http://::1/"),
        *("http://a b.org/", "http://a.org/" + "x" * 20_000, "http://" + "a." * 130 + "org/"),
        "http://a.org/\ud800",
    ],
)
def test_what_is_no_url_is_said_to_be_none(url: str) -> None:
    with pytest.raises(ValidationError):
        parse_url(url)


def test_a_query_may_hold_an_encoded_url_or_line() -> None:
    assert parse_url("http://a.org/?u=http%3A%2F%2Fb.org%2F%2520&t=%0A").url.endswith("&t=%0A")


PIECES = st.sampled_from(
    [
        *(
            "http:",
            "https:",
            "ftp:",
            "/",
            "//",
            "\\",
            "@",
            ":",
            ":80",
            ":0080",
            "[",
            "]",
            "%",
            "%2e",
        ),
        *("#", "?", "..", ".", "a", "A", "localhost", "example.org", "127.0.0.1", "127.1", "0x7f"),
        *(
            "0",
            "017700000001",
            "2130706433",
            "::1",
            "::ffff:127.0.0.1",
            "1",
            "9",
            "-",
            "_",
            "xn--a",
        ),
        *(
            " ",
            "\t",
            "\n",
            "\x00",
            "é",
            "1",
            "。",
            "\uff05",
            "ß",
            "\u200d",
            "/../",
            "user",
            "%25",
            "%0a",
        ),
    ]
)
URLS = st.lists(PIECES, max_size=9).map("".join) | st.lists(PIECES, max_size=6).map(
    lambda pieces: "http://" + "".join(pieces)
)


def accepted(url: str) -> Target | None:
    with contextlib.suppress(LLMSpellError):
        return parse_url(url)
    return None


@given(URLS)
@example("http://a.org:0080/")
@example("http://1.2.3.4./")
def test_a_browser_sees_the_same_host_and_port(url: str) -> None:
    target = accepted(url)
    if target is None:
        return
    for text in (url, target.url):
        seen = ada_url.URL(text)
        assert seen.protocol == f"{target.scheme}:"
        assert seen.hostname.strip("[]").removesuffix(".") == target.host
        assert int(seen.port or {"http": 80, "https": 443}[target.scheme]) == target.port


@given(URLS)
def test_the_http_client_sees_the_same_host_and_port(url: str) -> None:
    target = accepted(url)
    if target is not None:
        seen = httpx.URL(target.url)
        assert (seen.scheme, seen.raw_host.decode()) == (target.scheme, target.host)
        assert (seen.port or {"http": 80, "https": 443}[target.scheme]) == target.port


@given(URLS)
def test_reading_twice_changes_nothing(url: str) -> None:
    target = accepted(url)
    assert target is None or parse_url(target.url) == target
