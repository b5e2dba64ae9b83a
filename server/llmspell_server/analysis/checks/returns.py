"""What functions give back, compared with what their annotations promise."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.calls import may_be_left_out
from llmspell_server.analysis.types.model import Type, Values

from .context import Context, shown
from .finding import Finding
from .fitting import misfit, mismatched
from .flow import ends

_SEVERAL = (tree.Call, tree.MethodCall, tree.Vararg, tree.Missing)


def of_function(context: Context, node: tree.Function) -> Iterator[Finding]:
    """`missing-return`: the end is reached although something is promised."""
    promised = _promised(context, node)
    if promised is None or not node.body.statements or not _least(context, promised):
        return
    if any(ends(each) for each in node.body.statements):
        return
    message = f"The end is reached without returning {shown(promised.items[0])}."
    yield Finding("missing-return", message, max(node.start, node.end - 3), node.end)


def of_return(context: Context, node: tree.Return) -> Iterator[Finding]:
    """`missing-return-value`, `redundant-return-value`, `return-type-mismatch`."""
    function = context.binding.in_function.get(node)
    promised = _promised(context, function) if function is not None else None
    if promised is None:
        return
    count = len(node.values)
    open_ended = bool(node.values) and isinstance(node.values[-1], _SEVERAL)
    least = _least(context, promised)
    if count < least and not open_ended:
        missing = shown(promised.items[count])
        message = f"{least} values are promised: {missing} is missing."
        if least == 1:
            message = f"A value is promised: {missing} is missing."
        yield context.finding("missing-return-value", node, message)
    if promised.rest is None and count > len(promised.items):
        for extra in node.values[len(promised.items) :]:
            message = f"Only {len(promised.items)} of these values are promised by `@return`."
            yield context.finding("redundant-return-value", extra, message)
    yield from _types(context, node, promised)


def _types(context: Context, node: tree.Return, promised: Values) -> Iterator[Finding]:
    for position, value in enumerate(node.values):
        if position >= len(promised.items) and promised.rest is None:
            return
        target = promised.at(position)
        source = context.type(value)
        found = misfit(context, value, source, target)
        if found is None:
            continue
        what = "The result" if len(promised.items) == 1 else f"Result {position + 1}"
        yield mismatched(context, "return-type-mismatch", value, found, what, source, target)


def _promised(context: Context, function: tree.Function) -> Values | None:
    """What `@return` says, where it says one thing only."""
    annotated = context.inference.annotated.function(context.where, function)
    if annotated is None or annotated.returns is None or annotated.correlated:
        return None
    if any(_mentions_generics(each) for each in annotated.returns.items):
        return Values((model.ANY,) * len(annotated.returns.items), annotated.returns.rest)
    return annotated.returns


def _mentions_generics(type_: Type) -> bool:
    return isinstance(type_, model.Generic) or (
        isinstance(type_, model.Union) and any(map(_mentions_generics, type_.members))
    )


def _least(context: Context, promised: Values) -> int:
    """How many values there must be."""
    needed = [
        position
        for position, type_ in enumerate(promised.items, 1)
        if not may_be_left_out(model.Parameter("", type_), context.inference)
    ]
    return max(needed, default=0)
