"""`chart-renderer`, on pygal for SVG and resvg for PNG.

matplotlib would do both, but brings 60 MB, looks for fonts by a program of the system, and needs a
folder to write to. resvg draws the same SVG, with one font that is found among those of the system.
"""

from __future__ import annotations

import math
import os

from llmspell.errors import ToolError, ValidationError
from llmspell.security.opening import write_whole
from llmspell.tools.answer import Answer
from llmspell.tools.builtin.filesystem.paths import file_path, storage_errors
from llmspell.tools.description import MIB, Example, Limits, Operation, Parameter
from llmspell.tools.isolation import isolated
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from llmspell.tools.call import Call

    Series = list[tuple[str, list[Any]]]

MOST_POINTS = 10_000
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "C:/Windows/Fonts")
_PREFERRED = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "arial.ttf")
_SIZE = {"minimum": 50, "maximum": 4000}
_COMMON = ("series", "labels", "title", "width", "height", "format", "output_file")
_AXES = (*_COMMON, "x_title", "y_title")


class ChartRenderer(Tool):
    """Draws line, bar, scatter and pie charts as SVG or PNG."""

    name = "chart-renderer"
    category = "media"
    permissions = ("write",)
    aliases = ("chart",)
    limits = Limits(seconds=30, output_bytes=20 * MIB)
    requires = ("PIL", "lxml", "pygal", "resvg_py")
    parameters = (
        Parameter(
            "series",
            ("object", "array"),
            "Numbers, name -> numbers, or `{name, values}` of each, in their order; of `scatter`, "
            "pairs `{x, y}`.",
            required=True,
            aliases=("data", "values"),
        ),
        Parameter("labels", "array", "What stands below the values, or names the parts of a pie."),
        Parameter("title", "string", "Above the chart."),
        Parameter("x_title", "string", "Below the horizontal axis."),
        Parameter("y_title", "string", "Beside the vertical axis."),
        Parameter("stacked", "boolean", "Values of a place upon each other.", default=False),
        Parameter("horizontal", "boolean", "Bars lie.", default=False),
        Parameter("width", "integer", "In pixels.", default=800, schema=_SIZE),
        Parameter("height", "integer", "In pixels.", default=500, schema=_SIZE),
        Parameter(
            "format",
            "string",
            "That of `output_file`'s name, svg otherwise.",
            choices=("svg", "png"),
        ),
        Parameter("output_file", "string", "Write the chart to this file.", kind="file-path"),
    )
    operations = {
        "line": Operation("values joined by lines", takes=(*_AXES, "stacked")),
        "bar": Operation("a bar for each value", takes=(*_AXES, "stacked", "horizontal")),
        "scatter": Operation("a dot for each pair", takes=_AXES),
        "pie": Operation("parts of a whole", takes=_COMMON),
    }
    examples = (
        Example(
            {
                "operation": "bar",
                "series": {"2025": [3, 5], "2026": [4, 9]},
                "labels": ["spring", "autumn"],
                "title": "Readers",
            },
            {"result": {"format": "svg", "width": 800, "height": 500}},
        ),
        Example(
            {"operation": "line", "series": [1, 4, 9], "output_file": "@/squares.svg"},
            {"result": {"output_file": "@/squares.svg", "format": "svg"}},
        ),
        Example({"operation": "pie", "series": {"a": ["x"]}}, fails="no number"),
        Example({"operation": "scatter", "series": [1, 2]}, fails="{x, y}"),
    )

    def run(self, call: Call) -> Answer:
        """`result.svg` is the chart, `result.base64` a PNG; neither where it goes to a file."""
        series = _series(call)
        kind, path = _format(call)
        asked = {
            "kind": call.operation,
            "series": series,
            "points": sum(len(values) for _, values in series),
            "labels": [str(each) for each in call.get("labels", ())],
            **{name: call.get(name) for name in ("title", "x_title", "y_title")},
            **{name: call.get(name, False) for name in ("stacked", "horizontal")},
            "width": call.get("width", 800),
            "height": call.get("height", 500),
        }
        svg = isolated(call, "llmspell.tools.builtin.media.chart_work:drawn", asked)
        call.check()
        data = _png(svg) if kind == "png" else svg.encode()
        told: dict[str, Any] = {
            "format": kind,
            "width": asked["width"],
            "height": asked["height"],
            "size": len(data),
        }
        if path:
            with storage_errors("write", path):
                write_whole(call.policy, path, data)
            message = f"Wrote {len(data)} bytes to {path}"
            return Answer(call.operation, {**told, "output_file": path}, message=message)
        if kind == "svg":
            return Answer(call.operation, {**told, "svg": svg}, text=svg)
        import base64

        return Answer(
            call.operation,
            {**told, "base64": base64.b64encode(data).decode()},
            message=f"a PNG of {len(data)} bytes",
        )


def _format(call: Call) -> tuple[str, str]:
    """`svg` or `png`, and the file to write, "" for none."""
    given = call.get("output_file")
    path = file_path(call, "output_file", "write") if given else ""
    ending = os.path.splitext(path)[1].lower().lstrip(".")
    kind = str(call.get("format") or ("png" if ending == "png" else "svg"))
    if ending in ("svg", "png") and ending != kind:
        raise ValidationError(f"'{given}' is no name for {kind}", field="output_file")
    return kind, path


def _series(call: Call) -> Series:
    """The series in their order; raises ValidationError for what are no numbers, or too many.

    Those of an object are ordered by name, since a table of Lua has no order.
    """
    given = call.params["series"]
    if isinstance(given, dict):
        named = sorted(given.items())
    elif given and all(isinstance(each, dict) for each in given):
        named = [(each.get("name", ""), each.get("values", ())) for each in given]
    else:
        named = [("", given)]
    series = [(str(name), _values(call, str(name), values)) for name, values in named]
    points = sum(len(values) for _, values in series)
    if not points or points > MOST_POINTS:
        raise ValidationError(f"{points} values are not 1 to {MOST_POINTS}", field="series")
    return series


def _values(call: Call, name: str, given: Any) -> list[Any]:
    values = given if isinstance(given, list) else [given]
    if call.operation == "scatter":
        for pair in values:
            if not isinstance(pair, list) or len(pair) != 2 or not all(map(_is_number, pair)):
                raise ValidationError(
                    f"'{name}' has a value that is no pair {{x, y}} of numbers", field="series"
                )
        return values
    for value in values:
        # A gap in a line is a value that is missing.
        if value is not None and not _is_number(value):
            raise ValidationError(f"'{name}' has {value!r}, which is no number", field="series")
        if call.operation == "pie" and value is not None and value < 0:
            raise ValidationError(f"'{name}' has a part of {value}", field="series")
    return values


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and abs(value) < 1e15
    )


def _png(svg: str) -> bytes:
    import resvg_py
    from PIL import ImageFont

    font = _font()
    if font is None:
        raise ToolError("a PNG needs a font of this system, and there is none; take `svg`")
    family = ImageFont.truetype(font).getname()[0]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            skip_system_fonts=True,
            font_files=[font],
            font_family=family,
            sans_serif_family=family,
        )
    )


def _font() -> str | None:
    """A usual font of the system, else any."""
    first: str | None = None
    for folder in FONT_FOLDERS:
        for place, _, names in os.walk(folder):
            fonts = [name for name in sorted(names) if name.lower().endswith((".ttf", ".otf"))]
            for name in fonts:
                if name in _PREFERRED:
                    return os.path.join(place, name)
            if first is None and fonts:
                first = os.path.join(place, fonts[0])
    return first
