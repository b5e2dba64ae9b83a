"""`web-scraper` (spec tools §8.31), on httpx and selectolax."""

from __future__ import annotations

import asyncio

from llmspell.errors import ToolError
from llmspell.telemetry.timestamps import now
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import TIMEOUT, TIMEOUT_MS, URL
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from selectolax.lexbor import LexborHTMLParser

    from llmspell.tools.builtin.web.fetching import Reply
    from llmspell.tools.call import Call


class WebScraper(Tool):
    """Reads a web page and gives its text, or the parts that CSS selectors name."""

    name = "web-scraper"
    category = "data"
    security = "restricted"
    aliases = ("web-fetch",)
    requires = ("httpx", "selectolax")
    limits = Limits(seconds=60)
    parameters = (
        URL,
        Parameter("selector", "string", "One CSS selector; what it finds is `selected_content`."),
        Parameter(
            "selectors",
            "object",
            "Name -> CSS selector; each name gets a text, or a list where there are several.",
            schema={"additionalProperties": {"type": "string"}},
        ),
        Parameter("extract_links", "boolean", "Give `links`: every `a[href]`.", default=False),
        Parameter("extract_images", "boolean", "Give `images`: every `img[src]`.", default=False),
        Parameter("extract_meta", "boolean", "Give `metadata` of the page.", default=False),
        Parameter("wait_for_js", "boolean", "Not possible: no script is run.", default=False),
        TIMEOUT,
        TIMEOUT_MS,
    )
    examples = (
        Example({"input": "http://192.168.0.1/"}, fails="Network access denied"),
        Example({"input": "https://example.org", "wait_for_js": True}, fails="JavaScript"),
        Example({"input": "nowhere"}, fails="no URL"),
    )

    async def run(self, call: Call) -> Answer:
        """`result.content`: what was found."""
        from llmspell.tools.builtin.web.pages import fetch

        if call.get("wait_for_js"):
            raise ToolError("pages are read without running their JavaScript; leave `wait_for_js`")
        url = str(call.params["input"])
        reply = await fetch(call, url)
        content = await asyncio.to_thread(_content, call, reply)
        return Answer(
            "scrape",
            {"url": url, "content": content},
            text=_as_text(content),
            metadata={"timestamp": now(), "final_url": reply.url},
        )


def _content(call: Call, reply: Reply) -> dict[str, Any]:
    from llmspell.tools.builtin.web.pages import parse, readable_text, select, text_of

    page = parse(reply)
    found: dict[str, Any] = {}
    if call.get("extract_links"):
        found["links"] = _attributes(page, "a[href]", "href")
    if call.get("extract_images"):
        found["images"] = _attributes(page, "img[src]", "src")
    if call.get("extract_meta"):
        found["metadata"] = _metadata(page)
    selector, selectors = call.get("selector"), call.get("selectors")
    if selector is not None:
        found["selected_content"] = [text_of(e) for e in select(page, selector, "selector")]
    elif selectors:
        for name, css in selectors.items():
            call.check()
            texts = [text_of(each) for each in select(page, css, "selectors")]
            if texts:
                found[name] = texts[0] if len(texts) == 1 else texts
    else:
        title = page.css_first("title")
        found["title"] = "" if title is None else " ".join(title.text().split())
        found["text"] = readable_text(page)
    return found


def _attributes(page: LexborHTMLParser, selector: str, name: str) -> list[str]:
    return [each.attributes.get(name) or "" for each in page.css(selector)]


def _metadata(page: LexborHTMLParser) -> dict[str, Any]:
    tags = {}
    for each in page.css("meta[content]"):
        name = each.attributes.get("name") or each.attributes.get("property")
        if name:
            tags[name] = each.attributes["content"] or ""
    found: dict[str, Any] = {"meta_tags": tags} if tags else {}
    if "description" in tags:
        found["description"] = tags["description"]
    return found


def _as_text(content: dict[str, Any]) -> str | None:
    """What was asked for as a text: the page's, else the parts', a line for each."""
    if "text" in content:
        return str(content["text"])
    if "selected_content" in content:
        return "\n".join(content["selected_content"])
    return None
