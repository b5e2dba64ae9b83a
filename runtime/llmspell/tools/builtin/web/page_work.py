"""What is done with a page in a process of its own: parsed by selectolax, asked with CSS."""

from __future__ import annotations

import base64

from llmspell.errors import ValidationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from selectolax.lexbor import LexborHTMLParser, LexborNode

LIBRARIES = ("selectolax.lexbor",)


def content(asked: Any) -> dict[str, Any]:
    """What `web-scraper` gives of a page.

    asked: the page (`text`, or `bytes` in Base64) and the parameters `selector`, `selectors`,
    `extract_links`, `extract_images` and `extract_meta` of the tool.
    """
    page = _parsed(asked)
    found: dict[str, Any] = {}
    if asked["extract_links"]:
        found["links"] = _attributes(page, "a[href]", "href")
    if asked["extract_images"]:
        found["images"] = _attributes(page, "img[src]", "src")
    if asked["extract_meta"]:
        found["metadata"] = _metadata(page)
    selector, selectors = asked["selector"], asked["selectors"]
    if selector is not None:
        found["selected_content"] = [_text_of(e) for e in _select(page, selector, "selector")]
    elif selectors:
        for name, css in selectors.items():
            texts = [_text_of(each) for each in _select(page, css, "selectors")]
            if texts:
                found[name] = texts[0] if len(texts) == 1 else texts
    else:
        title = page.css_first("title")
        found["title"] = "" if title is None else " ".join(title.text().split())
        found["text"] = _readable_text(page, one_line=True)
    return found


def text(asked: Any) -> str:
    """What `webpage-monitor` compares: the page, its `selector`, and whether it is `one_line`."""
    page, selector = _parsed(asked), asked["selector"]
    if selector is None:
        return _readable_text(page, one_line=asked["one_line"])
    found = "\n".join(_text_of(each) for each in _select(page, selector, "selector"))
    if not found:
        raise ValidationError(f"'{selector}' finds nothing in '{asked['url']}'", field="selector")
    return found


def _parsed(asked: Any) -> LexborHTMLParser:
    from selectolax.lexbor import LexborHTMLParser

    if "bytes" in asked:
        return LexborHTMLParser(base64.b64decode(asked["bytes"]), encoding=True)
    return LexborHTMLParser(asked["text"])


def _select(page: LexborHTMLParser, selector: str, field: str) -> Sequence[LexborNode]:
    """The elements that a CSS selector finds, in the page's order.

    Raises ValidationError with the field for what is no selector.
    """
    from selectolax.lexbor import SelectolaxError

    try:
        return page.css(selector)
    except SelectolaxError:
        raise ValidationError(f"'{selector}' is no CSS selector", field=field) from None


def _text_of(element: LexborNode) -> str:
    """The texts in an element, with spaces between them; its HTML where it has none."""
    return element.text(separator=" ", strip=True) or element.html or ""


def _readable_text(page: LexborHTMLParser, *, one_line: bool) -> str:
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


def _attributes(page: LexborHTMLParser, selector: str, name: str) -> list[str]:
    return [each.attributes.get(name) or "" for each in page.css(selector)]


def _metadata(page: LexborHTMLParser) -> dict[str, Any]:
    tags = {}
    for each in page.css("meta[content]"):
        name = each.attributes.get("name") or each.attributes.get("property")
        if name:
            tags[name] = each.attributes["content"] or ""
    found: dict[str, Any] = {"meta_tags": tags} if tags else {}
    if "description" in tags:
        found["description"] = tags["description"]
    return found
