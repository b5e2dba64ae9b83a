"""`chart-renderer`: what is drawn is looked at in the SVG, and in the pixels of a PNG."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image

from llmspell.errors import SecurityError, ToolError, ValidationError
from llmspell.tools.builtin.media import chart_renderer
from llmspell.tools.service import Tools

TEMPERATURES = {"Rome": [9, 15, 27], "Oslo": [-3, 6, 18]}


def chart(tools: Tools, operation: str, series: Any, **params: Any) -> Any:
    given = {"operation": operation, "series": series, **params}
    return tools.invoke("chart-renderer", given).result


def drawn(tools: Tools, operation: str, series: Any, **params: Any) -> Any:
    """The SVG as a tree."""
    return etree.fromstring(chart(tools, operation, series, **params)["svg"].encode())


def texts(tree: Any) -> list[str]:
    found = ("".join(e.itertext()).strip() for e in tree.iter("{http://www.w3.org/2000/svg}text"))
    return [each for each in found if each]


def count(tree: Any, name: str) -> int:
    return len([e for e in tree.iter() if name in (e.get("class") or "").split()])


def test_bars(tools: Tools) -> None:
    tree = drawn(
        tools,
        "bar",
        TEMPERATURES,
        labels=["Jan", "Apr", "Jul"],
        title="Weather <&> Ü",
        x_title="month",
        y_title="degrees",
    )
    assert count(tree, "bar") == 6
    assert {"Jan", "Apr", "Jul", "Weather <&> Ü", "month", "degrees", "Oslo"} <= set(texts(tree))
    assert (tree.get("width"), tree.get("height")) == ("800", "500")


@pytest.mark.parametrize("options", [{"stacked": True}, {"horizontal": True}])
def test_kinds_of_bars(tools: Tools, options: dict[str, bool]) -> None:
    plain = chart(tools, "bar", TEMPERATURES)["svg"]
    assert chart(tools, "bar", TEMPERATURES, **options)["svg"] != plain


def test_lines_with_a_gap(tools: Tools) -> None:
    tree = drawn(tools, "line", {"a": [1, None, 3], "b": [2, 2, 2]})
    assert count(tree, "dot") == 5


def test_the_order_of_series(tools: Tools) -> None:
    by_name = texts(drawn(tools, "line", {"b": [1], "a": [2]}))
    assert by_name.index("a") < by_name.index("b")
    listed = [{"name": "b", "values": [1]}, {"name": "a", "values": [2]}]
    as_given = texts(drawn(tools, "line", listed))
    assert as_given.index("b") < as_given.index("a")


def test_dots(tools: Tools) -> None:
    assert count(drawn(tools, "scatter", [[1, 2], [2.5, -1], [3, 4]]), "dot") == 3


def test_pies(tools: Tools) -> None:
    tree = drawn(tools, "pie", [1, 2, 3], labels=["a", "b", "c"])
    assert count(tree, "slices") == 3
    assert {"a", "b", "c"} <= set(texts(tree))
    assert {"x", "y"} <= set(texts(drawn(tools, "pie", {"x": 1, "y": 2})))


def test_nothing_runs_or_is_fetched(tools: Tools) -> None:
    evil = "</text><script>x</script><image href='http://e.org/'/>"
    svg = chart(tools, "pie", {evil: [1], "b": [2]}, title=evil)["svg"]
    tree = etree.fromstring(svg.encode())
    names = {etree.QName(e).localname for e in tree.iter() if isinstance(e.tag, str)}
    assert not {"script", "image", "foreignObject"} & names
    assert "@import" not in svg


def test_a_png_has_its_size_and_its_texts(tools: Tools, tmp_path: Path) -> None:
    done = chart(tools, "bar", [1, 2], width=300, height=200, output_file="c.png")
    assert (done["format"], done["output_file"]) == ("png", str(tmp_path / "c.png"))
    with Image.open(tmp_path / "c.png") as image:
        assert (image.format, image.size) == ("PNG", (300, 200))
        assert len(image.convert("RGB").getcolors() or ()) > 10
    options: dict[str, Any] = {"format": "png", "width": 300, "height": 200}
    plain = base64.b64decode(chart(tools, "bar", [1, 2], **options)["base64"])
    titled = base64.b64decode(chart(tools, "bar", [1, 2], title="Title", **options)["base64"])
    above = (60, 0, 290, 17)
    with Image.open(io.BytesIO(plain)) as one, Image.open(io.BytesIO(titled)) as two:
        assert min(one.convert("L").crop(above).tobytes()) > 200
        assert min(two.convert("L").crop(above).tobytes()) < 100


def test_without_a_font_there_is_no_png(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_renderer, "FONT_FOLDERS", ("/nonexistent",))
    with pytest.raises(ToolError, match="font"):
        chart(tools, "bar", [1], format="png")
    assert chart(tools, "bar", [1])["svg"]


def test_many_points(tools: Tools) -> None:
    assert len(chart(tools, "line", list(range(10_000)))["svg"]) < 2_000_000


@pytest.mark.parametrize("path", ["/etc/chart.svg", "chart.exe"])
def test_files_that_may_not_be_written(tools: Tools, path: str) -> None:
    with pytest.raises(SecurityError):
        chart(tools, "bar", [1], output_file=path)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"operation": "bar"}, "series"),
        ({"operation": "bar", "series": []}, "series"),
        ({"operation": "bar", "series": {"a": ["x"]}}, "series"),
        ({"operation": "bar", "series": [float("nan")]}, "series"),
        ({"operation": "line", "series": [True]}, "series"),
        ({"operation": "line", "series": [1] * 10_001}, "series"),
        ({"operation": "pie", "series": [-1]}, "series"),
        ({"operation": "scatter", "series": [[1, 2, 3]]}, "series"),
        ({"operation": "bar", "series": [1], "width": 4001}, "width"),
        ({"operation": "bar", "series": [1], "format": "gif"}, "format"),
        (
            {"operation": "bar", "series": [1], "format": "svg", "output_file": "a.png"},
            "output_file",
        ),
        ({"operation": "radar", "series": [1]}, "operation"),
    ],
)
def test_mistakes_name_the_parameter(tools: Tools, params: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        tools.invoke("chart-renderer", params)
    assert caught.value.details["field"] == field
