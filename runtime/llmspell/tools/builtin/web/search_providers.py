"""The search engines that `web-searcher` asks: requests and answers of each (spec tools §8.29)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs

from llmspell.errors import ValidationError

_TAG = re.compile(r"<[^<>]*>")


@attrs.frozen
class Query:
    """What is searched. kind: `web`, `news` or `images`; engine: the one that SerpApi asks."""

    text: str
    kind: str
    most: int
    safe: bool
    language: str | None
    key: str
    engine: str


@attrs.frozen
class Request:
    """What is sent to an engine, at a path below its base URL."""

    path: str
    params: Mapping[str, Any] = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict)
    body: Mapping[str, Any] | None = None


@attrs.frozen
class Hit:
    """One result. label: who found it, where that is not the engine's name alone."""

    title: str
    url: str
    snippet: str
    label: str = ""


@attrs.frozen
class Provider:
    """A search engine.

    base: URL that `WEBSEARCH_<NAME>_BASE_URL` replaces. keys: the variables that may hold its key,
    none where it needs none. calls, seconds: how often it may be asked in which time; 0 without
    limit.
    """

    name: str
    base: str
    request: Callable[[Query], Request]
    hits: Callable[[Any, Query], Iterator[Hit]]
    keys: tuple[str, ...] = ()
    calls: int = 0
    seconds: int = 60


def _given(**values: Any) -> dict[str, Any]:
    """The parameters that have a value."""
    return {name: value for name, value in values.items() if value is not None}


def _ask_duckduckgo(query: Query) -> Request:
    if query.kind != "web":
        raise ValidationError("duckduckgo finds no news or images", field="search_type")
    params = {"q": query.text, "format": "json", "no_html": 1, "skip_disambig": 1}
    return Request("/", params | ({"safe_search": 1} if query.safe else {}))


def _duckduckgo(answer: Any, query: Query) -> Iterator[Hit]:
    abstract = _text(answer, "AbstractText") or _text(answer, "Abstract")
    if abstract and _text(answer, "AbstractURL"):
        title = _text(answer, "Heading") or query.text
        yield Hit(title, _text(answer, "AbstractURL"), abstract)
    for each in (*_list(answer, "Results"), *_list(answer, "RelatedTopics")):
        for topic in _list(each, "Topics") or [each]:
            text = _text(topic, "Text")
            yield Hit(text.partition(" - ")[0], _text(topic, "FirstURL"), text)


def _ask_google(query: Query) -> Request:
    return Request(
        "/customsearch/v1",
        _given(
            key=query.key,
            cx=query.engine,
            q=query.text + (" news" if query.kind == "news" else ""),
            num=min(query.most, 10),
            safe="active" if query.safe else None,
            lr=f"lang_{query.language}" if query.language else None,
            searchType="image" if query.kind == "images" else None,
        ),
    )


def _google(answer: Any, _: Query) -> Iterator[Hit]:
    yield from _hits(_list(answer, "items"), "link", "snippet")


def _ask_brave(query: Query) -> Request:
    return Request(
        f"/res/v1/{query.kind}/search",
        _given(
            q=query.text,
            count=min(query.most, 20),
            safesearch="strict" if query.safe else None,
            search_lang=query.language,
        ),
        {"X-Subscription-Token": query.key},
    )


def _brave(answer: Any, query: Query) -> Iterator[Hit]:
    found = answer.get("web") if query.kind == "web" else answer
    yield from _hits(_list(found, "results"), "url", "description")


def _ask_serpapi(query: Query) -> Request:
    return Request(
        "/search",
        _given(
            api_key=query.key,
            q=query.text,
            num=min(query.most, 100),
            engine=query.engine,
            safe="active" if query.safe else None,
            hl=query.language,
            tbm={"news": "nws", "images": "isch"}.get(query.kind),
        ),
    )


def _serpapi(answer: Any, query: Query) -> Iterator[Hit]:
    part = {"news": "news_results", "images": "images_results"}.get(query.kind, "organic_results")
    for hit in _hits(_list(answer, part), "link", "snippet"):
        yield attrs.evolve(hit, label=f"serpapi ({query.engine})")


def _ask_serperdev(query: Query) -> Request:
    body = _given(
        q=query.text,
        num=min(query.most, 100),
        hl=query.language,
        safe="active" if query.safe else None,
    )
    path = {"news": "/news", "images": "/images"}.get(query.kind, "/search")
    return Request(path, headers={"X-API-KEY": query.key}, body=body)


def _serperdev(answer: Any, query: Query) -> Iterator[Hit]:
    box = answer.get("answerBox")
    if isinstance(box, dict):
        text = _text(box, "answer") or _text(box, "snippet")
        title = _text(box, "title") or query.text
        yield Hit(title, _text(box, "link"), text, "serperdev (answer)")
    part = "organic" if query.kind == "web" else query.kind
    yield from _hits(_list(answer, part), "link", "snippet")


def _hits(entries: Iterable[Any], link: str, snippet: str) -> Iterator[Hit]:
    for each in entries:
        yield Hit(_text(each, "title"), _text(each, link), _text(each, snippet))


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _text(value: Any, key: str) -> str:
    """A text of an answer without markup, "" where it is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return html.unescape(_TAG.sub("", found)).strip() if isinstance(found, str) else ""


_GOOGLE = ("LLMSPELL_API_KEY_GOOGLE_SEARCH", "WEBSEARCH_GOOGLE_API_KEY")
_BRAVE = ("LLMSPELL_API_KEY_BRAVE_SEARCH", "WEBSEARCH_BRAVE_API_KEY", "BRAVE_API_KEY")
_SERPAPI = ("LLMSPELL_API_KEY_SERPAPI", "WEBSEARCH_SERPAPI_API_KEY", "SERPAPI_API_KEY")
_SERPERDEV = ("LLMSPELL_API_KEY_SERPERDEV", "WEBSEARCH_SERPERDEV_API_KEY", "SERPERDEV_API_KEY")

PROVIDERS = {
    each.name: each
    for each in (
        Provider("duckduckgo", "https://api.duckduckgo.com", _ask_duckduckgo, _duckduckgo),
        Provider(
            "serperdev",
            "https://google.serper.dev",
            _ask_serperdev,
            _serperdev,
            _SERPERDEV,
            calls=80,
        ),
        Provider("brave", "https://api.search.brave.com", _ask_brave, _brave, _BRAVE, calls=60),
        Provider(
            "google",
            "https://www.googleapis.com",
            _ask_google,
            _google,
            _GOOGLE,
            calls=100,
            seconds=86_400,
        ),
        Provider("serpapi", "https://serpapi.com", _ask_serpapi, _serpapi, _SERPAPI, calls=2),
    )
}
"""By name, in the order in which one stands in for another."""
