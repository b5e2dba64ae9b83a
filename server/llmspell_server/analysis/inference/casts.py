"""`---@cast name +T, -U, T`: what a comment says of a variable from its line on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmspell_server.analysis.annotations import meaning
from llmspell_server.analysis.annotations.nodes import CastTag
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Type

from .cast_tags import casts_of
from .expressions import Where
from .flow import parents_of
from .writes import Path, writes_of

if TYPE_CHECKING:
    from .inference import Inference


class Casts:
    """Applies casts to uses of variables."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def cast(self, where: Where, node: tree.Expression, path: Path, type_: Type) -> Type:
        """The type of a use, changed by the casts between it and the last assignment."""
        if not isinstance(node, tree.Name):
            return type_
        written = [
            write.key.start
            for write in writes_of(where.piece).by_root.get(path.root, ())
            if not write.path.keys and not write.is_item and write.key.start < node.start
        ]
        if not written:
            type_ = self._cast_above(where, path, type_)
        for place, tag in casts_of(where.piece):
            if tag.name is None or tag.name.text != node.text or place > node.start:
                continue
            if all(each < place for each in written) and _is_around(where.piece, place, node):
                type_ = _changed(type_, tag)
        return type_

    def _cast_above(self, where: Where, path: Path, type_: Type) -> Type:
        """The type changed by the casts between statements of the chunk above."""
        owner = where.file.owner(where.piece, path)
        file = where.file.file
        if owner.piece is not None or not self._inference.queries.get("has casts", file):
            return type_
        casts: tuple[tuple[Piece, CastTag], ...]
        casts = self._inference.queries.get("casts", file, str(owner.root))
        begin = where.file.snapshot.pieces.start_of
        here = begin[where.piece]
        written = [
            begin[source.piece]
            for source in self._inference.values_of(owner)
            if source.piece in begin and begin[source.piece] < here
        ]
        for piece, tag in casts:
            if begin[piece] < here and all(begin[piece] > each for each in written):
                assert tag.name is not None
                if where.file.owner(piece, Path(tag.name.text)) == owner:
                    type_ = _changed(type_, tag)
        return type_


def _is_around(piece: Piece, place: int, node: tree.Node) -> bool:
    """Whether a block that holds the cast also holds the node."""
    parents = parents_of(piece)
    around: tree.Node | None = node
    while around is not None:
        if isinstance(around, tree.Block) and around.start <= place <= around.end:
            return True
        if isinstance(around, tree.Block) and any(
            statement.start <= place < statement.end for statement in around.statements
        ):
            return False
        around = parents.get(around)
    return True


def _changed(type_: Type, tag: CastTag) -> Type:
    for change in tag.changes:
        said = model.NIL if change.type is None else meaning.type_of(change.type)
        if change.sign == "+":
            type_ = model.choice((type_, said))
        elif change.sign == "-":
            removed = model.members_of(said)
            type_ = model.choice(m for m in model.members_of(type_) if m not in removed)
        else:
            type_ = said
    return type_
