"""Comment lines that belong together, and to what they belong."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from llmspell_server.analysis.remembering import remembered

from . import tree
from .pieces import Piece


@remembered
def comment_blocks(piece: Piece) -> tuple[tuple[tree.Word, ...], ...]:
    """The comments of a piece, those on consecutive lines with only blanks before them together.

    A comment behind code, and a long comment, is a block of its own.
    """
    return tuple(_blocks(piece))


def block_above(piece: Piece, node: tree.Node) -> tuple[tree.Word, ...]:
    """The comment lines directly above the line on which a node begins; empty without any."""
    text = piece.text
    line = text.rfind("\n", 0, node.start)
    line_above = text.rfind("\n", 0, max(line, 0))
    blocks = comment_blocks(piece)
    index = bisect_right(blocks, line_above, key=_end)
    while line >= 0 and index < len(blocks) and (end := _end(blocks[index])) <= line:
        if _is_above(text, end, node.start):
            return () if _is_behind_code(text, blocks[index][0].start) else blocks[index]
        index += 1
    return ()


def comment_beside(piece: Piece, node: tree.Node) -> tree.Word | None:
    """The comment behind a node on its last line."""
    index = bisect_left(piece.comments, node.end, key=_start)
    if index == len(piece.comments):
        return None
    comment = piece.comments[index]
    between = piece.text[node.end : comment.start]
    return comment if not between.strip(" \t,;") else None


def _start(comment: tree.Word) -> int:
    return comment.start


def _end(block: tuple[tree.Word, ...]) -> int:
    return block[-1].end


def _blocks(piece: Piece) -> Iterator[tuple[tree.Word, ...]]:
    block: list[tree.Word] = []
    for comment in piece.comments:
        behind = _is_behind_code(piece.text, comment.start)
        if block and (behind or not _is_next_line(piece.text, block[-1].end, comment.start)):
            yield tuple(block)
            block = []
        block.append(comment)
        if behind or comment.text.startswith(("--[[", "--[=")):
            yield tuple(block)
            block = []
    if block:
        yield tuple(block)


def _is_behind_code(text: str, offset: int) -> bool:
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    return bool(before.strip())


def _is_next_line(text: str, end: int, start: int) -> bool:
    between = text[end:start]
    return between.count("\n") <= 1 and not between.strip()


def _is_above(text: str, end: int, start: int) -> bool:
    """Whether the line that holds `start` is the one after `end`."""
    between = text[end:start]
    return between.count("\n") == 1 and not between.split("\n")[0].strip()
