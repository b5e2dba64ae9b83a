"""`web-searcher` against a server on loopback that answers as the engines do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from llmspell.app import Runtime
from llmspell.errors import (
    LLMSpellError,
    NetworkError,
    RateLimitError,
    SecurityError,
    ToolError,
    ValidationError,
)
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.conftest import LOOPBACK
from tests.runtime.tools.builtin.site import Asked, Page, Site

Engines = Callable[..., Tools]
KEYS = {
    "google": {"WEBSEARCH_GOOGLE_API_KEY": "a/key", "WEBSEARCH_GOOGLE_SEARCH_ENGINE_ID": "cx1"},
    "brave": {"BRAVE_API_KEY": "a/key"},
    "serpapi": {"SERPAPI_API_KEY": "a/key"},
    "serperdev": {"LLMSPELL_API_KEY_SERPERDEV": "a/key"},
}
DUCK = {
    "Heading": "Lua",
    "AbstractText": "A <b>language</b> &amp; more",
    "AbstractURL": "https://en.wikipedia.org/wiki/Lua",
    "Results": [{"Text": "Official site - lua.org", "FirstURL": "https://www.lua.org/"}],
    "RelatedTopics": [
        {"Text": "Luau - a dialect", "FirstURL": "https://duckduckgo.com/Luau"},
        {
            "Name": "Other",
            "Topics": [{"Text": "Lua (goddess)", "FirstURL": "https://duckduckgo.com/Lua_goddess"}],
        },
    ],
}
NOTHING: dict[str, Any] = {"Results": [], "RelatedTopics": []}


@pytest.fixture
def engines(make_runtime: Callable[..., Runtime], web: Site) -> Engines:
    """Makes tools whose engines are all at the site; those that are named have a key."""

    def make(*keyed: str, config: str = "", **more: str) -> Tools:
        names = ("DUCKDUCKGO", "GOOGLE", "BRAVE", "SERPAPI", "SERPERDEV")
        environ = {f"WEBSEARCH_{name}_BASE_URL": f"{web.url}/{name.lower()}" for name in names}
        for name in keyed:
            environ |= KEYS[name]
        return make_runtime(LOOPBACK + config, environ=environ | more).tools

    return make


def _search(tools: Tools, **params: Any) -> Any:
    return tools.invoke("web-searcher", {"input": "lua", **params}).result


def _sent(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query).items()}


def test_duckduckgo_needs_no_key(engines: Engines, web: Site) -> None:
    web.json("/duckduckgo/", DUCK)
    done = engines().invoke("web-searcher", {"query": "lua", "max_results": 3})
    assert done.answer.operation == "search"
    assert done.result["count"] == 3
    assert done.result["provider"] == "duckduckgo"
    assert done.result["results"][0] == {
        "title": "Lua",
        "url": "https://en.wikipedia.org/wiki/Lua",
        "snippet": "A language & more",
        "provider": "duckduckgo",
        "rank": 1,
    }
    assert [each["title"] for each in done.result["results"]] == ["Lua", "Official site", "Luau"]
    assert _sent(web.asked[-1]) == {
        "q": "lua",
        "format": "json",
        "no_html": "1",
        "skip_disambig": "1",
        "safe_search": "1",
    }
    assert len(_search(engines())["results"]) == 4


HIT = {"title": "T", "link": "https://e.org/", "snippet": "S"}


@pytest.mark.parametrize(
    ("provider", "path", "answer", "params", "label"),
    [
        (
            "google",
            "/google/customsearch/v1",
            {"items": [HIT]},
            {
                "key": "a/key",
                "cx": "cx1",
                "q": "lua",
                "num": "10",
                "safe": "active",
                "lr": "lang_de",
            },
            "google",
        ),
        (
            "brave",
            "/brave/res/v1/web/search",
            {"web": {"results": [{"title": "T", "url": "https://e.org/", "description": "S"}]}},
            {"q": "lua", "count": "20", "safesearch": "strict", "search_lang": "de"},
            "brave",
        ),
        (
            "serpapi",
            "/serpapi/search",
            {"organic_results": [HIT]},
            {
                "api_key": "a/key",
                "q": "lua",
                "num": "50",
                "engine": "google",
                "safe": "active",
                "hl": "de",
            },
            "serpapi (google)",
        ),
    ],
)
def test_engines_with_a_key_are_asked_as_they_document(
    engines: Engines,
    web: Site,
    provider: str,
    path: str,
    answer: Any,
    params: dict[str, str],
    label: str,
) -> None:
    web.json(path, answer)
    found = _search(engines(provider), provider=provider, max_results=50, language="de")
    assert found["results"] == [
        {"title": "T", "url": "https://e.org/", "snippet": "S", "provider": label, "rank": 1}
    ]
    assert _sent(web.asked[-1]) == params
    if provider == "brave":
        assert web.asked[-1].headers["x-subscription-token"] == "a/key"


def test_serperdev_gives_its_answer_box_first(engines: Engines, web: Site) -> None:
    box = {"title": "Box", "answer": "42", "link": "https://e.org/box"}
    web.json("/serperdev/search", {"answerBox": box, "organic": [HIT]})
    found = _search(engines("serperdev"), provider="serperdev", safe_search=False)
    assert [each["provider"] for each in found["results"]] == ["serperdev (answer)", "serperdev"]
    assert found["results"][0]["snippet"] == "42"
    assert web.asked[-1].json == {"q": "lua", "num": 10}
    assert web.asked[-1].headers["x-api-key"] == "a/key"


@pytest.mark.parametrize(
    ("provider", "kind", "path", "answer"),
    [
        ("google", "news", "/google/customsearch/v1", {"items": [HIT]}),
        ("google", "images", "/google/customsearch/v1", {"items": [HIT]}),
        ("brave", "news", "/brave/res/v1/news/search", {"results": [{"url": "https://e.org/"}]}),
        (
            "brave",
            "images",
            "/brave/res/v1/images/search",
            {"results": [{"url": "https://e.org/"}]},
        ),
        ("serpapi", "news", "/serpapi/search", {"news_results": [HIT]}),
        ("serpapi", "images", "/serpapi/search", {"images_results": [HIT]}),
        ("serperdev", "news", "/serperdev/news", {"news": [HIT]}),
        ("serperdev", "images", "/serperdev/images", {"images": [HIT]}),
    ],
)
def test_news_and_images(
    engines: Engines, web: Site, provider: str, kind: str, path: str, answer: Any
) -> None:
    web.json(path, answer)
    found = _search(engines(provider), provider=provider, search_type=kind)
    assert [each["url"] for each in found["results"]] == ["https://e.org/"]


def test_duckduckgo_has_no_news(engines: Engines) -> None:
    with pytest.raises(ValidationError) as caught:
        _search(engines(), search_type="news")
    assert caught.value.details["field"] == "search_type"


def test_others_with_a_key_stand_in(engines: Engines, web: Site) -> None:
    web.json("/duckduckgo/", NOTHING)
    web.add("/serperdev/search", Page(b"", 500))
    web.json("/brave/res/v1/web/search", {"web": {"results": [{"url": "https://e.org/"}]}})
    done = engines("serperdev", "brave").invoke(
        "web-searcher", {"input": "a", "provider": "google"}
    )
    assert done.result["provider"] == "brave"
    skipped = done.envelope["metadata"]["skipped"]
    assert list(skipped) == ["google", "duckduckgo", "serperdev"]
    assert "WEBSEARCH_GOOGLE_API_KEY" in skipped["google"]


def test_the_environment_names_the_first_engine(engines: Engines, web: Site) -> None:
    web.json("/brave/res/v1/web/search", {"web": {"results": [{"url": "https://e.org/"}]}})
    found = _search(engines("brave", WEBSEARCH_DEFAULT_PROVIDER="brave"))
    assert found["provider"] == "brave"
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (Page(b"", 403), ToolError),
        (Page(b"", 429), RateLimitError),
        (Page(b"<html>"), NetworkError),
        (Page(b"[]"), NetworkError),
        (Page(b'{"items": 5}'), NetworkError),
        (Page(drop=True), NetworkError),
        (Page(b"", 302, {"Location": "/elsewhere"}), NetworkError),
        (Page(b"[" * 100_000), NetworkError),
    ],
)
def test_when_no_engine_finds_anything_the_last_failure_is_raised_without_keys(
    engines: Engines, web: Site, page: Page, error: type[LLMSpellError]
) -> None:
    web.json("/duckduckgo/", NOTHING)
    web.add("/google/customsearch/v1", page)
    with pytest.raises(error) as caught:
        _search(engines("google"), provider="google")
    assert "key" not in str(caught.value).replace("its key", "")
    assert "a%2Fkey" not in str(caught.value)
    assert "/elsewhere" not in [each.path for each in web.asked]


def test_an_answer_that_is_huge_is_refused_without_the_key(engines: Engines, web: Site) -> None:
    web.json("/duckduckgo/", NOTHING)
    web.bomb("/google/customsearch/v1")
    with pytest.raises(LLMSpellError, match="larger than") as caught:
        _search(engines("google"), provider="google")
    assert "a%2Fkey" not in str(caught.value)
    assert "a/key" not in str(caught.value)


def test_limits_of_an_engine_lead_to_the_next(engines: Engines, web: Site) -> None:
    web.json("/serpapi/search", {"organic_results": [HIT]})
    web.json("/duckduckgo/", DUCK)
    tools = engines("serpapi")
    found = [_search(tools, provider="serpapi")["provider"] for _ in range(3)]
    assert found == ["serpapi (google)", "serpapi (google)", "duckduckgo"]


def test_searches_in_a_minute_are_limited(engines: Engines, web: Site) -> None:
    web.json("/duckduckgo/", DUCK)
    tools = engines(config="[tools.web_search]\nrate_limit_per_minute = 1\n")
    _search(tools)
    with pytest.raises(RateLimitError, match="1 times in 60 s"):
        _search(tools)


def test_domains_and_the_number_of_results_are_those_of_the_configuration(
    engines: Engines, web: Site
) -> None:
    web.json("/duckduckgo/", DUCK)
    table = "[tools.web_search]\nmax_results = 2\nblocked_domains = ['en.wikipedia.org']\n"
    found = _search(engines(config=table))
    assert [each["url"] for each in found["results"]] == [
        "https://www.lua.org/",
        "https://duckduckgo.com/Luau",
    ]
    only = _search(engines(config="[tools.web_search]\nallowed_domains = ['*.lua.org']\n"))
    assert [each["url"] for each in only["results"]] == ["https://www.lua.org/"]


def test_engines_are_under_the_policy_too(make_runtime: Callable[..., Runtime], web: Site) -> None:
    tools = make_runtime(environ={"WEBSEARCH_DUCKDUCKGO_BASE_URL": web.url}).tools
    with pytest.raises(SecurityError, match="Network access denied"):
        _search(tools)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"input": " "}, "input"),
        ({"provider": "altavista"}, "provider"),
        ({"max_results": 101}, "max_results"),
    ],
)
def test_mistakes_name_the_parameter(engines: Engines, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _search(engines(), **params)
    assert caught.value.details["field"] == field
