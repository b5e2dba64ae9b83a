"""Where else the thing is mentioned that a word means."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.workspace.mentions import mentions_of, role_of
from llmspell_server.analysis.workspace.occurrences import Live
from llmspell_server.analysis.workspace.owners import Owner, Role

from .places import Place
from .symbols import FieldSymbol, LabelSymbol, LocalSymbol, ModuleSymbol, Symbol, World


def uses_of(
    symbol: Symbol, snapshot: Snapshot, file: str, world: World, everywhere: bool = True
) -> Iterator[Place]:
    """The places that mean a symbol, with its declaration, in the order of files and text.

    snapshot, file: the document in which the symbol was found. everywhere: whether other files are
    looked at too.
    """
    match symbol:
        case LocalSymbol():
            return _of_local(symbol, snapshot, file)
        case LabelSymbol():
            return _of_label(symbol, snapshot, file)
        case FieldSymbol(name=name, owner=owner):
            if owner is None:
                return iter(())
            if owner.kind == "local" or not everywhere:
                return _in_document(snapshot, file, owner, name, world)
            return _in_workspace(owner, name, world)
        case ModuleSymbol(name=name):
            found = _of_module(name, file, world)
        case _:
            found = _of_type(symbol.name, world)
    return (place for place in found if everywhere or place.file == file)


def _of_label(symbol: LabelSymbol, snapshot: Snapshot, file: str) -> Iterator[Place]:
    label = Place(file, *snapshot.span(*symbol.words[0]), Role.VALUE)
    gotos = [Place(file, *snapshot.span(*word)) for word in symbol.words[1:]]
    yield from sorted([label, *gotos])


def _in_workspace(owner: Owner, name: str, world: World) -> Iterator[Place]:
    for found in world.index.uses(owner, name):
        start, end, _, role = found.occurrence
        yield Place(found.file, start, end, role)
    for file, start, end in field_tags(owner, name, world):
        yield Place(file, start, end, Role.VALUE)


def _of_module(name: str, file: str, world: World) -> Iterator[Place]:
    target = world.module_file(name, file)
    for each, start, end, _ in world.index.requiring(target) if target else ():
        yield Place(each, start, end)


def _of_type(name: str, world: World) -> Iterator[Place]:
    for file, declared in world.index.declared(name):
        yield Place(file, declared.start, declared.end, Role.VALUE)


def _of_local(symbol: LocalSymbol, snapshot: Snapshot, file: str) -> Iterator[Place]:
    local, piece = symbol.local, symbol.piece
    if isinstance(local.declaration, tree.Name):
        yield Place(file, *snapshot.span(piece, local.declaration), declared_role(local))
    for where, name in snapshot.uses(local, piece):
        written = snapshot.is_written(where, name)
        role = mentions_of(where).roles.get(name, Role.VALUE) if written else Role.READ
        yield Place(file, *snapshot.span(where, name), role)


def declared_role(local: Local) -> Role:
    """What the declaration of a local makes it."""
    match local.statement:
        case tree.LocalFunction():
            return Role.FUNCTION
        case tree.LocalStatement(values=values) if local.position < len(values):
            return role_of(values[local.position])
    return Role.VALUE


def _in_document(
    snapshot: Snapshot, file: str, owner: Owner, name: str, world: World
) -> Iterator[Place]:
    for found in Live(snapshot).find(name):
        if found.owner is None:
            continue
        table = found.owner
        if table.kind != "local":
            table = world.index.holder(world.index.canonical(table, file), name)
        if table == owner:
            yield Place(file, found.start, found.end, found.role)


def field_tags(owner: Owner, name: str, world: World) -> Iterator[tuple[str, int, int]]:
    """Where `@field` describes a field of a class."""
    for file, facts in world.index.files.items():
        for declared in facts.declared():
            for field, start, end in declared.fields:
                if (
                    field == name
                    and world.index.canonical(Owner("class", declared.name), file) == owner
                ):
                    yield file, start, end
