"""Comments at the ends of lines: those that stand under each other go on doing so."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define

_TAB = 4  # how wide a tab is counted; only differences matter


@define
class Placed:
    """A comment behind code, or one alone on its line.

    gap: the index of the white space before it. line, column: where it is in the source. width:
    how wide is, once formatted, what stands before that white space (alone: the indentation).
    space: how wide the white space was.
    """

    gap: int
    line: int
    column: int
    width: int
    space: int
    alone: bool


def width_of(text: str, column: int = 0) -> int:
    """The column after a text of one line."""
    if "\t" not in text:
        return column + len(text)
    for character in text:
        column += _TAB - column % _TAB if character == "\t" else 1
    return column


def aligned(comments: list[Placed]) -> Iterator[tuple[Placed, int]]:
    """How many spaces belong before each comment behind code, and before those alone below one.

    A column of comments is as near to the code as its nearest comment was.
    """
    for run in _runs(comments):
        behind = [placed for placed in run if not placed.alone]
        column = max(p.width for p in behind) + max(1, min(p.space for p in behind))
        for placed in run:
            if not placed.alone or column > placed.width:
                yield placed, column - placed.width


def _runs(comments: list[Placed]) -> Iterator[list[Placed]]:
    run: list[Placed] = []
    for placed in comments:
        follows = run and placed.line == run[-1].line + 1 and placed.column == run[-1].column
        if follows:
            run.append(placed)
            continue
        if run:
            yield run
        run = [] if placed.alone else [placed]
    if run:
        yield run
