"""`markdown-converter`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from llmspell.errors import LLMSpellError, SecurityError, ToolError, ValidationError
from llmspell.tools.service import Tools


def convert(tools: Tools, operation: str, text: str, **params: Any) -> Any:
    return tools.invoke(
        "markdown-converter", {"operation": operation, "input": text, **params}
    ).result


def html(tools: Tools, text: str, **params: Any) -> str:
    return str(convert(tools, "to_html", text, **params)["output"])


@pytest.mark.parametrize(
    ("markdown", "wanted"),
    [
        ("a **b** `c<d`", "<p>a <strong>b</strong> <code>c&lt;d</code></p>\n"),
        ("~~x~~", "<p><s>x</s></p>\n"),
        ("```lua\nx<1\n```", '<pre><code class="language-lua">x&lt;1\n</code></pre>\n'),
        ("- [x] a", 'type="checkbox"'),
        ("|a|\n|:-:|\n|1|", '<td style="text-align:center">1</td>'),
        ("x[^1]\n\n[^1]: note", '<sup><a href="#fn1" id="fnref1" rel="noopener noreferrer">'),
        (
            "[a](http://x.org 'T')",
            '<a href="http://x.org" title="T" rel="noopener noreferrer">a</a>',
        ),
        ("![alt](p.png)", '<img src="p.png" alt="alt">'),
        ("Grüße 你好", "<p>Grüße 你好</p>\n"),
        ("", ""),
    ],
)
def test_markdown_becomes_html(tools: Tools, markdown: str, wanted: str) -> None:
    assert wanted in html(tools, markdown)


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "<a href=' java\nscript:alert(1)'>x</a>",
        "<svg onload=alert(1)>",
        "<iframe src=//x.org></iframe>",
        "<style>*{display:none}</style>",
        "<div style='position:fixed'>x</div>",
        "<form action=//x.org><input type=text name=q></form>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        '```x" onclick=alert(1)\n```',
        "<h1 id=location class=x>x</h1>",
    ],
)
def test_nothing_harmful_passes(tools: Tools, evil: str) -> None:
    page = LexborHTMLParser(html(tools, evil))
    assert not page.css("script, style, iframe, svg, math, form, input:not([type=checkbox])")
    for element in page.css("body *"):
        for name, value in element.attributes.items():
            assert not name.startswith("on")
            assert name not in ("style", "id")
            assert "script:" not in (value or "")


def test_unsanitised_html_is_as_written(tools: Tools) -> None:
    assert "<script>x</script>" in html(tools, "<script>x</script>", sanitize=False)


def test_headings_have_anchors_of_their_own(tools: Tools) -> None:
    text = "---\ntitle: Doc\n---\n# A `b` *c*\n## Twice\n### Deep\n## Twice\n"
    found = convert(tools, "to_html", text, max_level=2)
    assert found["toc"] == [
        {"level": 1, "text": "A b c", "anchor": "a-b-c"},
        {"level": 2, "text": "Twice", "anchor": "twice"},
        {"level": 2, "text": "Twice", "anchor": "twice-1"},
    ]
    assert '<h2 id="twice-1">' in found["output"]
    assert '<h3 id="deep">' in found["output"]
    assert (found["title"], found["front_matter"]) == ("Doc", {"title": "Doc"})
    assert "---" not in found["output"]


def test_a_table_of_contents(tools: Tools) -> None:
    found = convert(tools, "toc", "## A\n### B\n#### C\n## D\n", max_level=3)
    assert found["output"] == "- [A](#a)\n  - [B](#b)\n- [D](#d)"
    assert [each["level"] for each in found["toc"]] == [2, 3, 2]
    assert convert(tools, "toc", "no headings")["output"] == ""


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("<h1>A</h1><p>x <em>y</em></p>", "# A\n\nx *y*\n"),
        ("<ul><li>a<ul><li>b</ul></ul>", "- a\n  - b\n"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b\n"),
        (
            '<pre><code class="language-lua">x &lt; 1\n</code></pre>',
            "```lua\nx < 1\n```\n",
        ),
        ("<table><tr><th>a<th>b<tr><td>1<td>2</table>", "| a | b |\n| --- | --- |\n| 1 | 2 |\n"),
        ("<a href='http://x.org' title=T>l</a>", '[l](http://x.org "T")\n'),
        ("<script>x</script><style>y</style><!-- z -->t", "t\n"),
        ("<a href='javascript:x'>l</a>", "l\n"),
        ("a * b _ c", "a \\* b \\_ c\n"),
        ("", ""),
    ],
)
def test_html_becomes_markdown(tools: Tools, page: str, wanted: str) -> None:
    assert convert(tools, "to_markdown", page)["output"] == wanted


def test_there_and_back(tools: Tools) -> None:
    text = (
        "# A\n\n- x **y**\n- [l](http://x.org)\n\n> quoted\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"
    )
    assert convert(tools, "to_markdown", html(tools, text))["output"] == text


@pytest.mark.parametrize(
    ("text", "data", "kind"),
    [
        ("---\na: [1, x]\nday: 2026-11-26\n---\nT", {"a": [1, "x"], "day": "2026-11-26"}, "yaml"),
        ("+++\na = 1\nday = 2026-11-26\n+++\nT", {"a": 1, "day": "2026-11-26"}, "toml"),
        ("---\r\na: 1\r\n---\r\nT", {"a": 1}, "yaml"),
        ("---\n---\nT", {}, "yaml"),
        ("T", None, None),
    ],
)
def test_front_matter(tools: Tools, text: str, data: Any, kind: Any) -> None:
    found = convert(tools, "front_matter", text)
    assert found == {"output": "T", "front_matter": data, "format": kind}


@pytest.mark.parametrize("text", ["+++\na =\n+++\n", "---\n- a\n---\n"])
def test_front_matter_that_is_none(tools: Tools, text: str) -> None:
    with pytest.raises(ToolError, match="front matter"):
        convert(tools, "front_matter", text)


def test_front_matter_that_holds_itself_is_refused(tools: Tools) -> None:
    with pytest.raises(LLMSpellError, match="stands for itself"):
        convert(tools, "front_matter", "---\n&a [*a]\n---\n")


def test_a_bomb_of_aliases_is_refused(tools: Tools) -> None:
    lines = ["a0: &a0 [x]"] + [
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)
    ]
    with pytest.raises(LLMSpellError, match="aliases of aliases"):
        convert(tools, "front_matter", "---\n" + "\n".join(lines) + "\n---\n")


def test_a_page_of_hostile_depth(tools: Tools) -> None:
    with pytest.raises(ToolError, match="deep"):
        convert(tools, "to_markdown", "<div>" * 3_000 + "x")


def test_what_takes_too_long_is_ended(tools: Tools) -> None:
    with pytest.raises(LLMSpellError, match="did not end within"):
        tools.submit(
            "markdown-converter", {"operation": "to_html", "input": "[" * 2_000_000}, seconds=1
        ).result()


def test_files(tools: Tools, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Ü")
    done = tools.invoke(
        "markdown-converter",
        {"operation": "to_html", "input_file": "a.md", "output_file": "a.html"},
    )
    assert (tmp_path / "a.html").read_text() == '<h1 id="ü">Ü</h1>\n'
    assert done.envelope["metadata"]["file_path"] == str(tmp_path / "a.html")
    for params in ({"input_file": "/etc/passwd"}, {"input": "x", "output_file": "/etc/x.html"}):
        with pytest.raises(SecurityError):
            tools.invoke("markdown-converter", {"operation": "to_html", **params})


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"operation": "to_html"}, "input"),
        ({"operation": "to_html", "input": "x" * 5_242_881}, "input"),
        ({"operation": "toc", "input": "x", "max_level": 7}, "max_level"),
        ({"operation": "to_pdf", "input": "x"}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke("markdown-converter", params)
    assert caught.value.details["field"] == field
