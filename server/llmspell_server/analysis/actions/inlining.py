"""A local is replaced by its value, where that is the same at every place and worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.comments import block_above
from llmspell_server.analysis.syntax.pieces import Piece

from .action import Action, Change
from .extracting import statement_around

if TYPE_CHECKING:
    from llmspell_server.analysis.completion.complete import Place

_CONSTANT = (
    tree.Number,
    tree.String,
    tree.Boolean,
    tree.Nil,
    tree.Binary,
    tree.Unary,
    tree.Paren,
)
_ATOMS = (tree.Name, tree.Nil, tree.Boolean, tree.Number, tree.String, tree.Call, tree.Member)
_SEVERAL = (tree.Call, tree.MethodCall, tree.Vararg)
_LISTS = (
    tree.Arguments,
    tree.Return,
    tree.Item,
    tree.GenericFor,
    tree.LocalStatement,
    tree.Assignment,
)
"""Where a call that stands last gives all of its results."""


def inlined(place: Place, name: tree.Name) -> Iterator[Action]:
    """A local that is set once is replaced by its value."""
    snapshot = place.where.file.snapshot
    local = snapshot.local(place.where.piece, name)
    if local is None or local.attribute is not None or local.kind != "local" or local.writes:
        return
    home = snapshot.piece_of(local, place.where.piece)
    statement = local.statement
    if not isinstance(statement, tree.LocalStatement):
        return
    if len(statement.names) != 1 or len(statement.values) != 1:
        return
    uses = list(snapshot.uses(local, home))
    value = statement.values[0]
    if any(snapshot.is_written(piece, use) for piece, use in uses):
        return
    if not uses or (len(uses) > 1 and not _may_be_repeated(value)):
        return
    if not _is_safe(place, home, local, value, uses):
        return
    begin = snapshot.pieces.start_of[home]
    text = home.text[value.start : value.end]
    described = block_above(home, statement)
    is_annotated = bool(described) and all(each.text.startswith("---") for each in described)
    first = described[0].start if is_annotated else statement.start  # it would describe another
    changes = [_without_line(place, begin + first, begin + statement.end)]
    for piece, use in uses:
        parent = parents_of(piece).get(use)
        plain = (
            isinstance(value, _ATOMS)
            and not _is_base(parent, use, value)
            and not (isinstance(value, _SEVERAL) and isinstance(parent, _LISTS))
        )
        start = snapshot.pieces.start_of[piece]
        written = text if plain else f"({text})"
        if written.startswith("(") and _begins_statement(piece, use):
            written = f";{written}"  # or it would be given to what stands on the line above
        changes.append(Change(start + use.start, start + use.end, written))
    yield Action(f"Inline `{local.name}`", "refactor.inline", tuple(changes))


def _begins_statement(piece: Piece, node: tree.Node) -> bool:
    """Whether a statement begins with a node."""
    parents, start = parents_of(piece), node.start
    parent = parents.get(node)
    while parent is not None and parent.start == start and not isinstance(parent, tree.Statement):
        parent = parents.get(parent)
    return isinstance(parent, tree.Statement) and parent.start == start


def _may_be_repeated(value: tree.Expression) -> bool:
    return isinstance(value, (tree.Name, tree.Nil, tree.Boolean, tree.Number, tree.String))


def _is_base(parent: tree.Node | None, use: tree.Node, value: tree.Expression) -> bool:
    """Whether a literal would stand before `.`, `:` or parentheses."""
    is_literal = not isinstance(value, (tree.Name, tree.Call, tree.Member))
    return is_literal and (
        (isinstance(parent, (tree.Member, tree.Index, tree.MethodCall)) and parent.base is use)
        or (isinstance(parent, tree.Call) and parent.callee is use)
    )


def _is_safe(
    place: Place,
    home: Piece,
    local: Local,
    value: tree.Expression,
    uses: list[tuple[Piece, tree.Name]],
) -> bool:
    """Whether the value is the same where it is used, and worked out in the same order."""
    snapshot = place.where.file.snapshot
    nodes = list(tree.walk(value))
    names = [node for node in nodes if isinstance(node, tree.Name)]
    for piece, use in uses:
        known = snapshot.visible_locals(snapshot.span(piece, use)[0])
        if any(known.get(name.text) is not snapshot.local(home, name) for name in names):
            return False  # something else has that name there
    if all(isinstance(node, _CONSTANT) or _never_changes(snapshot, home, node) for node in nodes):
        return True
    return len(uses) == 1 and _is_next(snapshot, home, local.statement, *uses[0])


def _never_changes(snapshot: Snapshot, home: Piece, node: tree.Node) -> bool:
    """Whether it is a local that is set once."""
    local = snapshot.local(home, node) if isinstance(node, tree.Name) else None
    if local is None:
        return False
    declared = snapshot.piece_of(local, home)
    return not local.writes and not any(
        snapshot.is_written(piece, use) for piece, use in snapshot.uses(local, declared)
    )


def _is_next(
    snapshot: Snapshot, home: Piece, statement: tree.Node, piece: Piece, use: tree.Name
) -> bool:
    """Whether a use is in the very next statement, and nothing is called there before it."""
    following: tree.Statement | None = None
    if piece is home:
        block = parents_of(home).get(statement)
        if isinstance(block, tree.Block):
            place = block.statements.index(statement) + 1
            following = block.statements[place] if place < len(block.statements) else None
    elif snapshot.pieces.all.index(piece) == snapshot.pieces.all.index(home) + 1:
        following = piece.statement
    if following is None or statement_around(piece, use) is not following:
        return False
    return not any(
        isinstance(node, (tree.Call, tree.MethodCall)) and node.end <= use.start
        for node in tree.walk(following)
    )


def _without_line(place: Place, start: int, end: int) -> Change:
    """Removes a statement, with its line if nothing else is on it."""
    text = place.where.file.snapshot.text
    first, last = text.line_start(text.line_at(start)), text.line_end(text.line_at(end))
    if text.source[first:start].strip() or text.source[end:last].strip():
        return Change(start, end, "")
    return Change(first, text.next_line(end), "")
