"""`feed-reader`: feeds as text, in files, and of a site on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llmspell.errors import (
    LLMSpellError,
    ResourceError,
    SecurityError,
    ToolError,
    ValidationError,
)
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Asked, Page, Site

RSS = """<rss version="{version}"><channel><title>T</title><link>http://e.org/</link>
<description>D</description>{items}</channel></rss>"""
ITEM = "<item><title>{0}</title><link>http://e.org/{0}</link><guid>{0}</guid>{1}</item>"

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://e.org/b/">
<title type="html">A &lt;b&gt;feed&lt;/b&gt;</title><link href="/"/><subtitle>S</subtitle>
<updated>2026-11-26T10:00:00+01:00</updated><author><name>Ada</name></author>
<entry xml:base="sub/"><id>tag:e.org,2026:1</id><title>One</title><link href="one.html"/>
<link rel="enclosure" href="one.mp3" type="audio/mpeg" length="7"/>
<published>2026-11-25T23:30:00-02:00</published><updated>2026-11-26T08:00:00Z</updated>
<author><name>Bob</name></author><category term="c" label="C"/><summary>short</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><a href="y">y</a>
<script>x</script></div></content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://e.org/"><title>R</title>
<link>http://e.org/</link></channel><item rdf:about="http://e.org/1"><title>One</title>
<link>http://e.org/1</link><dc:date>2026-11-26T10:00Z</dc:date><dc:creator>Ada</dc:creator></item>
</rdf:RDF>"""


def read(tools: Tools, text: str, **params: Any) -> Any:
    return tools.invoke("feed-reader", {"input": text, **params}).result


def rss(*items: str, version: str = "2.0") -> str:
    return RSS.format(version=version, items="".join(items))


def dated(name: str, date: str) -> str:
    return ITEM.format(name, f"<pubDate>{date}</pubDate>")


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_rss(tools: Tools, version: str) -> None:
    found = read(tools, rss(dated("a", "Thu, 26 Nov 2026 10:00:00 +0100"), version=version))
    assert found["format"] == f"RSS {version}"
    assert (found["title"], found["description"], found["link"]) == ("T", "D", "http://e.org/")
    (item,) = found["items"]
    assert (item["id"], item["link"]) == ("a", "http://e.org/a")
    assert item["published"] == "2026-11-26T09:00:00Z"


def test_rss_of_version_1(tools: Tools) -> None:
    found = read(tools, RDF)
    assert found["format"] == "RSS 1.0"
    (item,) = found["items"]
    assert (item["id"], item["author"]) == ("http://e.org/1", "Ada")
    assert item["published"] == "2026-11-26T10:00:00Z"


def test_a_document_type_without_declarations_is_accepted(tools: Tools) -> None:
    kind = (
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://x.invalid/d">'
    )
    assert read(tools, kind + rss(ITEM.format("a", ""), version="0.91"))["count"] == 1


def test_atom(tools: Tools) -> None:
    found = read(tools, ATOM)
    assert (found["format"], found["title"], found["author"]) == ("Atom 1.0", "A feed", "Ada")
    assert (found["link"], found["updated"]) == ("http://e.org/", "2026-11-26T09:00:00Z")
    (item,) = found["items"]
    assert item["id"] == "tag:e.org,2026:1"
    assert item["link"] == "http://e.org/b/sub/one.html"
    assert item["published"] == "2026-11-26T01:30:00Z"
    assert item["updated"] == "2026-11-26T08:00:00Z"
    assert (item["authors"], item["categories"]) == (["Bob"], ["C"])
    assert item["summary"] == "short"
    assert 'href="http://e.org/b/sub/y"' in item["content"]
    assert "script" not in item["content"]
    assert item["enclosures"] == [
        {"url": "http://e.org/b/sub/one.mp3", "type": "audio/mpeg", "length": 7}
    ]


def test_json_feed(tools: Tools) -> None:
    text = """{"version": "https://jsonfeed.org/version/1", "title": "J",
    "home_page_url": "http://e.org/", "author": {"name": "Ada"}, "items": [
    {"id": 7, "url": "a", "content_html": "<img src=p.png onerror=x>", "tags": ["t"],
     "date_published": "2026-11-26T10:00:00+01:00",
     "attachments": [{"url": "a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 7}]},
    {"id": "8", "content_text": "1 < 2", "date_published": "soon"}]}"""
    found = read(tools, text)
    assert (found["format"], found["author"]) == ("JSON Feed 1", "Ada")
    first, second = found["items"]
    assert (first["id"], first["link"]) == ("7", "http://e.org/a")
    assert first["published"] == "2026-11-26T09:00:00Z"
    assert first["content"] == '<img src="http://e.org/p.png">'
    assert first["enclosures"][0]["url"] == "http://e.org/a.mp3"
    assert (second["content"], second["summary"]) == ("1 &lt; 2", "1 < 2")
    assert second["published"] is None


def test_html_of_strangers_is_harmless(tools: Tools) -> None:
    evil = "<description>&lt;img src=x onerror=steal()&gt;&lt;script&gt;x&lt;/script&gt;b</description>"
    links = "<link>javascript:steal()</link>"
    (item,) = read(tools, rss(f"<item><title>a&lt;br&gt;b</title>{links}{evil}</item>"))["items"]
    assert (item["title"], item["link"], item["summary"]) == ("a b", None, "b")
    assert item["content"] == '<img src="http://e.org/x">b'


def test_a_broken_feed_is_read_as_far_as_it_goes(tools: Tools) -> None:
    found = read(tools, rss(ITEM.format("a", "<b>x & y")).replace("</channel>", ""))
    assert found["items"][0]["title"] == "a"


def test_dates_of_many_kinds_are_in_utc(tools: Tools) -> None:
    dates = ["26 Nov 2026 10:00 EST", "2026-11-26", "Thu, 26 Nov 26 10:00:00 GMT", "whenever"]
    found = read(tools, rss(*(dated(f"i{n}", date) for n, date in enumerate(dates))))
    assert [each["published"] for each in found["items"]] == [
        "2026-11-26T15:00:00Z",
        "2026-11-26T00:00:00Z",
        "2026-11-26T10:00:00Z",
        None,
    ]


def test_the_newest_first_and_those_since(tools: Tools) -> None:
    text = rss(*(dated(f"d{n}", f"2026-11-0{n}T00:00:00Z") for n in (2, 1, 3)))
    found = read(tools, text, max_items=2)
    assert [each["id"] for each in found["items"]] == ["d3", "d2"]
    assert (found["count"], found["total"]) == (2, 3)
    found = read(tools, text, since="2026-11-02")
    assert [each["id"] for each in found["items"]] == ["d3"]


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<?x <!-- ?><!DOCTYPE x [<!ENTITY a "ha">]><?y --> ?>',
        '<!-- <a> --><!DOCTYPE x [<!ENTITY % a "ha">]>',
    ],
)
def test_entities_are_refused(tools: Tools, head: str) -> None:
    with pytest.raises(ValidationError, match="not accepted"):
        read(tools, head + rss(ITEM.format("a", "")))


def test_entities_of_a_broken_feed_do_not_grow(tools: Tools) -> None:
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<!DOCTYPE x [<!ENTITY a0 "ha">{bomb}]><broken' + rss(ITEM.format("&a9;", ""))
    try:
        found = read(tools, text)
    except LLMSpellError:
        return
    assert len(str(found)) < 10_000


def test_a_feed_of_a_site(net: Tools, web: Site) -> None:
    text = rss("<item><title>Ü</title><link>/rel</link></item>").encode("iso-8859-1")
    headers = {"Content-Type": "application/rss+xml", "ETag": '"1"', "Last-Modified": "then"}
    body = b'<?xml version="1.0" encoding="iso-8859-1"?>' + text

    def page(asked: Asked) -> Page:
        same = asked.headers.get("if-none-match") == '"1"'
        return Page(b"", 304) if same else Page(body, headers=headers)

    web.add("/feed/x", page)
    web.redirect("/old", "/feed/x")
    found = read(net, web.url + "/old")
    assert found["items"][0]["title"] == "Ü"
    assert found["items"][0]["link"] == web.url + "/rel"
    assert (found["url"], found["etag"]) == (web.url + "/feed/x", '"1"')
    again = read(net, web.url + "/feed/x", etag='"1"')
    assert (again["not_modified"], again["items"]) == (True, [])


def test_the_charset_of_the_server_wins(net: Tools, web: Site) -> None:
    body = '<?xml version="1.0" encoding="ascii"?>' + rss(ITEM.format("é", ""))
    url = web.text("/f", body, "application/xml; charset=utf-8")
    assert read(net, url)["items"][0]["title"] == "é"


def test_a_page_names_its_feeds(net: Tools, web: Site) -> None:
    link = '<link rel="alternate" type="application/atom+xml" href="/atom">'
    url = web.text("/", f"<html><head>{link}</head><body>x</body></html>")
    with pytest.raises(ToolError, match="it names " + web.url + "/atom"):
        read(net, url)


def test_failures_of_sites(net: Tools, tools: Tools, web: Site) -> None:
    with pytest.raises(ToolError, match="answered 404"):
        read(net, web.url + "/nothing")
    with pytest.raises(ResourceError, match="larger than"):
        read(net, web.bomb("/bomb"))
    with pytest.raises(SecurityError):
        read(net, web.redirect("/away", "http://10.0.0.1/"))


def test_addresses_are_asked_within_the_policy(tools: Tools, web: Site) -> None:
    with pytest.raises(SecurityError, match=r"127\.0\.0\.1"):
        read(tools, web.url)


def test_a_file(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "f.xml").write_bytes(rss(ITEM.format("ü", "")).encode("utf-16"))
    params = {"input_file": "f.xml"}
    assert tools.invoke("feed-reader", params).result["items"][0]["title"] == "ü"
    with pytest.raises(SecurityError):
        tools.invoke("feed-reader", {"input_file": "/etc/passwd"})


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "input"),
        ({"input": "{}", "since": "soon"}, "since"),
        ({"input": "{}", "max_items": 0}, "max_items"),
        ({"input": "nonsense"}, "input"),
        ({"input": "http://e.org", "etag": "a\r\nb"}, "etag"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke("feed-reader", params)
    assert caught.value.details["field"] == field
