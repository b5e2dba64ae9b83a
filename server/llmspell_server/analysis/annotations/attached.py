"""Which annotations a piece has, and what they stand at."""

from __future__ import annotations

from attrs import frozen

from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import block_above, comment_beside, comment_blocks
from llmspell_server.analysis.syntax.pieces import Piece

from .nodes import AliasTag, Block, ClassTag, EnumTag, Tag, TypesTag
from .parse import parse_block

_NOTHING = Block((), "")
TypeTag = ClassTag | AliasTag | EnumTag


@frozen(eq=False)
class Declared:
    """A class, alias or enum in a piece, with the block that declares it.

    fields: of a class, the tags that belong to it. statement: what stands below the block.
    """

    piece: Piece
    block: Block
    tag: TypeTag
    fields: tuple[Tag, ...]
    statement: tree.Statement | None


def parsed(piece: Piece, lines: tuple[tree.Word, ...]) -> Block:
    """The annotations of comment lines of a piece, read once."""
    if not lines:
        return _NOTHING
    kept: dict[tree.Word, Block] = piece.facts.setdefault("annotations", {})
    found = kept.get(lines[0])
    if found is None:
        found = kept[lines[0]] = parse_block((line.text, line.start) for line in lines)
    return found


def all_blocks(piece: Piece) -> list[Block]:
    """The annotations of all comments of a piece."""
    return [parsed(piece, lines) for lines in comment_blocks(piece)]


def above(piece: Piece, node: tree.Node) -> Block:
    """The annotations on the lines above a node."""
    return parsed(piece, block_above(piece, node))


def beside(piece: Piece, node: tree.Node) -> Block:
    """The annotations behind a node, on its line."""
    comment = comment_beside(piece, node)
    return parsed(piece, (comment,)) if comment is not None else _NOTHING


@remembered
def declared_in(piece: Piece) -> dict[str, tuple[Declared, ...]]:
    """The classes, aliases and enums that a piece declares, by their names."""
    found: dict[str, tuple[Declared, ...]] = {}
    for lines in comment_blocks(piece):
        if any(line.text.startswith("---") for line in lines):
            for each in _declared(piece, lines):
                assert each.tag.name is not None
                name = each.tag.name.text
                found[name] = (*found.get(name, ()), each)
    return found


def _declared(piece: Piece, lines: tuple[tree.Word, ...]) -> list[Declared]:
    block = parsed(piece, lines)
    found = []
    for position, tag in enumerate(block.tags):
        if isinstance(tag, (ClassTag, AliasTag, EnumTag)) and tag.name is not None:
            statement = _statement_below(piece, lines)
            found.append(Declared(piece, block, tag, _fields(block, position), statement))
    return found


def _fields(block: Block, position: int) -> tuple[Tag, ...]:
    """The tags behind one, up to the next that declares something."""
    found = []
    for tag in block.tags[position + 1 :]:
        if isinstance(tag, (ClassTag, AliasTag, EnumTag)):
            break
        found.append(tag)
    return tuple(found)


def _statement_below(piece: Piece, lines: tuple[tree.Word, ...]) -> tree.Statement | None:
    if piece.statement is None:
        return None
    for node in tree.walk(piece.statement):
        if isinstance(node, tree.Statement) and block_above(piece, node) == lines:
            return node
    return None


@remembered
def inline_types(piece: Piece) -> dict[int, TypesTag]:
    """The `--[[@as T]]` of a piece, by the end of the expression before each."""
    found: dict[int, TypesTag] = {}
    for comment in piece.comments:
        if "@as" in comment.text:
            for tag in parsed(piece, (comment,)).tags:
                if isinstance(tag, TypesTag) and tag.word.text == "as":
                    found[len(piece.text[: comment.start].rstrip())] = tag
    return found


__all__ = [
    "Declared",
    "TypeTag",
    "above",
    "all_blocks",
    "beside",
    "declared_in",
    "inline_types",
    "parsed",
]
