"""Keys of a table that is given to a function without annotations: those that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.callees import callees_of
from llmspell_server.analysis.inference.described import first_call
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import Owner
from llmspell_server.analysis.inference.writes import is_setmetatable, literal_key, writes_of
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types.fields import members
from llmspell_server.analysis.types.model import Shape

if TYPE_CHECKING:
    from .complete import Place

_DEEPEST = 3  # locals and functions that a table is passed on to
Call = tree.Call | tree.MethodCall


def keys_read_by_callee(place: Place, table: tree.Table) -> dict[str, None]:
    """The keys that a function reads from the parameter for which a table is given.

    As its text says: behind the parameter, behind a local that holds it, and in functions that it
    is passed on to. Of a table in a local, by the call that is the first use of that.
    """
    parents = parents_of(place.where.piece)
    parent = parents.get(table)
    call = parents.get(parent) if isinstance(parent, tree.Arguments) else None
    where = place.where
    if isinstance(parent, tree.Arguments) and isinstance(call, Call):
        position = next(i for i, each in enumerate(parent.values) if each is table)
    elif isinstance(parent, tree.LocalStatement):
        local = _holding(parent, table)
        given = first_call(where.file.snapshot, where.piece, local) if local is not None else None
        if given is None:
            return {}
        piece, call, position = given
        where = place.inference.where(where.file.file, piece)
    else:
        return {}
    return dict.fromkeys(_read_by(place.inference, where, call, position, 0))


def _read_by(
    inference: Inference, where: Where, call: Call, position: int, depth: int
) -> Iterator[str]:
    """What the functions read that a call reaches of one of its arguments."""
    for callee in callees_of(inference, where, call):
        function = callee.function
        index = position + callee.shift
        index += int(isinstance(call, tree.MethodCall)) - int(function.receiver is not None)
        if 0 <= index < len(function.parameters):
            local = function.parameters[index].local
            if local is not None:
                yield from _read(inference, callee.where, local, depth)


def _read(inference: Inference, where: Where, local: Local, depth: int) -> Iterator[str]:
    parents = parents_of(where.piece)
    for use in local.uses:
        above = parents.get(use)
        match above:
            case tree.Member(key=tree.Word(text=name)) if name and above.base is use:
                if not _is_target(parents.get(above), above):
                    yield name
            case tree.Index(key=key) if above.base is use:
                literal = literal_key(key)
                if isinstance(literal, str) and not _is_target(parents.get(above), above):
                    yield literal
        if depth < _DEEPEST:
            yield from _read_further(inference, where, local, use, depth)


def _read_further(
    inference: Inference, where: Where, local: Local, use: tree.Name, depth: int
) -> Iterator[str]:
    """What is read of a table that goes on from a use: into another local, or into a call."""
    parents = parents_of(where.piece)
    above = parents.get(use)
    match above:
        case tree.Binary(operator="or", left=left) if left is use:
            yield from _read_of_other(inference, where, local, above, depth)
        case tree.LocalStatement():
            yield from _read_of_other(inference, where, local, use, depth)
        case tree.Arguments(values=[first, *others] as values):
            call = parents.get(above)
            if isinstance(call, tree.Call) and is_setmetatable(call) and first is use:
                yield from _of_objects(inference, where, others)
            elif isinstance(call, Call):
                position = next(i for i, each in enumerate(values) if each is use)
                yield from _read_by(inference, where, call, position, depth + 1)


def _read_of_other(
    inference: Inference, where: Where, local: Local, value: tree.Node, depth: int
) -> Iterator[str]:
    """What is read of a local that gets the value: `local o = opts or {}`."""
    statement = parents_of(where.piece).get(value)
    if isinstance(statement, tree.LocalStatement):
        other = _holding(statement, value)
        if other is not None and other is not local:
            yield from _read(inference, where, other, depth + 1)


def _of_objects(
    inference: Inference, where: Where, metatables: Sequence[tree.Expression]
) -> Iterator[str]:
    """What the methods read of an object that gets one of some metatables, methods left out."""
    for metatable in metatables[:1]:
        for each in members(inference.type(where, metatable), inference):
            owner = each.identity if isinstance(each, Shape) else None
            if not isinstance(owner, Owner) or not owner.file:
                continue
            file = inference.file(owner.file)
            for piece in file.snapshot.pieces.all:
                for local, path in writes_of(piece).owners.items():
                    if file.owner(piece, path) == owner:
                        yield from _fields_read(inference, owner, piece, local)


def _fields_read(inference: Inference, owner: Owner, piece: Piece, local: Local) -> Iterator[str]:
    parents = parents_of(piece)
    for use in local.uses:
        match parents.get(use):
            case tree.Member(base=base, key=word) if base is use and word.text:
                sources = inference.values_of(owner.down(word.text))
                if not any(isinstance(each.value, tree.Function) for each in sources):
                    yield word.text


def _holding(statement: tree.LocalStatement, value: tree.Node) -> Local | None:
    """The local that a statement gives a value."""
    for declared, each in zip(statement.names, statement.values, strict=False):
        if each is value:
            return declared.name.local
    return None


def _is_target(statement: tree.Node | None, node: tree.Node) -> bool:
    return isinstance(statement, tree.Assignment) and any(
        each is node for each in statement.targets
    )
