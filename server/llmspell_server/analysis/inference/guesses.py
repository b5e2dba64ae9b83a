"""Guesses what parameters are that nothing describes, by the calls in the same document.

A guess is for whoever looks or writes: completion, hover, hints. What is guessed of a function is
kept like every answer, but nothing else that is kept asks for it, so no diagnostic can stand on it,
and none costs a key. What there was no time for is found further at each request.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.pace import OutOfTime, within
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.echoes import filled
from llmspell_server.analysis.types.fields import ancestry, members, table_of
from llmspell_server.analysis.types.model import Type

from .expressions import Where
from .flow import parents_of
from .guessed_calls import Shifted, calls_of, field_of, reaches, shift_of
from .sources import Owner, Source
from .tables import TableFields
from .writes import writes_of

if TYPE_CHECKING:
    from .inference import Inference

_PATIENCE = 0.05  # seconds
_LONG_PATIENCE = 0.5  # seconds, when nobody waits
_MOST_FIELDS = 16  # of an object, in a method that uses them
_DEEPEST = 2  # how many calls an argument may have come through
Guessed = dict[Hashable, Type]
"""Types of parameters, by the `Local`."""


class Guesses:
    """Guesses parameters by what they are given."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._left: tuple[Where, tuple[tree.Function, ...], int] | None = None

    def calls(self, file: str, piece: Piece, function: tree.Function) -> tuple[Shifted, ...]:
        """The first calls of a function in its document, as they are now."""
        return calls_of(self._inference.file(file), piece, function)

    def find(self, file: str, piece: Piece, function: tree.Function, depth: int) -> Guessed:
        """What the parameters of a function are given, and its object. depth: as `_DEEPEST`."""
        where = self._inference.where(file, piece)
        found = self._parameters(where, function, depth)
        return found | self._object(where, function, depth) if depth else found

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

    def left(self) -> Callable[[], object] | None:
        """Finds what there was no time for at the last request, for the next one; None: nothing.

        For as long as the document is what it was.
        """
        left, self._left = self._left, None
        return None if left is None else partial(self._find_all, *left, _LONG_PATIENCE)

    def supposed(self, local: Local | None) -> Type | None:
        """What a parameter is taken for at the moment; None for those that need no guess."""
        found: Type | None = self._inference.queries.notes.get(local)
        return found

    def _within(
        self, where: Where, functions: Iterable[tree.Function], depth: int, patience: float
    ) -> AbstractContextManager[None]:
        self._left = None
        guessed = self._find_all(where, tuple(functions), depth, patience)
        return self._inference.queries.supposing(guessed)

    def _find_all(
        self, where: Where, functions: tuple[tree.Function, ...], depth: int, patience: float
    ) -> Guessed:
        guessed: Guessed = {}
        try:
            with within(patience):
                for function in functions:
                    guessed |= self._guess(where, function, depth)
        except OutOfTime:
            self._left = where, functions, depth
        return guessed

    def _guess(self, where: Where, function: tree.Function, depth: int) -> Guessed:
        found: Guessed
        found = self._inference.queries.get("guess", where.file.file, where.piece, function, depth)
        return found

    def _object(self, where: Where, function: tree.Function, depth: int) -> Guessed:
        """The object of a method, with what is put into the fields that the method uses."""
        local = function.receiver
        if local is None and function.parameters:
            local = function.parameters[0].local
        path = writes_of(where.piece).owners.get(local) if local is not None else None
        if local is None or path is None:
            return {}
        base = self._inference.variables.owner_of_self(where, path)
        fields = []
        for name in list(_fields_used(where.piece, local))[:_MOST_FIELDS]:
            type_ = self._inference.field_type(base, name)
            if type_ is not None and model.UNKNOWN in model.members_of(type_):
                fields.append((name, self._put_into(where, base, name, depth)))
        found = filled(base, fields)
        return {} if found == base else {local: found}

    def _put_into(self, where: Where, base: Type, name: str, depth: int) -> Type:
        """What the functions of a document put into a field, by what these are given."""
        types: list[Type] = []
        for each in members(base, self._inference):
            for ancestor in ancestry(each, self._inference):
                definition = table_of(ancestor, self._inference)
                fields = definition.fields if definition is not None else None
                for owner, source in (
                    fields.written(name) if isinstance(fields, TableFields) else ()
                ):
                    if source.value is not None and source.file == where.file.file:
                        types.append(self._value(owner, source, depth))
        return model.union(*(each for each in types if each is not model.UNKNOWN))

    def _value(self, owner: Owner, source: Source, depth: int) -> Type:
        guessed: Guessed = {}
        place = self._inference.where(source.file, source.piece)
        for function in _functions_around(source.piece, source.key):
            guessed |= self._guess(place, function, depth - 1)
        with self._inference.queries.supposing(guessed):
            return self._inference.variables.source(owner, source)

    def _parameters(self, where: Where, function: tree.Function, depth: int) -> Guessed:
        unknown = {
            local: local.position
            for name in function.parameters
            if (local := name.local) is not None and not self._is_known(where, function, local)
        }
        if not unknown:
            return {}
        found: dict[Local, list[Type]] = {}
        file = where.file.file
        calls: tuple[Shifted, ...]
        calls = self._inference.queries.get("calls", file, where.piece, function)
        for piece, call, shift in calls:
            given = self._given(self._inference.where(file, piece), call, depth)
            _note(found, unknown, given, shift)
        seen = {call for _, call, _ in calls}
        name = field_of(where.piece, function)
        for given, shift in self._given_by_name(where, function, name, seen, depth) if name else ():
            _note(found, unknown, given, shift)
        return {
            local: model.union(*types)
            for local, types in found.items()
            if any(each is not model.NIL for each in types)
        }

    def _given_by_name(
        self,
        where: Where,
        function: tree.Function,
        name: str,
        seen: set[tree.Call | tree.MethodCall],
        depth: int,
    ) -> Iterator[tuple[list[Type], int]]:
        """What the calls give that reach a function by what its field is of: `object:name(x)`.

        Other documents count where this one has no call of it.
        """
        own = where.file.file
        found = list(self._given_in(own, function, name, seen, depth))
        yield from found
        if found or seen:
            return
        for file in self._inference.queries.get("files using", name):
            if file != own:
                yield from self._given_in(file, function, name, seen, depth)

    def _given_in(
        self,
        file: str,
        function: tree.Function,
        name: str,
        seen: set[tree.Call | tree.MethodCall],
        depth: int,
    ) -> Iterator[tuple[list[Type], int]]:
        calls: tuple[tuple[Piece, tree.Call | tree.MethodCall], ...]
        calls = self._inference.queries.get("calls by name", file, name)
        for piece, call in calls:
            if call not in seen:
                where = self._inference.where(file, piece)
                with self._supposed_around(where, call, depth):
                    if reaches(self._inference, where, call, function, name):
                        yield self._arguments(where, call), shift_of(function, call)

    def _is_known(self, where: Where, function: tree.Function, local: Local) -> bool:
        if local in writes_of(where.piece).owners:
            return True
        type_ = self._inference.functions.parameter(where, function, local.position)
        return type_ is not model.UNKNOWN

    def _given(self, where: Where, call: tree.Call | tree.MethodCall, depth: int) -> list[Type]:
        """The types of the arguments of a call, with what is guessed of what is around it."""
        with self._supposed_around(where, call, depth):
            return self._arguments(where, call)

    def _supposed_around(
        self, where: Where, call: tree.Call | tree.MethodCall, depth: int
    ) -> AbstractContextManager[None]:
        guessed: Guessed = {}
        for function in _functions_around(where.piece, call) if depth else ():
            guessed |= self._guess(where, function, depth - 1)
        return self._inference.queries.supposing(guessed)

    def _arguments(self, where: Where, call: tree.Call | tree.MethodCall) -> list[Type]:
        """The types of the arguments of a call, `never` for those of which nothing is known."""
        types = [self._inference.type(where, value) for value in call.arguments.values]
        return [model.NEVER if each is model.UNKNOWN else model.widened(each) for each in types]


def _fields_used(piece: Piece, local: Local) -> dict[str, None]:
    """The fields of a local that are named behind it."""
    parents = parents_of(piece)
    found: dict[str, None] = {}
    for use in local.uses:
        above = parents.get(use)
        if isinstance(above, tree.Member) and above.base is use:
            found[above.key.text] = None
    return found


def _functions_around(piece: Piece, node: tree.Node) -> Iterator[tree.Function]:
    parents = parents_of(piece)
    found: tree.Node | None = node
    while found is not None:
        if isinstance(found, tree.Function):
            yield found
        found = parents.get(found)


def _note(
    found: dict[Local, list[Type]], unknown: dict[Local, int], given: list[Type], shift: int
) -> None:
    for local, position in unknown.items():
        if 0 <= position + shift < len(given):
            found.setdefault(local, []).append(given[position + shift])
