"""What a piece does, for those who look at nothing else: most nodes are names and literals."""

from __future__ import annotations

from llmspell_server.analysis.remembering import remembered

from . import tree
from .pieces import Piece

Act = tree.Statement | tree.Call | tree.MethodCall
_ACTS = (tree.Statement, tree.Call, tree.MethodCall)


@remembered
def acts_of(piece: Piece) -> tuple[Act, ...]:
    """The statements and calls of a piece in the order of the text, the outer ones first."""
    nodes = tree.walk(piece.statement) if piece.statement is not None else ()
    return tuple(node for node in nodes if isinstance(node, _ACTS))
