"""Whether a value fits where it stands: strict with what is written out, lenient with the rest."""

from __future__ import annotations

from typing import Any

from llmspell_server.analysis.inference.sources import Owner, Source
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.assignable import Mismatch, assignable, mismatch
from llmspell_server.analysis.types.fields import resolved
from llmspell_server.analysis.types.model import Type

from .context import Context, did_you_mean, near, shown
from .finding import Finding


def misfit(context: Context, node: tree.Node, source: Type, target: Type) -> Mismatch | None:
    """What does not fit of an expression's type; None where it may well fit.

    Only types that are certain count. A value that may be one of several types is held to fit if
    one of them does, unless an annotation says that it may be each of them.
    """
    inference = context.inference
    if not context.is_known(source):
        return None
    found = mismatch(_as_integer(source), target, inference)
    if found is None or _is_function(context, source, target):
        return None
    if isinstance(node, tree.Table) and any(is_table(context, t) for t in context.members(target)):
        return None  # what is wrong is in its fields, which are looked at one by one
    if not context.is_certain(node) or _may_be_put_together(context, node, source, target):
        return None
    if found.path or is_table(context, target):
        tables = [each for each in context.members(source) if isinstance(each, model.Shape)]
        if not all(_has_certain_contents(context, each) for each in tables):
            return None
    given = context.members(source)
    if len(given) == 1 or context.is_declared(node):
        return found
    fits = any(assignable(_as_integer(each), target, inference) for each in given)
    return None if fits else found


def _may_be_put_together(context: Context, node: tree.Node, source: Type, target: Type) -> bool:
    """Whether a string that code puts together may be one of those that are wanted."""
    return (
        source is model.STRING
        and any(isinstance(each, model.StringLiteral) for each in context.members(target))
        and not context.is_declared(node)
        and not isinstance(node, (tree.Call, tree.MethodCall))
    )


def _has_certain_contents(context: Context, table: model.Shape) -> bool:
    """Whether all that is put into a table is certain; what is found in code is a guess."""
    owner = table.identity
    assert isinstance(owner, Owner)
    inference = context.inference
    sources = list(inference.items_of(owner))
    for key in inference.keys_of(owner):
        sources += inference.values_of(owner.down(key))
    return all(_is_certain_source(context, each) for each in sources)


def _is_certain_source(context: Context, source: Source) -> bool:
    if source.value is None or source.file != context.where.file.file:
        return False
    there = context.within(source.piece)
    computed = source.write.computed if source.write is not None else None
    if computed is not None and not there.is_known(there.type(computed)):
        return False
    return there.is_certain(source.value)


def is_table(context: Context, type_: Type) -> bool:
    """Whether a table can be of a type."""
    if isinstance(type_, model.Named):
        return context.inference.enum_named(type_.name) is None and type_.name not in model.BASICS
    return type_ is model.TABLE or isinstance(
        type_, (model.Record, model.Array, model.Map, model.Tuple)
    )


def _as_integer(type_: Type) -> Type:
    """Numbers of which nothing more is known may be integers."""
    if isinstance(type_, model.Union):
        return model.choice(_as_integer(each) for each in type_.members)
    return model.INTEGER if type_ is model.NUMBER else type_


def _is_function(context: Context, source: Type, target: Type) -> bool:
    """Functions that are written out for a callback may take and give less than is said of it."""
    if not all(isinstance(each, model.Function) for each in context.members(source)):
        return False
    return any(
        isinstance(each, model.Function) or each is model.FUNCTION
        for each in context.members(target)
    )


def mismatched(
    context: Context,
    code: str,
    node: tree.Node,
    found: Mismatch,
    what: str,
    source: Type,
    target: Type,
) -> Finding:
    """The finding about a value that does not fit. what: `The argument `x``, for the message."""
    names = values_of_choice(context, found.target)
    data: dict[str, Any] = {}
    question = ""
    if isinstance(found.source, model.StringLiteral) and names:
        meant = near(found.source.value, names)
        data = {"name": found.source.value, "near": meant, "choices": names}
        question = did_you_mean(meant)
    if isinstance(found.source, (*model.BASE_OF_LITERAL,)) and _is_enum(context, found.target):
        code = "enum-value-mismatch"
    inside = f" In `{'.'.join(found.path)}`," if found.path else ""
    if inside:
        detail = f"{inside} {shown(found.source)} is given for {shown(found.target)}."
        message = f"{what} must be {shown(target)}.{detail}{question}"
    else:
        message = f"{what} must be {shown(target)}, not {shown(source)}.{question}"
    return context.finding(code, node, message, **data)


def values_of_choice(context: Context, type_: Type) -> list[str]:
    """The strings that a type allows, where it names them."""
    found: list[str] = []
    for each in context.members(type_):
        if isinstance(each, model.StringLiteral):
            found.append(each.value)
        elif isinstance(each, model.Named):
            enum = context.inference.enum_named(each.name)
            values = enum.members.values() if enum is not None else ()
            found += [value.value for value in values if isinstance(value, model.StringLiteral)]
    return found


def _is_enum(context: Context, type_: Type) -> bool:
    type_ = resolved(type_, context.inference)
    return isinstance(type_, model.Named) and context.inference.enum_named(type_.name) is not None
