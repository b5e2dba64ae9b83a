"""How far a declaration reaches whose name is at a place: with its value and the comments above."""

from __future__ import annotations

import re

from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import block_above, comment_blocks
from llmspell_server.analysis.syntax.pieces import Piece

_TYPE = re.compile(r"---[ \t]*@(?:class|alias|enum)\b")
_DECLARING = (
    *(tree.LocalStatement, tree.LocalFunction, tree.FunctionStatement, tree.Assignment),
    *(tree.Label, tree.Call, tree.MethodCall),
)


def extent(snapshot: Snapshot, start: int, end: int) -> Span:
    """What is declared by the name between two offsets; the name where that is all there is.

    Of a string that names something, it is the call that is given it.
    """
    piece = snapshot.pieces.all[snapshot.pieces.index_at(start)]
    begin = snapshot.pieces.start_of[piece]
    commented = _in_comment(piece, start - begin)
    if commented is not None:
        return begin + commented[0], begin + commented[1]
    piece, path = snapshot.path_at(min(start + 1, end))
    begin = snapshot.pieces.start_of[piece]
    declaring = _declaring(path, start - begin)
    if declaring is None:
        return start, end
    comments = block_above(piece, declaring)
    first = comments[0].start if comments else declaring.start
    return begin + first, begin + declaring.end


def _declaring(path: tuple[tree.Node, ...], name: int) -> tree.Node | None:
    """The node that declares the name at an offset; None for parameters and variables of loops."""
    for node in reversed(path):
        match node:
            case tree.Named(key=key) | tree.Keyed(key=key) if key.start == name:
                return node
            case tree.Function() if node.start == name:  # its first word stands for it
                return node
            case tree.Function() | tree.NumericFor() | tree.GenericFor() | tree.Block():
                return None
            case _ if isinstance(node, _DECLARING):
                return node
    return None


def _in_comment(piece: Piece, offset: int) -> Span | None:
    """The annotations that declare the type at an offset in comments, or the line of a field."""
    for block in comment_blocks(piece):
        for line in block:
            if line.start <= offset < line.end:
                lines = block if _TYPE.match(line.text) else (line,)
                return lines[0].start, lines[-1].end
    return None
