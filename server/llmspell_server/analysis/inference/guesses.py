"""Guesses what parameters are that nothing describes, by the calls in the same document.

A guess is for whoever looks or writes: completion, hover, hints. It is made for one request and
never gets into an answer that is kept, so no diagnostic can stand on it, and none costs a key.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.pace import OutOfTime, within
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Type

from .expressions import Where
from .flow import parents_of
from .writes import Path, path_of, writes_of

if TYPE_CHECKING:
    from .inference import Inference

_PATIENCE = 0.05  # seconds
_MOST_CALLS = 12  # of a function, from which its parameters are guessed
_DEEPEST = 2  # how many calls an argument may have come through
Guessed = dict[Hashable, Type]
"""Types of parameters, by the `Local`."""


class Guesses:
    """Guesses parameters by what they are given."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def around(
        self, where: Where, node: tree.Node | None, patience: float = _PATIENCE
    ) -> AbstractContextManager[None]:
        """Takes the guesses for true in the functions around a node, while the context lasts.

        patience: seconds of computing, after which what is not guessed yet stays unknown.
        """
        functions = () if node is None else _functions_around(where.piece, node)
        return self._within(where, functions, _DEEPEST, patience)

    def of(self, where: Where, functions: Iterable[tree.Function]) -> AbstractContextManager[None]:
        """The same for many functions, of which less is known for that."""
        return self._within(where, functions, 0, _PATIENCE)

    def supposed(self, local: Local | None) -> Type | None:
        """What a parameter is taken for at the moment; None for those that need no guess."""
        found: Type | None = self._inference.queries.notes.get(local)
        return found

    def _within(
        self, where: Where, functions: Iterable[tree.Function], depth: int, patience: float
    ) -> AbstractContextManager[None]:
        guessed: Guessed = {}
        with suppress(OutOfTime), within(patience):
            for function in functions:
                guessed |= self._parameters(where, function, depth, set())
        return self._inference.queries.supposing(guessed)

    def _parameters(
        self, where: Where, function: tree.Function, depth: int, asked: set[tree.Function]
    ) -> Guessed:
        """The guesses for a function. asked: the functions that are being guessed."""
        unknown = {
            local: local.position
            for name in function.parameters
            if (local := name.local) is not None and not self._is_known(where, function, local)
        }
        if not unknown or function in asked:
            return {}
        found: dict[Local, list[Type]] = {}
        for there, call, shift in _calls(where, function):
            given = self._given(there, call, depth, asked | {function})
            for local, position in unknown.items():
                if 0 <= position + shift < len(given):
                    found.setdefault(local, []).append(given[position + shift])
        return {
            local: model.union(*types)
            for local, types in found.items()
            if any(each is not model.NIL for each in types)
        }

    def _is_known(self, where: Where, function: tree.Function, local: Local) -> bool:
        if local in writes_of(where.piece).owners:
            return True
        type_ = self._inference.functions.parameter(where, function, local.position)
        return type_ is not model.UNKNOWN

    def _given(
        self, where: Where, call: tree.Call | tree.MethodCall, depth: int, asked: set[tree.Function]
    ) -> list[Type]:
        """The types of the arguments of a call, `never` for those of which nothing is known."""
        guessed: Guessed = {}
        for function in _functions_around(where.piece, call) if depth else ():
            guessed |= self._parameters(where, function, depth - 1, asked)
        with self._inference.queries.supposing(guessed):
            values = call.arguments.values
            types = [self._inference.type(where, value) for value in values]
        return [model.NEVER if each is model.UNKNOWN else model.widened(each) for each in types]


def _functions_around(piece: Piece, node: tree.Node) -> Iterator[tree.Function]:
    parents = parents_of(piece)
    found: tree.Node | None = node
    while found is not None:
        if isinstance(found, tree.Function):
            yield found
        found = parents.get(found)


def _calls(
    where: Where, function: tree.Function
) -> Iterator[tuple[Where, tree.Call | tree.MethodCall, int]]:
    """The first calls of a function in its document.

    With each: how far the arguments that are written are ahead of the parameters.
    """
    path = _path_to(where.piece, function)
    if path is None:
        return
    count = 0
    for piece, name in _uses(where, path):
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
        call = node if isinstance(node, tree.MethodCall) else parents.get(node) if node else None
        is_method = function.receiver is not None
        match call:
            case tree.Call(callee=callee) if callee is node:
                yield Where(where.file, piece), call, int(is_method)
            case tree.MethodCall() if call is node:
                yield Where(where.file, piece), call, int(is_method) - 1
            case _:
                continue
        count += 1
        if count == _MOST_CALLS:
            return


def _uses(where: Where, path: Path) -> Iterator[tuple[Piece, tree.Name]]:
    snapshot = where.file.snapshot
    root = path.root
    local = snapshot.chunk_local(where.piece, root) if isinstance(root, str) else root
    if local is not None:
        return snapshot.uses(local, snapshot.piece_of(local, where.piece))
    assert isinstance(root, str)
    return snapshot.global_uses(root)


def _path_to(piece: Piece, function: tree.Function) -> Path | None:
    """The variable or field that a function is written into."""
    parent = parents_of(piece).get(function)
    match parent:
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
