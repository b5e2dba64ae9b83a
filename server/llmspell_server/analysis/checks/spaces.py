"""Blanks at the ends of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .finding import Finding

_TRAILING = re.compile(r"[ \t]+(?=\r?$)", re.MULTILINE)


def trailing(snapshot: Snapshot) -> Iterator[tuple[Piece, Finding]]:
    """`trailing-space`: outside strings, where they would mean something."""
    first = snapshot.pieces.all[0]
    for piece, _ in snapshot.pieces.placed():
        for start, end in _blanks(piece):
            # A piece begins in the middle of a line, behind the one before.
            only = piece.text[start - 1] in "\n\r" if start else piece is first
            message = "This line has only blanks in it." if only else "There are blanks at the end."
            yield piece, Finding("trailing-space", message, start, end)


@remembered
def _blanks(piece: Piece) -> tuple[tuple[int, int], ...]:
    """Where lines of a piece end in blanks, outside strings."""
    return tuple(
        found.span()
        for found in _TRAILING.finditer(piece.text)
        if not _is_in_string(piece, found.start())
    )


def _is_in_string(piece: Piece, offset: int) -> bool:
    statement = piece.statement
    if statement is None or not statement.start <= offset < statement.end:
        return False
    return isinstance(tree.path_at(statement, offset)[-1], tree.String)
