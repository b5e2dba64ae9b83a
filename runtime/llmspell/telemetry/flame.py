"""Flame graphs: collapsed stacks from timers, and SVG from any collapsed stacks.

Collapsed stacks are lines `outer;inner <number>`: the frames of a stack, outermost first, and what
was spent in the innermost itself. Flame graph tools read and write this form.
"""

from llmspell.errors import ValidationError
from llmspell.telemetry.timers import Timers

WIDTH = 1200
_MARGIN = 10
_FRAME_HEIGHT = 17
_TITLE_HEIGHT = 40
_FOOT_HEIGHT = 12
_FONT_SIZE = 12
_CHARACTER_WIDTH = 7.25
"""Of the monospaced font at its size, in pixels."""
_MIN_FRAME_WIDTH = 0.1
"""Narrower frames are not drawn, with all that stands on them."""

_STYLE = (
    f"text {{ font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace;"
    f" font-size: {_FONT_SIZE}px; fill: #1c1208; pointer-events: none; }}"
    " text.title { font-size: 17px; text-anchor: middle; }"
    " text.note { text-anchor: middle; fill: #6b5d4f; }"
    " g > rect { stroke: #fdf9f2; stroke-width: 0.7; }"
    " g:hover > rect { stroke: #1c1208; }"
)


def collapsed(timers: Timers) -> str:
    """Return the collapsed stacks of finished and running timers, with microseconds of self time.

    At each moment the innermost running timer spends the time, so the numbers add up to the time
    in which any timer ran. Stacks below one microsecond are left out; the lines are sorted.
    """
    totals: dict[str, int] = {}
    for timer in timers.all():
        stack = ";".join(_frame_name(name) for name in timer.path())
        totals[stack] = totals.get(stack, 0) + timer.self_ns
    lines = (f"{stack} {ns // 1000}\n" for stack, ns in sorted(totals.items()) if ns >= 1000)
    return "".join(lines)


def svg(collapsed: str, title: str = "Flame graph", unit: str = "µs") -> str:
    """Return a self-contained SVG image of collapsed stacks: callers below, callees on them.

    A frame's tooltip tells its name, its total and its share. Siblings are sorted by name, and a
    name always has the same colour, so that two graphs can be compared.

    :param unit: what the numbers count, for the tooltips.
    :raises ValidationError: a line is not `frames <number>`; blank lines are allowed.
    """
    root = _tree(collapsed)
    levels = _layout(root)
    height = _TITLE_HEIGHT + len(levels) * _FRAME_HEIGHT + _FOOT_HEIGHT
    drawn = [
        _draw(box, height - _FOOT_HEIGHT - (level + 1) * _FRAME_HEIGHT, root.total, unit)
        for level, boxes in enumerate(levels)
        for box in boxes
    ]
    if not drawn:
        drawn = [f'<text class="note" x="{WIDTH / 2:g}" y="{_TITLE_HEIGHT}">no samples</text>']
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
            f"<style>{_STYLE}</style>",
            '<rect width="100%" height="100%" fill="#fdf9f2"/>',
            f'<text class="title" x="{WIDTH / 2:g}" y="25">{_escape(title)}</text>',
            *drawn,
            "</svg>\n",
        ]
    )


class _Node:
    """A frame at one place of the graph; `total` includes what stands on it."""

    __slots__ = ("children", "name", "total")

    def __init__(self, name: str) -> None:
        self.name = name
        self.total = 0.0
        self.children: dict[str, _Node] = {}


class _Box:
    """A frame with its place, in pixels."""

    __slots__ = ("node", "width", "x")

    def __init__(self, node: _Node, x: float, width: float) -> None:
        self.node = node
        self.x = x
        self.width = width


def _frame_name(name: str) -> str:
    """Return a name without what separates frames and lines."""
    return " ".join(name.replace(";", ",").split()) or "(unnamed)"


def _tree(collapsed: str) -> _Node:
    root = _Node("all")
    for number, line in enumerate(collapsed.split("\n"), start=1):
        if not line.strip():
            continue
        stack, amount = _parse_line(line, number)
        node = root
        node.total += amount
        for name in stack.split(";"):
            node = node.children.setdefault(name, _Node(name))
            node.total += amount
    return root


def _parse_line(line: str, number: int) -> tuple[str, float]:
    stack, _, amount = line.strip().rpartition(" ")
    try:
        value = float(amount)
    except ValueError:
        value = -1.0
    if not stack or not 0.0 <= value < float("inf"):
        raise ValidationError(
            f"line {number} of the collapsed stacks is not 'outer;inner <number>': {line[:80]!r}"
        )
    return stack.rstrip(), value


def _layout(root: _Node) -> list[list[_Box]]:
    """Return the boxes of each level, the root's first; empty without samples."""
    if not root.total:
        return []
    scale = (WIDTH - 2 * _MARGIN) / root.total
    levels = [[_Box(root, _MARGIN, root.total * scale)]]
    while True:
        above = [box for below in levels[-1] for box in _boxes_on(below, scale)]
        if not above:
            return levels
        levels.append(above)


def _boxes_on(below: _Box, scale: float) -> list[_Box]:
    boxes = []
    x = below.x
    for _, child in sorted(below.node.children.items()):
        width = child.total * scale
        if width >= _MIN_FRAME_WIDTH:
            boxes.append(_Box(child, x, width))
        x += width
    return boxes


def _draw(box: _Box, y: int, total: float, unit: str) -> str:
    node = box.node
    tooltip = f"{node.name} ({_amount(node.total)} {unit}, {100 * node.total / total:.2f}%)"
    shape = (
        f'<rect x="{box.x:.2f}" y="{y}" width="{box.width:.2f}" height="{_FRAME_HEIGHT - 1}"'
        f' rx="1.5" fill="{_color(node.name)}"/>'
    )
    shown = _clip(node.name, int((box.width - 6) / _CHARACTER_WIDTH))
    label = (
        f'<text x="{box.x + 3:.2f}" y="{y + _FONT_SIZE}">{_escape(shown)}</text>' if shown else ""
    )
    return f"<g><title>{_escape(tooltip)}</title>{shape}{label}</g>"


def _amount(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,.3f}"


def _clip(name: str, columns: int) -> str:
    """As much of a name as fits into so many columns of a monospaced font, with `..` if cut."""
    from unicodedata import east_asian_width

    if columns < 3:
        return ""
    used, fits = 0, 0
    for character in name:
        used += 2 if east_asian_width(character) in "WF" else 1
        if used <= columns - 2:
            fits += 1
        if used > columns:
            return name[:fits] + ".."
    return name


def _color(name: str) -> str:
    """Return a warm colour, from yellow to red, that depends on the name only."""
    from zlib import crc32

    seed = crc32(name.encode("utf-8", "surrogatepass"))
    warmth = seed % 181 / 180
    green = int(85 + 135 * warmth)
    return f"rgb({225 + (seed >> 8) % 31},{green},{35 + (seed >> 16) % 45})"


def _escape(text: str) -> str:
    """Text for XML 1.0; characters that it does not allow become U+FFFD."""
    import re

    text = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
