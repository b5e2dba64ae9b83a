"""Calls that need a permission of the host, and what they need it for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from llmspell_server.analysis.inference.writes import path_of
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.syntax.pieces import Piece

Wanted = Mapping[str, Iterable[tuple[str, int]]]
"""By a function's name: the permission that it asks for, and which argument it is about."""

_WRITING = frozenset("wa+")


@frozen
class HostUse:
    """A call that asks for a permission between two offsets of the text.

    permission: as the runtime names it, with `mode` resolved. subject: the path, command or name,
    None where it is not written out.
    """

    start: int
    end: int
    function: str
    permission: str
    subject: str | None


def host_uses(snapshot: Snapshot, wanted: Wanted) -> Iterator[HostUse]:
    """The calls of a text that ask for permissions; those of hidden names do not count."""
    for piece, start in zip(snapshot.pieces.all, snapshot.pieces.starts, strict=True):
        for root, node, use in _of_piece(snapshot, piece, wanted):
            if root not in snapshot.chunk_locals(piece):
                yield HostUse(start + node.start, start + node.end, *use)


_Found = tuple[str, tree.Node, tuple[str, str, str | None]]


def _of_piece(snapshot: Snapshot, piece: Piece, wanted: Wanted) -> list[_Found]:
    """What a piece asks for, with the global that the function is reached from."""
    found: list[_Found] | None = piece.facts.get("host uses")
    if found is None:
        snapshot.binding(piece)
        found = piece.facts["host uses"] = []
        for node in tree.walk(piece.statement) if piece.statement is not None else ():
            if isinstance(node, tree.Call):
                found += _of_call(node, wanted)
    return found


def _of_call(call: tree.Call, wanted: Wanted) -> Iterator[_Found]:
    path = path_of(call.callee)
    if path is None or not isinstance(path.root, str):
        return
    function = ".".join([path.root, *map(str, path.keys)])
    for named, argument in wanted.get(function, ()):
        given = call.arguments.values[argument : argument + 2]
        subject = _literal(given[0]) if given else None
        permission = _by_mode(given) if named == "mode" else named
        if permission is not None:
            node = given[0] if given and subject is not None else call.callee
            yield path.root, node, (function, permission, subject)


def _by_mode(given: tuple[tree.Expression, ...]) -> str | None:
    """Whether a file is opened for reading or writing; None where that is not written out."""
    mode = _literal(given[1]) if len(given) > 1 else "r"
    if mode is None:
        return None
    return "write" if _WRITING & set(mode) else "read"


def _literal(expression: tree.Expression) -> str | None:
    return string_value(expression.text) if isinstance(expression, tree.String) else None
