"""What a piece does, for those who look at nothing else: most nodes are names and literals."""

from __future__ import annotations

from llmspell_server.analysis.remembering import remembered

from . import tree
from .pieces import Piece, nodes_of

Act = tree.Statement | tree.Call | tree.MethodCall
_ACTS = (tree.Statement, tree.Call, tree.MethodCall)


@remembered
def acts_of(piece: Piece) -> tuple[Act, ...]:
    """The statements and calls of a piece in the order of the text, the outer ones first."""
    return tuple(node for node in nodes_of(piece) if isinstance(node, _ACTS))
