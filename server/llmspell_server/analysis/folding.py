"""What can be folded away: blocks, tables, long strings, comments, regions and rows of requires."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from llmspell_server.analysis.remembering import remembered

from .snapshot import Snapshot
from .syntax import tree
from .syntax.comments import comment_blocks
from .syntax.pieces import Piece
from .workspace.mentions import mentions_of

FoldKind = Literal["code", "comment", "region", "imports"]

_REGION = re.compile(r"--+[ \t]*#?(region|endregion)\b")
_FOLDED = (
    tree.Function,
    tree.Table,
    tree.Arguments,
    tree.While,
    tree.Repeat,
    tree.NumericFor,
    tree.GenericFor,
    tree.Do,
    tree.Branch,
)


class Fold(NamedTuple):
    """Lines that fold together, both counted from 0 and included."""

    first: int
    last: int
    kind: FoldKind


def folds_of(snapshot: Snapshot) -> list[Fold]:
    """What can be folded, in the order of the text, at most one fold for each first line."""
    found = [*_code(snapshot), *_comments(snapshot), *_regions(snapshot), *_imports(snapshot)]
    by_line: dict[int, Fold] = {}
    for fold in sorted(found, key=lambda fold: (fold.first, -fold.last)):
        if fold.last > fold.first:
            by_line.setdefault(fold.first, fold)
    return list(by_line.values())


def _code(snapshot: Snapshot) -> Iterator[Fold]:
    text = snapshot.text
    for piece, start in snapshot.pieces.placed():
        for first, last, keeps_end in _foldable(piece):
            end = text.line_at(start + last)
            yield Fold(text.line_at(start + first), end - keeps_end, "code")


@remembered
def _foldable(piece: Piece) -> tuple[tuple[int, int, bool], ...]:
    """Ranges of nodes with several lines, and whether their last line stays to be seen."""
    nodes = tree.walk(piece.statement) if piece.statement is not None else ()
    return tuple(each for node in nodes if _has_lines(piece, node) for each in _parts(node))


def _has_lines(piece: Piece, node: tree.Node) -> bool:
    return "\n" in piece.text[node.start : node.end]


def _parts(node: tree.Node) -> Iterator[tuple[int, int, bool]]:
    if isinstance(node, _FOLDED):
        yield node.start, node.end, True
    elif isinstance(node, tree.String):
        yield node.start, node.end, False


def _comments(snapshot: Snapshot) -> Iterator[Fold]:
    text = snapshot.text
    for piece, start in snapshot.pieces.placed():
        for block in comment_blocks(piece):
            if not any(_REGION.match(comment.text) for comment in block):
                first = text.line_at(start + block[0].start)
                yield Fold(first, text.line_at(start + block[-1].end), "comment")


def _regions(snapshot: Snapshot) -> Iterator[Fold]:
    opened: list[int] = []
    for piece, start in snapshot.pieces.placed():
        for comment in piece.comments:
            found = _REGION.match(comment.text)
            if found is None:
                continue
            line = snapshot.text.line_at(start + comment.start)
            if found[1] == "region":
                opened.append(line)
            elif opened:
                yield Fold(opened.pop(), line, "region")


def _imports(snapshot: Snapshot) -> Iterator[Fold]:
    row: list[int] = []
    for piece, start in snapshot.pieces.placed():
        statement = piece.statement
        if isinstance(statement, tree.LocalStatement) and mentions_of(piece).requires:
            row += [
                snapshot.text.line_at(start + statement.start),
                snapshot.text.line_at(start + statement.end),
            ]
        else:
            yield from _row(row)
            row = []


def _row(lines: Iterable[int]) -> Iterator[Fold]:
    found = list(lines)
    if found:
        yield Fold(found[0], found[-1], "imports")
