"""Calls: what is called, with how many arguments, of which types, and what is done with results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmspell_server.analysis.inference.calls import shift
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.binding import bind_call
from llmspell_server.analysis.types.calls import may_be_left_out, takes
from llmspell_server.analysis.types.generics import substituted
from llmspell_server.analysis.types.model import Function, Type, Values

from . import awaiting
from .assignments import required
from .context import Context, shown
from .finding import Finding
from .fitting import misfit, mismatched

Call = tree.Call | tree.MethodCall
_SEVERAL = (tree.Call, tree.MethodCall, tree.Vararg, tree.Missing)
_NEVER_CALLED = (model.NIL, model.BOOLEAN, model.NUMBER, model.INTEGER, model.STRING)


def of_call(context: Context, node: Call) -> Iterator[Finding]:
    """All that can be wrong with a call itself."""
    called = callee_type(context, node)
    if called is None or not context.is_known(called) or node.arguments.closed is False:
        return
    signatures = context.inference.signatures(called)
    if not signatures:
        yield from _not_callable(context, node, called)
        return
    if any(not context.inference.signatures(each) for each in context.members(called)):
        return  # it may also be something of which nothing is known
    written = node.arguments.values
    yield from _deprecated(context, node, signatures)
    yield from awaiting.of_call(context, node, named(node), signatures)
    if any(isinstance(each, tree.Missing) for each in written):
        return
    enough = [each for each in signatures if len(written) + shift(node) <= _most(each)]
    if not enough:
        if _is_sure(context, node, signatures):
            yield _redundant(context, node, signatures)
        return
    arguments = _arguments(context, node)
    fitting = [each for each in enough if _least(context, each) <= len(arguments.items)]
    if not fitting and arguments.rest is None:
        yield _missing(context, node, enough[0], len(arguments.items))
    elif len(enough) == 1 or not any(takes(each, arguments, context.inference) for each in enough):
        yield from _wrong_types(context, node, fitting or enough, arguments)
    if fitting and arguments.rest is None:
        yield from _without_table(context, node, fitting[0])


def callee_type(context: Context, node: Call) -> Type | None:
    """The type of what is called; None where there is no such method."""
    if isinstance(node, tree.Call):
        return context.type(node.callee)
    return context.inference.field_type(context.type(node.base), node.method.text)


def named(node: Call) -> tree.Node:
    """What names the function in a call."""
    if isinstance(node, tree.MethodCall):
        return node.method
    return node.callee.key if isinstance(node.callee, tree.Member) else node.callee


def _arguments(context: Context, node: Call) -> Values:
    given = context.inference.expressions.list(context.where, node.arguments.values)
    if isinstance(node, tree.Call):
        return given
    return Values((context.type(node.base), *given.items), given.rest)


def _most(signature: Function) -> int:
    return 1_000_000 if signature.variadic is not None else len(signature.parameters)


def _least(context: Context, signature: Function) -> int:
    """How many arguments a function needs."""
    needed = [
        position
        for position, parameter in enumerate(signature.parameters, 1)
        if not may_be_left_out(parameter, context.inference)
        and not isinstance(parameter.type, (model.Generic, model.NameOf))
        and parameter.type is not model.SELF
    ]
    return max(needed, default=0)


def _is_sure(context: Context, node: Call, signatures: Sequence[Function]) -> bool:
    """Whether more arguments are a mistake: annotations say so, or it is a local function."""
    if all(each.documentation is not None for each in signatures):
        return True
    local = context.local(node.callee) if isinstance(_callee(node), tree.Name) else None  # type: ignore[union-attr,arg-type]
    return local is not None and local.kind == "function" and not local.writes


def _callee(node: Call) -> tree.Node:
    return node.callee if isinstance(node, tree.Call) else node.method


def _redundant(context: Context, node: Call, signatures: Sequence[Function]) -> Finding:
    most = max(_most(each) for each in signatures) - shift(node)
    extra = node.arguments.values[max(most, 0) :]
    count = len(node.arguments.values)
    message = f"{_function(context, node)} takes {_counted(max(most, 0))}, not {count}."
    return Finding("redundant-parameter", message, extra[0].start, extra[-1].end, (), {})


def _missing(context: Context, node: Call, signature: Function, given: int) -> Finding:
    least = _least(context, signature)
    names = [each.name for each in signature.parameters[given:least]]
    listed = ", ".join(f"`{name}`" for name in names)
    message = f"{_function(context, node)} needs {_counted(least - shift(node))}: no {listed}."
    return context.finding("missing-parameter", node.arguments, message, names=names)


def _without_table(context: Context, node: Call, signature: Function) -> Iterator[Finding]:
    """`missing-fields`: a table is left out that may be, but for what is wanted in it here."""
    first = len(node.arguments.values)
    for position in range(first, len(signature.parameters) - shift(node)):
        wanted = context.inference.described.left_out(context.where, node, position)
        names = list(required(context, wanted)) if wanted is not None else []
        if wanted is not None and names:
            listed = ", ".join(f"`{name}`" for name in names)
            message = f"{shown(wanted)} needs {listed}."
            yield context.finding("missing-fields", node.arguments, message, names=names)


def _function(context: Context, node: Call) -> str:
    return f"`{context.snapshot.source(context.piece, named(node))}`"


def _counted(number: int) -> str:
    words = {0: "no arguments", 1: "1 argument"}
    return words.get(number, f"{number} arguments")


def _wrong_types(
    context: Context, node: Call, signatures: Sequence[Function], arguments: Values
) -> Iterator[Finding]:
    """`param-type-mismatch`: the arguments that fit none of the signatures."""
    wanted = [_parameters(context, each, arguments) for each in signatures]
    for position, argument in enumerate(node.arguments.values):
        place = position + shift(node)
        is_last = position == len(node.arguments.values) - 1
        if isinstance(argument, _SEVERAL) and is_last and isinstance(argument, tree.Vararg):
            continue
        source = context.type(argument)
        found = None
        for types in wanted:
            target = types[place][1] if place < len(types) else None
            found = misfit(context, argument, source, target) if target is not None else None
            if found is None:
                break
        if found is None:
            continue
        name, target = wanted[0][place]
        first = misfit(context, argument, source, target)
        what = f"The argument `{name}`"
        yield mismatched(
            context, "param-type-mismatch", argument, first or found, what, source, target
        )


def _parameters(context: Context, signature: Function, arguments: Values) -> list[tuple[str, Type]]:
    """Names and types of the parameters, for as many arguments as there are."""
    inference = context.inference
    bindings = bind_call(signature, arguments, inference) if signature.generics else {}
    found = []
    for parameter in signature.parameters:
        type_ = substituted(parameter.type, bindings)
        found.append((parameter.name, model.optional(type_) if parameter.optional else type_))
    rest = signature.variadic
    if rest is not None:
        more = max(0, len(arguments.items) - len(found))
        found += [("...", substituted(rest, bindings))] * more
    return found


def _not_callable(context: Context, node: Call, called: Type) -> Iterator[Finding]:
    """`call-non-callable`: values that surely have no `__call`."""
    members = context.members(called)
    if not all(model.widened(each) in _NEVER_CALLED for each in members):
        return
    if called is model.NIL and not (
        isinstance(node, tree.Call)
        and isinstance(node.callee, tree.Name)
        and context.local(node.callee) is not None
    ):
        return  # a field or a global that is nil here may be set elsewhere
    if isinstance(node, tree.MethodCall):
        if not context.is_certain_field(node.base, node.method.text):
            return
    elif not context.is_certain(node.callee):
        return
    message = f"A value of type {shown(called)} cannot be called."
    yield context.finding("call-non-callable", named(node), message)


def _deprecated(context: Context, node: Call, signatures: Sequence[Function]) -> Iterator[Finding]:
    """`deprecated`: a function that should no longer be called."""
    main = signatures[0]
    if main.deprecated is None:
        return
    advice = main.deprecated.strip()
    message = f"{_function(context, node)} is deprecated{f': {advice}' if advice else '.'}"
    yield context.finding("deprecated", named(node), message, advice=advice)


def discarded(context: Context, node: tree.ExpressionStatement) -> Iterator[Finding]:
    """`discard-returns`: nothing is done with a result that matters (`@nodiscard`)."""
    call = node.expression
    if not isinstance(call, (tree.Call, tree.MethodCall)):
        return
    called = callee_type(context, call)
    signatures = context.inference.signatures(called) if called is not None else ()
    if signatures and all(each.is_nodiscard for each in signatures[:1]):
        message = f"The result of {_function(context, call)} is not used, and that is its purpose."
        yield context.finding("discard-returns", call, message)
