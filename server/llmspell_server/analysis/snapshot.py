"""One version of a document: its text, its pieces, and what their names mean together.

Snapshots are immutable. Nodes know their place within their piece only; a snapshot knows where its
pieces are. A node together with its piece is a `Spot`, which stays valid in later snapshots for as
long as they have the piece.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from .binding.binder import Binding, binding_of
from .binding.variables import Local
from .syntax import tree
from .syntax.pieces import Piece, Pieces, pieces_of
from .text import Text

Span = tuple[int, int]


class Spot(NamedTuple):
    """A node and the piece that holds it."""

    piece: Piece
    node: tree.Node


class Snapshot:
    """A document as it is at one moment. Offsets of its methods are those of the whole text.

    facts: what others know about it, under keys of theirs.
    """

    def __init__(self, text: Text, pieces: Pieces) -> None:
        self.text, self.pieces = text, pieces
        self.facts: dict[object, Any] = {}

    @classmethod
    def of(cls, text: Text, broken: bool | None = None) -> Snapshot:
        """Reads a text.

        broken: whether Lua's compiler refuses it; None: as the parser says.
        """
        if broken is None:
            pieces = pieces_of(text.source, False)
            broken = any(piece.problems for piece in pieces.all)
            if not broken:
                return cls(text, pieces)
        return cls(text, pieces_of(text.source, broken))

    def edited(
        self,
        text: Text,
        start: int,
        end: int,
        length: int,
        broken: bool,
    ) -> Snapshot:
        """The document with another text in which `length` characters replaced a range of this."""
        pieces = self.pieces.edited(text.source, start, end, length, broken)
        return Snapshot(text, pieces)

    # Places

    def span(self, piece: Piece, node: tree.Node) -> Span:
        """Where a node is in the text."""
        start = self.pieces.start_of[piece]
        return start + node.start, start + node.end

    def source(self, piece: Piece, node: tree.Node) -> str:
        """What is written there."""
        return piece.text[node.start : node.end]

    def path_at(self, offset: int) -> tuple[Piece, tuple[tree.Node, ...]]:
        """The piece that holds an offset, and the nodes around it from the statement in.

        At the place where two pieces meet, the earlier one counts if a word of it ends there; in
        white space behind it if its statement is unfinished: `x = |`.
        """
        index = self.pieces.index_at(offset)
        if index and self.pieces.starts[index] == offset:
            piece, path = self._path(index - 1, offset)
            if path and isinstance(path[-1], (tree.Name, tree.Word)):
                return piece, path
        if index and self._continues(index, offset):
            before = self.pieces.all[index - 1]
            assert before.statement is not None
            return before, tree.path_at(before.statement, before.statement.end)
        return self._path(index, offset)

    def _continues(self, index: int, offset: int) -> bool:
        """Whether only blanks are between an offset in a piece and an unfinished piece above."""
        before = self.pieces.all[index - 1]
        statement = before.statement
        if statement is None or not before.problems or statement.end < len(before.text):
            return False
        is_open = any(problem.start >= statement.end for problem in before.problems)
        return is_open and not self.text.source[self.pieces.starts[index] : offset].strip()

    def _path(self, index: int, offset: int) -> tuple[Piece, tuple[tree.Node, ...]]:
        piece = self.pieces.all[index]
        inside = offset - self.pieces.starts[index]
        statement = piece.statement
        if statement is None or not statement.start <= inside <= statement.end:
            return piece, ()
        return piece, tree.path_at(statement, inside)

    def comment_at(self, offset: int) -> Spot | None:
        """The comment that holds an offset."""
        index = self.pieces.index_at(offset)
        for each in (index - 1, index):
            if each < 0:
                continue
            piece, inside = self.pieces.all[each], offset - self.pieces.starts[each]
            for comment in piece.comments:
                line = not comment.text.startswith("--[") or not comment.text.endswith("]")
                if comment.start < inside < comment.end or (line and inside == comment.end):
                    return Spot(piece, comment)
        return None

    # Names

    @cached_property
    def _outer(self) -> _Outer:
        """The locals of the chunk that each piece sees."""
        return _Outer(self.pieces)

    @cached_property
    def _piece_of_local(self) -> dict[Local, Piece]:
        return {local: piece for piece in self.pieces.all for local in binding_of(piece).declared}

    def binding(self, piece: Piece) -> Binding:
        """What the names of a piece mean within it."""
        return binding_of(piece)

    def local(self, piece: Piece, name: tree.Name) -> Local | None:
        """The local that a name means; None for a global."""
        binding_of(piece)
        return name.local or self._outer[piece].find(name.text)

    def chunk_local(self, piece: Piece, name: str) -> Local | None:
        """The local of the chunk that a name means which is free in a piece."""
        return self._outer[piece].find(name)

    def chunk_locals(self, piece: Piece) -> Mapping[str, Local]:
        """The locals of the chunk that a piece sees from above it."""
        return self._outer[piece]

    def piece_of(self, local: Local, where: Piece) -> Piece:
        """The piece that declares a local which is known in some piece."""
        return self._piece_of_local[local] if local.is_of_chunk else where

    def uses(self, local: Local, where: Piece) -> Iterator[tuple[Piece, tree.Name]]:
        """Where a local is read or written, in the order of the text, without its declaration.

        where: the piece that declares it.
        """
        for name in local.uses:
            yield where, name
        if not local.is_of_chunk:
            return
        begin = self.pieces.all.index(where) + 1
        for piece in self.pieces.all[begin:]:
            names = binding_of(piece).free.get(local.name)
            if names and self._outer[piece].get(local.name) is local:
                for name in names:
                    yield piece, name

    def is_written(self, piece: Piece, name: tree.Name) -> bool:
        """Whether a use of a name assigns."""
        written = binding_of(piece).written
        return name in (name.local.writes if name.local is not None else written)

    def global_uses(self, name: str) -> Iterator[tuple[Piece, tree.Name]]:
        """Where a global is read or written in this document."""
        for piece in self.pieces.all:
            names = binding_of(piece).free.get(name)
            if names and name not in self._outer[piece]:
                for found in names:
                    if found not in binding_of(piece).environments:
                        yield piece, found

    def visible_locals(self, offset: int) -> dict[str, Local]:
        """The locals that may be named at a cursor, the inner ones in place of the outer."""
        index = self.pieces.index_at(offset)
        piece, inside = self.pieces.all[index], offset - self.pieces.starts[index]
        if index and self._continues(index, offset):
            piece = self.pieces.all[index - 1]
            assert piece.statement is not None
            inside = piece.statement.end
        return self.locals_in(piece, inside)

    def locals_in(self, piece: Piece, inside: int) -> dict[str, Local]:
        """The locals that code of a piece may name at an offset in it."""
        found = dict(self._outer[piece])
        for local in binding_of(piece).all:
            end = local.end if local.end is not None else inside
            if local.begin <= inside <= end and not _is_being_declared(local, inside):
                found[local.name] = local
        return found


def _is_being_declared(local: Local, offset: int) -> bool:
    """Whether an offset is behind a declaration that is not finished: `local x = |`."""
    statement = local.statement
    if not isinstance(statement, tree.LocalStatement) or offset < statement.end:
        return False
    return bool(statement.values) and isinstance(statement.values[-1], tree.Missing)


class _Outer(dict[Piece, "_Seen"]):
    """The locals of the chunk that pieces see, by piece, made for those that are asked for.

    A chunk may declare a thousand of them and have three times as many pieces, so nothing is
    copied from one piece to the next.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._places = {piece: index for index, piece in enumerate(pieces.all)}
        self._declared: dict[str, list[tuple[int, Local]]] = {}
        for index, piece in enumerate(pieces.all):
            for local in binding_of(piece).declared:
                self._declared.setdefault(local.name, []).append((index, local))

    def __missing__(self, piece: Piece) -> _Seen:
        found = self[piece] = _Seen(self._declared, self._places[piece])
        return found


class _Seen(Mapping[str, Local]):
    """Locals of the chunk by name: of each name the last that is declared before a piece."""

    __slots__ = ("_declared", "_place")

    def __init__(self, declared: Mapping[str, list[tuple[int, Local]]], place: int) -> None:
        self._declared, self._place = declared, place

    def __getitem__(self, name: str) -> Local:
        found = self.find(name)
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) is not None

    def find(self, name: str) -> Local | None:
        """The local of a name; several times faster than `get` where there is none."""
        for index, local in reversed(self._declared.get(name, ())):
            if index < self._place:
                return local
        return None

    def __iter__(self) -> Iterator[str]:
        return (name for name, found in self._declared.items() if found[0][0] < self._place)

    def __len__(self) -> int:
        return sum(1 for _ in self)
