"""Fields and methods of a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.annotations.nodes import FieldTag, FunctionNode
from llmspell_server.analysis.inference.sources import Source
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.fields import ancestry, members, table_of
from llmspell_server.analysis.types.model import Type

from .candidates import Candidate, Kind

if TYPE_CHECKING:
    from .complete import Place

_OPERATOR_NAMES = frozenset(("__index", "__newindex", "__gc", "__mode", "__name", "__metatable"))


def member_candidates(place: Place, type_: Type, colon: bool) -> Iterator[Candidate]:
    """The members of a type; behind a colon only what can be called.

    What they are in detail is worked out for those that an editor asks about.
    """
    seen: set[str] = set()
    for each in members(type_, place.inference):
        if isinstance(each, model.Record):
            for field in each.fields:
                if field.name not in seen and field.name.isidentifier():
                    seen.add(field.name)
                    is_function = isinstance(field.type, model.Function)
                    if is_function or not colon:
                        yield Candidate(
                            field.name,
                            "function" if is_function else "field",
                            of=(each, field.name),
                        )
            continue
        for depth, ancestor in enumerate(ancestry(each, place.inference)):
            for name, kind in _named(place, ancestor):
                if name in seen or (colon and kind == "field"):
                    continue
                seen.add(name)
                rank = 2 if name.startswith("_") else 1
                own: Kind = "method" if kind == "method" or colon else kind
                yield Candidate(name, own, rank=rank + min(depth, 1), of=(type_, name))


def _named(place: Place, type_: Type) -> Iterator[tuple[str, Kind]]:
    """The names of a type's own fields, with what they look like where they are written."""
    definition = table_of(type_, place.inference)
    if definition is None:
        return
    looks = getattr(definition.fields, "source_of", None)
    for name in definition.fields:
        if name in _OPERATOR_NAMES or not name.isidentifier():
            continue
        yield name, _kind(looks(name) if looks is not None else None)


def _kind(source: object) -> Kind:
    if isinstance(source, FieldTag):
        return "function" if isinstance(source.type, FunctionNode) else "field"
    if isinstance(source, Source):
        if isinstance(source.value, tree.Function):
            return "method" if source.value.receiver is not None else "function"
        if isinstance(source.value, tree.Table):
            return "namespace"
    return "field"
