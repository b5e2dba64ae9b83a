"""`sitemap-crawler` (spec tools §8.35), on httpx and defusedxml."""

from __future__ import annotations

import asyncio

from llmspell.errors import ToolError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import TIMEOUT, TIMEOUT_MS, URL
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.builtin.web.robots import Robots
    from llmspell.tools.call import Call

MOST_URLS = 100_000
MOST_SITEMAPS = 1000


class SitemapCrawler(Tool):
    """Collects the URLs of XML sitemaps, also packed ones and those that robots.txt names."""

    name = "sitemap-crawler"
    category = "data"
    permissions = ("network",)
    requires = ("defusedxml", "httpx")
    limits = Limits(seconds=300)
    parameters = (
        Parameter(
            URL.name,
            "string",
            "The URL of a sitemap, of an index of sitemaps, or of a robots.txt.",
            required=True,
            aliases=URL.aliases,
            kind=URL.kind,
        ),
        Parameter("follow_sitemaps", "boolean", "Read what an index names.", default=True),
        Parameter(
            "max_urls",
            "integer",
            "How many URLs are given.",
            default=1000,
            schema={"minimum": 1, "maximum": MOST_URLS},
        ),
        Parameter(
            "respect_robots",
            "boolean",
            "Leave out URLs that the robots.txt of their site forbids.",
            default=False,
        ),
        TIMEOUT,
        TIMEOUT_MS,
    )
    examples = (
        Example({"input": "http://172.16.0.1/sitemap.xml"}, fails="Network access denied"),
        Example({"input": "ftp://example.org/sitemap.xml"}, fails="http"),
    )

    async def run(self, call: Call) -> Answer:
        """`result.urls`: address, and what the sitemap says of it."""
        from llmspell.tools.builtin.web.robots import Robots

        url = str(call.params["input"])
        crawl = _Crawl(call, Robots(call) if call.get("respect_robots") else None)
        await crawl.run(url)
        found = crawl.urls
        told = {
            "sitemap_url": url,
            "urls_found": len(found),
            "max_urls": crawl.most,
            "follow_sitemaps": crawl.follow,
            "urls": found,
            "stats": {
                "sitemaps_processed": crawl.processed,
                "index_files_found": crawl.indexes,
                "total_urls_discovered": crawl.discovered,
                "urls_with_metadata": sum(each["has_metadata"] for each in found),
            },
        }
        text = "\n".join(each["url"] for each in found)
        return Answer("crawl", told, text=text, message=f"{len(found)} URLs in {url}")


class _Crawl:
    """One run through sitemaps, each read once, what an index names before what follows it."""

    def __init__(self, call: Call, robots: Robots | None) -> None:
        self.urls: list[dict[str, Any]] = []
        self.processed = self.indexes = self.discovered = 0
        self.most: int = call.get("max_urls", 1000)
        self.follow: bool = call.get("follow_sitemaps", True)
        self._call = call
        self._robots = robots
        said = call.settings.web_tools
        self._pause = 0.0 if said is None else said.scraping_delay_ms / 1000

    async def run(self, url: str) -> None:
        from llmspell.tools.builtin.web.sitemaps import read_sitemap

        waiting, seen = [url], {url}
        while waiting and len(self.urls) < self.most:
            self._call.check()
            if self.processed >= MOST_SITEMAPS:
                raise ToolError(f"'{url}' leads to more than {MOST_SITEMAPS} sitemaps")
            if self.processed and self._pause:
                await asyncio.sleep(min(self._pause, self._call.seconds_left))
            sitemap = await read_sitemap(self._call, waiting.pop())
            self.processed += sitemap.kind != "robots"
            self.indexes += sitemap.kind == "index"
            self.discovered += len(sitemap.urls)
            for entry in sitemap.urls:
                if len(self.urls) >= self.most:
                    break
                if self._robots is None or await self._robots.allow(entry["url"]):
                    self.urls.append(entry)
            if self.follow or sitemap.kind == "robots":
                fresh = [each for each in dict.fromkeys(sitemap.sitemaps) if each not in seen]
                seen.update(fresh)
                waiting += reversed(fresh)
