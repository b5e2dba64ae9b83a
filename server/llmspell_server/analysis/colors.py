"""Colours in strings: `"#rgb"`, `"#rrggbb"` and `"#rrggbbaa"`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen

from .snapshot import Snapshot
from .syntax import tree

_COLOR = re.compile(r"#([0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?![0-9a-fA-F])")


@frozen
class Color:
    """A colour between two offsets; its parts are from 0 to 1."""

    start: int
    end: int
    red: float
    green: float
    blue: float
    alpha: float


def colors_in(snapshot: Snapshot) -> Iterator[Color]:
    """The colours that strings of a text are."""
    for piece, start in snapshot.pieces.placed():
        if "#" not in piece.text or piece.statement is None:
            continue
        for node in tree.walk(piece.statement):
            if isinstance(node, tree.String):
                found = _COLOR.fullmatch(node.text[1:-1])
                if found is not None:
                    begin = start + node.start + 1
                    yield Color(begin, begin + len(found[0]), *_parts(found[1]))


def written(red: float, green: float, blue: float, alpha: float) -> str:
    """A colour as text."""
    parts = [red, green, blue] if alpha >= 1 else [red, green, blue, alpha]
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _parts(digits: str) -> tuple[float, float, float, float]:
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    numbers = [int(digits[i : i + 2], 16) / 255 for i in range(0, len(digits), 2)]
    red, green, blue, alpha = [*numbers, 1.0][:4]
    return red, green, blue, alpha
