"""Where types are declared, what implements them, and how classes descend from each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from .annotations.attached import Declared
from .hover import type_name_at
from .inference.inference import Inference
from .inference.sources import Source
from .syntax import tree
from .types import model
from .types.fields import members
from .types.members import field_named
from .types.model import Type

if TYPE_CHECKING:
    from .completion.complete import Place


@frozen
class Spot:
    """A part of a file: its name, and what should be marked there."""

    file: str
    start: int
    end: int


def spot_of(inference: Inference, place: object) -> Spot | None:
    """Where a declaration is, by the place that its definition carries."""
    if isinstance(place, Source):
        return _spot(inference, place.file, place.piece, place.key)
    if isinstance(place, tuple) and len(place) == 3:
        file, piece, tag = place
        return _spot(inference, file, piece, tag.name or tag.word)
    if isinstance(place, tuple) and len(place) == 2 and isinstance(place[1], Declared):
        file, declared = place
        return _spot(inference, file, declared.piece, declared.tag.name or declared.tag.word)
    return None


def _spot(inference: Inference, file: str, piece: object, node: tree.Node) -> Spot | None:
    snapshot = inference.file(file).snapshot
    start = snapshot.pieces.start_of.get(piece)  # type: ignore[call-overload]
    return None if start is None else Spot(file, start + node.start, start + node.end)


def expression_at(place: Place) -> tree.Expression | None:
    """The variable, field or call whose name a place is in."""
    node = place.path[-1] if place.path else None
    parent = place.path[-2] if len(place.path) > 1 else None
    if isinstance(node, tree.Word) and isinstance(parent, (tree.Member, tree.MethodCall)):
        return parent
    return node if isinstance(node, tree.Expression) else None


def type_definitions(place: Place) -> list[Spot]:
    """Where the types of what stands at a place are declared, or its table is made."""
    expression = expression_at(place)
    if expression is None:
        return []
    type_ = place.inference.type(place.where, expression)
    found = []
    for each in members(type_, place.inference):
        found += list(_declarations(place.inference, each))
    return list(dict.fromkeys(found))


def _declarations(inference: Inference, type_: Type) -> Iterator[Spot]:
    if isinstance(type_, model.Named):
        for place in class_places(inference, type_.name):
            spot = spot_of(inference, place)
            if spot is not None:
                yield spot
    elif isinstance(type_, model.Array):
        yield from _declarations(inference, type_.item)
    elif isinstance(type_, model.Shape):
        for source in inference.values_of(type_.identity):  # type: ignore[arg-type]
            spot = spot_of(inference, source)
            if spot is not None:
                yield spot


def class_places(inference: Inference, name: str) -> tuple[object, ...]:
    """The declarations of a class, alias or enum."""
    definition = inference.class_named(name)
    if definition is not None:
        return definition.places
    other = inference.alias_named(name) or inference.enum_named(name)
    return (other.place,) if other is not None else ()


def implementations(place: Place) -> list[Spot]:
    """Where a field or method gets a value in code; of a class, what is made from it."""
    node = place.path[-1] if place.path else None
    parent = place.path[-2] if len(place.path) > 1 else None
    if isinstance(node, tree.Word) and isinstance(parent, (tree.Member, tree.MethodCall)):
        base = place.inference.type(place.where, parent.base)
        found = list(_values(place.inference, base, node.text))
        for name in _class_names(place.inference, base):
            for child in _all_descendants(place.inference, name):
                found += _values(place.inference, model.Named(child), node.text)
        return list(dict.fromkeys(found))
    expression = expression_at(place)
    if expression is None:
        return []
    type_ = place.inference.type(place.where, expression)
    return [
        spot
        for name in _class_names(place.inference, type_)
        for child in _all_descendants(place.inference, name)
        for each in class_places(place.inference, child)
        if (spot := spot_of(place.inference, each)) is not None
    ]


def _values(inference: Inference, base: Type, name: str) -> Iterator[Spot]:
    """The places in code that write a field of a type."""
    for each in members(base, inference):
        owners = []
        if isinstance(each, model.Shape):
            owners = [each.identity]
        elif isinstance(each, model.Named):
            owners = list(inference.annotated.owners_of(each.name))
        for owner in owners:
            for source in inference.values_of(owner.down(name)):  # type: ignore[attr-defined]
                spot = spot_of(inference, source)
                if spot is not None:
                    yield spot
        field = field_named(each, name, inference)
        spot = spot_of(inference, field.place) if field is not None and not owners else None
        if spot is not None:
            yield spot


def _class_names(inference: Inference, type_: Type) -> list[str]:
    return [each.name for each in members(type_, inference) if isinstance(each, model.Named)]


# Descent


def class_at(place: Place) -> str | None:
    """The class that a place names, in an annotation or by a value of it."""
    comment = place.where.file.snapshot.comment_at(place.offset)
    if comment is not None:
        return _named_in_comment(place)
    expression = expression_at(place)
    if expression is None:
        return None
    type_ = place.inference.type(place.where, expression)
    names = _class_names(place.inference, type_)
    return next((name for name in names if place.inference.class_named(name) is not None), None)


def _named_in_comment(place: Place) -> str | None:
    found = type_name_at(place)
    if found is None or place.inference.class_named(found[0]) is None:
        return None
    return found[0]


def parents_of_class(inference: Inference, name: str) -> list[str]:
    """The classes that a class is made from."""
    definition = inference.class_named(name)
    parents = definition.parents if definition is not None else ()
    return [each.name for each in parents if isinstance(each, model.Named)]


def descendants(inference: Inference, name: str) -> list[str]:
    """The classes that are made from a class, directly."""
    return [
        each
        for each in inference.world.type_names()
        if each != name and name in parents_of_class(inference, each)
    ]


def _all_descendants(inference: Inference, name: str) -> list[str]:
    """The classes that are made from a class, and from those, and so on, the nearest first."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        for each in descendants(inference, waiting.pop(0)):
            if each not in found and each != name:
                found[each] = None
                waiting.append(each)
    return list(found)
