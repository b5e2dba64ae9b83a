"""Code that Lua reads otherwise than it looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from llmspell_server.analysis.syntax import tree

from .context import Context
from .finding import Finding

_ARITHMETIC = frozenset(("+", "-", "*", "/", "//", "%", "^", "&", "|", "~", "<<", ">>", ".."))
_LITERALS = (tree.Number, tree.String, tree.Boolean, tree.Table)


def precedence(context: Context, node: tree.Binary) -> Iterator[Finding]:
    """`ambiguity-1`: `a + b or 0` means `(a + b) or 0`."""
    if node.operator != "or":
        return
    left, right = node.left, node.right
    if _computes(left) and _is_meant(right, left.right):
        yield _unclear(context, node, left)
    elif _computes(right) and _is_meant(right.left, right.right):
        yield _unclear(context, node, right)


def _computes(node: tree.Node) -> TypeGuard[tree.Binary]:
    return isinstance(node, tree.Binary) and node.operator in _ARITHMETIC


def _is_meant(default: tree.Node, other: tree.Node) -> bool:
    """Whether a literal beside something else looks like its default."""
    return isinstance(default, _LITERALS) and not isinstance(other, _LITERALS)


def _unclear(context: Context, node: tree.Binary, first: tree.Binary) -> Finding:
    message = f"`{first.operator}` is computed before `or`. Put parentheses around what is meant."
    return context.finding("ambiguity-1", node, message, first=[first.start, first.end])


def new_line(context: Context, node: tree.Call) -> Iterator[Finding]:
    """`newline-call`, `newfield-call`: a parenthesis on a new line calls what stands above it."""
    text, arguments = context.piece.text, node.arguments
    if text[arguments.start : arguments.start + 1] != "(":
        return
    if "\n" not in text[node.callee.end : arguments.start]:
        return
    inside = _holder(context, node)
    if isinstance(inside, tree.Field):
        message = "This calls what stands on the line above. Is a comma missing there?"
        yield context.finding("newfield-call", arguments, message, insert=node.callee.end)
    elif len(arguments.values) == 1 and _goes_on(context, node):
        message = "This calls what stands on the line above. Is a semicolon missing there?"
        yield context.finding("newline-call", arguments, message, insert=node.callee.end)


def _holder(context: Context, node: tree.Node) -> tree.Node | None:
    parent = context.parents.get(node)
    while isinstance(parent, (tree.Call, tree.MethodCall, tree.Member, tree.Index)):
        node, parent = parent, context.parents.get(parent)
    return parent


def _goes_on(context: Context, node: tree.Node) -> bool:
    """Whether something is done with the result."""
    parent = context.parents.get(node)
    return isinstance(parent, (tree.Call, tree.MethodCall, tree.Member, tree.Index))
