"""Keys of a table of which is known what it should hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.display import display
from llmspell_server.analysis.types.fields import members
from llmspell_server.analysis.types.members import field_named, field_names

from .candidates import Candidate

if TYPE_CHECKING:
    from .complete import Place


def key_candidates(place: Place, start: int) -> Iterator[Candidate]:
    """The keys that a table constructor around a place may still get, required ones first."""
    table = _table(place, start)
    if table is None:
        return
    expected = place.inference.functions.expected(place.where, table)
    if expected is None:
        return
    given = {field.key.text for field in table.fields if isinstance(field, tree.Named)}
    written = _written_key(place)
    for name in field_names(_tables(place, expected), place.inference):
        if (name in given and name != written) or not name.isidentifier():
            continue
        field = field_named(expected, name, place.inference)
        if field is None or isinstance(field.type, model.Function):
            continue
        optional = field.optional or model.is_optional(field.type)
        yield Candidate(
            name,
            "field",
            display(field.type) + "?" * field.optional,
            text=f"{name} = ",
            rank=0 if not optional else 1,
            of=(expected, name),
        )


def _tables(place: Place, type_: model.Type) -> model.Type:
    """The alternatives that are tables."""
    return model.choice(
        each
        for each in members(type_, place.inference)
        if isinstance(each, (model.Named, model.Record))
    )


def _table(place: Place, start: int) -> tree.Table | None:
    """The constructor in which a key may begin at a place."""
    inside = start - place.where.file.snapshot.pieces.start_of[place.where.piece]
    for position in range(len(place.path) - 1, -1, -1):
        node = place.path[position]
        if isinstance(node, tree.Table):
            before = place.where.piece.text[node.start : inside].rstrip()
            return node if before.endswith(("{", ",", ";")) else None
        if isinstance(node, (tree.Function, tree.Call, tree.MethodCall)):
            return None
    return None


def _written_key(place: Place) -> str | None:
    node = place.path[-1] if place.path else None
    return node.text if isinstance(node, (tree.Word, tree.Name)) else None
