"""Statements that are never reached or do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell_server.analysis.inference.flow import leaves
from llmspell_server.analysis.syntax import tree

from .context import Context
from .finding import Finding

LOOPS = (tree.While, tree.Repeat, tree.NumericFor, tree.GenericFor)


def after_leaving(_: Context, node: tree.Block) -> Iterator[Finding]:
    """`unreachable-code`, `code-after-break`: statements behind one that control never leaves."""
    statements = [each for each in node.statements if not isinstance(each, tree.Empty)]
    for index, statement in enumerate(statements[:-1]):
        if not ends(statement):
            continue
        rest = statements[index + 1 :]
        if any(isinstance(each, tree.Label) for each in rest) or not _is_code(rest):
            return
        is_break = isinstance(statement, tree.Break)
        yield Finding(
            "code-after-break" if is_break else "unreachable-code",
            "This is never run, because of the `break` above."
            if is_break
            else "This is never run.",
            rest[0].start,
            rest[-1].end,
        )
        return


def _is_code(statements: list[tree.Statement]) -> bool:
    return not all(isinstance(each, (tree.Skipped, tree.Empty)) for each in statements)


def ends(statement: tree.Statement) -> bool:
    """Whether control never gets behind a statement."""
    if isinstance(statement, tree.Goto):
        return False  # a common way to write `continue`; what follows belongs to another label
    if isinstance(statement, tree.While):
        endless = isinstance(statement.condition, tree.Boolean) and statement.condition.value
        return endless and not breaks(statement.body)
    return leaves(tree.Block(statement.start, statement.end, (statement,)))


def breaks(block: tree.Node, *, within: bool = False) -> bool:
    """Whether a loop's body can leave the loop other than by `return`.

    within: whether a node is in a loop inside, whose own `break`s do not count.
    """
    if isinstance(block, tree.Goto) or (isinstance(block, tree.Break) and not within):
        return True
    if isinstance(block, tree.Function):
        return False
    inner = within or isinstance(block, LOOPS)
    return any(breaks(each, within=inner) for each in block.children())


def empty(context: Context, node: tree.Node) -> Iterator[Finding]:
    """`empty-block`: loops and conditions with nothing in them, not even a comment."""
    if isinstance(node, tree.If):
        bodies = [branch.body for branch in node.branches]
    else:
        body = next(child for child in node.children() if isinstance(child, tree.Block))
        bodies = [body]
    if any(body.statements for body in bodies):
        return
    if any(node.start <= comment.start < node.end for comment in context.piece.comments):
        return
    yield context.finding("empty-block", node, "There is nothing in this block.")


def redundant_return(context: Context, node: tree.Return) -> Iterator[Finding]:
    """`redundant-return`: a `return` without values where the function ends anyway."""
    block = context.parents.get(node)
    function = context.parents.get(block) if block is not None else None
    if not node.values and isinstance(function, tree.Function):
        yield context.finding("redundant-return", node, "The function ends here anyway.")
