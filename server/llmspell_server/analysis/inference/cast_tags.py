"""The `---@cast` comments of a piece."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.annotations.attached import parsed
from llmspell_server.analysis.annotations.nodes import CastTag
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax.comments import comment_blocks
from llmspell_server.analysis.syntax.pieces import Piece


def casts_between(piece: Piece) -> Iterator[tuple[str, CastTag]]:
    """The casts above the statement of a piece, which hold below it too, with their names."""
    statement = piece.statement
    for place, tag in casts_of(piece):
        if tag.name is not None and (statement is None or place < statement.start):
            yield tag.name.text, tag


@remembered
def casts_of(piece: Piece) -> list[tuple[int, CastTag]]:
    """The casts of a piece, with their offsets."""
    return list(_casts(piece))


def _casts(piece: Piece) -> Iterator[tuple[int, CastTag]]:
    if "@cast" not in piece.text:
        return
    for lines in comment_blocks(piece):
        for tag in parsed(piece, lines).tags:
            if isinstance(tag, CastTag):
                yield tag.start, tag
