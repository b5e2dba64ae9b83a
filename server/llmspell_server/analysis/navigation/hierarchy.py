"""Who calls a function, and what it calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.workspace.owners import Role

from .symbols import World, symbol_at, symbol_of
from .targets import targets
from .uses import uses_of

_FUNCTIONS = (Role.FUNCTION, Role.METHOD)


class Callable(NamedTuple):
    """A function with a name, or a whole file. name_start, name_end: where it is named."""

    name: str
    file: str
    start: int
    end: int
    name_start: int
    name_end: int
    is_method: bool = False
    is_file: bool = False


class Calls(NamedTuple):
    """Calls of or by a function, and where these are."""

    callable: Callable
    spans: tuple[Span, ...]


def callables_at(snapshot: Snapshot, file: str, offset: int, world: World) -> list[Callable]:
    """The functions that the word at an offset names."""
    leads = targets(snapshot, file, offset, world)
    found = []
    for place in leads.places if leads is not None else ():
        other = world.snapshot(place.file) if place.role in _FUNCTIONS else None
        if other is not None:
            named = _named_at(other, place.file, place.start)
            if named is not None:
                found.append(named)
    return found


def incoming(called: Callable, world: World) -> list[Calls]:
    """The functions and files that call a function."""
    snapshot = world.snapshot(called.file)
    if snapshot is None:
        return []
    under = symbol_at(snapshot, called.file, called.name_start, world)
    if under is None:
        return []
    found: dict[Callable, list[Span]] = {}
    for place in uses_of(under.symbol, snapshot, called.file, world):
        checkpoint()
        other = world.snapshot(place.file)
        if place.role or other is None or not _is_called(other, place.start):
            continue
        caller = _around(other, place.file, place.start)
        found.setdefault(caller, []).append((place.start, place.end))
    return [Calls(caller, tuple(spans)) for caller, spans in found.items()]


def outgoing(caller: Callable, world: World) -> list[Calls]:
    """The functions that a function calls, without those that functions within it call."""
    snapshot = world.snapshot(caller.file)
    if snapshot is None:
        return []
    found: dict[Callable, list[Span]] = {}
    for piece, node, name in _calls_in(snapshot, caller):
        checkpoint()
        if symbol_of(snapshot, caller.file, piece, node, world) is None:
            continue
        span = snapshot.span(piece, name)
        for called in callables_at(snapshot, caller.file, span[0], world)[:1]:
            found.setdefault(called, []).append(span)
    return [Calls(called, tuple(spans)) for called, spans in found.items()]


def _calls_in(
    snapshot: Snapshot, caller: Callable
) -> Iterator[tuple[Piece, tree.Expression, tree.Node]]:
    """The calls in the body of a function: what is called, and the word that names it."""
    bodies: list[tuple[Piece, tree.Node]] = []
    if caller.is_file:
        bodies = [(p, p.statement) for p in snapshot.pieces.all if p.statement is not None]
    else:
        piece, path = snapshot.path_at(caller.name_start)
        function = _function_of(path)
        if function is not None:
            bodies = [(piece, function.body)]
    for piece, body in bodies:
        for node in _shallow(body):
            match node:
                case tree.Call(callee=tree.Name() as name):
                    yield piece, name, name
                case tree.Call(callee=tree.Member(key=key) as member):
                    yield piece, member, key
                case tree.MethodCall(method=method):
                    yield piece, node, method


def _shallow(node: tree.Node) -> Iterator[tree.Node]:
    """The nodes inside in the order of the text, without those of named inner functions."""
    yield node
    for child in node.children():
        if isinstance(child, (tree.LocalFunction, tree.FunctionStatement)):
            continue
        yield from _shallow(child)


def _is_called(snapshot: Snapshot, offset: int) -> bool:
    _, path = snapshot.path_at(offset)
    for depth in range(len(path) - 1, 0, -1):
        node, parent = path[depth], path[depth - 1]
        match parent:
            case tree.Call(callee=callee):
                return callee is node
            case tree.MethodCall(method=method):
                return method is node
            case tree.Member(key=key) if key is node:
                continue
            case _:
                return False
    return False


def _around(snapshot: Snapshot, file: str, offset: int) -> Callable:
    """The named function around a place, else the file."""
    piece, path = snapshot.path_at(offset)
    for depth in range(len(path) - 1, -1, -1):
        if isinstance(path[depth], tree.Function):
            found = _named(snapshot, file, piece, path[:depth], path[depth])
            if found is not None and not found.name_start <= offset <= found.name_end:
                return found
    name = file.rpartition("/")[2]
    return Callable(name, file, 0, len(snapshot.text.source), 0, 0, is_file=True)


def _named_at(snapshot: Snapshot, file: str, offset: int) -> Callable | None:
    """The function that the word at an offset is defined to be."""
    piece, path = snapshot.path_at(offset)
    function = _function_of(path)
    if function is None:
        return None
    for depth in range(len(path), 0, -1):
        found = _named(snapshot, file, piece, path[:depth], function)
        if found is not None:
            return found
    return None


def _named(
    snapshot: Snapshot,
    file: str,
    piece: Piece,
    path: tuple[tree.Node, ...],
    function: tree.Node,
) -> Callable | None:
    """A function by what directly around it gives it a name."""
    if not path:
        return None
    statement = path[-1]
    match statement:
        case tree.LocalFunction(name=name) if statement.function is function:
            target: tree.Node = name
        case tree.FunctionStatement(target=target) if statement.function is function:
            pass
        case tree.LocalStatement(names=names, values=values) if function in values:
            index = values.index(function)
            if index >= len(names):
                return None
            target = names[index].name
        case tree.Assignment(targets=goals, values=values) if function in values:
            index = values.index(function)
            if index >= len(goals):
                return None
            target = goals[index]
        case tree.Named(key=key, value=value) if value is function:
            target = key
        case _:
            return None
    word = target.key if isinstance(target, (tree.Member, tree.Index)) else target
    is_method = isinstance(target, tree.Member) and target.colon
    return Callable(
        snapshot.source(piece, target),
        file,
        *snapshot.span(piece, statement),
        *snapshot.span(piece, word),
        is_method,
    )


def _function_of(path: tuple[tree.Node, ...]) -> tree.Function | None:
    """The function that the declaration or entry at the end of a path gives a name."""
    for node in reversed(path[:-1]):
        match node:
            case tree.LocalFunction(function=function) | tree.FunctionStatement(function=function):
                return function
            case tree.Named(value=tree.Function() as function):
                return function
            case tree.LocalStatement(names=names, values=values):
                return _given([declared.name for declared in names], values, path)
            case tree.Assignment(targets=goals, values=values):
                return _given(goals, values, path)
            case tree.Block():
                return None
    return None


def _given(
    goals: Sequence[tree.Node], values: Sequence[tree.Node], path: tuple[tree.Node, ...]
) -> tree.Function | None:
    """The function that is given to the goal on a path."""
    for goal, value in zip(goals, values, strict=False):
        if goal in path and isinstance(value, tree.Function):
            return value
    return None
