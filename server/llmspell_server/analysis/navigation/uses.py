"""Where else the thing is mentioned that a word means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.pace import OutOfTime, checkpoint, within
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.workspace.mentions import mentions_of, role_of
from llmspell_server.analysis.workspace.occurrences import Live
from llmspell_server.analysis.workspace.owners import GLOBALS, Owner, Role

from .described import descriptions
from .places import Place
from .symbols import FieldSymbol, LabelSymbol, LocalSymbol, ModuleSymbol, Symbol, World, symbol_at

_PATIENCE = 0.1


def uses_of(
    symbol: Symbol,
    snapshot: Snapshot,
    file: str,
    world: World,
    everywhere: bool = True,
) -> Iterator[Place]:
    """The places that mean a symbol, with its declaration, in the order of files and text.

    snapshot, file: the document in which the symbol was found. everywhere: whether other files are
    looked at too. Uses that only types can tell are looked for a short time, unless `thorough`.
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
    certain = [
        Place(found.file, found.occurrence.start, found.occurrence.end, found.occurrence.role)
        for found in world.index.uses(owner, name)
    ]
    inferred: list[Place] = []
    with suppress(OutOfTime), within(_PATIENCE):
        for place in _by_type(owner, name, world):
            inferred.append(place)  # noqa: PERF402  # what was found in time counts
    yield from sorted([*certain, *inferred])
    for file, start, end in field_tags(owner, name, world):
        yield Place(file, start, end, Role.VALUE)


def _by_type(owner: Owner, name: str, world: World) -> Iterator[Place]:
    """The uses of a field on values of which only the type tells what they are.

    Looked for in the files that can have such a value: those that name the table, its module or a
    type that is declared with it.
    """
    if owner == GLOBALS:
        return
    near = _near(owner, world)
    for found in world.index.named(name):
        occurrence = found.occurrence
        if found.file not in near or not (
            occurrence.owner is None or occurrence.owner.kind == "local"
        ):
            continue
        checkpoint()
        snapshot = world.snapshot(found.file)
        under = snapshot and symbol_at(snapshot, found.file, occurrence.start, world)
        if under and under.symbol == FieldSymbol(name, owner):
            yield Place(found.file, occurrence.start, occurrence.end, occurrence.role)


def _near(owner: Owner, world: World) -> set[str]:
    index = world.index
    if owner.kind == "file":
        return {str(owner.root), *(file for file, *_ in index.requiring(str(owner.root)))}
    if owner.kind == "global" and owner.keys:
        return {found.file for found in index.named(owner.keys[0])}
    if owner.kind == "class":
        homes = [file for file, _ in index.declared(str(owner.root))]
        return {*homes, *(file for home in homes for file, *_ in index.requiring(home))}
    return set()


def _of_module(name: str, file: str, world: World) -> Iterator[Place]:
    target = world.module_file(name, file)
    for each, start, end, _ in world.index.requiring(target) if target else ():
        yield Place(each, start, end)


def _of_type(name: str, world: World) -> Iterator[Place]:
    declared = [
        Place(file, each.start, each.end, Role.VALUE) for file, each in world.index.declared(name)
    ]
    yield from sorted([*declared, *(Place(*each) for each in world.index.mentioned(name))])


def _of_local(symbol: LocalSymbol, snapshot: Snapshot, file: str) -> Iterator[Place]:
    described = descriptions(snapshot, symbol.local, symbol.piece)
    found = [Place(file, *span) for span in described]
    return iter(sorted([*_in_code(symbol, snapshot, file), *found]))


def _in_code(symbol: LocalSymbol, snapshot: Snapshot, file: str) -> Iterator[Place]:
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
    wanted = FieldSymbol(name, owner)
    for found in Live(snapshot).find(name):
        table = found.owner
        if table is not None and table.kind != "local":
            table = world.index.holder(world.index.canonical(table, file), name)
        elif owner.kind != "local":
            under = symbol_at(snapshot, file, found.start, world)
            table = owner if under is not None and under.symbol == wanted else None
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
