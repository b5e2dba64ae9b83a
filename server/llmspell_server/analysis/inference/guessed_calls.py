"""The calls of a function in its document and, by the name of its field, in others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.acts import acts_of
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types.fields import ancestry, members, table_of

from .expressions import Where
from .flow import parents_of
from .sources import FileSources, Source
from .writes import Path, path_of

if TYPE_CHECKING:
    from .inference import Inference

SKIPPED = {"pcall": 1, "xpcall": 2}
"""How many arguments stand before those of the function that is called."""
MOST_FILES = 5  # in which calls by the name of a field are looked for
_MOST_CALLS = 12  # of a function, from which its parameters are guessed
_MOST_NAMES = 2  # further names of a function
_MOST_NAMED = 40  # calls of the same name, among which are those of a function
Call = tree.Call | tree.MethodCall
Shifted = tuple[Piece, Call, int]
"""A call, and how far the arguments that are written are ahead of the parameters."""


def calls_of(file: FileSources, home: Piece, function: tree.Function) -> tuple[Shifted, ...]:
    """The first calls of a function by the variable or field that it is written into.

    Also by another one that is given that, and those that `pcall` makes.
    """
    path = _path_to(home, function)
    if path is None:
        return ()
    return tuple(islice(_calls(file, home, function, path, _MOST_NAMES), _MOST_CALLS))


def _calls(
    file: FileSources, home: Piece, function: tree.Function, path: Path, names: int
) -> Iterator[Shifted]:
    """names: how many names it may have been given after this one."""
    for piece, name in _uses(file, home, path):
        node = _reached(piece, name, path)
        parents = parents_of(piece)
        match parents.get(node) if node is not None else None:
            case _ if isinstance(node, tree.MethodCall):
                yield piece, node, shift_of(function, node)
            case tree.Call(callee=callee) as call if callee is node:
                yield piece, call, shift_of(function, call)
            case tree.Arguments(values=values) as arguments if values[0] is node:
                around = parents.get(arguments)
                skipped = _skipped(file, piece, around)
                if skipped and isinstance(around, tree.Call):
                    yield piece, around, shift_of(function, around) + skipped
            case _ if node is not None and names and (other := _path_to(piece, node)) is not None:
                yield from _calls(file, piece, function, other, names - 1)


def _reached(piece: Piece, name: tree.Name, path: Path) -> tree.Node | None:
    """What names the function where its variable is used: the name, a field, a call of a method."""
    node: tree.Node | None = name
    parents = parents_of(piece)
    for key in path.keys:
        above = parents.get(node) if node is not None else None
        match above:
            case tree.Member(base=base, key=word) if base is node and word.text == key:
                node = above
            case tree.MethodCall(base=base, method=word) if base is node and word.text == key:
                node = above
            case _:
                node = None
    return node


def _skipped(file: FileSources, piece: Piece, call: tree.Node | None) -> int:
    """How many arguments of `pcall` or `xpcall` are not given to the function that they call."""
    match call:
        case tree.Call(callee=tree.Name(text=text) as callee) if text in SKIPPED:
            return SKIPPED[text] if file.local(piece, callee) is None else 0
    return 0


def _uses(file: FileSources, home: Piece, path: Path) -> Iterator[tuple[Piece, tree.Name]]:
    snapshot, root = file.snapshot, path.root
    local = snapshot.chunk_local(home, root) if isinstance(root, str) else root
    if local is not None:
        return snapshot.uses(local, snapshot.piece_of(local, home))
    assert isinstance(root, str)
    return snapshot.global_uses(root)


def shift_of(function: tree.Function, call: Call) -> int:
    """How far the arguments of a call are ahead of the parameters of a function."""
    return int(function.receiver is not None) - int(isinstance(call, tree.MethodCall))


def calls_named(file: FileSources, name: str) -> tuple[tuple[Piece, Call], ...]:
    """The first calls in a document of anything that is a field of that name."""
    found: list[tuple[Piece, Call]] = []
    for piece in file.snapshot.pieces.all:
        found += ((piece, call) for call in _by_name(piece).get(name, ()))
        if len(found) >= _MOST_NAMED:
            break
    return tuple(found[:_MOST_NAMED])


@remembered
def _by_name(piece: Piece) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for node in acts_of(piece):
        match node:
            case tree.MethodCall(method=tree.Word(text=name)):
                found.setdefault(name, []).append(node)
            case tree.Call(callee=tree.Member(key=tree.Word(text=name))):
                found.setdefault(name, []).append(node)
    return found


def field_of(piece: Piece, function: tree.Function) -> str | None:
    """The name of the field that a function is written into."""
    parent = parents_of(piece).get(function)
    if isinstance(parent, tree.Named):
        return parent.key.text
    path = _path_to(piece, function)
    key = path.keys[-1] if path is not None and path.keys else None
    return key if isinstance(key, str) else None


def reaches(
    inference: Inference, where: Where, call: Call, function: tree.Function, name: str
) -> bool:
    """Whether a call of a field of that name is one of a function, by what the field is of."""
    base = call.base if isinstance(call, tree.MethodCall) else _base(call)
    for each in members(inference.type(where, base), inference) if base is not None else ():
        for ancestor in ancestry(each, inference):
            definition = table_of(ancestor, inference)
            looks = getattr(definition.fields, "source_of", None) if definition else None
            source = looks(name) if looks is not None else None
            if isinstance(source, Source):
                if source.value is function:
                    return True
                break
    return False


def _base(call: tree.Call) -> tree.Expression | None:
    return call.callee.base if isinstance(call.callee, tree.Member) else None


def _path_to(piece: Piece, function: tree.Node) -> Path | None:
    """The variable or field that a function, or what names one, is written into."""
    parent = parents_of(piece).get(function)
    match parent:
        case tree.Named(key=word) if not isinstance(function, tree.Function):
            table = _path_to(piece, parents_of(piece)[parent])
            return None if table is None else table.down(word.text)
        case tree.LocalFunction(name=name):
            return path_of(name)
        case tree.FunctionStatement(target=target):
            return path_of(target)
        case tree.LocalStatement(names=names, values=values):
            targets: list[tree.Expression] = [declared.name for declared in names]
        case tree.Assignment(targets=written, values=values):
            targets = list(written)
        case _:
            return None
    for target, value in zip(targets, values, strict=False):
        if value is function:
            return path_of(target)
    return None
