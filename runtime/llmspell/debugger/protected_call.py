"""The one call of a condition that the program makes in protected mode, where the condition stands.

`i > 3 and check(i) == 2` becomes `if i > 3 then local ok, value = pcall(check, i) if not ok or
value == 2 then …`. So nothing else has to be called, and nothing at all where `i > 3` is false.
Calling the whole condition as a function costs another 1.1 times a pass of `loop`, see
docs/performance.md.

What stands behind the call is computed after it, so it may read nothing that the call could change,
other than locals, and must not raise whatever the call has given.
"""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen
from tree_sitter import Node

_LITERALS = frozenset(["number", "string", "true", "false", "nil"])


@frozen
class ProtectedCall:
    """A call as the program makes it.

    guard: what has to be true for it to be made; "" if it is made always. arguments: what `pcall`
    gets. rest: whether the condition holds, by the hidden local for the value of the call.
    """

    guard: str
    arguments: str
    rest: str


def split(root: Node, call: Node) -> tuple[list[Node], Node] | None:
    """The guards of a call in a condition, and the rest with the call in it.

    None where more than what `and` has in front of the call would be computed before it.
    """
    guards: list[Node] = []
    rest, node = call, call
    while node.id != root.id:
        parent = node.parent
        if parent is None:
            return None
        guard = _guard(parent, node)
        if guard is not None:
            guards.insert(0, guard)
        elif parent.type == "parenthesized_expression":
            if not guards and parent.id != root.id:  # the root has a line break
                rest = parent
        elif guards or not _computes_first(parent, node):  # `(a and f()) or b`
            return None
        else:
            rest = parent
        node = parent
    return guards, rest


def _guard(parent: Node, node: Node) -> Node | None:
    """What has to be true for an operand to be computed."""
    left, right = (parent.child_by_field_name(side) for side in ("left", "right"))
    is_right = right is not None and right.id == node.id
    return left if is_right and _operator(parent) == "and" else None


def _computes_first(parent: Node, node: Node) -> bool:
    """Whether an expression computes an operand before anything else."""
    left = parent.child_by_field_name("left")
    if parent.type != "binary_expression" or left is None:
        return parent.type == "unary_expression"
    return left.id == node.id or (_operator(parent) != "or" and _is_literal(left))


def is_settled(node: Node, call: Node, names: Collection[str], text: bytes) -> bool:
    """Whether an expression with a call in it raises nothing, whatever the call gives.

    names: locals and upvalues of the place. text: what the nodes are of.
    """
    if node.id == call.id or _is_literal(node):
        return True
    sides = [child for child in node.named_children if child.type != "comment"]
    if node.type == "identifier":
        return text[node.start_byte : node.end_byte].decode() in names
    if node.type == "unary_expression" and node.children[0].type != "not":
        return False
    if node.type == "binary_expression":
        operator = _operator(node)
        if operator in ("==", "~="):
            return any(_is_literal(side) for side in sides) and all(
                is_settled(side, call, names, text) for side in sides
            )
        if operator not in ("and", "or"):
            return False
    elif node.type not in ("unary_expression", "parenthesized_expression"):
        return False
    return all(is_settled(side, call, names, text) for side in sides)


def _is_literal(node: Node) -> bool:
    if node.type == "unary_expression" and node.children[0].type == "-":
        operand = node.child_by_field_name("operand")
        return operand is not None and operand.type == "number"
    return node.type in _LITERALS


def _operator(node: Node) -> str:
    return next((child.type for child in node.children if not child.is_named), "")
