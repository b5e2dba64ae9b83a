"""Sitemaps (sitemaps.org protocol 0.9): sets of URLs, indexes of sitemaps, and robots.txt files."""

from __future__ import annotations

import asyncio
import math
import zlib
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urljoin, urlsplit

import attrs

from llmspell.errors import ResourceError, ToolError, ValidationError
from llmspell.security.patterns import parse_xml
from llmspell.tools.builtin.data.limits import most_xml
from llmspell.tools.builtin.web.pages import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from llmspell.tools.builtin.web.fetching import Reply
    from llmspell.tools.call import Call

MOST_BYTES = 50 * 1024 * 1024
"""What the protocol allows for one sitemap, unpacked."""

_MARK = b"\x1f\x8b"
"""The first bytes of what gzip packed."""


@attrs.frozen
class Sitemap:
    """What one file names. urls: each with `url`, `has_metadata` and what is said of it."""

    kind: Literal["urls", "index", "robots"]
    urls: tuple[dict[str, Any], ...] = ()
    sitemaps: tuple[str, ...] = ()


async def read_sitemap(call: Call, url: str) -> Sitemap:
    """Fetches a file and reads it; raises ToolError for what is no sitemap."""
    reply = await fetch(call, url, most=most_xml(call, MOST_BYTES))
    if urlsplit(url).path.endswith("/robots.txt"):
        return Sitemap("robots", sitemaps=tuple(_named_by_robots(reply)))
    return await asyncio.to_thread(_sitemap, reply, url)


def _named_by_robots(reply: Reply) -> Iterator[str]:
    for line in reply.text.splitlines():
        key, _, value = line.partition(":")
        if key.strip().lower() == "sitemap" and value.strip():
            yield _joined(reply.url, value.strip())


def _joined(base: str, url: str) -> str:
    """An address as it is meant beside another one; what is no address stays as it is."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def _sitemap(reply: Reply, url: str) -> Sitemap:
    body = _unpacked(reply.body, url) if reply.body.startswith(_MARK) else reply.body
    try:
        root = parse_xml(body)
    except ValidationError as error:
        raise ToolError(f"'{url}' is no sitemap: {error}") from error
    kind = _name(root)
    if kind == "sitemapindex":
        addresses = (_texts(each).get("loc") for each in root)
        return Sitemap("index", sitemaps=tuple(_joined(reply.url, a) for a in addresses if a))
    if kind == "urlset":
        return Sitemap("urls", urls=tuple(_entries(root)))
    raise ToolError(f"'{url}' is no sitemap: its root is <{kind}>, not <urlset> or <sitemapindex>")


def _unpacked(body: bytes, url: str) -> bytes:
    work = zlib.decompressobj(wbits=31)
    try:
        found = work.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise ToolError(f"'{url}' cannot be unpacked: {error}") from error
    if work.unconsumed_tail:
        raise ResourceError(f"'{url}' is larger than {MOST_BYTES} bytes when it is unpacked")
    return found


def _entries(root: Any) -> Iterator[dict[str, Any]]:
    for each in root:
        texts = _texts(each)
        if _name(each) != "url" or not texts.get("loc"):
            continue
        said: dict[str, Any] = {
            key: texts[key] for key in ("lastmod", "changefreq") if texts.get(key)
        }
        priority = _number(texts.get("priority", ""))
        if priority is not None:
            said["priority"] = priority
        yield {"url": texts["loc"], "has_metadata": bool(said), **said}


def _texts(element: Any) -> dict[str, str]:
    """The texts of the elements in one, by name."""
    return {_name(each): (each.text or "").strip() for each in element}


def _name(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
