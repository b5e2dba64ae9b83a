"""A selected expression becomes a local; selected statements become a function."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import block_above
from llmspell_server.analysis.syntax.pieces import Piece

from .action import Action, Change
from .indentation import indentation


def extractions(snapshot: Snapshot, start: int, end: int) -> Iterator[Action]:
    """What can be taken out of a selection; nothing without one."""
    source = snapshot.text.source
    selected = source[start:end]
    start += len(selected) - len(selected.lstrip())
    end -= len(selected) - len(selected.rstrip())
    if start >= end:
        return
    yield from _of_chunk(snapshot, start, end)
    piece = snapshot.pieces.all[snapshot.pieces.index_at(start)]
    if piece.statement is None or piece.problems:
        return
    begin = snapshot.pieces.start_of[piece]
    expression = _expression(piece, start - begin, end - begin)
    if expression is not None:
        yield from _local(snapshot, piece, expression)
    statements = _statements(piece, start - begin, end - begin)
    if statements:
        yield from _function(snapshot, piece, statements)


# A local


def _expression(piece: Piece, start: int, end: int) -> tree.Expression | None:
    """The expression that is exactly selected."""
    assert piece.statement is not None
    binding_of(piece)
    for node in tree.walk(piece.statement):
        if node.start == start and node.end == end and isinstance(node, tree.Expression):
            parent = parents_of(piece).get(node)
            is_target = isinstance(parent, tree.Assignment) and node in parent.targets
            is_target |= isinstance(parent, (tree.FunctionStatement, tree.LocalFunction))
            local = node.local if isinstance(node, tree.Name) else None
            is_declared = local is not None and local.declaration is node
            if not (is_target or is_declared or isinstance(node, (tree.Missing, tree.Vararg))):
                return node
    return None


def _local(snapshot: Snapshot, piece: Piece, expression: tree.Expression) -> Iterator[Action]:
    statement = statement_around(piece, expression)
    if statement is None:
        return
    begin = snapshot.pieces.start_of[piece]
    source = snapshot.text.source
    name = free_name(snapshot, begin + statement.start, _suggested(expression))
    line = snapshot.text.line_start(snapshot.text.line_at(begin + statement.start))
    indent = source[line : begin + statement.start]
    text = source[begin + expression.start : begin + expression.end]
    break_ = "\n" + indent if not indent.strip() else " "
    place = begin + statement.start
    declaration = f"local {name} = {text}{break_}"
    parent = parents_of(piece).get(expression)
    if isinstance(parent, tree.ExpressionStatement):
        change = Change(place, begin + expression.end, f"local {name} = {text}")
        yield Action("Put the result into a local", "refactor.extract", (change,))
        return
    is_bare = isinstance(parent, tree.Arguments) and source[begin + parent.start] != "("
    used = f"({name})" if is_bare else name  # `require "x"` has no parentheses yet
    yield Action(
        "Extract a local",
        "refactor.extract",
        (
            Change(place, place, declaration),
            Change(begin + expression.start, begin + expression.end, used),
        ),
    )


def statement_around(piece: Piece, node: tree.Node) -> tree.Statement | None:
    """The statement of a block before which the value of an expression can be worked out.

    None where it would be worked out at another time: in the condition of a loop, behind `and`.
    """
    parents = parents_of(piece)
    child, parent = node, parents.get(node)
    while parent is not None:
        lazy = isinstance(parent, tree.Binary) and parent.operator in ("and", "or")
        if lazy and parent.right is child:  # type: ignore[attr-defined]
            return None
        if isinstance(parent, (tree.While, tree.Repeat)) and not isinstance(child, tree.Block):
            return None
        if isinstance(parent, tree.Branch) and not isinstance(child, tree.Block):
            around = parents[parent]
            assert isinstance(around, tree.If)
            if around.branches[0] is not parent:
                return None
        if isinstance(child, tree.Statement) and isinstance(parent, tree.Block):
            return child
        child, parent = parent, parents.get(parent)
    return child if isinstance(child, tree.Statement) else None


def _suggested(expression: tree.Expression) -> str:
    match expression:
        case tree.Member(key=key):
            return key.text
        case tree.MethodCall(method=method):
            return re.sub(r"^(get|make|new|create)_?", "", method.text).lower() or "value"
        case tree.Call(callee=tree.Member(key=key)):
            return re.sub(r"^(get|make|new|create)_?", "", key.text).lower() or "value"
        case tree.String():
            return "text"
        case tree.Number():
            return "number"
        case tree.Function():
            return "callback"
        case tree.Table():
            return "table_"
    return "value"


def free_name(snapshot: Snapshot, offset: int, wanted: str) -> str:
    """The name that is wanted, with a number if a local has it already."""
    known = snapshot.visible_locals(offset)
    wanted = wanted if wanted.isidentifier() else "value"
    name, number = wanted, 2
    while name in known:
        name, number = f"{wanted}{number}", number + 1
    return name


# A function


def _statements(piece: Piece, start: int, end: int) -> list[tree.Statement]:
    """The statements of one block that are exactly selected."""
    assert piece.statement is not None
    for node in tree.walk(piece.statement):
        if isinstance(node, tree.Block):
            found = [each for each in node.statements if start <= each.start and each.end <= end]
            if found and found[0].start == start and found[-1].end == end:
                return found
    return []


def _function(
    snapshot: Snapshot, piece: Piece, statements: list[tree.Statement]
) -> Iterator[Action]:
    first, last = statements[0].start, statements[-1].end
    taken: dict[Local, None] = {}
    given: dict[Local, None] = {}
    for local in binding_of(piece).all:
        inside = [use for use in local.uses if first <= use.start < last]
        outside_after = [use for use in local.uses if use.start >= last]
        declared_inside = first <= local.declaration.start < last
        if declared_inside and outside_after and not _in_block(statements, local):
            given[local] = None
        if not declared_inside and inside and not local.is_of_chunk:
            taken[local] = None
            if outside_after and any(use in local.writes for use in inside):
                given[local] = None
    begin = snapshot.pieces.start_of[piece]
    span = (begin + first, begin + last)
    parts = [(piece, each) for each in statements]
    yield from _extracted(snapshot, parts, span, list(taken), list(given))


def _of_chunk(snapshot: Snapshot, start: int, end: int) -> Iterator[Action]:
    """The same for statements of the chunk: what they read from above is in sight anyway."""
    pieces = snapshot.pieces
    parts = [
        (piece, piece.statement)
        for piece, begin in zip(pieces.all, pieces.starts, strict=True)
        if piece.statement is not None
        and start <= begin + piece.statement.start
        and begin + piece.statement.end <= end
    ]
    if not parts or any(piece.problems for piece, _ in parts):
        return
    first, last = snapshot.span(*parts[0])[0], snapshot.span(*parts[-1])[1]
    if (first, last) != (start, end):
        return
    chosen = [piece for piece, _ in parts]
    given = [
        local
        for piece in chosen
        for local in binding_of(piece).declared
        if any(each not in chosen for each, _ in snapshot.uses(local, piece))
    ]
    if not any(local.attribute for local in given):
        yield from _extracted(snapshot, parts, (first, last), [], given)


def _extracted(
    snapshot: Snapshot,
    parts: list[tuple[Piece, tree.Statement]],
    span: Span,
    taken: list[Local],
    given: list[Local],
) -> Iterator[Action]:
    """Statements as a function above the statement of the chunk that holds them.

    parts: the statements with their pieces. span: where they are in the text. taken, given: the
    parameters and results of the function.
    """
    nodes = [node for _, each in parts for node in tree.walk(each)]
    if any(_leaves(node) or isinstance(node, tree.Vararg) for node in nodes):
        return
    source, text, piece = snapshot.text.source, snapshot.text, parts[0][0]
    first, last = span
    indent = source[text.line_start(text.line_at(first)) : first]
    if indent.strip() or piece.statement is None:
        return
    described = block_above(piece, piece.statement)
    place = snapshot.pieces.start_of[piece] + (described[0] if described else piece.statement).start
    place = text.line_start(text.line_at(place))
    name = free_name(snapshot, place, "extracted")
    parameters = ", ".join(local.name for local in taken)
    results = ", ".join(local.name for local in given)
    step = indentation(source)
    body = "".join(_reindented(snapshot, parts, span, indent, step))
    returned = f"\n{step}return {results}" if results else ""
    function = f"local function {name}({parameters})\n{body}{returned}\nend\n\n"
    call = f"{name}({parameters})"
    if results:
        new = [local for local in given if local not in taken]
        declared = f"local {', '.join(local.name for local in new)}\n{indent}" if new else ""
        call = f"{declared}{results} = {call}"
        if len(new) == len(given):
            call = f"local {results} = {name}({parameters})"
    yield Action(
        "Extract a function",
        "refactor.extract",
        (Change(place, place, function), Change(first, last, call)),
    )


def _reindented(
    snapshot: Snapshot,
    parts: list[tuple[Piece, tree.Statement]],
    span: Span,
    indent: str,
    step: str,
) -> Iterator[str]:
    """The lines of the statements, indented otherwise; those within long strings as they are."""
    fixed = [
        snapshot.span(piece, node)
        for piece in dict.fromkeys(piece for piece, _ in parts)
        for node in (*piece.comments, *(tree.walk(piece.statement) if piece.statement else ()))
        if isinstance(node, (tree.String, tree.Word)) and "\n" in node.text
    ]
    place = span[0]
    for line in (indent + snapshot.text.source[slice(*span)]).splitlines(keepends=True):
        own = line.removeprefix(indent)
        is_fixed = any(start < place < end for start, end in fixed)
        yield line if is_fixed or not own.strip() else step + own
        place += len(line) - (len(indent) if place == span[0] else 0)


def _leaves(node: tree.Node) -> bool:
    return isinstance(node, (tree.Return, tree.Break, tree.Goto, tree.Label))


def _in_block(statements: list[tree.Statement], local: Local) -> bool:
    """Whether a local is declared in an inner block, where nothing after the selection sees it."""
    return not any(local.statement is each for each in statements)
