"""Functions that are written into the same field twice."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.sources import FileSources, Owner
from llmspell_server.analysis.inference.writes import Write, writes_of
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .finding import Finding, Related


def set_fields(file: FileSources) -> Iterator[tuple[Piece, Finding]]:
    """`duplicate-set-field`: in one block, a field gets a function and then another one."""
    seen: dict[tuple[Owner, tree.Node | None], tuple[Piece, Write]] = {}
    for piece, _ in file.snapshot.pieces.placed():
        for writes in writes_of(piece).by_root.values():
            for write in writes:
                if not isinstance(write.value, tree.Function) or write.through_self:
                    continue
                if not write.path.keys or write.is_item or write.position:
                    continue
                block = parents_of(piece).get(write.statement)
                key = (file.owner(piece, write.path), block)
                before_piece, before = seen.setdefault(key, (piece, write))
                if before is not write:
                    yield piece, _twice(file, write, before_piece, before)


def _twice(file: FileSources, write: Write, piece: Piece, before: Write) -> Finding:
    name = str(write.path.keys[-1])
    place = Related(file.file, piece, before.key.start, before.key.end, "the first function")
    message = f"The field `{name}` gets a second function; the first one is lost."
    return Finding(
        "duplicate-set-field", message, write.key.start, write.key.end, (place,), {"name": name}
    )
