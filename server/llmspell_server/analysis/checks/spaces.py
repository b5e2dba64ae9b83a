"""Blanks at the ends of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .finding import Finding

_TRAILING = re.compile(r"[ \t]+(?=\r?$)", re.MULTILINE)


def trailing(snapshot: Snapshot) -> Iterator[tuple[Piece, Finding]]:
    """`trailing-space`: outside strings, where they would mean something."""
    for found in _TRAILING.finditer(snapshot.text.source):
        index = snapshot.pieces.index_at(found.start())
        piece = snapshot.pieces.all[index]
        start = found.start() - snapshot.pieces.starts[index]
        if _is_in_string(piece, start):
            continue
        before = snapshot.text.source[found.start() - 1 : found.start()]
        only = before in ("", "\n", "\r")
        message = "This line has only blanks in it." if only else "There are blanks at the end."
        yield piece, Finding("trailing-space", message, start, start + len(found[0]))


def _is_in_string(piece: Piece, offset: int) -> bool:
    statement = piece.statement
    if statement is None or not statement.start <= offset < statement.end:
        return False
    return isinstance(tree.path_at(statement, offset)[-1], tree.String)
