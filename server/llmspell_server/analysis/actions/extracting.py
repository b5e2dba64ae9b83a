"""A selected expression becomes a local."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .action import Action, Change
from .extracting_functions import functions_of_chunk, functions_of_piece
from .naming import free_name


def extractions(snapshot: Snapshot, start: int, end: int) -> Iterator[Action]:
    """What can be taken out of a selection; nothing without one."""
    source = snapshot.text.source
    selected = source[start:end]
    start += len(selected) - len(selected.lstrip())
    end -= len(selected) - len(selected.rstrip())
    if start >= end:
        return
    yield from functions_of_chunk(snapshot, start, end)
    piece = snapshot.pieces.all[snapshot.pieces.index_at(start)]
    if piece.statement is None or piece.problems:
        return
    begin = snapshot.pieces.start_of[piece]
    expression = _expression(piece, start - begin, end - begin)
    if expression is not None:
        yield from _local(snapshot, piece, expression)
    yield from functions_of_piece(snapshot, piece, start - begin, end - begin)


def _expression(piece: Piece, start: int, end: int) -> tree.Expression | None:
    """The expression that is exactly selected."""
    assert piece.statement is not None
    binding_of(piece)
    for node in tree.walk(piece.statement):
        if node.start == start and node.end == end and isinstance(node, tree.Expression):
            parent = parents_of(piece).get(node)
            is_target = isinstance(parent, tree.Assignment) and node in parent.targets
            is_target |= isinstance(parent, (tree.FunctionStatement, tree.LocalFunction))
            local = node.local if isinstance(node, tree.Name) else None
            is_declared = local is not None and local.declaration is node
            if not (is_target or is_declared or isinstance(node, (tree.Missing, tree.Vararg))):
                return node
    return None


def _local(snapshot: Snapshot, piece: Piece, expression: tree.Expression) -> Iterator[Action]:
    statement = statement_around(piece, expression)
    if statement is None:
        return
    begin = snapshot.pieces.start_of[piece]
    source = snapshot.text.source
    name = free_name(snapshot, _suggested(expression), begin + statement.start)
    line = snapshot.text.line_start(snapshot.text.line_at(begin + statement.start))
    indent = source[line : begin + statement.start]
    text = source[begin + expression.start : begin + expression.end]
    break_ = "\n" + indent if not indent.strip() else " "
    place = begin + statement.start
    declaration = f"local {name} = {text}{break_}"
    parent = parents_of(piece).get(expression)
    if isinstance(parent, tree.ExpressionStatement):
        change = Change(place, begin + expression.end, f"local {name} = {text}")
        yield Action("Put the result into a local", "refactor.extract", (change,))
        return
    is_bare = isinstance(parent, tree.Arguments) and source[begin + parent.start] != "("
    used = f"({name})" if is_bare else name  # `require "x"` has no parentheses yet
    yield Action(
        "Extract a local",
        "refactor.extract",
        (
            Change(place, place, declaration),
            Change(begin + expression.start, begin + expression.end, used),
        ),
    )


def statement_around(piece: Piece, node: tree.Node) -> tree.Statement | None:
    """The statement of a block before which the value of an expression can be worked out.

    None where it would be worked out at another time: in the condition of a loop, behind `and`.
    """
    parents = parents_of(piece)
    child, parent = node, parents.get(node)
    while parent is not None:
        lazy = isinstance(parent, tree.Binary) and parent.operator in ("and", "or")
        if lazy and parent.right is child:  # type: ignore[attr-defined]
            return None
        if isinstance(parent, (tree.While, tree.Repeat)) and not isinstance(child, tree.Block):
            return None
        if isinstance(parent, tree.Branch) and not isinstance(child, tree.Block):
            around = parents[parent]
            assert isinstance(around, tree.If)
            if around.branches[0] is not parent:
                return None
        if isinstance(child, tree.Statement) and isinstance(parent, tree.Block):
            return child
        child, parent = parent, parents.get(parent)
    return child if isinstance(child, tree.Statement) else None


def _suggested(expression: tree.Expression) -> str:
    match expression:
        case tree.Member(key=key):
            return key.text
        case tree.MethodCall(method=method):
            return re.sub(r"^(get|make|new|create)_?", "", method.text).lower() or "value"
        case tree.Call(callee=tree.Member(key=key)):
            return re.sub(r"^(get|make|new|create)_?", "", key.text).lower() or "value"
        case tree.String():
            return "text"
        case tree.Number():
            return "number"
        case tree.Function():
            return "callback"
        case tree.Table():
            return "table_"
    return "value"
