"""Locals, functions, labels and varargs that nobody uses, and names that hide others."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.annotations.attached import above
from llmspell_server.analysis.annotations.nodes import ClassTag
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .context import Context
from .finding import Finding


def in_piece(context: Context) -> Iterator[Finding]:
    """`unused-local`, `unused-function`, `unused-label`, `unused-vararg` within a piece."""
    for local in context.binding.all:
        if not local.is_of_chunk and not _is_read(local):
            yield from _unused(context.piece, local)
    for scope in context.binding.labels:
        if not scope.gotos:
            name = scope.label.label.text
            message = f"No `goto` leads to the label `{name}`."
            yield context.finding("unused-label", scope.label, message, name=name)
    yield from _varargs(context)


def of_chunk(snapshot: Snapshot) -> Iterator[tuple[Piece, Finding]]:
    """`unused-local`, `unused-function` for the locals that a document's chunk declares."""
    for piece, _ in snapshot.pieces.placed():
        for local in snapshot.binding(piece).declared:
            if not _is_read(local) and not _is_read_below(snapshot, local, piece):
                for finding in _unused(piece, local):
                    yield piece, finding


def _is_read(local: Local) -> bool:
    return len(local.uses) > len(local.writes)


def _is_read_below(snapshot: Snapshot, local: Local, where: Piece) -> bool:
    return any(
        piece is not where and not snapshot.is_written(piece, name)
        for piece, name in snapshot.uses(local, where)
    )


def _unused(piece: Piece, local: Local) -> Iterator[Finding]:
    name = local.declaration
    if local.name.startswith("_") or local.attribute == "close" or not local.name:
        return
    if not isinstance(name, tree.Name) or local.kind == "self" or _has_no_body(local):
        return
    if isinstance(local.statement, tree.LocalStatement) and _declares_class(piece, local):
        return
    data = {"name": local.name, "kind": local.kind}
    function = _function_of(local)
    if function is not None:
        message = f"The function `{local.name}` is never used."
        yield Finding("unused-function", message, name.start, name.end, (), data)
        return
    what = {"parameter": "parameter", "for": "loop variable"}.get(local.kind, "local")
    verb = "assigned but never read" if local.writes else "never used"
    message = f"The {what} `{local.name}` is {verb}."
    yield Finding("unused-local", message, name.start, name.end, (), data)


def _function_of(local: Local) -> tree.Function | None:
    statement = local.statement
    if isinstance(statement, tree.LocalFunction):
        return statement.function
    if isinstance(statement, tree.LocalStatement) and local.position < len(statement.values):
        value = statement.values[local.position]
        return value if isinstance(value, tree.Function) else None
    return None


def _has_no_body(local: Local) -> bool:
    """Parameters of empty functions say what the function would take."""
    return isinstance(local.statement, tree.Function) and not local.statement.body.statements


def _declares_class(piece: Piece, local: Local) -> bool:
    return any(isinstance(tag, ClassTag) for tag in above(piece, local.statement).tags)


def _varargs(context: Context) -> Iterator[Finding]:
    if "..." not in context.piece.text:
        return
    used = {
        function
        for node, function in context.binding.in_function.items()
        if isinstance(node, tree.Vararg)
    }
    for node in context.binding.in_function:
        if not isinstance(node, tree.Function) or node.vararg is None or node in used:
            continue
        if node.body.statements:
            yield context.finding("unused-vararg", node.vararg, "`...` is never used.")


def redefined(context: Context) -> Iterator[Finding]:
    """`redefined-local`: a local hides another one."""
    outer = context.snapshot.chunk_locals(context.piece)
    by_name: dict[str, list[Local]] = {}
    for local in context.binding.all:
        by_name.setdefault(local.name, []).append(local)
    for name, locals_ in by_name.items():
        if name.startswith("_") or not name or (len(locals_) < 2 and name not in outer):
            continue
        for local in locals_:
            declaration = local.declaration
            if not isinstance(declaration, tree.Name):
                continue
            hidden = _hidden(local, locals_)
            message = f"This hides another local `{name}`."
            if hidden is not None:
                place = context.related(hidden.declaration, "the local that is hidden")
                yield context.finding("redefined-local", declaration, message, place, name=name)
            elif name in outer:
                above_ = outer[name]
                piece = context.declaration(above_)
                place = context.related(above_.declaration, "the local that is hidden", piece)
                yield context.finding("redefined-local", declaration, message, place, name=name)


def _hidden(local: Local, others: list[Local]) -> Local | None:
    """The local of the same name that was visible where one is declared."""
    place = local.declaration.start
    found = None
    for other in others:
        if other is local or not isinstance(other.declaration, tree.Name):
            continue
        end = other.end
        if other.begin <= place and (end is None or place < end or end == local.begin):
            found = other
    return found
