"""What stands above functions, and above a spell as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from .annotations.attached import all_blocks
from .snapshot import Snapshot
from .syntax import tree
from .syntax.pieces import Piece


@frozen
class Lens:
    """Something to show above a line. For `references`: the offset of the name they are of."""

    offset: int
    end: int
    kind: Literal["run", "references"]


def lenses_in(snapshot: Snapshot) -> Iterator[Lens]:
    """The lenses of a text: ways to run it at its first statement, and functions of the chunk."""
    if not _is_definition(snapshot):
        yield from _run(snapshot)
    for piece, start in snapshot.pieces.placed():
        name = _function_name(piece)
        if name is not None and name.end > name.start:
            yield Lens(start + name.start, start + name.end, "references")


def _run(snapshot: Snapshot) -> Iterator[Lens]:
    for piece, start in snapshot.pieces.placed():
        if piece.statement is not None:
            begin = start + piece.statement.start
            yield Lens(begin, begin, "run")
            return


def _function_name(piece: Piece) -> tree.Node | None:
    """The name of the function that a piece defines."""
    match piece.statement:
        case tree.LocalFunction(name=name):
            return name
        case tree.FunctionStatement(target=tree.Member(key=key)):
            return key
        case tree.FunctionStatement(target=target):
            return target
        case tree.LocalStatement(names=(declared, *_), values=(tree.Function(), *_)):
            return declared.name
        case tree.Assignment(targets=(tree.Member(key=key), *_), values=(tree.Function(), *_)):
            return key
    return None


def _is_definition(snapshot: Snapshot) -> bool:
    """Whether it is a definition file (`---@meta`) or a module, which are not run by themselves."""
    for piece in snapshot.pieces.all:
        if isinstance(piece.statement, tree.Return) and piece.statement.values:
            return True
    for piece in snapshot.pieces.all[:1]:
        for block in all_blocks(piece):
            if any(tag.word.text == "meta" for tag in block.tags):
                return True
    return False
