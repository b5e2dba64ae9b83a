"""A site on loopback, as the examples that ask one expect it."""

from __future__ import annotations

import json

from tests.runtime.tools.builtin.site import Asked, Page, Site

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<link>https://example.org/</link><item><title>One</title><link>/one</link>
<pubDate>Thu, 26 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>"""


def furnish(web: Site) -> None:
    """Adds the pages."""
    web.text("/", "<title>Home</title><h1>A site</h1><p>Its first words.</p><a href='/a'>a</a>")
    web.add("/feed.xml", _feed)
    urls = f"<url><loc>{web.url}/a</loc></url><url><loc>{web.url}/b</loc></url>"
    kind = "application/xml"
    web.text(
        "/sitemap.xml",
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>',
        kind,
    )
    web.add("/get", _told)
    web.add("/post", _told)
    web.json("/graphql", {"data": {"user": {"name": "Ada"}}})


def _feed(asked: Asked) -> Page:
    if asked.headers.get("if-none-match") == '"1"':
        return Page(status=304)
    return Page(FEED.encode(), headers={"Content-Type": "application/rss+xml", "ETag": '"1"'})


def _told(asked: Asked) -> Page:
    """What was asked, as httpbin.org tells it."""
    told = {"method": asked.method, "url": asked.path, "data": asked.body.decode()}
    return Page(json.dumps(told).encode(), headers={"Content-Type": "application/json"})
