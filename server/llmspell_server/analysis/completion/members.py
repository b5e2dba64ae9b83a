"""Fields and methods of a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.annotations.nodes import FieldTag, FunctionNode
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.sources import Source
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import is_name
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
                if field.name not in seen and is_name(field.name):
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
            for name, source in _named(place, ancestor):
                kind = _kind(source)
                if name in seen or (colon and kind == "field"):
                    continue
                seen.add(name)
                rank = 2 if name.startswith("_") else 1
                yield Candidate(
                    name,
                    "method" if colon else kind,
                    rank=rank + min(depth, 1),
                    parameters=_parameters_of(source, colon),
                    is_own=depth == 0 and isinstance(source, Source),
                    of=(type_, name),
                )


def used_candidates(where: Where, base: tree.Node, colon: bool) -> Iterator[Candidate]:
    """The members that a document uses of a local of which nothing else is known."""
    snapshot = where.file.snapshot
    local = snapshot.local(where.piece, base) if isinstance(base, tree.Name) else None
    if local is None:
        return
    seen: set[str] = set()
    for piece, name in snapshot.uses(local, snapshot.piece_of(local, where.piece)):
        if name is base:
            continue
        match parents_of(piece).get(name):
            case tree.MethodCall(base=used, method=word) if used is name:
                kind: Kind = "method"
            case tree.Member(base=used, key=word) if used is name and not colon:
                kind = "field"
            case _:
                continue
        if word.text and word.text not in seen:
            seen.add(word.text)
            yield Candidate(word.text, kind, rank=1)


def _named(place: Place, type_: Type) -> Iterator[tuple[str, object]]:
    """The names of a type's own fields, with where they are written."""
    definition = table_of(type_, place.inference)
    if definition is None:
        return
    looks = getattr(definition.fields, "source_of", None)
    for name in definition.fields:
        if name in _OPERATOR_NAMES or not is_name(name):
            continue
        yield name, looks(name) if looks is not None else None


def _parameters_of(source: object, colon: bool) -> str:
    """The parameters that a member is written with; empty for what is no function.

    colon: whether the object is given by the call.
    """
    if isinstance(source, FieldTag) and isinstance(source.type, FunctionNode):
        names = [each.name.text for each in source.type.parameters]
        return f"({', '.join(names[1:] if colon else names)})"
    if isinstance(source, Source) and isinstance(source.value, tree.Function):
        return written_parameters(source.value, colon and source.value.receiver is None)
    return ""


def written_parameters(function: tree.Function, without_first: bool = False) -> str:
    """The parameters of a function as `(a, b, ...)`."""
    names = [each.text for each in function.parameters[int(without_first) :]]
    return f"({', '.join(names + ['...'] * (function.vararg is not None))})"


def _kind(source: object) -> Kind:
    if isinstance(source, FieldTag):
        return "function" if isinstance(source.type, FunctionNode) else "field"
    if isinstance(source, Source):
        if isinstance(source.value, tree.Function):
            return "method" if source.value.receiver is not None else "function"
        if isinstance(source.value, tree.Table):
            return "namespace"
    return "field"
