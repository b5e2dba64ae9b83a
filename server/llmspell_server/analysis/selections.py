"""Ever larger ranges around a place, as a selection grows by them."""

from __future__ import annotations

from collections.abc import Iterator

from .snapshot import Snapshot, Span
from .syntax import tree
from .syntax.comments import comment_blocks


def selections_at(snapshot: Snapshot, offset: int) -> list[Span]:
    """The ranges around an offset, from the innermost to the whole text."""
    text = snapshot.text
    ranges = [(0, len(text.source)), *_nodes(snapshot, offset), *_comment(snapshot, offset)]
    found: list[Span] = []
    for start, end in ranges:
        inside = not found or (found[-1][0] <= start and end <= found[-1][1])
        if start <= offset <= end and inside and (not found or found[-1] != (start, end)):
            found.append((start, end))
    return found[::-1]


def _nodes(snapshot: Snapshot, offset: int) -> Iterator[Span]:
    piece, path = snapshot.path_at(offset)
    base = snapshot.pieces.start_of[piece]
    for node in path:
        start, end = base + node.start, base + node.end
        if isinstance(node, tree.Block):
            if node.statements:
                yield base + node.statements[0].start, base + node.statements[-1].end
            continue
        yield start, end
        inner = _inner(node)
        if inner is not None:
            yield base + inner[0], base + inner[1]


def _inner(node: tree.Node) -> Span | None:
    """What stands between the quotes, brackets or parentheses of a node."""
    match node:
        case tree.String(text=text, closed=True) if text[0] in "\"'":
            return node.start + 1, node.end - 1
        case tree.String(text=text, closed=True):
            width = text.index("[", 1) + 1
            return node.start + width, node.end - width
        case tree.Arguments(values=values) | tree.Table(fields=values) if values:
            return values[0].start, values[-1].end
    return None


def _comment(snapshot: Snapshot, offset: int) -> Iterator[Span]:
    spot = snapshot.comment_at(offset)
    if spot is None:
        return
    base = snapshot.pieces.start_of[spot.piece]
    for block in comment_blocks(spot.piece):
        if spot.node in block:
            yield base + block[0].start, base + block[-1].end
    yield snapshot.span(spot.piece, spot.node)
    source = snapshot.text.source
    start = end = offset
    while start > 0 and (source[start - 1].isalnum() or source[start - 1] == "_"):
        start -= 1
    while end < len(source) and (source[end].isalnum() or source[end] == "_"):
        end += 1
    if start < end:
        yield start, end
