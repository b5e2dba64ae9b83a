"""Where the thing is defined that a word means.

`targets` is the one door for whoever asks; what is known of a table without its type is decided in
`workspace.naming`, and what inference knows of it belongs into `symbols.symbol_at`.
"""

from __future__ import annotations

from typing import NamedTuple

from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.workspace.owners import Role

from .places import Place
from .symbols import (
    FieldSymbol,
    LabelSymbol,
    LocalSymbol,
    ModuleSymbol,
    TypeSymbol,
    World,
    symbol_at,
)
from .uses import declared_role, field_tags, uses_of

_MOST_GUESSES = 8  # definitions by name alone are of use only where there are few


class Targets(NamedTuple):
    """Where a word leads. span: the word."""

    span: Span
    places: tuple[Place, ...]


def targets(snapshot: Snapshot, file: str, offset: int, world: World) -> Targets | None:
    """Where what stands at an offset is defined; None where nothing stands that could be."""
    under = symbol_at(snapshot, file, offset, world)
    if under is None:
        return None
    match under.symbol:
        case LocalSymbol(local=local, piece=piece):
            role = declared_role(local)
            if isinstance(local.declaration, tree.Name):
                found = [Place(file, *snapshot.span(piece, local.declaration), role)]
            else:  # the implicit `self` of a method: its parentheses stand for it
                start, _ = snapshot.span(piece, local.declaration)
                found = [Place(file, start, start, role)]
        case LabelSymbol(words=words):
            found = [Place(file, *snapshot.span(*words[0]))]
        case ModuleSymbol(name=name):
            target = world.module_file(name, file)
            found = [] if target is None else [Place(target, 0, 0)]
        case TypeSymbol(name=name):
            found = [
                Place(each, declared.start, declared.end)
                for each, declared in world.index.declared(name)
            ]
        case _:
            found = _of_field(under.symbol, snapshot, file, world)
    return Targets(under.span, tuple(found))


def declarations(snapshot: Snapshot, file: str, offset: int, world: World) -> Targets | None:
    """The one place that declares it: of its `targets`, one in a definition file if there is."""
    found = targets(snapshot, file, offset, world)
    if found is None or len(found.places) < 2:
        return found
    described = [place for place in found.places if world.is_library(place.file)]
    return Targets(found.span, tuple((described or list(found.places))[:1]))


def _of_field(symbol: FieldSymbol, snapshot: Snapshot, file: str, world: World) -> list[Place]:
    name, owner = symbol.name, symbol.owner
    if owner is None:
        return _by_name(name, world)
    if owner.kind == "local":
        written = [place for place in uses_of(symbol, snapshot, file, world) if place.role]
        return _defining(written, []) or _by_name(name, world)
    written = [
        Place(found.file, found.occurrence.start, found.occurrence.end, found.occurrence.role)
        for found in world.index.writes(owner, name)
    ]
    declared = [Place(*tag) for tag in field_tags(owner, name, world)]
    return _defining(written, declared) or _by_name(name, world)


def _defining(written: list[Place], declared: list[Place]) -> list[Place]:
    """Those that say what it is: functions, else annotations, else tables, else any value."""
    functions = [place for place in written if place.role in (Role.FUNCTION, Role.METHOD)]
    tables = [place for place in written if place.role is Role.TABLE]
    return functions or declared or tables or written


def _by_name(name: str, world: World) -> list[Place]:
    """The functions of that name in whatever table: a guess, made only where it is a narrow one."""
    found = [
        Place(each.file, each.occurrence.start, each.occurrence.end, each.occurrence.role)
        for each in world.index.named(name)
        if each.occurrence.role in (Role.FUNCTION, Role.METHOD)
    ]
    return found if len(found) <= _MOST_GUESSES else []
