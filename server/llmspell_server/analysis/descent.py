"""Classes, and tables that code uses as such: from what they are made, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from .inference.expressions import Where
from .inference.inference import Inference
from .inference.sources import Owner, Source
from .inference.writes import Path
from .syntax import tree
from .type_places import (
    Spot,
    class_at,
    class_places,
    descendants,
    expression_at,
    parents_of_class,
    spot_of,
)
from .types import model
from .types.fields import members, table_of
from .types.model import Type
from .workspace.declarations import declarations_of

if TYPE_CHECKING:
    from .completion.complete import Place

_DEEPEST = 8


@frozen
class Kin:
    """A class, by its name, or a table in a variable. spot: where that is declared."""

    name: str
    spot: Spot
    type: model.Named | model.Shape


def kin_at(place: Place) -> Kin | None:
    """The class or table that a place names, or that the value there is made from."""
    name = class_at(place)
    if name is not None:
        return _of_class(place.inference, name)
    expression = expression_at(place)
    if expression is None:
        return None
    type_ = place.inference.type(place.where, expression)
    return next(_kin_of(place.inference, type_), None)


def kin_in(inference: Inference, file: str, offset: int) -> Kin | None:
    """The class or table whose name is at an offset of a file."""
    source = inference.file(file)
    for declared in declarations_of(source.snapshot):
        if declared.start == offset:
            return _of_class(inference, declared.name)
    piece, path = source.snapshot.path_at(offset)
    where, node = Where(source, piece), path[-1] if path else None
    source.snapshot.binding(piece)
    if isinstance(node, tree.Name):
        owner = source.owner(piece, Path(node.local or node.text))
        return next(_kin_of(inference, inference.variables.value(owner)), None)
    if isinstance(node, tree.Word) and isinstance(path[-2], tree.Member):
        return next(_kin_of(inference, inference.type(where, path[-2])), None)
    return None


def parents(inference: Inference, kin: Kin) -> list[Kin]:
    """What it is made from."""
    if isinstance(kin.type, model.Named):
        names = parents_of_class(inference, kin.type.name)
        return [each for name in names if (each := _of_class(inference, name)) is not None]
    definition = table_of(kin.type, inference)
    found = [
        each
        for parent in (definition.parents if definition is not None else ())
        for each in _kin_of(inference, parent)
    ]
    return [each for each in dict.fromkeys(found) if each.type != kin.type]


def children(inference: Inference, kin: Kin, files: Iterable[str]) -> list[Kin]:
    """What is made from it, of tables in some files."""
    if isinstance(kin.type, model.Named):
        names = descendants(inference, kin.type.name)
        return [each for name in names if (each := _of_class(inference, name)) is not None]
    found: dict[Kin, None] = {}
    for file in files:
        for owner in _with_metatable(inference, file):
            for each in _kin_of(inference, inference.variables.value(owner)):
                if each.type != kin.type and kin in parents(inference, each):
                    found[each] = None
    return list(found)


def _with_metatable(inference: Inference, file: str) -> Iterator[Owner]:
    """The variables and fields of a file whose tables have a metatable."""
    source = inference.file(file)
    for piece in source.with_metatables:
        for call, table, _ in source.metatable_calls(piece):
            owner = table or inference.tables.holder(Where(source, piece), call)
            if owner is not None:
                yield owner


def _of_class(inference: Inference, name: str) -> Kin | None:
    for place in class_places(inference, name)[:1]:
        spot = spot_of(inference, place)
        if spot is not None:
            return Kin(name, spot, model.Named(name))
    return None


def _kin_of(inference: Inference, type_: Type, depth: int = 0) -> Iterator[Kin]:
    """The classes and named tables of a type; for a nameless table, those that it falls back to."""
    for each in members(type_, inference):
        if isinstance(each, model.Named):
            found = _of_class(inference, each.name)
            if found is not None:
                yield found
        elif isinstance(each, model.Shape):
            named = _of_table(inference, each)
            if named is not None:
                yield named
                continue
            definition = inference.shape(each) if depth < _DEEPEST else None
            for parent in definition.parents if definition is not None else ():
                yield from _kin_of(inference, parent, depth + 1)


def _of_table(inference: Inference, shape: model.Shape) -> Kin | None:
    """A table with a name of its own; objects have none, although variables hold them."""
    owner = shape.identity
    if not isinstance(owner, Owner) or isinstance(owner.root, tree.Table):
        return None
    for source in inference.values_of(owner):
        spot = spot_of(inference, source)
        if spot is not None and not _is_object(inference, owner, source):
            return Kin(
                inference.file(source.file).snapshot.text.source[spot.start : spot.end], spot, shape
            )
    return None


def _is_object(inference: Inference, owner: Owner, source: Source) -> bool:
    """Whether a table is a local of a function that is given a metatable: an object being made."""
    definition = inference.tables.definition(owner)
    return owner.piece is not None and bool(definition.parents) and source.piece is owner.piece
