"""Pages as browsers read them: fetched within limits, parsed by selectolax, asked with CSS.

Parsing happens in a thread: a large page takes longer than the loop of all tools may stand still.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.builtin.web.fetching import Reply, request
from llmspell.tools.builtin.web.parameters import page_options

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from llmspell.tools.call import Call

MOST_BYTES = 10 * 1024 * 1024
"""The largest page that is read, after decompression."""

_DECLARED = re.compile(rb"charset", re.IGNORECASE)
_READABLE = re.compile(r"text/.*|.*[/+](xml|html|json)")


async def fetch(call: Call, url: str, *, most: int = MOST_BYTES) -> Reply:
    """The answer under an address, whose status is of 200 to 299; raises ToolError for others."""
    reply = await request(call, "GET", url, most=most, **page_options(call))
    if not 200 <= reply.status < 300:
        raise ToolError(f"'{url}' answered {reply.status}", status=reply.status)
    return reply


def parse(reply: Reply) -> LexborHTMLParser:
    """The page; raises ToolError for what is no text.

    Its charset is the one of the server, else the one that the page declares.
    """
    kind = reply.content_type
    if kind and not _READABLE.fullmatch(kind):
        raise ToolError(f"'{reply.url}' is {kind}, no page of text")
    named = "charset" in reply.headers.get("content-type", "").lower()
    if not named and _DECLARED.search(reply.body, 0, 1024):
        return LexborHTMLParser(reply.body, encoding=True)
    return LexborHTMLParser(reply.text)


def select(page: LexborHTMLParser, selector: str, field: str) -> Sequence[LexborNode]:
    """The elements that a CSS selector finds, in the page's order.

    Raises ValidationError with the field for what is no selector.
    """
    try:
        return page.css(selector)
    except SelectolaxError:
        raise ValidationError(f"'{selector}' is no CSS selector", field=field) from None


def text_of(element: LexborNode) -> str:
    """The texts in an element, with spaces between them; its HTML where it has none."""
    return element.text(separator=" ", strip=True) or element.html or ""


def readable_text(page: LexborHTMLParser, *, one_line: bool = True) -> str:
    """What the body says, on one line or on those of the page that have words on them.

    Scripts and styles are taken out of the page for it.
    """
    page.strip_tags(["script", "style", "template"])
    if page.body is None:
        return ""
    if one_line:
        return " ".join(page.body.text(separator=" ").split())
    found = (" ".join(line.split()) for line in page.body.text().splitlines())
    return "\n".join(line for line in found if line)
