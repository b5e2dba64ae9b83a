"""What `feed-reader` does in a process of its own: it reads one feed.

feedparser reads all of RSS and Atom, broken feeds too. It has no limits, so it works where memory
and time are limited, on text whose XML declares no entities.
"""

from __future__ import annotations

import calendar
import html
import io
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import feedparser
import nh3
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from llmspell.errors import ToolError, ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Item = dict[str, Any]

FORMATS = {"rss": "RSS", "atom": "Atom", "cdf": "CDF"}
_LINKED = ("http", "https", "mailto")


def read(request: list[Any]) -> dict[str, Any]:
    """The feed in `[text, base of its links]`: what it says of itself, and its `items`.

    Raises ValidationError for declared entities and ToolError for what is no feed.
    """
    text, base = request
    text = text.lstrip("\ufeff \t\r\n")
    return _json_feed(text, base) if text.startswith("{") else _xml_feed(text, base)


def _xml_feed(text: str, base: str) -> dict[str, Any]:
    _refuse_entities(text)
    # As UTF-8, which the declaration must not deny.
    headers = {"content-type": "application/xml; charset=utf-8"}
    parsed = feedparser.parse(
        io.BytesIO(text.encode()),
        response_headers=headers,
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.version:
        raise ToolError(_no_feed(text, base), feeds=_feeds_of(text, base))
    about = parsed.feed
    # An address in a feed without one of its own refers to the site.
    base = base or _joined("", about.get("link")) or ""
    return {
        "format": _format(parsed.version),
        "title": _plain(about.get("title"), about.get("title_detail")),
        "description": _plain(about.get("subtitle"), about.get("subtitle_detail")),
        "link": _link(about, base),
        "language": about.get("language"),
        "updated": _moment(about, ("updated", "published")),
        "author": about.get("author"),
        "image": _joined(base, (about.get("image") or {}).get("href") or about.get("logo")),
        "items": [_entry(each, base) for each in parsed.entries],
    }


def _entry(entry: dict[str, Any], base: str) -> Item:
    contents = [*entry.get("content", ())]
    detail = contents[0] if contents else entry.get("summary_detail")
    people = (each.get("name") for each in entry.get("authors", ()))
    link = _link(entry, base)
    return {
        "id": entry.get("id") or link,
        "title": _plain(entry.get("title"), entry.get("title_detail")),
        "link": link,
        "published": _moment(entry, ("published", "created", "updated")),
        "updated": _moment(entry, ("updated",)),
        "author": entry.get("author"),
        "authors": [name for name in people if name],
        "summary": _plain(entry.get("summary"), entry.get("summary_detail")),
        "content": _clean(detail, base),
        "categories": [t.get("label") or t["term"] for t in entry.get("tags", ()) if t.get("term")],
        "enclosures": [
            _enclosure(_joined(base, each.get("href")), each.get("type"), each.get("length"))
            for each in entry.get("enclosures", ())
        ],
    }


def _enclosure(url: str | None, kind: Any, size: Any) -> Item:
    number = str(size)
    return {"url": url, "type": kind, "length": int(number) if number.isdecimal() else None}


def _json_feed(text: str, base: str) -> dict[str, Any]:
    """https://www.jsonfeed.org/version/1.1/"""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ToolError(f"this is no JSON: {error}", feeds=[]) from None
    version = str(found.get("version", ""))
    items = found.get("items")
    if "jsonfeed.org/version/" not in version or not isinstance(items, list):
        raise ToolError("this is JSON, but no JSON Feed", feeds=[])
    base = base or str(found.get("feed_url") or found.get("home_page_url") or "")
    moments = [_rfc3339(each.get("date_modified")) for each in items if isinstance(each, dict)]
    return {
        "format": f"JSON Feed {version.rpartition('/')[2]}",
        "title": found.get("title"),
        "description": found.get("description"),
        "link": _joined(base, found.get("home_page_url")),
        "language": found.get("language"),
        "updated": max((m for m in moments if m), default=None),
        "author": next(iter(_names(found)), None),
        "image": _joined(base, found.get("icon")),
        "items": [_json_item(each, base) for each in items if isinstance(each, dict)],
    }


def _json_item(item: Mapping[str, Any], base: str) -> Item:
    link = _joined(base, item.get("url") or item.get("external_url"))
    page, text = item.get("content_html"), item.get("content_text")
    written = (
        {"value": page, "type": "text/html"} if page else {"value": text, "type": "text/plain"}
    )
    names = _names(item)
    summary = item.get("summary")
    return {
        "id": str(item["id"]) if item.get("id") is not None else link,
        "title": item.get("title"),
        "link": link,
        "published": _rfc3339(item.get("date_published") or item.get("date_modified")),
        "updated": _rfc3339(item.get("date_modified")),
        "author": next(iter(names), None),
        "authors": names,
        "summary": summary or _plain(written["value"], written),
        "content": _clean(written, base),
        "categories": [str(each) for each in _list(item.get("tags"))],
        "enclosures": [
            _enclosure(
                _joined(base, each.get("url")), each.get("mime_type"), each.get("size_in_bytes")
            )
            for each in _list(item.get("attachments"))
            if isinstance(each, dict)
        ],
    }


def _names(found: Mapping[str, Any]) -> list[str]:
    """The authors in the forms of versions 1.1 and 1."""
    people = _list(found.get("authors")) or [found.get("author")]
    return [str(each["name"]) for each in people if isinstance(each, dict) and each.get("name")]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _refuse_entities(text: str) -> None:
    """Raises ValidationError for entities that XML declares: they could grow without end."""
    try:
        ElementTree.fromstring(text.encode(), forbid_dtd=False, forbid_entities=True)
    except DefusedXmlException as error:
        raise ValidationError(f"the feed is not accepted: {error}", field="input") from None
    except (ElementTree.ParseError, ValueError):
        return  # a broken feed; feedparser itself takes no entities of such ones


def _format(version: str) -> str:
    """`RSS 0.91` for feedparser's `rss091n`."""
    found = re.fullmatch(r"([a-z]+?)(?:(\d)(\d+)[nu]?)?", version)
    if found is None:
        return version
    name = FORMATS.get(found[1], found[1])
    return f"{name} {found[2]}.{found[3]}" if found[2] else name


def _no_feed(text: str, base: str) -> str:
    feeds = _feeds_of(text, base)
    if feeds:
        return f"this is a page, not a feed; it names {', '.join(feeds)}"
    return "this is no RSS, Atom or JSON Feed"


def _feeds_of(text: str, base: str) -> list[str]:
    """The feeds that a page names."""
    from selectolax.lexbor import LexborHTMLParser

    kinds = ("application/rss+xml", "application/atom+xml", "application/feed+json")
    chosen = ", ".join(f'link[rel~=alternate][type="{kind}"]' for kind in kinds)
    links = (each.attributes.get("href") for each in LexborHTMLParser(text).css(chosen))
    return [str(_joined(base, link)) for link in links if link]


def _joined(base: str, link: Any) -> str | None:
    """An absolute address, as far as there is a base; None for other schemes than of the web."""
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        whole = urljoin(base, link.strip())
        scheme = urlsplit(whole).scheme
    except ValueError:
        return None
    return whole if scheme in ("", *_LINKED) else None


def _link(found: Mapping[str, Any], base: str) -> str | None:
    return _joined(base, found.get("link"))


def _clean(detail: Mapping[str, Any] | None, base: str) -> str | None:
    """Harmless HTML whose links are absolute; plain text is escaped."""
    if not detail or not detail.get("value"):
        return None
    value = str(detail["value"])
    if detail.get("type") == "text/plain":
        return html.escape(value, quote=False)
    whole = _joined(base, detail.get("base") or "") or base
    rewrite: Any = ("rewrite_with_base", whole) if urlsplit(whole).netloc else "passthrough"
    return nh3.clean(value, url_relative=rewrite)


def _plain(value: Any, detail: Mapping[str, Any] | None) -> str | None:
    """A text without markup, on one line."""
    if not isinstance(value, str):
        return None
    if detail is None or detail.get("type") != "text/plain" or "<" in value:
        # Elements are words of their own: `a<br>b`.
        value = html.unescape(nh3.clean(value.replace("<", " <"), tags=set()))
    return " ".join(value.split()) or None


def _moment(found: dict[str, Any], names: Iterable[str]) -> str | None:
    """The first of some moments, in RFC 3339 and UTC."""
    for name in names:
        # feedparser's own `get` gives `published` where there is no `updated`.
        parsed = dict.get(found, f"{name}_parsed")
        if parsed is not None:
            return _written(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
    return None


def _rfc3339(text: Any) -> str | None:
    try:
        found = datetime.fromisoformat(text)
        return _written(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (TypeError, ValueError, OverflowError):
        return None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
