"""Selected statements become a function, where they do the same there.

What a function is given are copies: a variable that closures share and somebody sets must stay
where it is, and so must what leaves the selection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.snapshot import Snapshot, Span
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import block_above
from llmspell_server.analysis.syntax.pieces import Piece

from .action import Action, Change
from .indentation import indentation
from .naming import free_name

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LOOPS = (tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor)

Parts = list[tuple[Piece, tree.Statement]]


def functions_of_piece(snapshot: Snapshot, piece: Piece, start: int, end: int) -> Iterator[Action]:
    """Statements of one block of a piece, which are exactly selected, as a function."""
    statements = _selected(piece, start, end)
    if not statements:
        return
    first, last = statements[0].start, statements[-1].end
    taken: list[Local] = []
    given: list[Local] = []
    for local in binding_of(piece).all:
        inside = [use for use in local.uses if first <= use.start < last]
        is_read_later = any(use.start >= last for use in local.uses)
        if first <= local.declaration.start < last:
            if is_read_later and any(local.statement is each for each in statements):
                given.append(local)
        elif inside:
            taken.append(local)
            is_set = any(use in local.writes for use in inside)
            if is_set and (is_read_later or _comes_again(piece, statements[0], local)):
                given.append(local)
    if any(local.captured and local.writes for local in (*taken, *given)):
        return
    seen = snapshot.locals_in(piece, last)
    if any(seen.get(local.name) is not local for local in given):
        return  # another one of that name is what the function would give
    begin = snapshot.pieces.start_of[piece]
    parts = [(piece, each) for each in statements]
    yield from _extracted(snapshot, parts, (begin + first, begin + last), taken, given)


def functions_of_chunk(snapshot: Snapshot, start: int, end: int) -> Iterator[Action]:
    """The same for statements of the chunk: what they read from above is in sight anyway."""
    pieces = snapshot.pieces
    parts = [
        (piece, piece.statement)
        for piece, begin in pieces.placed()
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
    given: dict[str, Local] = {}
    for piece in chosen:
        for local in binding_of(piece).declared:
            uses = list(snapshot.uses(local, piece))
            if all(each in chosen for each, _ in uses):
                continue
            is_set = any(snapshot.is_written(*use) for use in uses)
            if is_set and any(_is_in_function(*use) for use in uses if use[0] in chosen):
                return
            given[local.name] = local  # of two with one name the later is in sight
    yield from _extracted(snapshot, parts, (first, last), [], list(given.values()))


def _selected(piece: Piece, start: int, end: int) -> list[tree.Statement]:
    """The statements of one block that are exactly selected."""
    assert piece.statement is not None
    for node in tree.walk(piece.statement):
        if isinstance(node, tree.Block):
            found = [each for each in node.statements if start <= each.start and each.end <= end]
            if found and found[0].start == start and found[-1].end == end:
                return found
    return []


def _comes_again(piece: Piece, statement: tree.Statement, local: Local) -> bool:
    """Whether a loop around a statement keeps a local from one time to the next."""
    parents = parents_of(piece)
    node = parents.get(statement)
    while node is not None and not isinstance(node, tree.Function):
        if isinstance(node, _LOOPS) and local.declaration.start < node.start:
            return True
        node = parents.get(node)
    return False


def _is_in_function(piece: Piece, name: tree.Node) -> bool:
    """Whether a name of a piece stands in a function of it."""
    parents = parents_of(piece)
    node = parents.get(name)
    while node is not None:
        if isinstance(node, tree.Function):
            return True
        node = parents.get(node)
    return False


def _belongs_here(statement: tree.Statement) -> bool:
    """Whether what is around a statement jumps to it, or says when it ends."""
    match statement:
        case tree.Label():
            return True
        case tree.LocalStatement(names=names):
            return any(each.attribute and each.attribute.text == "close" for each in names)
    return False


def _leave(statements: Iterable[tree.Statement]) -> bool:
    """Whether something in statements goes to where they do not."""
    waiting: list[tuple[tree.Node, bool]] = [(each, False) for each in statements]
    jumps: set[str] = set()
    labels: set[str] = set()
    while waiting:
        node, in_loop = waiting.pop()
        match node:
            case tree.Function():
                continue
            case tree.Return() | tree.Vararg():
                return True
            case tree.Break() if not in_loop:
                return True
            case tree.Goto(label=label):
                jumps.add(label.text)
            case tree.Label(label=label):
                labels.add(label.text)
        inside = in_loop or isinstance(node, _LOOPS)
        waiting += [(child, inside) for child in node.children()]
    return jumps != labels


def _extracted(
    snapshot: Snapshot, parts: Parts, span: Span, taken: list[Local], given: list[Local]
) -> Iterator[Action]:
    """Statements as a function above the statement of the chunk that holds them.

    parts: the statements with their pieces. span: where they are in the text. taken, given: the
    parameters and results of the function.
    """
    statements = [statement for _, statement in parts]
    if _leave(statements) or any(map(_belongs_here, statements)):
        return
    if any(local.attribute for local in given):
        return
    if len({local.name for local in taken}) < len(taken):
        return  # two of one name, which the function could not tell apart
    source, text, piece = snapshot.text.source, snapshot.text, parts[0][0]
    first, last = span
    indent = source[text.line_start(text.line_at(first)) : first]
    if indent.strip() or piece.statement is None:
        return
    described = block_above(piece, piece.statement)
    place = snapshot.pieces.start_of[piece] + (described[0] if described else piece.statement).start
    place = text.line_start(text.line_at(place))
    name = free_name(snapshot, "extracted", place, first)
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
    snapshot: Snapshot, parts: Parts, span: Span, indent: str, step: str
) -> Iterator[str]:
    """The lines of the statements, indented otherwise; those within long strings as they are."""
    fixed = [
        snapshot.span(piece, node)
        for piece in dict.fromkeys(piece for piece, _ in parts)
        for node in (*piece.comments, *(tree.walk(piece.statement) if piece.statement else ()))
        if isinstance(node, (tree.String, tree.Word)) and ("\n" in node.text or "\r" in node.text)
    ]
    place = span[0]
    for line in _LINE.findall(indent + snapshot.text.source[slice(*span)]):
        own = line.removeprefix(indent)
        is_fixed = any(start < place < end for start, end in fixed)
        yield line if is_fixed or not own.strip() else step + own
        place += len(line) - (len(indent) if place == span[0] else 0)
