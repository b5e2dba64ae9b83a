"""`feed-reader`, on feedparser, which reads broken feeds too; JSON Feed by the standard library."""

from __future__ import annotations

import codecs
import re

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.data.limits import most_xml
from llmspell.tools.builtin.filesystem.inputs import INPUT_FILE, text_or_file
from llmspell.tools.builtin.web.parameters import TIMEOUT, TIMEOUT_MS
from llmspell.tools.description import MIB, Example, Limits, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from llmspell.tools.call import Call

LARGEST = 10 * MIB
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, "
    "*/*;q=0.5"
)

_RSS = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>News</title><link>https://example.org/</link>
<item><title>A &amp; B</title><link>/a</link><pubDate>Thu, 26 Nov 2026 10:00:00 +0100</pubDate>
<description>&lt;p onclick="x()"&gt;See &lt;a href="b"&gt;b&lt;/a&gt;&lt;/p&gt;</description></item>
</channel></rss>"""


class FeedReader(Tool):
    """Reads RSS, Atom and JSON feeds: titles, absolute links, moments in UTC, harmless HTML."""

    name = "feed-reader"
    category = "web"
    permissions = ("read", "network")
    aliases = ("rss-reader", "atom-reader")
    limits = Limits(seconds=60, output_bytes=20 * MIB)
    requires = ("defusedxml", "feedparser", "httpx", "nh3", "selectolax")
    parameters = (
        Parameter(
            "input",
            "string",
            "Address of a feed, or the feed.",
            aliases=("url", "content", "feed"),
            kind="page-url",
        ),
        INPUT_FILE,
        Parameter("base_url", "string", "What relative links of a given feed refer to."),
        Parameter(
            "max_items",
            "integer",
            "The newest of them.",
            default=100,
            schema={"minimum": 1, "maximum": 10_000},
        ),
        Parameter("since", "string", "Only what was published or changed later: `2026-11-26`."),
        Parameter("etag", "string", "`etag` of the last answer: says whether anything is new."),
        Parameter("last_modified", "string", "`last_modified` of the last answer, for the same."),
        TIMEOUT,
        TIMEOUT_MS,
    )
    examples = (
        Example(
            {"input": _RSS},
            {
                "result": {
                    "format": "RSS 2.0",
                    "title": "News",
                    "count": 1,
                    "items": [
                        {
                            "id": "https://example.org/a",
                            "title": "A & B",
                            "link": "https://example.org/a",
                            "published": "2026-11-26T09:00:00Z",
                            "updated": None,
                            "author": None,
                            "authors": [],
                            "summary": "See b",
                            "content": '<p>See <a href="https://example.org/b" '
                            'rel="noopener noreferrer">b</a></p>',
                            "categories": [],
                            "enclosures": [],
                        }
                    ],
                }
            },
        ),
        Example(
            {
                "input": '{"version": "https://jsonfeed.org/version/1.1", "title": "J", '
                '"items": [{"id": 1, "content_text": "x"}]}'
            },
            {"result": {"format": "JSON Feed 1.1", "title": "J", "total": 1}},
        ),
        Example(
            {"input": '<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss version="2.0">&a;</rss>'},
            fails="not accepted",
        ),
        Example({"input": "<p>no feed</p>"}, fails="no RSS, Atom or JSON Feed"),
    )

    async def run(self, call: Call) -> Answer:
        """`result.items`, the newest first; `count` of them are given, `total` there are."""
        import asyncio

        since = _since(call)
        given = str(call.get("input", "")).lstrip("\ufeff \t\r\n")
        told: dict[str, Any] = {}
        base = str(call.get("base_url", ""))
        if call.get("input_file") or not given or given.startswith(("<", "{")):
            text = await asyncio.to_thread(text_or_file, call, most_xml(call, LARGEST), _decoded)
        else:
            reply = await _fetched(call, given)
            told = {
                "url": reply.url,
                "etag": reply.headers.get("etag"),
                "last_modified": reply.headers.get("last-modified"),
                "not_modified": reply.status == 304,
            }
            if reply.status == 304:
                result = {**told, "items": [], "count": 0, "total": 0}
                return Answer("read", result, message=f"{reply.url}: nothing is new")
            named = re.search(r"charset=", reply.headers.get("content-type", ""), re.IGNORECASE)
            text = _decoded(reply.body, reply.encoding if named else None)
            base = base or reply.url
        work = "llmspell.tools.builtin.web.feed_work:read"
        found = await asyncio.to_thread(isolated, call, work, [text, base])
        return _answer(call, found | told, since)


async def _fetched(call: Call, url: str) -> Any:
    from llmspell.tools.builtin.web.fetching import request
    from llmspell.tools.builtin.web.parameters import page_options

    options = page_options(call)
    headers = {**options.pop("headers"), "Accept": _ACCEPT}
    for name, parameter in (("If-None-Match", "etag"), ("If-Modified-Since", "last_modified")):
        if call.get(parameter):
            value = str(call.params[parameter])
            if any(c in value for c in "\r\n\0"):
                raise ValidationError(f"'{parameter}' has a line break in it", field=parameter)
            headers[name] = value
    reply = await request(
        call, "GET", url, most=most_xml(call, LARGEST), headers=headers, **options
    )
    if reply.status != 304 and not 200 <= reply.status < 300:
        raise ToolError(f"'{url}' answered {reply.status}", status=reply.status)
    return reply


def _decoded(data: bytes, named: str | None = None) -> str:
    """A feed as text: by its byte order mark, by what the server says, by its declaration."""
    declared = _DECLARED.match(data)
    for name in (
        next((name for mark, name in _MARKS if data.startswith(mark)), None),
        named,
        declared[1].decode() if declared is not None else None,
    ):
        try:
            if name:
                return data.decode(name, errors="replace")
        except (LookupError, ValueError):
            continue
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _since(call: Call) -> datetime | None:
    from datetime import UTC, datetime

    if not call.get("since"):
        return None
    try:
        found = datetime.fromisoformat(call.params["since"])
    except ValueError:
        raise ValidationError(
            f"'{call.params['since']}' is no moment such as 2026-11-26T10:00:00Z", field="since"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _answer(call: Call, found: dict[str, Any], since: datetime | None) -> Answer:
    from datetime import datetime

    def moment(item: dict[str, Any]) -> str:
        return str(max(item["published"] or "", item["updated"] or ""))

    items = found.pop("items")
    total = len(items)
    # What has no date keeps its place; the sort is stable.
    if all(item["published"] for item in items):
        items.sort(key=moment, reverse=True)
    if since is not None:
        items = [
            item for item in items if moment(item) and datetime.fromisoformat(moment(item)) > since
        ]
    items = items[: call.get("max_items", 100)]
    result = {**found, "items": items, "count": len(items), "total": total}
    lines = [f"- {each['title'] or each['link'] or each['id']}" for each in items]
    return Answer(
        "read",
        result,
        text="\n".join(lines),
        message=f"{found['title'] or found['format']}: {len(items)} of {total} items",
    )
