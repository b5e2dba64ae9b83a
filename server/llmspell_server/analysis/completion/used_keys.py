"""Keys of a table that is given to a function without annotations: those that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import Source
from llmspell_server.analysis.inference.writes import Path, literal_key
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types.fields import ancestry, members, table_of

if TYPE_CHECKING:
    from .complete import Place

_DEEPEST = 3  # names of a name of a function


def keys_read_by_callee(place: Place, table: tree.Table) -> dict[str, None]:
    """The keys that a function reads from the parameter for which a table is given.

    As its text says: behind the parameter, or behind a local that holds it.
    """
    parents = parents_of(place.where.piece)
    arguments = parents.get(table)
    call = parents.get(arguments) if isinstance(arguments, tree.Arguments) else None
    if not isinstance(arguments, tree.Arguments) or call is None:
        return {}
    position = next(i for i, each in enumerate(arguments.values) if each is table)
    found: dict[str, None] = {}
    for source in _callees(place, call):
        function = source.value
        if isinstance(function, tree.Function):
            binding_of(source.piece)
            is_method = function.receiver is not None
            index = position + int(isinstance(call, tree.MethodCall)) - int(is_method)
            if 0 <= index < len(function.parameters):
                local = function.parameters[index].local
                found |= dict.fromkeys(_read(source.piece, local) if local is not None else ())
    return found


def _callees(place: Place, call: tree.Node) -> Iterator[Source]:
    """Where what is called gets its value."""
    match call:
        case tree.MethodCall(base=base, method=word):
            yield from _field(place.inference, place.where, base, word.text)
        case tree.Call(callee=callee):
            yield from _values(place.inference, place.where, callee)


def _values(inference: Inference, where: Where, callee: tree.Expression) -> Iterator[Source]:
    for _ in range(_DEEPEST):
        match callee:
            case tree.Member(base=base, key=word):
                yield from _field(inference, where, base, word.text)
                return
            case tree.Name(text=text, local=local):
                owner = where.file.owner(where.piece, Path(local or text))
                other = inference.other_name_of(owner)
                if other is None or other.value is None:
                    yield from inference.values_of(owner)
                    return
                where, callee = inference.where(other.file, other.piece), other.value
            case _:
                return


def _field(
    inference: Inference, where: Where, base: tree.Expression, name: str
) -> Iterator[Source]:
    for each in members(inference.type(where, base), inference):
        for ancestor in ancestry(each, inference):
            definition = table_of(ancestor, inference)
            looks = getattr(definition.fields, "source_of", None) if definition else None
            source = looks(name) if looks is not None else None
            if isinstance(source, Source):
                yield source
                break


def _read(piece: Piece, local: Local, depth: int = 0) -> Iterator[str]:
    parents = parents_of(piece)
    for use in local.uses:
        above = parents.get(use)
        match above:
            case tree.Member(base=base, key=word) if base is use:
                if word.text and not _is_target(parents.get(above), above):
                    yield word.text
            case tree.Index(base=base, key=key) if base is use:
                name = literal_key(key)
                if isinstance(name, str) and not _is_target(parents.get(above), above):
                    yield name
            case tree.Binary(operator="or", left=left) if left is use and depth < _DEEPEST:
                yield from _read_of_other(piece, local, parents.get(above), above, depth)
            case tree.LocalStatement() if depth < _DEEPEST:
                yield from _read_of_other(piece, local, above, use, depth)


def _read_of_other(
    piece: Piece, local: Local, statement: tree.Node | None, value: tree.Node, depth: int
) -> Iterator[str]:
    """What is read of a local that gets the value: `local o = opts or {}`."""
    if isinstance(statement, tree.LocalStatement):
        for declared, each in zip(statement.names, statement.values, strict=False):
            other = declared.name.local
            if each is value and other is not None and other is not local:
                yield from _read(piece, other, depth + 1)


def _is_target(statement: tree.Node | None, node: tree.Node) -> bool:
    return isinstance(statement, tree.Assignment) and any(
        each is node for each in statement.targets
    )
