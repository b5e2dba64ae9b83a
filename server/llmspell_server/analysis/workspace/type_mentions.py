"""Where annotations mention types, beside where they declare them."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.annotations.attached import all_blocks
from llmspell_server.analysis.annotations.nodes import (
    AliasTag,
    Block,
    ClassTag,
    FunctionNode,
    GenericTag,
    Tag,
)
from llmspell_server.analysis.annotations.type_grammar import names_in
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece


def type_mentions(snapshot: Snapshot) -> Iterator[tuple[str, int]]:
    """The names of types with where each begins, in the order of the text."""
    for piece, start in snapshot.pieces.placed():
        for name, place in _of_piece(piece):
            yield name, start + place


@remembered
def _of_piece(piece: Piece) -> tuple[tuple[str, int], ...]:
    if not any("@" in comment.text or "|" in comment.text for comment in piece.comments):
        return ()
    return tuple(found for block in all_blocks(piece) for found in _of_block(block))


def _of_block(block: Block) -> Iterator[tuple[str, int]]:
    parameters = {each for tag in block.tags for each in _generics(tag)}
    for tag in block.tags:
        inner = {
            generic.name.text
            for node in tree.walk(tag)
            if isinstance(node, FunctionNode)
            for generic in node.generics
        }
        for node in names_in(tag):
            if node.name.text and node.name.text not in parameters | inner:
                yield node.name.text, node.name.start


def _generics(tag: Tag) -> Iterator[str]:
    """The type parameters that a tag declares for its block."""
    if isinstance(tag, (GenericTag, ClassTag, AliasTag)):
        yield from (each.name.text for each in tag.generics)
