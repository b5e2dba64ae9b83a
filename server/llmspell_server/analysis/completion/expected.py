"""What is wanted of the expression that is being written, and the values that it may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.annotations.attached import Declared
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.writes import key_of_field
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import is_name
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.definitions import EnumDefinition
from llmspell_server.analysis.types.display import display
from llmspell_server.analysis.types.members import field_names
from llmspell_server.analysis.types.model import Type

from .candidates import Candidate

if TYPE_CHECKING:
    from .complete import Place

_LITERALS = (
    model.StringLiteral,
    model.IntegerLiteral,
    model.NumberLiteral,
    model.BooleanLiteral,
)
_DEEPEST = 5


def expected_at(place: Place, node: tree.Node) -> Type | None:
    """The type that is wanted of a node, also of what is compared with something."""
    parent = parents_of(place.where.piece).get(node)
    if isinstance(node, tree.Arguments):  # empty ones
        if node.values or not isinstance(parent, (tree.Call, tree.MethodCall)):
            return None
        return place.inference.calls.argument(place.where, parent, 0)
    if not isinstance(node, tree.Expression):
        return None
    if isinstance(parent, tree.Binary) and parent.operator in ("==", "~="):
        other = parent.right if parent.left is node else parent.left
        return place.inference.type(place.where, other)
    if isinstance(parent, tree.Index) and parent.key is node:
        base = place.inference.type(place.where, parent.base)
        names = field_names(base, place.inference)
        return model.choice(model.StringLiteral(name) for name in names) if names else None
    if isinstance(parent, tree.Keyed) and parent.key is node:
        table = parents_of(place.where.piece)[parent]
        wanted = place.inference.functions.expected(place.where, table)
        return _keys(place, wanted, table, parent) if wanted is not None else None
    return place.inference.functions.expected(place.where, node)


def _keys(place: Place, wanted: Type, table: tree.Node, written: tree.Field) -> Type | None:
    """The keys that a table of a type may still get, as the strings that they are.

    written: the field whose key it is.
    """
    fields = table.fields if isinstance(table, tree.Table) else ()
    taken = {key_of_field(field) for field in fields if field is not written}
    names = [name for name in field_names(wanted, place.inference) if name not in taken]
    return model.choice(map(model.StringLiteral, names)) if names else None


def choices(place: Place, type_: Type, depth: int = 0) -> Iterator[tuple[Type, str]]:
    """The alternatives of a type down to literals, with what is said of each."""
    for each in model.members_of(type_):
        if not isinstance(each, model.Named) or depth > _DEEPEST:
            yield each, ""
            continue
        enum = place.inference.enum_named(each.name)
        if enum is not None:
            yield from ((value, name) for name, value in enum.members.items())
        alias = place.inference.alias_named(each.name)
        if alias is None:
            continue
        for choice in alias.choices:
            yield choice.type, choice.description
        yield from choices(place, alias.type, depth + 1)


def value_candidates(place: Place) -> Iterator[Candidate]:
    """The literals that a type lists, written out, and the fields that hold those of an enum."""
    node = _being_written(place)
    expected = expected_at(place, node) if node is not None else None
    if expected is None:
        return
    seen: set[str] = set()
    for each in model.members_of(expected):
        for label, description in _written(place, each):
            if label not in seen:
                seen.add(label)
                yield Candidate(label, "value", description, rank=0)


def _being_written(place: Place) -> tree.Node | None:
    """The expression at a place that is missing or only begun; the arguments if there are none."""
    node = place.path[-1] if place.path else None
    if isinstance(node, (tree.Missing, tree.Name, tree.Arguments)):
        found: tree.Node | None = node
    else:
        found = (
            next((each for each in tree.walk(node) if _is_beside(place, each)), None)
            if node
            else None
        )
    parent = parents_of(place.where.piece).get(found) if found is not None else None
    return None if isinstance(parent, tree.Index) and parent.key is found else found


def _is_beside(place: Place, node: tree.Node) -> bool:
    """Whether only blanks are between a place and an expression that is missing."""
    first, last = sorted((node.start, place.inside))
    return isinstance(node, tree.Missing) and not place.where.piece.text[first:last].strip()


def _written(place: Place, type_: Type) -> Iterator[tuple[str, str]]:
    enum = place.inference.enum_named(type_.name) if isinstance(type_, model.Named) else None
    table = _table_of(place, enum) if enum is not None and not enum.of_keys else None
    if enum is not None and table is not None:
        for key, value in enum.members.items():
            yield f"{table}.{key}" if is_name(key) else f'{table}["{key}"]', display(value)
        return
    for each, description in choices(place, type_):
        if isinstance(each, _LITERALS):
            yield display(each), description


def _table_of(place: Place, enum: EnumDefinition) -> str | None:
    """How the table of an enum is written here; None where it cannot be reached."""
    if not isinstance(enum.place, tuple):
        return None
    file, declared = enum.place
    if not isinstance(declared, Declared):
        return None
    match declared.statement:
        case tree.LocalStatement(names=(tree.Attribute(name=name), *_)):
            here = place.where.file.snapshot.visible_locals(place.offset)
            known = file == place.file and here.get(name.text) is name.local
            return name.text if known else None
        case tree.Assignment(targets=(target, *_)):
            return declared.piece.text[target.start : target.end]
    return None
