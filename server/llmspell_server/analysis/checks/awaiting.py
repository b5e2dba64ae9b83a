"""Functions that may wait (`---@async`), called or given where waiting is not allowed for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmspell_server.analysis.inference.calls import shift
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Function, Type

from .context import Context
from .finding import Finding

Call = tree.Call | tree.MethodCall


def of_call(
    context: Context, node: Call, named: tree.Node, signatures: Sequence[Function]
) -> Iterator[Finding]:
    """`await-in-sync`, `not-yieldable`. named: what names the function."""
    if signatures[0].is_async and not _may_wait(context, node):
        source = context.snapshot.source(context.piece, named)
        message = f"`{source}` may wait, and the function around it is not `---@async`."
        yield context.finding("await-in-sync", named, message)
    for position, argument in enumerate(node.arguments.values):
        if not isinstance(argument, (tree.Function, tree.Name, tree.Member)):
            continue
        type_ = context.type(argument)
        if not (isinstance(type_, Function) and type_.is_async):
            continue
        wanted = [_parameter(context, each, position + shift(node)) for each in signatures]
        functions = [each for each in wanted if each is not None]
        if functions and not any(each.is_async for each in functions):
            message = "This function may wait, and what it is given to does not allow for that."
            yield context.finding("not-yieldable", argument, message)


def _may_wait(context: Context, node: tree.Node) -> bool:
    """Whether the function around a place may wait; the chunk may."""
    around = context.parents.get(node)
    while around is not None and not isinstance(around, tree.Function):
        around = context.parents.get(around)
    if around is None:
        return True
    type_ = context.type(around)
    if isinstance(type_, Function) and type_.is_async:
        return True
    expected = context.inference.functions.expected(context.where, around)
    return expected is not None and any(
        isinstance(each, Function) and each.is_async for each in context.members(expected)
    )


def _parameter(context: Context, signature: Function, place: int) -> Function | None:
    """The type of function that a signature declares for an argument."""
    wanted: Type = model.UNKNOWN
    if place < len(signature.parameters):
        wanted = signature.parameters[place].type
    elif signature.variadic is not None:
        wanted = signature.variadic
    functions = [each for each in context.members(wanted) if isinstance(each, Function)]
    return functions[0] if functions else None
