"""A text as a row of pieces, of which an edit makes anew only those that it can have changed.

A piece is a statement of the chunk with the white space and comments before it, and those
comments behind it that stand on its last line; the last piece has no statement. The parser keeps
nothing from one piece to the next. So a piece depends only on its own text, on how far the parser
looked ahead, and on how its line is indented where it begins within one; keeping all that were not
touched gives what parsing the whole text would.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from attrs import define, field

from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.remembering import remembered

from . import tree
from .parser import Problem, margin_of, parse_piece


@define(eq=False, repr=False)
class Piece:
    """A statement with the text around it. Immutable, and shared by the versions of a document.

    reach: how much of the text from its beginning the parser has looked at. margin: what stood
    before it on its line, if the parser looked at that (see `Parsed`). facts: what others
    know about it, under keys of theirs, kept as long as the piece.
    """

    text: str
    statement: tree.Statement | None
    comments: tuple[tree.Word, ...]
    problems: tuple[Problem, ...]
    reach: int
    suspicious: bool
    margin: tuple[str, bool] | None
    facts: dict[object, Any] = field(factory=dict)


@remembered
def nodes_of(piece: Piece) -> tuple[tree.Node, ...]:
    """All nodes of a piece, as `tree.walk` gives them; found once for the many who look at all."""
    return tuple(tree.walk(piece.statement)) if piece.statement is not None else ()


class Pieces:
    """The pieces of a text, and where each begins.

    broken: whether it is known that the text does not compile, which decides how unfinished
    blocks are read.
    """

    def __init__(self, pieces: Sequence[Piece], starts: Sequence[int], broken: bool) -> None:
        self.all, self.starts, self.broken = tuple(pieces), tuple(starts), broken

    @cached_property
    def start_of(self) -> dict[Piece, int]:
        """Where each piece begins."""
        return dict(zip(self.all, self.starts, strict=True))

    def placed(self) -> Iterator[tuple[Piece, int]]:
        """Each piece and where it begins. What is done for all of them may be ended between two."""
        for pair in zip(self.all, self.starts, strict=True):
            checkpoint()
            yield pair

    def index_at(self, offset: int) -> int:
        """Which piece holds an offset; of two that meet there, the later."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def edited(
        self,
        source: str,
        start: int,
        end: int,
        length: int,
        broken: bool,
    ) -> Pieces:
        """The pieces of the text after an edit.

        source: the whole new text. start, end: what was replaced in the old one, by how many
        (length) characters.
        """
        kept = 0
        for piece, begin in zip(self.all, self.starts, strict=True):
            if begin + piece.reach >= start or self._depends(piece, broken):
                break
            kept += 1
        pieces, starts = list(self.all[:kept]), list(self.starts[:kept])
        moved = length - (end - start)
        later = {
            begin + moved: index
            for index, begin in enumerate(self.starts)
            if index >= kept and begin >= end
        }
        position = starts[-1] + len(pieces[-1].text) if pieces else 0
        while True:
            index = later.get(position)
            if index is not None and self._stays(index, source, position, broken):
                pieces.append(self.all[index])
                starts.append(position)
            else:
                pieces.append(_parse(source, position, broken))
                starts.append(position)
                checkpoint()
            position += len(pieces[-1].text)
            if pieces[-1].statement is None:
                return Pieces(pieces, starts, broken)

    def _stays(self, index: int, source: str, position: int, broken: bool) -> bool:
        """Whether the text at a position behind the edit would be read as a piece of before.

        At the beginning of a file a first line with `#` is no code.
        """
        piece = self.all[index]
        if self._depends(piece, broken) or index == 0 or position == 0:
            return False
        return piece.margin is None or piece.margin == margin_of(source, position)

    def _depends(self, piece: Piece, broken: bool) -> bool:
        """Whether a piece may look otherwise now that the text is broken or mended."""
        return piece.suspicious and broken != self.broken


def pieces_of(source: str, broken: bool) -> Pieces:
    """The pieces of a whole text."""
    return Pieces((), (), broken).edited(source, 0, 0, len(source), broken)


def _parse(source: str, start: int, broken: bool) -> Piece:
    parsed = parse_piece(source, start, broken)
    return Piece(
        source[start : start + parsed.end],
        parsed.statement,
        parsed.comments,
        parsed.problems,
        parsed.reach,
        parsed.suspicious,
        parsed.margin,
    )
