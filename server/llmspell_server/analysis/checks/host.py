"""What the host would refuse when the program runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from llmspell_server.analysis.inference.global_names import called_name
from llmspell_server.analysis.inference.sources import Owner
from llmspell_server.analysis.spells.host_uses import HostUse, Refusal, uses_of_call
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.types import model

from .context import Context
from .finding import Finding


def elsewhere(context: Context) -> Iterator[Finding]:
    """`unavailable-global`: a global is used that exists under another command only."""
    wanted = context.rules.elsewhere(context.where.file.file)
    binding, locals_ = context.binding, context.snapshot.chunk_locals(context.piece)
    if "_ENV" in locals_:
        return
    for name in (wanted.keys() & binding.free.keys()) - set(locals_):
        # Where somebody else makes a global of that name, it is probably that one.
        if context.inference.has_several(Owner("", name)):
            continue
        for use in binding.free[name]:
            if use not in binding.written and _is_looked_into(context, use):
                message = f"`{name}` exists under `{wanted[name]}` only, in files of tests."
                yield context.finding("unavailable-global", use, message)


def _is_looked_into(context: Context, use: tree.Node) -> bool:
    """Whether more is done with a value than to see whether it is there."""
    return isinstance(context.parents.get(use), tree.Member | tree.Index | tree.MethodCall)


def not_permitted(context: Context, node: tree.Call) -> Iterator[Finding]:
    """`not-permitted`: a call asks for what the configuration of the project does not allow."""
    wanted = context.rules.wanted
    name = called_name(context.inference, context.where, node) if wanted else None
    if name is None or name not in wanted:
        return
    for place, use in uses_of_call(node, name, wanted, partial(_said, context)):
        refusal = refused(context, use)
        if refusal is None or (use.subject is None and _is_asked(context, node)):
            continue
        yield context.finding("not-permitted", place, refusal.message, **refusal.data)


def not_permitted_in_table(context: Context, node: tree.Table) -> Iterator[Finding]:
    """`not-permitted`: a string in a table that a function takes is what is not allowed.

    Whoever has `pcall` make the call counts on a refusal.
    """
    wanted = context.rules.wanted_by_kinds
    if not wanted or context.inference.functions.expected(context.where, node) is None:
        return
    for field in node.fields:
        value = field.value
        subject = _said(context, value)
        if not subject:
            continue
        expected = context.inference.functions.expected(context.where, value)
        for each in model.members_of(expected) if expected is not None else ():
            permission = wanted.get(each.name) if isinstance(each, model.Named) else None
            refusal = refused(context, HostUse("", permission, subject)) if permission else None
            if refusal is not None and not _is_protected(context, node):
                yield context.finding("not-permitted", value, refusal.message, **refusal.data)


def _is_protected(context: Context, table: tree.Node) -> bool:
    """Whether a table is given to the function that `pcall` calls."""
    node: tree.Node | None = table
    while node is not None and not isinstance(node, (tree.Function, tree.Statement)):
        if isinstance(node, (tree.Call, tree.MethodCall)):
            return context.inference.calls.protected(context.where, node) is not None
        node = context.parents.get(node)
    return False


def _said(context: Context, node: tree.Expression) -> str | None:
    """What a string says, or a local that holds one and gets nothing else."""
    if isinstance(node, tree.String):
        return string_value(node.text)
    if isinstance(node, tree.Name) and context.local(node) is not None:
        return context.inference.described.string(context.where, node)
    return None


def refused(context: Context, use: HostUse) -> Refusal | None:
    """Why the host would refuse what is asked for."""
    found = context.inference.queries.get("refused", context.where.file.file, use)
    return found if isinstance(found, Refusal) else None


def _is_asked(context: Context, call: tree.Call) -> bool:
    """Whether the function is called only where a condition has looked at it."""
    function = context.piece.text[call.callee.start : call.callee.end]
    node: tree.Node = call
    while (parent := context.parents.get(node)) is not None:
        match parent:
            case tree.Binary(operator="and", left=condition) if node is not condition:
                looked: tree.Node | None = condition
            case tree.Branch(condition=condition) | tree.While(condition=condition):
                looked = condition
            case _:
                looked = None
        if looked is not None and function in context.piece.text[looked.start : looked.end]:
            return True
        node = parent
    return False
