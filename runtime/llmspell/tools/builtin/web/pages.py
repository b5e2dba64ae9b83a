"""Pages as browsers read them: fetched within limits, and read in processes of their own.

Reading nested elements takes quadratic time (64 kB of `<li>` 0.2 s, 1 MB a minute), during which
no other thread goes on and which nothing stops; selectors can take longer. So each page, however
small, is read in a process (`page_work.py`), which a page that takes the parser over cannot leave.
"""

from __future__ import annotations

import asyncio
import base64
import re

from llmspell.errors import ComponentError, ToolError
from llmspell.tools.builtin.web.fetching import Reply, request
from llmspell.tools.builtin.web.parameters import page_options
from llmspell.tools.isolation import isolated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

WORK = "llmspell.tools.builtin.web.page_work"
MOST_BYTES = 10 * 1024 * 1024
"""The largest page that is read, after decompression."""

_DECLARED = re.compile(rb"charset", re.IGNORECASE)
_READABLE = re.compile(r"text/.*|.*[/+](xml|html|json)")


async def fetch(call: Call, url: str, *, most: int = MOST_BYTES) -> Reply:
    """The answer under an address; raises ComponentError for a status that is not of 2xx."""
    reply = await request(call, "GET", url, most=most, **page_options(call))
    if not 200 <= reply.status < 300:
        raise ComponentError(f"'{url}' answered {reply.status}", status=reply.status)
    return reply


async def read_page(call: Call, url: str, what: str, asked: dict[str, Any]) -> tuple[Reply, Any]:
    """The page under an address, and what a function of `page_work` finds in it.

    what: the function's name; asked: what it is told beside the page. Raises ToolError for what is
    no text.
    """
    reply = await fetch(call, url)
    page = _page(reply)
    return reply, await asyncio.to_thread(isolated, call, f"{WORK}:{what}", page | asked)


def _page(reply: Reply) -> dict[str, Any]:
    """The page as `page_work` takes it: as text, or as bytes where the page names its charset.

    The charset that the server names wins.
    """
    kind = reply.content_type
    if kind and not _READABLE.fullmatch(kind):
        raise ToolError(f"'{reply.url}' is {kind}, no page of text")
    named = "charset" in reply.headers.get("content-type", "").lower()
    if not named and _DECLARED.search(reply.body, 0, 1024):
        return {"url": reply.url, "bytes": base64.b64encode(reply.body).decode()}
    return {"url": reply.url, "text": reply.text}
