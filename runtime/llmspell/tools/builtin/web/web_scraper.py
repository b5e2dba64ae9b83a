"""`web-scraper` (spec tools §8.31), on httpx and selectolax."""

from __future__ import annotations

from llmspell.errors import ComponentError
from llmspell.telemetry.timestamps import now
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.web.parameters import TIMEOUT, TIMEOUT_MS, URL
from llmspell.tools.description import Example, Limits, Parameter
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

_ASKED = ("selector", "selectors", "extract_links", "extract_images", "extract_meta")


class WebScraper(Tool):
    """Reads a web page and gives its text, or the parts that CSS selectors name."""

    name = "web-scraper"
    category = "data"
    security = "restricted"
    permissions = ("network",)
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
        from llmspell.tools.builtin.web.pages import read_page

        if call.get("wait_for_js"):
            raise ComponentError(
                "pages are read without running their JavaScript; leave `wait_for_js`"
            )
        url = str(call.params["input"])
        asked = {name: call.get(name) for name in _ASKED}
        reply, content = await read_page(call, url, "content", asked)
        return Answer(
            "scrape",
            {"url": url, "content": content},
            text=_as_text(content),
            metadata={"timestamp": now(), "final_url": reply.url},
        )


def _as_text(content: dict[str, Any]) -> str | None:
    """What was asked for as a text: the page's, else the parts', a line for each."""
    if "text" in content:
        return str(content["text"])
    if "selected_content" in content:
        return "\n".join(content["selected_content"])
    return None
