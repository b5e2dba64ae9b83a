"""`web-scraper` against a site on loopback."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from llmspell.errors import (
    ComponentError,
    ResourceError,
    SecurityError,
    TimeLimitError,
    ToolError,
    ValidationError,
)
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Page, Site

PAGE = """<!doctype html><html><head>
<title> A
  page </title><meta name="description" content="What it is"><meta property="og:type" content="x">
<style>p { color: red }</style></head><body><script>var hidden = 1</script>
<h1>Head</h1><p class="a">One <b>two</b></p><p class="a">Three</p>
<a href="/x">link</a><a name="no">none</a><a href="https://e.org/?a=1&amp;b=2"></a>
<img src="i.png"><ul><li>only</li></ul></body></html>"""


def _scrape(tools: Tools, url: str, **params: Any) -> Any:
    return tools.invoke("web-scraper", {"input": url, **params}).result["content"]


def test_a_page_gives_its_title_and_text(net: Tools, web: Site) -> None:
    url = web.text("/p", PAGE)
    result = net.invoke("web-scraper", {"url": url})
    text = "Head One two Three link none only"
    assert result.result == {"url": url, "content": {"title": "A page", "text": text}}
    assert result.text == text
    assert result.envelope["metadata"]["timestamp"].endswith("Z")
    assert web.asked[-1].headers["user-agent"] == "Mozilla/5.0 (compatible; LLMSpell/1.0)"


def test_one_selector_gives_a_list(net: Tools, web: Site) -> None:
    url = web.text("/p", PAGE)
    assert _scrape(net, url, selector="p.a") == {"selected_content": ["One two", "Three"]}
    assert _scrape(net, url, selector="img") == {"selected_content": ['<img src="i.png">']}
    assert _scrape(net, url, selector="h6") == {"selected_content": []}


def test_named_selectors_give_texts_and_lists(net: Tools, web: Site) -> None:
    names = {"many": "p", "one": "li", "none": "h6"}
    found = _scrape(net, web.text("/p", PAGE), selectors=names)
    assert found == {"many": ["One two", "Three"], "one": "only"}


def test_links_images_and_metadata_are_given_as_written(net: Tools, web: Site) -> None:
    found = _scrape(
        net,
        web.text("/p", PAGE),
        selector="h1",
        extract_links=True,
        extract_images=True,
        extract_meta=True,
    )
    assert found == {
        "selected_content": ["Head"],
        "links": ["/x", "https://e.org/?a=1&b=2"],
        "images": ["i.png"],
        "metadata": {
            "description": "What it is",
            "meta_tags": {"description": "What it is", "og:type": "x"},
        },
    }


def test_the_charset_is_the_servers_else_the_pages(net: Tools, web: Site) -> None:
    declared = '<meta charset="windows-1251"><p>Привет'.encode("windows-1251")
    html = {"Content-Type": "text/html"}
    assert _scrape(net, web.add("/d", Page(declared, headers=html)))["text"] == "Привет"
    said = {"Content-Type": "text/html; charset=utf-8"}
    page = '<meta charset="windows-1251"><p>Привет'.encode()
    assert _scrape(net, web.add("/s", Page(page, headers=said)))["text"] == "Привет"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"selector": "p["}, "selector"),
        ({"selectors": {"a": "::"}}, "selectors"),
        ({"selectors": {"a": 1}}, "selectors.a"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_mistakes_name_the_parameter(
    net: Tools, web: Site, params: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        _scrape(net, web.text("/p", PAGE), **params)
    assert caught.value.details["field"] == field


def test_what_is_no_url_names_the_parameter(net: Tools) -> None:
    with pytest.raises(ValidationError) as caught:
        _scrape(net, "example")
    assert caught.value.details["field"] == "input"


def test_failures_and_other_files_are_no_pages(net: Tools, web: Site) -> None:
    with pytest.raises(ComponentError, match="answered 404"):
        _scrape(net, web.url + "/nowhere")
    pdf = Page(b"%PDF-1.4", headers={"Content-Type": "application/pdf"})
    with pytest.raises(ToolError, match="no page of text"):
        _scrape(net, web.add("/pdf", pdf))
    with pytest.raises(ComponentError, match="JavaScript"):
        _scrape(net, web.url, wait_for_js=True)


def test_a_hostile_page_is_refused_or_read(net: Tools, web: Site) -> None:
    with pytest.raises(ResourceError, match="larger than"):
        _scrape(net, web.bomb("/bomb"))
    with pytest.raises(SecurityError, match="Network access denied"):
        _scrape(net, web.redirect("/r", "http://169.254.169.254/"))
    assert _scrape(net, web.text("/deep", "<div>" * 50_000 + "end"))["text"] == "end"


def test_a_page_that_takes_minutes_to_read_ends_with_its_call(net: Tools, web: Site) -> None:
    """Nested lists take quadratic time, in C; other calls go on meanwhile."""
    url = web.text("/slow", "<ul><li>" * 250_000)
    slow = net.submit("web-scraper", {"input": url}, seconds=3)
    assert _scrape(net, web.text("/p", PAGE), selector="h1") == {"selected_content": ["Head"]}
    assert not slow.future.done()
    with pytest.raises(TimeLimitError, match="within 3 s"):
        slow.result()


def test_the_parser_is_imported_in_its_process_only() -> None:
    code = (
        "import sys, llmspell.tools.builtin.web.web_scraper, llmspell.tools.builtin.web.pages;"
        "assert 'selectolax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
