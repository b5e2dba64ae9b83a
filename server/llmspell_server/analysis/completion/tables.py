"""Keys of a table of which is known what it should hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.annotations.nodes import FieldTag
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import is_name
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.definitions import FieldDefinition
from llmspell_server.analysis.types.display import display
from llmspell_server.analysis.types.fields import members, table_of
from llmspell_server.analysis.types.members import field_named, field_names

from .candidates import Candidate
from .used_keys import keys_read_by_callee

if TYPE_CHECKING:
    from .complete import Options, Place


def key_candidates(place: Place, start: int, options: Options) -> Iterator[Candidate]:
    """The keys that a table constructor around a place may still get, required ones first."""
    table = _table(place, start)
    if table is None:
        return
    expected = place.inference.functions.expected(place.where, table)
    given = {field.key.text for field in table.fields if isinstance(field, tree.Named)}
    written = _written_key(place)
    if written is not None:
        given.discard(written)
    if expected is None or model.without_nil(expected) in (model.TABLE, model.ANY):
        read = keys_read_by_callee(place, table)
        names = (name for name in read if name not in given and is_name(name))
        yield from (Candidate(name, "field", text=f"{name} = ") for name in names)
        return
    for name, holder in field_names(_tables(place, expected), place.inference).items():
        if name in given or not is_name(name):
            continue
        field = field_named(expected, name, place.inference)
        if field is None:
            continue
        text, is_snippet = f"{name} = ", False
        if isinstance(field.type, model.Function):
            if not _is_callback(place, holder, field):
                continue
            if options.snippets:
                parameters = ", ".join(each.name for each in field.type.parameters)
                text, is_snippet = f"{text}function({parameters})\n\t$0\nend", True
        optional = field.optional or model.is_optional(field.type)
        yield Candidate(
            name,
            "field",
            display(field.type) + "?" * field.optional,
            text=text,
            is_snippet=is_snippet,
            rank=2 if field.is_unused else 1 if optional else 0,
            of=(expected, name),
        )


def _is_callback(place: Place, holder: model.Type, field: FieldDefinition) -> bool:
    """Whether a function is to be given, rather than a method that all such tables have."""
    if isinstance(holder, model.Record):
        return True
    definition = table_of(holder, place.inference)
    source_of = getattr(definition.fields, "source_of", None) if definition is not None else None
    if source_of is None or not isinstance(source_of(field.name), FieldTag):
        return False
    parameters = field.type.parameters if isinstance(field.type, model.Function) else ()
    return not parameters or parameters[0].name != "self"


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
