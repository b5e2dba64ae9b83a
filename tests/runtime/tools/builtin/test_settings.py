"""What the tables of `[tools]` say counts: data, searches, connections."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest

from llmspell.app import Runtime
from llmspell.errors import (
    LLMSpellError,
    NetworkError,
    ResourceError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.security import http
from llmspell.tools.builtin.web import fetching
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.conftest import LOOPBACK
from tests.runtime.tools.builtin.site import Page, Site

Make = Callable[[str], Tools]
SITEMAP = "<urlset><url><loc>http://127.0.0.1/{}</loc></url></urlset>"


@pytest.fixture
def make(make_runtime: Callable[..., Runtime]) -> Make:
    return lambda settings: make_runtime(LOOPBACK + settings).tools


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize(
    ("settings", "tool", "params", "error", "key"),
    [
        ("[tools.data]\nmax_json_depth = 5", "json-processor", {"input": nested(6), "query": "."}, ValidationError, "max_json_depth"),
        ("[tools.data]\nmax_json_depth = 5", "json-processor", {"operation": "stream", "input": nested(6)}, ValidationError, "max_json_depth"),
        ("[tools.data]\nenable_validation = false", "json-processor", {"operation": "validate", "input": 1, "schema": True}, ToolError, "enable_validation"),
        ("[tools.data]\nenable_validation = false", "csv-analyzer", {"operation": "validate", "input": "a,b\n1,2\n", "options": {"rules": {}}}, ToolError, "enable_validation"),
        ('[tools.search]\ndefault_engine = "bing"', "web-searcher", {"input": "x"}, ValidationError, "default_engine"),
    ],
)  # fmt: skip
def test_what_a_setting_refuses(
    make: Make, settings: str, tool: str, params: Any, error: type[LLMSpellError], key: str
) -> None:
    with pytest.raises(error, match=key):
        make(settings).invoke(tool, params)


def test_within_the_settings_all_works(make: Make) -> None:
    tools = make("[tools.data]\nmax_csv_size = 99\nmax_json_depth = 5")
    assert tools.invoke("json-processor", {"input": nested(5), "query": "length"}).result == 1
    assert tools.invoke("csv-analyzer", {"input": "a,b\n1,2\n"}).success


def test_the_time_of_work_on_data(make: Make) -> None:
    tools = make("[tools.data]\nprocessing_timeout_seconds = 1")
    with pytest.raises(TimeLimitError, match="within 1 s"):
        tools.invoke("json-processor", {"input": 1, "query": "last(repeat(1))"})


def test_the_size_of_xml(make: Make, web: Site) -> None:
    text = SITEMAP.format("a" * 1000)
    url = web.text("/sitemap.xml", text, "text/xml")
    tools = make("[tools.data]\nmax_xml_size = 500")
    with pytest.raises(ResourceError, match="larger than"):
        tools.invoke("sitemap-crawler", {"input": url})
    with pytest.raises(ValidationError, match="more than 500"):
        tools.invoke("feed-reader", {"input": text})
    assert make("").invoke("sitemap-crawler", {"input": url}).result["urls_found"] == 1


def test_the_engine_its_key_and_number_of_results(
    make_runtime: Callable[..., Runtime], web: Site
) -> None:
    environ = {
        "WEBSEARCH_GOOGLE_BASE_URL": web.url + "/google",
        "WEBSEARCH_GOOGLE_SEARCH_ENGINE_ID": "cx1",
    }
    items = [{"title": f"T{n}", "link": f"https://e.org/{n}", "snippet": ""} for n in range(9)]

    def answer(asked: Any) -> Page:
        return Page(b'{"items": %s}' % json.dumps(items).encode())

    settings = '[tools.search]\ndefault_engine = "google"\napi_key = "k-1"\nmax_results = 3\nsafe_search = false\n'
    tools = make_runtime(LOOPBACK + settings, environ=environ).tools
    for path in ("/google", "/google/customsearch/v1"):
        web.add(path, answer)
    found = tools.invoke("web-searcher", {"input": "lua"}).result["results"]
    assert [each["provider"] for each in found] == ["google"] * 3
    assert "key=k-1" in web.asked[-1].path
    assert "safe=active" not in web.asked[-1].path


def test_the_time_of_a_search(make_runtime: Callable[..., Runtime], web: Site) -> None:
    hold = threading.Event()
    web.add("/", Page(b"{}", hold=hold))
    environ = {"WEBSEARCH_DUCKDUCKGO_BASE_URL": web.url}
    settings = LOOPBACK + "[tools.search]\ntimeout_seconds = 1\n"
    try:
        with pytest.raises(TimeLimitError, match="within 1 s"):
            make_runtime(settings, environ=environ).tools.invoke("web-searcher", {"input": "x"})
    finally:
        hold.set()


@pytest.mark.parametrize("tool", ["http-requester", "web-scraper"])
def test_connections_are_tried_again(make: Make, web: Site, tool: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(fetching.Retry, "pause", lambda *_: 0.0)
    url = web.add("/drop", Page(drop=True))
    with pytest.raises(NetworkError):
        make("[tools.network]\nmax_retries = 1").invoke(tool, {"input": url})
    assert len(web.asked) == 2
    if tool == "http-requester":
        with pytest.raises(NetworkError):
            make("[tools.network]").invoke(tool, {"input": url, "method": "POST"})
        assert len(web.asked) == 3


@pytest.mark.parametrize("tool", ["http-requester", "web-scraper", "api-tester"])
def test_connections_have_a_time(make: Make, web: Site, tool: str) -> None:
    hold = threading.Event()
    url = web.add("/slow", Page(b"", hold=hold))
    try:
        with pytest.raises(TimeLimitError, match="within 1 s"):
            make("[tools.network]\ntimeout_seconds = 1\nmax_retries = 0").invoke(
                tool, {"input": url}
            )
    finally:
        hold.set()


@pytest.mark.parametrize(
    ("settings", "verified"),
    [("", True), ("[tools.network]", True), ("[tools.network]\nverify_ssl = false", False)],
)
def test_certificates_are_checked_unless_a_setting_says_not(
    make: Make, web: Site, monkeypatch: Any, settings: str, verified: bool
) -> None:
    made = []
    client = http.client

    def noted(rules: Any, *, verify: bool, between: Any) -> Any:
        made.append(verify)
        return client(rules, verify=verify, between=between)

    monkeypatch.setattr(fetching, "client", noted)
    make(settings).invoke("http-requester", {"input": web.text("/a", "x")})
    assert made == [verified]
