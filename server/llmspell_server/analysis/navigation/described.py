"""Locals that annotations name: `@param name`, `@return_cast name`, `@cast name`."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.annotations.attached import above, all_blocks
from llmspell_server.analysis.annotations.nodes import Block, CastTag, GuardTag, ParamTag
from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.annotated import block_of_function
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece


def described_at(snapshot: Snapshot, offset: int) -> tuple[Local, Piece, Span] | None:
    """The local that an annotation names at an offset, the piece that declares it, and the name."""
    spot = snapshot.comment_at(offset)
    if spot is None:
        return None
    for local, (start, end) in _names(snapshot, spot.piece):
        if start <= offset <= end:
            return local, snapshot.piece_of(local, spot.piece), (start, end)
    return None


def descriptions(snapshot: Snapshot, local: Local, home: Piece) -> Iterator[Span]:
    """Where annotations name a local. home: the piece that declares it."""
    if not local.is_of_chunk:
        yield from (span for each, span in _names(snapshot, home) if each is local)
        return
    for piece in snapshot.pieces.all:  # parameters and loop variables are of no chunk
        yield from (span for each, span in _cast(snapshot, piece) if each is local)


def _names(snapshot: Snapshot, piece: Piece) -> Iterator[tuple[Local, Span]]:
    begin = snapshot.pieces.start_of[piece]
    for local, name in _parameters(piece):
        yield local, (begin + name.start, begin + name.end)
    yield from _cast(snapshot, piece)


def _cast(snapshot: Snapshot, piece: Piece) -> Iterator[tuple[Local, Span]]:
    for name in _casts(piece):
        root = name.text.split(".")[0]
        start = snapshot.pieces.start_of[piece] + name.start
        known = snapshot.visible_locals(start).get(root)
        if known is not None:
            yield known, (start, start + len(root))


@remembered
def _parameters(piece: Piece) -> tuple[tuple[Local, tree.Word], ...]:
    """The parameters and loop variables that the annotations above them name."""
    if piece.statement is None or not any("@" in comment.text for comment in piece.comments):
        return ()
    binding_of(piece)
    found = []
    for node in tree.walk(piece.statement):
        if isinstance(node, tree.Function):
            names, block = node.parameters, block_of_function(piece, node)
        elif isinstance(node, tree.GenericFor):
            names, block = node.names, above(piece, node)
        else:
            continue
        known = {name.text: name.local for name in names}
        for tag in _tags(block):
            local = known.get(tag.text)
            if local is not None:
                found.append((local, tag))
    return tuple(found)


def _tags(block: Block) -> Iterator[tree.Word]:
    for tag in block.tags:
        if isinstance(tag, (ParamTag, GuardTag)) and tag.name is not None:
            yield tag.name


@remembered
def _casts(piece: Piece) -> tuple[tree.Word, ...]:
    if not any("@cast" in comment.text for comment in piece.comments):
        return ()
    tags = [tag for block in all_blocks(piece) for tag in block.tags]
    return tuple(tag.name for tag in tags if isinstance(tag, CastTag) and tag.name is not None)
