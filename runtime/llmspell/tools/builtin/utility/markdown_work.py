"""What `markdown-converter` does in a process of its own: Markdown, HTML, front matter.

markdown-it-py takes quadratic time for some texts, and bs4 recurses with the depth of a page.
"""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import nh3
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdownify import MarkdownConverter
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from llmspell.errors import ToolError
from llmspell.tools.builtin.data.expansion import counting

if TYPE_CHECKING:
    from bs4 import Tag
    from markdown_it.token import Token

_FRONT = re.compile(
    r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?)^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_OWN_IDS = re.compile(r"fn(ref)?\d+(:\d+)?")
_LANGUAGE = re.compile(r"language-([\w+#.-]+)")
_FORMATS = {"---": "yaml", "+++": "toml"}


def to_html(request: list[Any]) -> dict[str, Any]:
    """The HTML of `[markdown, whether it is sanitised, levels of the table of contents]`."""
    text, sanitised, levels = request
    found, body = _split(text)
    parser = _parser()
    tokens = parser.parse(body)
    html = parser.renderer.render(tokens, parser.options, {})
    contents = _contents(tokens)
    if sanitised:
        html = _sanitised(html, {each["anchor"] for each in contents})
    shown = [each for each in contents if each["level"] <= levels]
    return {"output": html, "title": _title(found, contents), "toc": shown, "front_matter": found}


def to_markdown(html: str) -> dict[str, Any]:
    """The Markdown of a page or a piece of one; scripts, styles and unsafe links are left out."""
    attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    attributes["code"] = {"class"}
    attributes["a"] |= {"title"}
    attributes["img"] |= {"title"}
    page = BeautifulSoup(nh3.clean(html, attributes=attributes, link_rel=None), "html.parser")
    made = MarkdownConverter(
        heading_style="atx",
        bullets="-",
        code_language_callback=_language,
        newline_style="backslash",
    ).convert_soup(page)
    text = re.sub(r"\n{3,}", "\n\n", made).strip()
    return {"output": f"{text}\n" if text else ""}


def contents(request: list[Any]) -> dict[str, Any]:
    """The table of contents of `[markdown, levels]`, as data and as a list in Markdown."""
    text, levels = request
    found, body = _split(text)
    everything = _contents(_parser().parse(body))
    shown = [each for each in everything if each["level"] <= levels]
    top = min((each["level"] for each in shown), default=1)
    lines = (
        f"{'  ' * (each['level'] - top)}- [{each['text']}](#{each['anchor']})" for each in shown
    )
    return {"output": "\n".join(lines), "title": _title(found, everything), "toc": shown}


def front_matter(text: str) -> dict[str, Any]:
    """What stands between `---` (YAML) or `+++` (TOML) at the beginning, and the text after it."""
    mark = _FRONT.match(text)
    found, body = _split(text)
    return {
        "output": body,
        "front_matter": found,
        "format": _FORMATS[mark[1]] if mark is not None else None,
    }


def _parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    parser.use(footnote_plugin).use(tasklists_plugin)
    return parser.use(anchors_plugin, max_level=6)


def _split(text: str) -> tuple[dict[str, Any] | None, str]:
    """The front matter, None where there is none, and the text after it."""
    mark = _FRONT.match(text)
    if mark is None:
        return None, text
    line = "the front matter is no "
    if mark[1] == "+++":
        try:
            return _plain(tomllib.loads(mark[2])), text[mark.end() :]
        except tomllib.TOMLDecodeError as error:
            raise ToolError(f"{line}TOML: {error}") from None
    try:
        found = yaml.load(mark[2], _Loader)  # noqa: S506 - a safe loader, without dates
    except yaml.YAMLError as error:
        raise ToolError(f"{line}YAML: {' '.join(str(error).split())}") from None
    if found is not None and not isinstance(found, dict):
        raise ToolError(f"{line}table of keys and values")
    return _plain(found or {}), text[mark.end() :]


class _Loader(counting(yaml.SafeLoader)):  # type: ignore[misc]
    """Dates stay the texts that they are written as."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _plain(value: Any) -> Any:
    """A value as JSON has it; raises ToolError for an alias within itself, by its depth."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _contents(tokens: list[Token]) -> list[dict[str, Any]]:
    """The headings: `level`, `text`, `anchor`."""
    found = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            said = (each.content for each in inline.children or () if each.type in _SAID)
            text = " ".join("".join(said).split())
            found.append(
                {"level": int(opening.tag[1]), "text": text, "anchor": opening.attrGet("id")}
            )
    return found


_SAID = ("text", "code_inline", "image")


def _title(found: dict[str, Any] | None, contents: list[dict[str, Any]]) -> str | None:
    """What the front matter says, else the first heading of the first level."""
    if found and isinstance(found.get("title"), str):
        return str(found["title"])
    return next((str(each["text"]) for each in contents if each["level"] == 1), None)


def _sanitised(html: str, anchors: set[str]) -> str:
    """Without scripts, styles, handlers and unsafe links; with only the ids that were made here.

    Other ids could pass for names of the page that shows it.
    """

    def kept(tag: str, name: str, value: str) -> str | None:
        if name == "id":
            return value if value in anchors or _OWN_IDS.fullmatch(value) else None
        if name == "class" and tag == "code":
            return value if _LANGUAGE.fullmatch(value) else None
        return value

    attributes = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
    for tag in ("h1", "h2", "h3", "h4", "h5", "h6", "li"):
        attributes.setdefault(tag, set()).add("id")
    attributes["a"] |= {"id", "title"}
    attributes["img"] |= {"title"}
    attributes["code"] = {"class"}
    attributes["input"] = {"checked"}
    for tag in ("td", "th"):
        attributes[tag] |= {"style"}
    return nh3.clean(
        html,
        tags=nh3.ALLOWED_TAGS | {"input", "section"},
        attributes=attributes,
        attribute_filter=kept,
        filter_style_properties={"text-align"},
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
    )


def _language(element: Tag) -> str:
    """The language of a `pre`, as `code` in it has it in its class."""
    code = element.find("code")
    names = code.get("class") if code is not None else None
    found = _LANGUAGE.fullmatch(" ".join(names) if isinstance(names, list) else names or "")
    return found[1] if found is not None else ""
