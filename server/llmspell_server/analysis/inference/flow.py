"""What is known at a place because of how control got there: conditions, latest assignments."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece, nodes_of

from .writes import Root, path_of, writes_of

_LOOPS = (tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor)
_CONDITIONAL = (tree.Branch, tree.While, tree.Binary, tree.Call)
_LEAVING = frozenset({"error", "os.exit"})


@frozen
class Guard:
    """A condition that is known to hold (truth) or not to hold."""

    condition: tree.Expression
    truth: bool


@remembered
def parents_of(piece: Piece) -> dict[tree.Node, tree.Node]:
    """The node around each node of a piece."""
    return {child: node for node in nodes_of(piece) if node.parts for child in node.children()}


def guards_of(piece: Piece, node: tree.Node) -> Iterator[Guard | tree.Function]:
    """The conditions that hold at a node, the nearest first.

    A function in between is given where it is passed: what holds around it need not hold when it
    is called.
    """
    parents = parents_of(piece)
    child, parent = node, parents.get(node)
    while parent is not None:
        if isinstance(parent, tree.Function):
            yield parent
        elif isinstance(parent, tree.Block):
            for place, guard in reversed(_after_statements(piece, parent)):
                if place <= child.start:
                    yield guard
        else:
            yield from _guards_inside(parent, child, parents)
        child, parent = parent, parents.get(parent)


def _guards_inside(
    parent: tree.Node, child: tree.Node, parents: dict[tree.Node, tree.Node]
) -> Iterator[Guard]:
    """What a node says about one of its parts."""
    match parent:
        case tree.Binary(operator="and" | "or", right=right) if right is child:
            yield Guard(parent.left, parent.operator == "and")
        case tree.While(body=body) if body is child:
            yield Guard(parent.condition, True)
        case tree.Branch():
            if child is parent.body and parent.condition is not None:
                yield Guard(parent.condition, True)
            around = parents[parent]
            assert isinstance(around, tree.If)
            for branch in reversed(around.branches[: around.branches.index(parent)]):
                if branch.condition is not None:
                    yield Guard(branch.condition, False)


def leaves(block: tree.Block) -> bool:
    """Whether control never gets behind a block."""
    last = next((s for s in reversed(block.statements) if not isinstance(s, tree.Empty)), None)
    match last:
        case tree.Return() | tree.Break() | tree.Goto():
            return True
        case tree.ExpressionStatement(expression=tree.Call(callee=callee)):
            return _dotted(callee) in _LEAVING
        case tree.Do(body=body):
            return leaves(body)
        case tree.If(branches=branches):
            return branches[-1].condition is None and all(leaves(part.body) for part in branches)
    return False


def _after_statements(piece: Piece, block: tree.Block) -> list[tuple[int, Guard]]:
    """What is known after the statements of a block, with the place from which it is."""
    kept: dict[tree.Block, list[tuple[int, Guard]]] = piece.facts.setdefault("guards", {})
    found = kept.get(block)
    if found is None:
        found = kept[block] = [
            (statement.end, guard) for statement in block.statements for guard in _after(statement)
        ]
    return found


def _after(statement: tree.Statement) -> Iterator[Guard]:
    """What is known once a statement has been passed."""
    match statement:
        case tree.If(branches=branches):
            yield from _after_branches(branches)
        case tree.ExpressionStatement(expression=expression):
            yield from _asserted(expression)
        case tree.LocalStatement(values=values) | tree.Assignment(values=values):
            for value in values:
                yield from _asserted(value)


def _after_branches(branches: tuple[tree.Branch, ...]) -> Iterator[Guard]:
    for branch in branches:
        if branch.condition is None or not leaves(branch.body):
            break
        yield Guard(branch.condition, False)
    first, last = branches[0], branches[-1]
    if first.condition is None or last.condition is not None or len(branches) != 2:
        return
    if leaves(last.body) and not leaves(first.body):
        yield Guard(first.condition, True)


def _asserted(expression: tree.Expression) -> Iterator[Guard]:
    if isinstance(expression, tree.Call) and _dotted(expression.callee) == "assert":
        for condition in expression.arguments.values[:1]:
            yield Guard(condition, True)


def _dotted(expression: tree.Expression) -> str:
    match expression:
        case tree.Name(text=text):
            return text
        case tree.Member(base=base, key=key):
            return f"{_dotted(base)}.{key.text}"
    return ""


@remembered
def guards_after(piece: Piece) -> tuple[Guard, ...]:
    """What is known once the statement of a piece has been passed."""
    return tuple(_after(piece.statement)) if piece.statement is not None else ()


@remembered
def conditioned(piece: Piece) -> frozenset[Root]:
    """The variables that the conditions of a piece speak of."""
    return frozenset(_conditioned(piece))


def _conditioned(piece: Piece) -> Iterator[Root]:
    owners = writes_of(piece).owners
    for node in nodes_of(piece):
        if not isinstance(node, _CONDITIONAL):
            continue
        for condition in _conditions(node):
            for each in tree.walk(condition):
                path = path_of(each, owners) if isinstance(each, tree.Name) else None
                if path is not None:
                    yield path.root


def _conditions(node: tree.Node) -> Iterator[tree.Expression]:
    match node:
        case tree.Branch(condition=condition) if condition is not None:
            yield condition
        case tree.While(condition=condition):
            yield condition
        case tree.Binary(operator="and" | "or", left=left):
            yield left
        case tree.Call():
            yield from (guard.condition for guard in _asserted(node))


def reaching(
    snapshot: Snapshot,
    piece: Piece,
    use: tree.Name,
    places: list[tuple[Piece, tree.Node]],
    *,
    from_declaration: bool = False,
) -> list[int] | None:
    """Which of the assignments of a local its value at a use may come from, by their numbers.

    places: the names that are assigned, the declaration first. None: any of them.
    Straight-line code is followed backwards; of a loop or an inner function around the use all
    assignments count, and of a branch those within it. from_declaration: also where none of the
    assignments in the function that declares the local is sure to be made.
    """
    inside = {key: index for index, (where, key) in enumerate(places) if where is piece and index}
    if use in inside:
        return None
    is_here = from_declaration and places[0][0] is piece
    declaration = places[0][1] if is_here else None
    found, is_done = _reaching_inside(piece, use, inside, declaration)
    if found is None or is_done:
        return found
    if places[0][0] is piece:
        return [0, *found]
    index = snapshot.pieces.all.index(piece)
    while (index := index - 1) >= 0:
        above = snapshot.pieces.all[index]
        here = [number for number, (where, _) in enumerate(places) if where is above]
        found += here
        parents = parents_of(above)
        if 0 in here or any(parents.get(places[n][1]) is above.statement for n in here):
            break
    return found


def _reaching_inside(
    piece: Piece, use: tree.Name, writes: dict[tree.Node, int], declaration: tree.Node | None
) -> tuple[list[int] | None, bool]:
    """The numbers of the assignments in a piece, and whether one of them is sure to be made.

    declaration: in the piece.
    """
    parents = parents_of(piece)
    found: list[int] = []
    child: tree.Node = use
    parent = parents.get(use)
    while parent is not None:
        if isinstance(parent, tree.Function):
            if declaration is not None and parent.start <= declaration.start < parent.end:
                return [0, *dict.fromkeys(found)], True
            return None, False
        if isinstance(parent, tree.Block):
            for statement in reversed(parent.statements):
                if statement.start >= child.start:
                    continue
                here = _within(statement, writes)
                found += here.values()
                if any(parents.get(write) is statement for write in here):
                    return list(dict.fromkeys(found)), True
        elif isinstance(parent, _LOOPS):
            found += _within(parent, writes).values()
        child, parent = parent, parents.get(parent)
    return list(dict.fromkeys(found)), False


def _within(node: tree.Node, writes: dict[tree.Node, int]) -> dict[tree.Node, int]:
    return {
        write: number for write, number in writes.items() if node.start <= write.start < node.end
    }


@frozen
class Replaced:
    """An `if` that gives a variable another value, and otherwise leaves the one that it had.

    guard: what holds then.
    """

    piece: Piece
    statement: tree.If
    guard: Guard


def replaced_in(piece: Piece, write: tree.Node) -> Replaced | None:
    """The `if` without another branch whose body assigns a name that is written."""
    parents = parents_of(piece)
    assignment = parents.get(write)
    block = parents.get(assignment) if isinstance(assignment, tree.Assignment) else None
    branch = parents.get(block) if block is not None else None
    around = parents.get(branch) if isinstance(branch, tree.Branch) else None
    if not isinstance(branch, tree.Branch) or not isinstance(around, tree.If):
        return None
    if len(around.branches) != 1 or branch.condition is None:
        return None
    return Replaced(piece, around, Guard(branch.condition, False))


def is_behind(snapshot: Snapshot, piece: Piece, use: tree.Node, replaced: Replaced) -> bool:
    """Whether control has passed an `if` whenever it gets to a use behind that."""
    if replaced.piece is not piece:
        begin = snapshot.pieces.start_of
        is_whole = replaced.statement is replaced.piece.statement
        return is_whole and begin[replaced.piece] < begin[piece]
    if replaced.statement.end > use.start:
        return False
    parents = parents_of(piece)
    block, above = parents.get(replaced.statement), parents.get(use)
    while above is not None and above is not block:
        if isinstance(above, tree.Function):
            return False
        above = parents.get(above)
    return above is not None


def is_before(snapshot: Snapshot, piece: Piece, write: tree.Node, replaced: Replaced) -> bool:
    """Whether a name is written before an `if`."""
    if replaced.piece is piece:
        return write.start < replaced.statement.start
    begin = snapshot.pieces.start_of
    return begin[piece] < begin[replaced.piece]


def is_passed_over(piece: Piece, node: tree.Node, place: int, since: int) -> bool:
    """Whether a place before a node is in another branch than the node is.

    Control has then not come by there since it was at the offset `since`, unless in a loop.
    """
    parents = parents_of(piece)
    found = False
    child, parent = node, parents.get(node)
    while parent is not None:
        if isinstance(parent, tree.If):
            others = (branch for branch in parent.branches if branch is not child)
            found = found or any(other.start <= place < other.end for other in others)
        if parent.start <= since:
            break
        if isinstance(parent, _LOOPS) and found:
            return False
        child, parent = parent, parents.get(parent)
    return found


def is_about_to_write(piece: Piece, node: tree.Node, statement: tree.Node, since: int) -> bool:
    """Whether a node stands in what a statement assigns: that is worked out before the writing.

    since: an offset; a loop that begins behind it may have come by the statement before.
    """
    if not isinstance(statement, tree.Assignment):
        return False
    if not any(value.start <= node.start < value.end for value in statement.values):
        return False
    parents = parents_of(piece)
    parent = parents.get(statement)
    while parent is not None and parent.start > since:
        if isinstance(parent, _LOOPS):
            return False
        parent = parents.get(parent)
    return True
