"""What `chart-renderer` does in a process of its own: pygal draws a chart as SVG.

pygal changes how the process imports modules, so it is imported when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygal.graph.graph import Graph

_FONT = "sans-serif"


def drawn(asked: dict[str, Any]) -> str:
    """The SVG of a chart, without scripts. asked: `kind`, `series`, and what `_options` takes."""
    from lxml import etree

    chart = _chart(asked)
    labels = asked["labels"]
    if asked["kind"] == "pie":
        for name, values in asked["series"]:
            for label, value in _slices(name, values, labels):
                chart.add(label, value)
    else:
        chart.x_labels = labels or None
        for name, values in asked["series"]:
            chart.add(name, [tuple(v) if isinstance(v, list) else v for v in values])
    tree = chart.render_tree()
    for element in list(tree.iter("{http://www.w3.org/2000/svg}script", "script")):
        element.getparent().remove(element)
    svg: str = etree.tostring(tree, encoding="unicode")
    return svg


def _chart(asked: dict[str, Any]) -> Graph:
    import pygal

    kind, stacked, horizontal = asked["kind"], asked["stacked"], asked["horizontal"]
    kinds = {
        "line": pygal.StackedLine if stacked else pygal.Line,
        "scatter": pygal.XY,
        "pie": pygal.Pie,
        "bar": (
            (pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar)
            if horizontal
            else (pygal.StackedBar if stacked else pygal.Bar)
        ),
    }
    return kinds[kind](**_options(asked))


def _options(asked: dict[str, Any]) -> dict[str, Any]:
    from pygal.style import Style

    names = ("font_family", "label_font_family", "major_label_font_family", "value_font_family")
    more = ("title_font_family", "legend_font_family", "tooltip_font_family", "no_data_font_family")
    style = Style(background="white", plot_background="white", **dict.fromkeys(names + more, _FONT))
    several = len(asked["series"]) > 1 or asked["kind"] == "pie"
    return {
        "style": style,
        "title": asked["title"],
        "x_title": asked["x_title"],
        "y_title": asked["y_title"],
        "width": asked["width"],
        "height": asked["height"],
        "explicit_size": True,
        "js": (),
        "show_legend": several,
        "legend_at_bottom": True,
        "stroke": asked["kind"] != "scatter",
        "show_dots": asked["kind"] == "scatter" or asked["points"] <= 100,
        "fill": asked["kind"] == "line" and asked["stacked"],
        "x_label_rotation": 30 if len(asked["labels"]) > 12 else 0,
        "inner_radius": 0,
        "no_data_text": "no data",
    }


def _slices(name: str, values: list[Any], labels: list[str]) -> list[tuple[str, Any]]:
    """The parts of a pie: those of a series with labels, or each series as one."""
    if labels:
        return list(zip(labels, values, strict=False))
    if len(values) == 1:
        return [(name, values[0])]
    return [(f"{name} {n}", value) for n, value in enumerate(values, 1)]
