"""`sitemap-crawler` against a site on loopback."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from llmspell.errors import (
    ComponentError,
    NetworkError,
    ResourceError,
    SecurityError,
    ToolError,
    ValidationError,
)
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Page, Site

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def _crawl(tools: Tools, url: str, **params: Any) -> Any:
    return tools.invoke("sitemap-crawler", {"input": url, **params}).result


def _urls(web: Site, path: str, *places: str) -> str:
    """Adds a sitemap, all on one line; gives its address."""
    entries = "".join(f"<url><loc>{place}</loc></url>" for place in places)
    return web.text(path, f"<?xml version='1.0'?><urlset {SPACE}>{entries}</urlset>", "text/xml")


def _index(web: Site, path: str, *places: str) -> str:
    entries = "".join(f"<sitemap><loc> {place} </loc></sitemap>" for place in places)
    return web.text(path, f"<sitemapindex {SPACE}>{entries}</sitemapindex>", "text/xml")


def _places(result: Any) -> list[str]:
    return [each["url"] for each in result["urls"]]


def test_what_a_sitemap_says_of_its_urls_is_given(net: Tools, web: Site) -> None:
    url = web.text(
        "/s.xml",
        f"<urlset {SPACE}><url><loc>\n http://e.org/?a=1&amp;b=2 </loc><lastmod>2026-01-02</lastmod>"
        "<changefreq>daily</changefreq><priority>0.5</priority></url>"
        "<url><loc>http://e.org/b</loc><priority>high</priority></url><url></url></urlset>",
        "application/xml",
    )
    assert _crawl(net, url) == {
        "sitemap_url": url,
        "urls_found": 2,
        "max_urls": 1000,
        "follow_sitemaps": True,
        "urls": [
            {
                "url": "http://e.org/?a=1&b=2",
                "has_metadata": True,
                "lastmod": "2026-01-02",
                "changefreq": "daily",
                "priority": 0.5,
            },
            {"url": "http://e.org/b", "has_metadata": False},
        ],
        "stats": {
            "sitemaps_processed": 1,
            "index_files_found": 0,
            "total_urls_discovered": 2,
            "urls_with_metadata": 1,
        },
    }


def test_indexes_are_followed_depth_first_and_each_sitemap_once(net: Tools, web: Site) -> None:
    _urls(web, "/a.xml", "http://e.org/a")
    _urls(web, "/b.xml", "http://e.org/b")
    _index(web, "/inner.xml", "/a.xml", "/outer.xml")
    outer = _index(web, "/outer.xml", "/inner.xml", "/b.xml", "/a.xml")
    found = _crawl(net, outer)
    assert sorted(_places(found)) == ["http://e.org/a", "http://e.org/b"]
    assert found["stats"]["index_files_found"] == 2
    asked = [each.path for each in web.asked]
    assert asked[:2] == ["/outer.xml", "/inner.xml"]
    assert sorted(asked) == ["/a.xml", "/b.xml", "/inner.xml", "/outer.xml"]
    assert _crawl(net, outer, follow_sitemaps=False)["urls"] == []


def test_no_more_is_read_than_asked_for(net: Tools, web: Site) -> None:
    _urls(web, "/a.xml", *(f"http://e.org/{n}" for n in range(5)))
    found = _crawl(net, _index(web, "/i.xml", "/a.xml", "/unread.xml"), max_urls=3)
    assert (found["urls_found"], found["stats"]["total_urls_discovered"]) == (3, 5)
    assert [each.path for each in web.asked] == ["/i.xml", "/a.xml"]


def test_packed_sitemaps_are_unpacked_within_limits(net: Tools, web: Site) -> None:
    packed = gzip.compress(f"<urlset {SPACE}><url><loc>http://e.org/</loc></url></urlset>".encode())
    assert _places(_crawl(net, web.add("/s.xml.gz", Page(packed)))) == ["http://e.org/"]
    bomb = web.add("/b.xml.gz", Page(gzip.compress(bytes(60 * 1024 * 1024))))
    with pytest.raises(ResourceError, match="unpacked"):
        _crawl(net, bomb)
    with pytest.raises(ToolError, match="unpacked"):
        _crawl(net, web.add("/torn.gz", Page(b"\x1f\x8btorn")))


def test_a_robots_file_names_sitemaps(net: Tools, web: Site) -> None:
    _urls(web, "/a.xml", "http://e.org/a")
    url = web.text("/robots.txt", "User-agent: *\nSITEMAP: /a.xml\n", "text/plain")
    assert _places(_crawl(net, url)) == ["http://e.org/a"]


def test_a_robots_file_can_be_respected(net: Tools, web: Site) -> None:
    rules = "User-agent: *\nDisallow: /all\n\nUser-agent: llmspell\nDisallow: /private\n"
    web.text("/robots.txt", rules, "text/plain")
    places = [f"{web.url}/private/1", f"{web.url}/all", "http://[broken", "ftp://e.org/"]
    url = _urls(web, "/s.xml", *places)
    assert _places(_crawl(net, url)) == places
    assert _places(_crawl(net, url, respect_robots=True)) == [places[1]]
    assert [each.path for each in web.asked].count("/robots.txt") == 1
    web.json("/robots.txt", {}, 503)
    assert _crawl(net, url, respect_robots=True)["urls"] == []
    web.json("/robots.txt", {}, 404)
    assert _places(_crawl(net, url, respect_robots=True)) == places[:2]


def test_a_failure_of_any_sitemap_is_raised(net: Tools, web: Site) -> None:
    with pytest.raises(ComponentError, match="answered 404"):
        _crawl(net, _index(web, "/i.xml", "/nowhere.xml"))
    web.add("/drop.xml", Page(drop=True))
    with pytest.raises(NetworkError):
        _crawl(net, _index(web, "/i.xml", "/drop.xml"))


@pytest.mark.parametrize(
    "text",
    [
        "no XML",
        "<html></html>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset>&x;</urlset>',
        '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><urlset>&z;</urlset>',
    ],
)
def test_what_is_no_sitemap_is_raised(net: Tools, web: Site, text: str) -> None:
    with pytest.raises(ToolError, match="no sitemap"):
        _crawl(net, web.text("/s.xml", text, "text/xml"))


def test_a_sitemap_cannot_lead_to_forbidden_addresses(net: Tools, web: Site) -> None:
    with pytest.raises(SecurityError):
        _crawl(net, _index(web, "/i.xml", "http://169.254.169.254/sitemap.xml"))


@pytest.mark.parametrize(
    ("params", "field"), [({"max_urls": 0}, "max_urls"), ({"input": "ftp"}, "input")]
)
def test_mistakes_name_the_parameter(net: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        net.invoke("sitemap-crawler", {"input": "http://127.0.0.1/", **params})
    assert caught.value.details["field"] == field
