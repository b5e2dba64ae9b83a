"""Trees as text, for comparing them."""

from __future__ import annotations

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Pieces


def shown(pieces: Pieces) -> list[str]:
    """Each piece with all that is known of it."""
    return [
        f"{start} {piece.text!r} {piece.problems} "
        f"{[(word.start, word.text) for word in piece.comments]} {outline(piece.statement)}"
        for piece, start in zip(pieces.all, pieces.starts, strict=True)
    ]


def outline(node: tree.Node | None) -> str:
    """Kinds and places, nested."""
    if node is None:
        return "-"
    inside = " ".join(outline(child) for child in node.children())
    return f"({type(node).__name__} {node.start}-{node.end}{' ' + inside if inside else ''})"


def kinds(node: tree.Node | None) -> str:
    """Kinds alone, nested; what has a text of its own shows it."""
    if node is None:
        return "-"
    inside = [kinds(child) for child in node.children()]
    own = getattr(node, "text", "") or getattr(node, "operator", "")
    return " ".join([f"({type(node).__name__}", *([own] if own else []), *inside]) + ")"
