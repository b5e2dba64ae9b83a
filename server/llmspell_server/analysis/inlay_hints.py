"""What an editor may show between the words: names of parameters, types of variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from .inference.expressions import Where
from .inference.inference import Inference
from .inference.writes import Path
from .snapshot import Snapshot
from .syntax import tree
from .types import model
from .types.calls import chosen
from .types.display import display, display_values
from .types.model import Function, Values

_LITERALS = (tree.Nil, tree.Boolean, tree.Number, tree.String, tree.Table, tree.Function)


@frozen
class Wanted:
    """Which hints are wanted. parameter_names: before which arguments."""

    parameter_names: Literal["all", "literals", "none"] = "literals"
    variable_types: bool = False
    return_types: bool = False


@frozen
class Hint:
    """A text at an offset. writable: what would say the same in the code, and where."""

    offset: int
    label: str
    kind: Literal["parameter", "type"]
    text: str = ""
    writable: tuple[int, str] | None = None


def hints_in(
    inference: Inference, file: str, begin: int, end: int, wanted: Wanted
) -> Iterator[Hint]:
    """The hints between two offsets."""
    source = inference.file(file)
    snapshot = source.snapshot
    for piece, start in snapshot.pieces.placed():
        if start + len(piece.text) < begin or piece.statement is None:
            continue
        if start > end:
            break
        where = Where(source, piece)
        snapshot.binding(piece)
        nodes = [
            node
            for node in tree.walk(piece.statement)
            if node.end + start >= begin and node.start + start <= end
        ]
        shows_types = wanted.variable_types or wanted.return_types
        functions = [each for each in nodes if isinstance(each, tree.Function) and shows_types]
        found: list[Hint] = []
        with inference.guesses.of(where, functions):
            for node in nodes:
                found += _of_node(inference, where, start, node, wanted)
        yield from found


def _of_node(
    inference: Inference, where: Where, start: int, node: tree.Node, wanted: Wanted
) -> Iterator[Hint]:
    match node:
        case tree.Call() | tree.MethodCall() if wanted.parameter_names != "none":
            yield from _parameters(inference, where, start, node, wanted)
        case tree.LocalStatement() if wanted.variable_types:
            yield from _variables(inference, where, start, node)
        case tree.Function():
            if wanted.variable_types:
                yield from _guessed(inference, start, node)
            if wanted.return_types:
                yield from _results(inference, where, start, node)


def _parameters(
    inference: Inference,
    where: Where,
    start: int,
    call: tree.Call | tree.MethodCall,
    wanted: Wanted,
) -> Iterator[Hint]:
    arguments = call.arguments.values
    if not arguments or where.piece.text[call.arguments.start] != "(":
        return
    if wanted.parameter_names == "literals" and not any(map(_is_literal, arguments)):
        return
    known = inference.calls.signatures(where, call)
    if not known:
        return
    given = inference.expressions.list(where, arguments)
    skipped = int(isinstance(call, tree.MethodCall))
    if skipped:
        given = Values((model.UNKNOWN, *given.items), given.rest)
    parameters = chosen(known, given, inference).parameters[skipped:]
    for argument, parameter in zip(arguments, parameters, strict=False):
        if wanted.parameter_names == "literals" and not _is_literal(argument):
            continue
        if len(parameter.name) > 1 and not _says(argument, parameter.name):
            offset = start + argument.start
            yield Hint(offset, f"{parameter.name}:", "parameter", display(parameter.type))


def _is_literal(expression: tree.Expression) -> bool:
    if isinstance(expression, tree.Unary):
        return _is_literal(expression.operand)
    return isinstance(expression, _LITERALS)


def _says(argument: tree.Expression, name: str) -> bool:
    """Whether an argument is called like its parameter."""
    word = ""
    match argument:
        case tree.Name(text=text):
            word = text
        case tree.Member(key=key):
            word = key.text
    return word.lower() == name.lower()


def _variables(
    inference: Inference, where: Where, start: int, statement: tree.LocalStatement
) -> Iterator[Hint]:
    for position, declared in enumerate(statement.names):
        value = statement.values[position] if position < len(statement.values) else None
        if declared.name.local is None or isinstance(value, _LITERALS):
            continue
        owner = where.file.owner(where.piece, Path(declared.name.local))
        if inference.variables.is_declared(owner):
            continue
        type_ = inference.variables.value(owner)
        if type_ in (model.UNKNOWN, model.NIL) or isinstance(type_, Function):
            continue
        shown = display(type_, 40)
        line = _line_start(where.file.snapshot, start + statement.start)
        writable = (line, f"---@type {display(type_)}\n") if len(statement.names) == 1 else None
        yield Hint(start + declared.name.end, f": {shown}", "type", display(type_), writable)


def _guessed(inference: Inference, start: int, function: tree.Function) -> Iterator[Hint]:
    """What the calls of a function give its parameters."""
    for name in function.parameters:
        type_ = inference.guesses.supposed(name.local)
        if type_ is not None and not isinstance(type_, Function):
            shown = display(type_, 40)
            yield Hint(start + name.end, f": {shown}", "type", display(type_))


def _results(
    inference: Inference, where: Where, start: int, function: tree.Function
) -> Iterator[Hint]:
    annotated = inference.annotated.function(where, function)
    if annotated is not None and annotated.returns is not None:
        return
    returns = inference.functions.inferred_returns(where, function)
    if not returns.items or all(each is model.UNKNOWN for each in returns.items):
        return
    yield Hint(start + function.body.start, f": {display_values(returns, 40)}", "type")


def _line_start(snapshot: Snapshot, offset: int) -> int:
    return snapshot.text.line_start(snapshot.text.line_at(offset))
