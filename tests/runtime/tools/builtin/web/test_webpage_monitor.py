"""`webpage-monitor` against a site on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from llmspell.errors import ComponentError, SecurityError, ValidationError
from llmspell.tools.service import Tools
from tests.runtime.tools.builtin.site import Site

BEFORE = "<body><h1>News</h1>\n<p>one</p>\n<p>two</p>\n<script>1</script></body>"
AFTER = "<body><h1>News</h1>\n<p>one!</p>\n<p>two</p>\n<p>three</p></body>"


def _watch(tools: Tools, url: str, **params: Any) -> Any:
    return tools.invoke("webpage-monitor", {"input": url, **params}).result


def test_the_first_look_gives_the_text(net: Tools, web: Site) -> None:
    url = web.text("/p", BEFORE)
    found = _watch(net, url)
    assert found.pop("message")
    assert found == {"url": url, "current_content": "News one two", "has_changes": False}


def test_without_whitespace_a_change_is_one(net: Tools, web: Site) -> None:
    url = web.text("/p", AFTER)
    assert _watch(net, url, previous_content="News one two") == {
        "url": url,
        "current_content": "News one! two three",
        "previous_content": "News one two",
        "has_changes": True,
        "changes": [
            {
                "type": "modification",
                "old_line": 1,
                "new_line": 1,
                "old_content": "News one two",
                "new_content": "News one! two three",
                "group": 1,
            }
        ],
        "change_count": 1,
        "selector_used": None,
        "ignore_whitespace": True,
    }
    assert _watch(net, url, previous_content=" News\none!  two three")["has_changes"] is False


@pytest.mark.parametrize(
    "how", [{"ignore_whitespace": False}, {"parameters": {"ignore_whitespace": False}}]
)
def test_lines_are_compared_when_asked_for(net: Tools, web: Site, how: dict[str, Any]) -> None:
    before = _watch(net, web.text("/p", BEFORE), **how)["current_content"]
    assert before == "News\none\ntwo"
    found = _watch(net, web.text("/p", AFTER), previous_content=before + "\nend", **how)
    first, second = found["changes"]
    assert (first["old_content"], first["new_content"], first["new_line"]) == ("one", "one!", 2)
    assert (second["type"], second["old_content"]) == ("modification", "end")
    gone = _watch(net, web.text("/p", BEFORE), previous_content="News\none\ntwo\nend", **how)
    assert gone["changes"] == [{"type": "deletion", "old_line": 4, "content": "end", "group": 1}]
    more = _watch(net, web.text("/p", BEFORE), previous_content="News\ntwo", **how)
    assert more["changes"] == [{"type": "addition", "new_line": 2, "content": "one", "group": 1}]


def test_a_selector_says_what_is_watched(net: Tools, web: Site) -> None:
    url = web.text("/p", BEFORE)
    found = _watch(net, url, selector="p", previous_content="one\ntwo")
    assert (found["current_content"], found["has_changes"]) == ("one\ntwo", False)
    assert found["selector_used"] == "p"


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"selector": "p["}, "selector"),
        ({"selector": "h6"}, "selector"),
        ({"parameters": {"timeout": 0}}, "parameters.timeout"),
    ],
)
def test_mistakes_name_the_parameter(
    net: Tools, web: Site, params: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        _watch(net, web.text("/p", BEFORE), **params)
    assert caught.value.details["field"] == field


def test_failures_are_raised(net: Tools, tools: Tools, web: Site) -> None:
    with pytest.raises(ComponentError, match="answered 404"):
        _watch(net, web.url + "/nowhere")
    with pytest.raises(SecurityError):
        _watch(tools, web.url)
