"""`web-searcher` (spec tools §8.29), on httpx."""

from __future__ import annotations

import time
from collections import deque
from itertools import islice
from urllib.parse import quote, quote_plus, urlsplit

from llmspell.errors import (
    LLMSpellError,
    NetworkError,
    RateLimitError,
    ToolError,
    ValidationError,
)
from llmspell.tools.answer import Answer
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from llmspell.tools.builtin.web.search_providers import Hit, Provider, Query
    from llmspell.tools.call import Call

NAMES = ("google", "brave", "duckduckgo", "serpapi", "serperdev")
MOST_RESULTS = 100
MOST_BYTES = 5 * 1024 * 1024


class WebSearcher(Tool):
    """Searches the web with DuckDuckGo, Google, Brave, SerpApi or Serper."""

    name = "web-searcher"
    category = "web"
    permissions = ("network",)
    aliases = ("web-search",)
    requires = ("httpx",)
    limits = Limits(seconds=120)
    parameters = (
        Parameter("input", "string", "What is searched.", required=True, aliases=("query",)),
        Parameter(
            "provider",
            "string",
            "Which engine is asked first; others stand in for it. All but duckduckgo need a key, "
            "in `LLMSPELL_API_KEY_<SERVICE>` or `WEBSEARCH_<ENGINE>_API_KEY`.",
            choices=NAMES,
        ),
        Parameter(
            "max_results",
            "integer",
            "How many results; `tools.web_search.max_results` otherwise.",
            schema={"minimum": 1, "maximum": MOST_RESULTS},
        ),
        Parameter(
            "search_type",
            "string",
            "What is searched for.",
            default="web",
            choices=("web", "news", "images"),
        ),
        Parameter("safe_search", "boolean", "Leave out adult results.", default=True),
        Parameter("language", "string", "Code of a language: `de`."),
    )
    examples = (
        Example({"input": ""}, fails="input"),
        Example({"input": "lua", "provider": "altavista"}, fails="provider"),
    )

    def __init__(self) -> None:
        self._recent: dict[str, deque[float]] = {}

    async def run(self, call: Call) -> Answer:
        """`result.results`: `title`, `url`, `snippet`, `provider` and `rank` of each."""
        from llmspell.tools.builtin.web.search_providers import PROVIDERS

        text = str(call.params["input"]).strip()
        if not text:
            raise ValidationError("'input' is empty", field="input")
        settings = call.settings.web_search
        self._count("", settings.rate_limit_per_minute, 60)
        most = min(call.get("max_results", _setting(call, "max_results")), MOST_RESULTS)
        first = _first(call)
        skipped: dict[str, str] = {}
        last: LLMSpellError | None = None
        for name in dict.fromkeys((first, *PROVIDERS)):
            provider = PROVIDERS[name]
            try:
                query = _query(call, provider, text, most)
                if provider.calls:
                    self._count(name, provider.calls, provider.seconds)
                found = list(islice(_shown(call, await _search(call, provider, query)), most))
            except _UnconfiguredError as error:
                skipped[name] = str(error)
            except LLMSpellError as error:
                skipped[name] = error.lua_message
                last = error
            else:
                if found:
                    return _answer(text, name, found, skipped)
                skipped[name] = "nothing was found"
        if last is not None:
            raise last
        raise NetworkError(f"nothing was found for '{text}' by {first}", skipped=skipped)

    def _count(self, name: str, calls: int, seconds: int) -> None:
        """Notes a search; raises RateLimitError when there were too many in the last seconds.

        All calls run on one loop, so nothing comes between looking and noting.
        """
        now = time.monotonic()
        recent = self._recent.setdefault(name, deque())
        while recent and recent[0] <= now - seconds:
            recent.popleft()
        if len(recent) >= calls:
            wait = recent[0] + seconds - now
            which = f"'{name}'" if name else "the web"
            raise RateLimitError(
                f"{which} may be searched {calls} times in {seconds} s; try again in {wait:.0f} s",
                retry_after=round(wait, 1),
            )
        recent.append(now)


class _UnconfiguredError(Exception):
    """A provider has no key."""


def _first(call: Call) -> str:
    """The engine that is asked first: the call's, else the environment's, else DuckDuckGo."""
    named = call.get("provider") or call.around.environ.get("WEBSEARCH_DEFAULT_PROVIDER", "")
    search = call.settings.search
    if not named and search is not None:
        named = search.default_engine
        if named not in NAMES:
            raise ValidationError(
                f"`tools.search.default_engine` is '{named}', which cannot be asked; there are "
                + ", ".join(NAMES),
                field="default_engine",
            )
    return named.lower() if named.lower() in NAMES else "duckduckgo"


def _setting(call: Call, name: str) -> int:
    """A number that `[tools.web_search]` says, else `[tools.search]`."""
    said = call.policy.settings.least("web_search", name)
    if said is None and call.settings.search is not None:
        said = getattr(call.settings.search, name)
    return getattr(call.settings.web_search, name) if said is None else said


def _query(call: Call, provider: Provider, text: str, most: int) -> Query:
    from llmspell.tools.builtin.web.search_providers import Query

    environ = call.around.environ
    search = call.settings.search
    key = next((environ[name] for name in provider.keys if environ.get(name)), "")
    if not key and search is not None and provider.name == search.default_engine:
        key = search.api_key or ""
    if provider.keys and not key:
        raise _UnconfiguredError(f"no key; set {' or '.join(provider.keys)}")
    engine = "google"
    if provider.name == "google":
        engine = environ.get("WEBSEARCH_GOOGLE_SEARCH_ENGINE_ID", "")
        if not engine:
            raise _UnconfiguredError("no engine; set WEBSEARCH_GOOGLE_SEARCH_ENGINE_ID")
    return Query(
        text,
        call.get("search_type", "web"),
        most,
        call.get("safe_search", search is None or search.safe_search),
        call.get("language"),
        key,
        engine,
    )


async def _search(call: Call, provider: Provider, query: Query) -> Iterator[Hit]:
    """What an engine answers; its key is in no error."""
    from llmspell.tools.builtin.web.fetching import request

    asked = provider.request(query)
    variable = f"WEBSEARCH_{provider.name.upper()}_BASE_URL"
    base = call.around.environ.get(variable) or provider.base
    settings = call.settings.web_search
    options: dict[str, Any] = {"params": asked.params}
    if asked.body is not None:
        options["json"] = asked.body
    try:
        reply = await request(
            call,
            "GET" if asked.body is None else "POST",
            base.rstrip("/") + asked.path,
            redirects=0,  # the key goes nowhere else
            most=MOST_BYTES,
            timeout=_setting(call, "timeout_seconds"),
            headers={"User-Agent": settings.user_agent, **asked.headers},
            **options,
        )
    except LLMSpellError as error:
        raise type(error)(_without(query.key, str(error)), **error.details) from None
    answer, is_json = await reply.parsed()
    if reply.status in (401, 403):
        raise ToolError(f"{provider.name} does not accept its key ({reply.status})")
    if reply.status == 429:
        raise RateLimitError(f"{provider.name} was asked too often")
    if not 200 <= reply.status < 300 or not is_json or not isinstance(answer, dict):
        raise NetworkError(f"{provider.name} gave no results (its answer has {reply.status})")
    return provider.hits(answer, query)


def _without(key: str, text: str) -> str:
    for form in {key, quote(key), quote_plus(key)} - {""}:
        text = text.replace(form, "[key]")
    return text


def _shown(call: Call, hits: Iterator[Hit]) -> Iterator[Hit]:
    """The results that have an address whose domain `[tools.web_search]` lets be shown."""
    from llmspell.security.hosts import host_list

    settings = call.settings.web_search
    allowed = host_list("tools.web_search.allowed_domains", settings.allowed_domains)
    blocked = host_list("tools.web_search.blocked_domains", settings.blocked_domains)
    for hit in hits:
        try:
            host = urlsplit(hit.url).hostname or ""
        except ValueError:
            continue
        if host and allowed.covers(host, None, None) and not blocked.covers(host, None, None):
            yield hit


def _answer(text: str, provider: str, hits: list[Hit], skipped: Mapping[str, str]) -> Answer:
    results = [
        {
            "title": hit.title,
            "url": hit.url,
            "snippet": hit.snippet,
            "provider": hit.label or provider,
            "rank": rank,
        }
        for rank, hit in enumerate(hits, 1)
    ]
    told = {
        "query": text,
        "provider": results[0]["provider"],
        "count": len(results),
        "results": results,
    }
    lines = (f"{each['rank']}. {each['title']}\n   {each['url']}" for each in results)
    return Answer(
        "search",
        told,
        text="\n".join(lines),
        message=f"{len(results)} results by {told['provider']}",
        metadata={"skipped": dict(skipped)} if skipped else {},
    )
