"""Which functions, as they are written out, an expression may be: for what their text says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.fields import ancestry, members, table_of
from llmspell_server.analysis.types.model import Type

from .expressions import Where
from .functions import returns_of
from .sources import Owner, Source
from .writes import Path, literal_key

if TYPE_CHECKING:
    from .inference import Inference

_DEEPEST = 5  # names, tables and calls that a function has come through
_MOST = 4  # places where a variable gets a value


@frozen
class Callee:
    """A function that is written out. shift: how many arguments it gets before those of a call."""

    where: Where
    function: tree.Function
    shift: int = 0


def callees_of(inference: Inference, where: Where, call: tree.Node) -> Iterator[Callee]:
    """The functions that a call may reach; by `pcall(f, …)` it is f that is called."""
    match call:
        case tree.MethodCall(base=base, method=word):
            yield from _of_field(inference, where, base, word.text, 0)
        case tree.Call(arguments=tree.Arguments(values=(first, *_))) if (
            inference.calls.name_of(where, call) == "pcall"
        ):
            for found in functions_of(inference, where, first):
                yield evolve(found, shift=found.shift - 1)
        case tree.Call(callee=callee):
            yield from functions_of(inference, where, callee)


def functions_of(
    inference: Inference, where: Where, node: tree.Expression | None, depth: int = 0
) -> Iterator[Callee]:
    """The functions that an expression may be."""
    checkpoint()
    if node is None or depth > _DEEPEST:
        return
    match node:
        case tree.Function():
            binding_of(where.piece)
            yield Callee(where, node)
        case tree.Paren(inner=inner):
            yield from functions_of(inference, where, inner, depth)
        case tree.Binary(operator="or", left=left, right=right):
            yield from functions_of(inference, where, left, depth)
            yield from functions_of(inference, where, right, depth)
        case tree.Binary(operator="and", right=right):
            yield from functions_of(inference, where, right, depth)
        case tree.Name():
            found = list(_of_name(inference, where, node, depth + 1))
            yield from found or _of_object(inference, where, node, depth + 1)
        case tree.Member(base=base, key=word):
            yield from _of_field(inference, where, base, word.text, depth + 1)
        case tree.Index(base=base, key=key):
            yield from _of_index(inference, where, base, key, depth + 1)
        case tree.Call():
            yield from _of_result(inference, where, node, depth + 1)


def _of_source(inference: Inference, source: Source, depth: int) -> Iterator[Callee]:
    if source.position == 0:
        where = inference.where(source.file, source.piece)
        yield from functions_of(inference, where, source.value, depth)


def _of_name(inference: Inference, where: Where, name: tree.Name, depth: int) -> Iterator[Callee]:
    owner = where.file.owner(where.piece, Path(name.local or name.text))
    for source in inference.values_of(owner)[:_MOST]:
        yield from _of_source(inference, source, depth)


def _of_field(
    inference: Inference, where: Where, base: tree.Expression, name: str, depth: int
) -> Iterator[Callee]:
    yield from _of_field_in(inference, inference.type(where, base), name, depth)


def _of_field_in(inference: Inference, type_: Type, name: str, depth: int) -> Iterator[Callee]:
    for each in members(type_, inference):
        for ancestor in ancestry(each, inference):
            definition = table_of(ancestor, inference)
            looks = getattr(definition.fields, "source_of", None) if definition else None
            source = looks(name) if looks is not None else None
            if isinstance(source, Source):
                yield from _of_source(inference, source, depth)
                break


def _of_index(
    inference: Inference, where: Where, base: tree.Expression, key: tree.Expression, depth: int
) -> Iterator[Callee]:
    literal, type_ = literal_key(key), inference.type(where, base)
    if isinstance(literal, str):
        yield from _of_field_in(inference, type_, literal, depth)
    elif isinstance(type_, model.Shape) and isinstance(type_.identity, Owner):
        items = inference.items_of(type_.identity)
        chosen = items[literal - 1 : literal] if literal is not None and literal > 0 else items
        for source in chosen[:_MOST]:
            yield from _of_source(inference, source, depth)


def _of_result(inference: Inference, where: Where, call: tree.Call, depth: int) -> Iterator[Callee]:
    """The functions that another one gives, or a module."""
    if inference.calls.name_of(where, call) == "require":
        for file, piece, row in inference.returned_by_module(where, call):
            place = inference.where(file, piece)
            yield from functions_of(inference, place, next(iter(row.values), None), depth)
        return
    for found in functions_of(inference, where, call.callee, depth):
        for row in returns_of(found.where.piece).get(found.function, ())[:_MOST]:
            value = next(iter(row.values), None)
            yield from functions_of(inference, found.where, value, depth)


def _of_object(
    inference: Inference, where: Where, node: tree.Expression, depth: int
) -> Iterator[Callee]:
    """What a table is called by: `__call` of its metatable gets the table before the arguments."""
    for each in members(inference.type(where, node), inference):
        owner = each.identity if isinstance(each, model.Shape) else None
        for metatable in inference.tables.metatables(owner) if isinstance(owner, Owner) else ():
            for found in _of_field_in(inference, metatable, "__call", depth):
                yield evolve(found, shift=found.shift + 1)
