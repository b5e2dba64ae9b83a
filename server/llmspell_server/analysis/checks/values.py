"""Numbers of values: too many or too few in declarations, assignments and loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import integer_value
from llmspell_server.analysis.types import model

from .context import Context, shown
from .finding import Finding

_SEVERAL = (tree.Call, tree.MethodCall, tree.Vararg, tree.Missing, tree.Nil)
"""Last values after which others may be missing; `nil` says that all are meant to be nil."""


def of_local(context: Context, node: tree.LocalStatement) -> Iterator[Finding]:
    """`redundant-value`, `unbalanced-assignments`, `close-non-object`."""
    names = [declared.name for declared in node.names]
    yield from _counted(context, names, node.values)
    for declared, value in zip(node.names, node.values, strict=False):
        if declared.attribute is not None and declared.attribute.text == "close":
            yield from _closed(context, value)


def of_assignment(context: Context, node: tree.Assignment) -> Iterator[Finding]:
    """`redundant-value`, `unbalanced-assignments`, `local-const-reassign`."""
    yield from _counted(context, node.targets, node.values)
    for target in node.targets:
        local = context.local(target) if isinstance(target, tree.Name) else None
        if local is not None and local.attribute in ("const", "close"):
            yield _reassigned(context, target, local)


def of_function(context: Context, node: tree.FunctionStatement) -> Iterator[Finding]:
    """`local-const-reassign`, by a function."""
    local = context.local(node.target) if isinstance(node.target, tree.Name) else None
    if local is not None and local.attribute in ("const", "close"):
        yield _reassigned(context, node.target, local)


def _counted(
    context: Context, names: Sequence[tree.Node], values: Sequence[tree.Expression]
) -> Iterator[Finding]:
    for extra in values[len(names) :]:
        message = f"Only {len(names)} of these {len(values)} values can be assigned."
        yield context.finding("redundant-value", extra, message)
    if values and len(values) < len(names) and not isinstance(values[-1], _SEVERAL):
        for name in names[len(values) :]:
            text = context.snapshot.source(context.piece, name)
            if text != "_":  # which nobody reads
                message = f"There is no value for `{text}`, so it becomes nil."
                yield context.finding("unbalanced-assignments", name, message)


def _closed(context: Context, value: tree.Expression) -> Iterator[Finding]:
    """What is closed must be nil, false or an object with `__close`."""
    type_ = context.type(value)
    wrong = (model.BOOLEAN, model.NUMBER, model.STRING, model.INTEGER, model.FUNCTION)
    for each in context.members(type_):
        if model.widened(each) not in wrong and not isinstance(each, model.Function):
            return
        if each == model.FALSE:
            return
    if context.is_known(type_) and context.is_certain(value):
        message = f"A value of type {shown(type_)} cannot be closed."
        yield context.finding("close-non-object", value, message)


def _reassigned(context: Context, target: tree.Node, local: Local) -> Finding:
    message = f"`{local.name}` is constant (`<{local.attribute}>`) and cannot be assigned."
    return context.finding("local-const-reassign", target, message, name=local.name)


def of_loop(context: Context, node: tree.NumericFor) -> Iterator[Finding]:
    """`count-down-loop`: a loop that ends before it begins, because it has to count down."""
    if len(node.values) < 2:
        return
    first, last = node.values[:2]
    end, begin = _integer(last), _integer(first)
    if end is None or (begin is not None and begin <= end) or (begin is None and end != 1):
        return
    if len(node.values) > 2:
        step = _integer(node.values[2])
        if step is None or step <= 0:
            return
        message = f"This loop never runs: its step is {step}. Should it be {-step}?"
        yield context.finding("count-down-loop", node.values[2], message, step=-step)
        return
    source = context.snapshot.source(context.piece, first)
    message = f"This loop does not count down. Did you mean `{source}, {end}, -1`?"
    yield Finding("count-down-loop", message, first.start, last.end, (), {"step": -1})


def _integer(node: tree.Expression) -> int | None:
    if isinstance(node, tree.Unary) and node.operator == "-":
        inner = _integer(node.operand)
        return None if inner is None else -inner
    return integer_value(node.text) if isinstance(node, tree.Number) else None
