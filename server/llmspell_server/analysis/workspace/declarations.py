"""Types that annotations declare: classes, aliases and enums, by their tags alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import block_above
from llmspell_server.analysis.syntax.pieces import Piece

from .naming import naming_of
from .owners import Owner

_NAME = r"[A-Za-z_][\w.*-]*"
_DECLARING = re.compile(
    rf"---+[ \t]*@(class|alias|enum)[ \t]+(?:\([^)\n]*\)[ \t]*)?({_NAME})"
    rf"(?:<[^>\n]*>)?(?:[ \t]*:[ \t]*({_NAME}))?"
)
_FIELD = re.compile(
    rf"---+[ \t]*@field[ \t]+(?:(?:public|private|protected|package)[ \t]+)?({_NAME})"
)
_MENTION = re.compile(_NAME)

DeclaredKind = Literal["class", "alias", "enum"]


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


def declarations_of(snapshot: Snapshot) -> tuple[Declared, ...]:
    """The types that a document declares."""
    found: tuple[Declared, ...] | None = snapshot.facts.get("declared")
    if found is None:
        found = snapshot.facts["declared"] = tuple(
            declared
            for index, piece in enumerate(snapshot.pieces.all)
            if piece.comments and "@" in piece.text
            for declared in _of_piece(snapshot, piece, snapshot.pieces.starts[index])
        )
    return found


def _of_piece(snapshot: Snapshot, piece: Piece, start: int) -> Iterator[Declared]:
    pending: list[tuple[re.Match[str], tree.Word, list[tuple[str, int, int]]]] = []
    for comment in piece.comments:
        match = _DECLARING.match(comment.text)
        if match is not None:
            pending.append((match, comment, []))
        elif pending and (field := _FIELD.match(comment.text)) is not None:
            place = start + comment.start
            pending[-1][2].append((field[1], place + field.start(1), place + field.end(1)))
    tables = _annotated_tables(snapshot, piece) if pending else {}
    for match, comment, fields in pending:
        place = start + comment.start
        yield Declared(
            match[1],  # type: ignore[arg-type]  # one of the three that the pattern names
            match[2],
            place + match.start(2),
            place + match.end(2),
            match[3],
            tables.get(comment),
            tuple(fields),
        )


def _annotated_tables(snapshot: Snapshot, piece: Piece) -> dict[tree.Word, Owner]:
    """Which table the comments above its statement are about."""
    naming = naming_of(snapshot)
    found: dict[tree.Word, Owner] = {}
    nodes = tree.walk(piece.statement) if piece.statement is not None else iter(())
    for node in nodes:
        match node:
            case tree.LocalStatement(names=(first, *_)):
                target: tree.Expression = first.name
            case tree.Assignment(targets=(target, *_)):
                pass
            case _:
                continue
        owner = naming.owner(piece, target)
        if owner is not None and owner.kind in ("global", "file"):
            for comment in block_above(piece, node):
                found[comment] = owner
    return found


def type_name_at(comment: str, offset: int) -> tuple[str, int, int] | None:
    """The word of an annotation at an offset of its comment, with its place there."""
    if not re.match(r"---+[ \t]*[@|]", comment):
        return None
    for found in _MENTION.finditer(comment):
        if found.start() <= offset <= found.end():
            return found[0], found.start(), found.end()
    return None
