"""Types that annotations declare: classes, aliases and enums, as the index knows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from llmspell_server.analysis.annotations.attached import TypeTag, declared_in
from llmspell_server.analysis.annotations.nodes import (
    AliasTag,
    ClassTag,
    EnumTag,
    FieldTag,
    NameNode,
)
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .naming import naming_of
from .owners import Owner

_MENTION = re.compile(r"[A-Za-z_][\w.*-]*")

DeclaredKind = Literal["class", "alias", "enum"]
_KINDS: dict[type[TypeTag], DeclaredKind] = {
    ClassTag: "class",
    AliasTag: "alias",
    EnumTag: "enum",
}


class Declared(NamedTuple):
    """A type that an annotation declares.

    parent: the first class that it extends. table: the table that carries the class, where that
    has a name of its own. fields: those of `@field`, with their places.
    """

    kind: DeclaredKind
    name: str
    start: int
    end: int
    parent: str | None
    table: Owner | None
    fields: tuple[tuple[str, int, int], ...]


@remembered
def declarations_of(snapshot: Snapshot) -> tuple[Declared, ...]:
    """The types that a document declares."""
    return tuple(
        declared
        for piece, start in snapshot.pieces.placed()
        if piece.comments and "@" in piece.text
        for declared in _of_piece(snapshot, piece, start)
    )


def _of_piece(snapshot: Snapshot, piece: Piece, start: int) -> Iterator[Declared]:
    found = [each for several in declared_in(piece).values() for each in several]
    for each in sorted(found, key=lambda each: each.tag.start):
        name = each.tag.name
        assert name is not None
        yield Declared(
            _KINDS[type(each.tag)],
            name.text,
            start + name.start,
            start + name.end,
            _parent(each.tag),
            _table(snapshot, piece, each.statement),
            tuple(
                (tag.name.text, start + tag.name.start, start + tag.name.end)
                for tag in each.fields
                if isinstance(tag, FieldTag) and tag.name is not None
            ),
        )


def _parent(tag: TypeTag) -> str | None:
    parents = tag.parents if isinstance(tag, ClassTag) else ()
    return next((each.name.text for each in parents if isinstance(each, NameNode)), None)


def _table(snapshot: Snapshot, piece: Piece, statement: tree.Statement | None) -> Owner | None:
    """The table that a statement makes, by the name that other files can use, too."""
    match statement:
        case tree.LocalStatement(names=(first, *_)):
            target: tree.Expression = first.name
        case tree.Assignment(targets=(target, *_)):
            pass
        case _:
            return None
    owner = naming_of(snapshot).owner(piece, target)
    return owner if owner is not None and owner.kind in ("global", "file") else None


def type_name_at(comment: str, offset: int) -> tuple[str, int, int] | None:
    """The word of an annotation at an offset of its comment, with its place there."""
    if not re.match(r"---+[ \t]*[@|]", comment):
        return None
    for found in _MENTION.finditer(comment):
        if found.start() <= offset <= found.end():
            return found[0], found.start(), found.end()
    return None
