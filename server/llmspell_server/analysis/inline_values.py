"""The variables whose values are of interest where a program stands.

Those of the function that stands, down to the line it stands on, as they are known there: a
name that an inner block hides is another variable.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from .inference.writes import path_of
from .snapshot import Snapshot
from .syntax import tree


@frozen
class InlineValue:
    """A variable, or an expression of names, between two offsets."""

    start: int
    end: int
    text: str
    is_variable: bool


def inline_values(snapshot: Snapshot, begin: int, end: int, stopped: int) -> Iterator[InlineValue]:
    """What may be shown between two offsets while the program stands at a third."""
    visible = snapshot.visible_locals(stopped)
    end = min(end, snapshot.text.line_end(snapshot.text.line_at(stopped)))
    piece, path = snapshot.path_at(stopped)
    around: tree.Node | None = piece.statement
    for node in path:
        if isinstance(node, tree.Function):
            around = node
    pieces = snapshot.pieces.placed()
    for each, start in pieces:
        if each.statement is None or start + len(each.text) < begin or start > end:
            continue
        root = around if each is piece and around is not None else each.statement
        for node in _shown(root):
            first, last = start + node.start, start + node.end
            if last < begin or first > end:
                continue
            name: tree.Expression = node
            while isinstance(name, tree.Member):
                name = name.base
            if not isinstance(name, tree.Name) or not name.text:
                continue
            snapshot.binding(each)
            local = snapshot.local(each, name)
            if visible.get(name.text) is local and (local is not None or node is not name):
                text = snapshot.text.source[first:last]
                yield InlineValue(first, last, text, node is name)


def _shown(root: tree.Node) -> Iterator[tree.Name | tree.Member]:
    """The variables and paths of names in a node; functions inside stand elsewhere."""
    waiting: list[tree.Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (tree.Call, tree.MethodCall)):
            callee = node.callee if isinstance(node, tree.Call) else node.base
            waiting.append(node.arguments)
            if isinstance(node, tree.MethodCall) or isinstance(
                callee, (tree.Call, tree.MethodCall)
            ):
                waiting.append(callee)
            continue
        if isinstance(node, tree.Member) and path_of(node) is not None:
            yield node
            continue
        if isinstance(node, tree.Name):
            yield node
            continue
        if isinstance(node, tree.Function) and node is not root:
            continue
        waiting.extend(reversed(tuple(node.children())))
