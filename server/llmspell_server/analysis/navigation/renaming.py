"""Giving a thing another name, everywhere at once, without changing what any name means."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.pace import TookTooLong, thorough
from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.lexer import KEYWORDS
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types.model import BASICS
from llmspell_server.analysis.workspace.owners import Owner, Role

from .places import Place
from .symbols import (
    FieldSymbol,
    LabelSymbol,
    LocalSymbol,
    ModuleSymbol,
    Symbol,
    TypeSymbol,
    Under,
    World,
    symbol_at,
)
from .uses import uses_of

_THOROUGH = 60.0  # a rename must find all; who does not want to wait cancels it
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TYPE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_*-]*(\.[A-Za-z0-9_*-]+)*")
_BUILT_IN = frozenset((*BASICS, "fun", "true", "false", "void"))


class NotRenamable(Exception):
    """Why a rename is refused, as a sentence for the user."""


def renamable_at(snapshot: Snapshot, file: str, offset: int, world: World) -> Span:
    """The word that would be renamed; raises `NotRenamable`."""
    return _checked(snapshot, file, offset, world)[0].span


def renaming(snapshot: Snapshot, file: str, offset: int, name: str, world: World) -> list[Place]:
    """The places where the thing at an offset must get another name; raises `NotRenamable`."""
    under, places = _checked(snapshot, file, offset, world)
    if isinstance(under.symbol, TypeSymbol):
        _check_type(under.symbol.name, name, world)
    elif not _NAME.fullmatch(name):
        raise NotRenamable(f"`{name}` is not a name: letters, digits and `_`, no digit first")
    elif name in KEYWORDS:
        raise NotRenamable(f"`{name}` is a keyword of Lua")
    if snapshot.text.source[slice(*under.span)] == name:
        return []
    _check_meaning(under.symbol, places, snapshot, file, name, world)
    return places


def _checked(snapshot: Snapshot, file: str, offset: int, world: World) -> tuple[Under, list[Place]]:
    under = symbol_at(snapshot, file, offset, world)
    if under is None:
        raise NotRenamable("here is nothing that has a name of yours")
    _check_kind(under.symbol)
    places = _all_uses(under.symbol, snapshot, file, world)
    for place in places:
        if world.is_library(place.file):
            name = snapshot.text.source[slice(*under.span)]
            raise NotRenamable(f"`{name}` belongs to a library: {place.file}")
    if isinstance(under.symbol, TypeSymbol) and Place(file, *under.span) not in {
        place._replace(role=Role.READ) for place in places
    }:
        raise NotRenamable("here a type is only spoken of")
    if isinstance(under.symbol, FieldSymbol) and not any(place.role for place in places):
        raise NotRenamable(f"`{under.symbol.name}` is defined nowhere in this workspace")
    return under, places


def _check_kind(symbol: Symbol) -> None:
    """Refuses what has no name that could be another."""
    match symbol:
        case LocalSymbol(local=local) if local.kind == "self":
            raise NotRenamable("`self` is the name that Lua gives to the receiver of a method")
        case LocalSymbol(local=local) if local.name == "_ENV":
            raise NotRenamable("`_ENV` is the name by which Lua finds globals")
        case FieldSymbol(name="_ENV" | "_G"):
            raise NotRenamable("the table of the globals has its name from Lua")
        case FieldSymbol(owner=None, name=name):
            raise NotRenamable(f"it is not known to which table `{name}` belongs here")
        case ModuleSymbol():
            raise NotRenamable("a module has the name of its file: rename that")


def _check_type(old: str, name: str, world: World) -> None:
    if not _TYPE_NAME.fullmatch(name):
        raise NotRenamable(f"`{name}` is not a name of a type: letters, digits, `_`, `.`, `-`, `*`")
    declared = next(world.index.declared(name), None)
    if name != old and (name in _BUILT_IN or declared is not None):
        raise NotRenamable(f"there is a type `{name}` already")


def _all_uses(symbol: Symbol, snapshot: Snapshot, file: str, world: World) -> list[Place]:
    """The uses of a symbol, none left out."""
    try:
        with thorough(_THOROUGH):
            found = (
                place
                for each in _family(symbol, world)
                for place in uses_of(each, snapshot, file, world)
            )
            return list(dict.fromkeys(found))
    except TookTooLong:
        raise NotRenamable(
            f"it took more than {_THOROUGH:.0f} s to find all of its uses; nothing was changed"
        ) from None


def _family(symbol: Symbol, world: World) -> list[Symbol]:
    """A symbol; a method with those that override it or that it overrides.

    With another name for one of them alone, another one would be called.
    """
    if not isinstance(symbol, FieldSymbol) or symbol.owner is None:
        return [symbol]
    return [FieldSymbol(symbol.name, each) for each in _owners(symbol.name, symbol.owner, world)]


def _owners(name: str, owner: Owner, world: World) -> list[Owner]:
    """The table of a field, and those that have another of the methods."""
    return [owner] if owner.kind == "local" else world.index.overriding(owner, name)


def _check_meaning(
    symbol: Symbol,
    places: list[Place],
    snapshot: Snapshot,
    file: str,
    name: str,
    world: World,
) -> None:
    """Refuses names that would come to mean something else, or make others do so."""
    match symbol:
        case LocalSymbol(local=local):
            _check_local(symbol, places, snapshot, local, name)
        case LabelSymbol(words=words):
            for piece in dict.fromkeys(piece for piece, _ in words):
                _check_label(snapshot, piece, name)
        case FieldSymbol(owner=owner) if owner is not None:
            for each in _owners(symbol.name, owner, world):
                other = FieldSymbol(name, each)
                if any(place.role for place in uses_of(other, snapshot, file, world)):
                    what = "a global" if symbol.is_global else "a field of that table"
                    raise NotRenamable(f"`{name}` is {what} already")
            if symbol.is_global:
                _check_global(places, name, world)


def _check_label(snapshot: Snapshot, piece: Piece, name: str) -> None:
    """Labels of one function must differ; those of the chunk are visible in all its blocks."""
    in_piece = {scope.label.label.text for scope in snapshot.binding(piece).labels}
    of_chunk = {
        each.statement.label.text
        for each in snapshot.pieces.all
        if isinstance(each.statement, tree.Label)
    }
    if name in in_piece | of_chunk:
        raise NotRenamable(f"there is a label `{name}` already")


def _check_local(
    symbol: LocalSymbol, places: list[Place], snapshot: Snapshot, local: Local, name: str
) -> None:
    for place in places[1:]:
        other = snapshot.visible_locals(place.start).get(name)
        if other is not None and other is not local and _is_inside(snapshot, other, symbol):
            _refuse(snapshot, place.start, name, "would mean another local there")
    for place_of_other in _captured(symbol, snapshot, name):
        _refuse(snapshot, place_of_other, name, "means something else there already")


def _check_global(places: list[Place], name: str, world: World) -> None:
    for place in places:
        snapshot = world.snapshot(place.file)
        if snapshot is not None and name in snapshot.visible_locals(place.start):
            _refuse(snapshot, place.start, name, f"would mean a local there ({place.file})")


def _refuse(snapshot: Snapshot, offset: int, name: str, why: str) -> None:
    line = snapshot.text.line_at(offset) + 1
    raise NotRenamable(f"line {line}: `{name}` {why}")


def _captured(symbol: LocalSymbol, snapshot: Snapshot, name: str) -> Iterator[int]:
    """Where the name is used within the scope for something that is declared outside of it."""
    begin, end = _scope(snapshot, symbol)
    for piece in snapshot.pieces.all:
        start = snapshot.pieces.start_of[piece]
        if start + len(piece.text) < begin or (end is not None and start > end):
            continue
        for node in tree.walk(piece.statement) if piece.statement is not None else ():
            if not isinstance(node, tree.Name) or node.text != name:
                continue
            place = start + node.start
            if place < begin or (end is not None and place >= end):
                continue
            other = snapshot.local(piece, node)
            if other is None or (
                other.declaration is not node and not _is_inside(snapshot, other, symbol)
            ):
                yield place


def _scope(snapshot: Snapshot, symbol: LocalSymbol) -> tuple[int, int | None]:
    start = snapshot.pieces.start_of[symbol.piece]
    local = symbol.local
    end = None if local.end is None else start + local.end
    return start + local.begin, end


def _is_inside(snapshot: Snapshot, other: Local, symbol: LocalSymbol) -> bool:
    """Whether another local is declared within the scope of a local."""
    begin, end = _scope(snapshot, symbol)
    for piece in snapshot.pieces.all:
        if other in snapshot.binding(piece).all:
            place = snapshot.pieces.start_of[piece] + other.begin
            return begin <= place and (end is None or place <= end)
    return False
