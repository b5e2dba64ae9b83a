"""Globals that nobody defines, that are made by accident, or that belong to the host."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.annotations.attached import above
from llmspell_server.analysis.annotations.nodes import ClassTag
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.bound_methods import is_of_the_runtime
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import Owner, Source
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model

from .context import Context, did_you_mean, is_definition_file, near, near_any
from .finding import Finding


def undefined(context: Context) -> Iterator[Finding]:
    """`undefined-global`: a global is read that no file defines."""
    binding = context.binding
    if "_ENV" in context.snapshot.chunk_locals(context.piece):
        return
    for name, uses in binding.free.items():
        if name in ("_ENV", "_G") or name in context.snapshot.chunk_locals(context.piece):
            continue
        read = [use for use in uses if use not in binding.written]
        read = [use for use in read if use not in binding.environments and use.text]
        if not read or context.inference.has_value(Owner("", name)):
            continue
        for use in read:
            known = context.inference.queries.get("global names")
            meant = near_any(name, tuple(context.visible_locals(use.start)), known)
            message = f"Undefined global `{name}`.{did_you_mean(meant)}"
            yield context.finding("undefined-global", use, message, name=name, near=meant)


def written(context: Context) -> Iterator[Finding]:
    """`lowercase-global`, `assign-injected-global`."""
    binding = context.binding
    if "_ENV" in context.snapshot.chunk_locals(context.piece):
        return
    for name, uses in binding.free.items():
        if name == "_ENV" or name in context.snapshot.chunk_locals(context.piece):
            continue
        writes = [use for use in uses if use in binding.written]
        if not writes or any(use in binding.environments for use in writes):
            continue
        foreign, first = context.inference.queries.get(
            "first writes", context.where.file.file, name
        )
        if foreign is not None:
            for use in writes:
                if not _keeps(context, use, name):
                    yield _overwritten(context, use, name, foreign)
        elif _looks_local(context, first, writes[0]):
            message = f"`{name}` becomes a global. Is a `local` missing?"
            yield context.finding("lowercase-global", writes[0], message, name=name)


def first_writes(
    inference: Inference, file: str, name: str
) -> tuple[Source | None, tree.Node | None]:
    """Where a definition file defines a global, and its name where a file first writes it."""
    sources = inference.values_of(Owner("", name))
    foreign = (each for each in sources if is_definition_file(inference.file(each.file).snapshot))
    return next(foreign, None), next((each.key for each in sources if each.file == file), None)


def is_shared(context: Context, name: str) -> bool:
    """Whether a global is a table of the host, which `written` tells of where it is overwritten."""
    foreign, _ = context.inference.queries.get("first writes", context.where.file.file, name)
    return foreign is not None and isinstance(foreign.value, tree.Table)


def _overwritten(context: Context, use: tree.Node, name: str, source: Source) -> Finding:
    if isinstance(source.value, tree.Table):
        message = f"This overwrites `{name}`, a table that every script shares."
        return context.finding("assign-injected-global", use, message, name=name)
    message = f"This overwrites the global `{name}` that the host defines."
    return context.finding("lowercase-global", use, message, name=name)


def overwritten_members(
    context: Context, statement: tree.Assignment | tree.FunctionStatement
) -> Iterator[Finding]:
    """`assign-injected-global`: a function of a global of the host gets another value.

    Or the global itself, as a field of the table of all globals.
    """
    targets: tuple[tree.Expression, ...]
    if isinstance(statement, tree.FunctionStatement):
        targets, values = (statement.target,), {}
    else:
        targets = statement.targets
        values = dict(zip(targets, statement.values, strict=False))
    for target in targets:
        if not isinstance(target, (tree.Member, tree.Index)):
            continue
        owner = context.owner(target)
        if owner is None or not owner.is_global or len(owner.keys) > 1:
            continue
        if target in values and context.owner(_first(values[target])) == owner:
            continue
        if not owner.keys or owner.root == "_ENV":
            name = str(owner.keys[0] if owner.keys else owner.root)
            foreign, _ = context.inference.queries.get(
                "first writes", context.where.file.file, name
            )
            if foreign is not None:
                yield _overwritten(context, target.key, name, foreign)
            continue
        name, key = str(owner.root), owner.keys[0]
        holder = context.inference.variables.declared(owner.variable)
        if holder is None or not is_of_the_runtime(holder, context.inference):
            continue
        sources = context.inference.values_of(owner)
        if any(is_definition_file(context.inference.file(each.file).snapshot) for each in sources):
            message = f"This overwrites `{name}.{key}`, which every script shares."
            yield context.finding("assign-injected-global", target.key, message)


def _keeps(context: Context, use: tree.Name, name: str) -> bool:
    """Whether an assignment leaves the value that was there: `x = x or {}`."""
    statement = context.parents.get(use)
    if not isinstance(statement, tree.Assignment):
        return False
    for target, value in zip(statement.targets, statement.values, strict=False):
        if target is use:
            return context.is_global(_first(value), name)
    return False


def _first(value: tree.Expression) -> tree.Expression:
    """The first alternative of `a or b or c`."""
    while isinstance(value, tree.Binary) and value.operator == "or":
        value = value.left
    return value


def _looks_local(context: Context, first: tree.Node | None, use: tree.Name) -> bool:
    """Whether a name looks like that of a local, at the first place that writes it."""
    if not ("a" <= use.text[:1] <= "z") or _declares_class(context, use):
        return False
    return first is None or first is use


def _declares_class(context: Context, use: tree.Name) -> bool:
    statement = context.parents.get(use)
    return statement is not None and any(
        isinstance(tag, ClassTag) for tag in above(context.piece, statement).tags
    )


def environments(context: Context) -> Iterator[Finding]:
    """`global-in-nil-env`, `undefined-env-child`: names below a local `_ENV`."""
    found = _environments(context)
    written = {name.text for name in found if name in context.binding.written}
    here = context.piece
    for name, (piece, environment) in found.items():
        if not isinstance(environment.declaration, tree.Name) or environment.writes:
            continue
        where = context.inference.where(context.where.file.file, piece)
        type_ = context.inference.type(where, environment.declaration)
        if type_ is model.NIL:
            message = f"`{name.text}` is looked up in `_ENV`, which is nil here."
            yield context.finding("global-in-nil-env", name, message, name=name.text)
        elif name.text not in written and isinstance(type_, model.Shape) and piece is here:
            table = context.inference.shape(type_)
            if table is None or table.parents or table.indexers or name.text in table.fields:
                continue
            meant = near(name.text, table.fields)
            message = f"There is no `{name.text}` in the local `_ENV`.{did_you_mean(meant)}"
            yield context.finding("undefined-env-child", name, message, name=name.text, near=meant)


def _environments(context: Context) -> dict[tree.Name, tuple[Piece, Local]]:
    """The names that are looked up in a local `_ENV`, with it and the piece that declares it."""
    known = context.snapshot.chunk_locals(context.piece)
    found: dict[tree.Name, tuple[Piece, Local]] = {}
    environment = known.get("_ENV")
    if environment is not None:
        piece = context.declaration(environment)
        for name, uses in context.binding.free.items():
            if name not in known and name != "_ENV":
                found |= dict.fromkeys(uses, (piece, environment))
    for use, local in context.binding.environments.items():
        if use.text not in known:
            found[use] = (context.piece, local)
    return found
