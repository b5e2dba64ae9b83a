"""Conditions that may stand in the program itself, because they cannot raise an error there.

Each kind of expression, and what a pass costs where it is false:

1. Nothing in it can raise (`==` with a literal, `and`, `or`, `not`, arithmetic on the variable of
   a numeric `for`): a few nanoseconds.
2. It compares or adds variables of which the text of the chunk shows that they always hold numbers
   (`facts`), reads global variables, or calls standard functions that raise nothing for such
   values (`standard`). The same, and a look whether these facts still hold: where they do not, the
   condition is of the fourth kind.
3. It reads fields of tables (`t.x == 1`, `a.b[i]`, `#list`), and is of the first or second kind
   otherwise. The same, where these tables are known to have no metatable: the debugger keeps a set
   of such tables, and takes a table out when the program gives it one. Elsewhere it is of the
   fourth kind.
4. Any other: the program calls it in protected mode, as a function that gets the values of the
   variables it names. An error in it is said once and counts as false.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from attrs import frozen
from tree_sitter import Node

from llmspell.syntax.scopes import is_assigned

from .condition import Expression, Scope
from .facts import ARITHMETIC, Facts
from .standard import CONSTANTS, FUNCTIONS, Standard

SUPPORT = "__llmspell_"
"""The hidden local through which a chunk finds what its conditions and counters need. Names that
begin so are not shown to the user."""

_Span = tuple[int, int]  # bytes
Licence = Literal["none", "facts", "standard"]
Value = Literal["number", "scalar", "any"]  # scalar: not a table or userdata, so without `__eq`

GLOBALS = 1
HOLDS: Mapping[Licence, int] = {"facts": 2, "standard": 3}
PLAIN: Mapping[Licence, int] = {"none": 4, "facts": 5, "standard": 6}
FIRST_SITE = 7
"""Where in that table things are that each pass looks at, see `support` in breaking.lua: small
integers, which Lua finds faster than names (4.4 x instead of 4.8 x for a field of a global table in
the program `loop`). Counters of sites come after them."""

_LONGEST = 500
_PATHS = frozenset(["identifier", "dot_index_expression", "bracket_index_expression"])
_MATH = re.compile(r"math\s*\.\s*(\w+)")


@frozen
class InPlace:
    """A condition as it may stand in the program.

    licence: what has to hold for it, "none" if it is of the first kind; "standard" includes the
    facts. tables: the expressions in the condition that must give tables without a metatable, each
    to be looked at before the next one is computed. lookups: the same by the hidden locals that
    the text finds their values in.
    """

    text: str
    licence: Licence
    tables: tuple[str, ...] = ()
    lookups: Mapping[str, str] = {}


def in_place(expression: Expression, scope: Scope, facts: Facts) -> InPlace | None:
    """The condition of one of the first three kinds; None if it is of the fourth."""
    text = expression.text
    if len(text) > _LONGEST or "\n" in text or "\r" in text or "--" in text:
        return None
    reading = _Reading(expression, scope, facts)
    if reading.value(expression.node) is None:
        return None
    if reading.tables and expression.varargs:
        return None
    lookups = {name: reading.rewritten(node) for name, node in reading.tables.values()}
    return InPlace(reading.rewritten(), reading.licence, tuple(reading.tables), lookups)


class _Reading:
    """What kind of value an expression gives; None where computing it could raise or call."""

    def __init__(self, expression: Expression, scope: Scope, facts: Facts) -> None:
        self.licence: Licence = "none"
        self.tables: dict[
            str, tuple[str, Node]
        ] = {}  # text -> hidden local, where; inner ones first
        self._expression = expression
        self._scope = scope
        self._facts = facts
        self._lent: dict[_Span, str] = {}  # what stands there instead
        self._held: dict[_Span, str] = {}  # the same, for tables

    def rewritten(self, table: Node | None = None) -> str:
        """The text, or what computes one of its tables, with what stands in it instead."""
        chunk, text = self._expression.chunk, b""
        # The first bytes wrap the expression, see `parse`.
        position, end = chunk.source.index(b"(") + 1, len(chunk.source) - len(b"\n)")
        held = dict(self._held)
        if table is not None:
            position, end = table.start_byte, table.end_byte
            del held[position, end]
        instead = {**self._lent, **held}
        for start, stop in sorted(instead, key=lambda span: (span[0], -span[1])):
            if position <= start and stop <= end:
                text += chunk.source[position:start] + instead[start, stop].encode()
                position = stop
        return (text + chunk.source[position:end]).decode("utf-8", "surrogateescape")

    def value(self, node: Node) -> Value | None:
        """The kind of value of an expression."""
        match node.type:
            case "number":
                return "number"
            case "string" | "true" | "false" | "nil":
                return "scalar"
            case "identifier":
                return self._variable(node)
            case "vararg_expression":
                return "any"
            case "parenthesized_expression":
                inner = [child for child in node.named_children if child.type != "comment"]
                return self.value(inner[0]) if len(inner) == 1 else None
            case "unary_expression":
                return self._unary(node)
            case "binary_expression":
                return self._binary(node)
            case "function_call":
                return self._call(node)
            case "dot_index_expression" | "bracket_index_expression":
                return self._member(node) or self._field(node)
        return None

    def _text(self, node: Node) -> str:
        return self._expression.chunk.text(node)

    def _variable(self, node: Node) -> Value | None:
        local = self._scope.names.get(self._text(node))
        if local is None:
            return self._global(node)
        if local.kind == "numeric for" and not is_assigned(self._scope.chunk, local):
            return "number"
        return "any"

    def _is_number(self, node: Node, value: Value | None) -> bool:
        """Whether an expression gives a number, with the facts about variables if need be."""
        if value != "any":
            return value == "number"
        while node.type == "parenthesized_expression":
            node = next(child for child in node.named_children if child.type != "comment")
        if node.type == "binary_expression":  # `a or b`
            sides = [node.child_by_field_name("left"), node.child_by_field_name("right")]
            return all(
                side is not None and self._is_number(side, self.value(side)) for side in sides
            )
        if node.type != "identifier":
            return False
        local = self._scope.names.get(self._text(node))
        if local is None or not self._facts.is_number(local):
            return False
        if self.licence == "none":
            self.licence = "facts"
        return True

    def _unary(self, node: Node) -> Value | None:
        operand = node.child_by_field_name("operand")
        inner = self.value(operand) if operand else None
        if operand is None or inner is None:
            return None
        match node.children[0].type:
            case "not":
                return "scalar"
            case "-":
                return "number" if self._is_number(operand, inner) else None
            case "#":
                return "number" if self._is_table(operand) else None
        return None

    def _binary(self, node: Node) -> Value | None:
        left_node = node.child_by_field_name("left")
        right_node = node.child_by_field_name("right")
        operator = next((child.type for child in node.children if not child.is_named), "")
        if left_node is None or right_node is None:
            return None
        left, right = self.value(left_node), self.value(right_node)
        if left is None or right is None:
            return None
        if operator in ("and", "or"):
            return left if left == right else "any" if "any" in (left, right) else "scalar"
        if operator in ("==", "~=") and not left == right == "any":
            return "scalar"
        if operator in ("==", "~="):
            numeric = self._is_number(left_node, left) or self._is_number(right_node, right)
            return "scalar" if numeric else None
        if not (self._is_number(left_node, left) and self._is_number(right_node, right)):
            return None
        if operator in ("<", "<=", ">", ">="):
            return "scalar"
        if operator in ("%", "//") and not self._is_not_zero(right_node):
            return None
        return "number" if operator in ARITHMETIC else None

    def _is_not_zero(self, node: Node) -> bool:
        return node.type == "number" and re.fullmatch(r"[1-9]\d*", self._text(node)) is not None

    # Tables ----------------------------------------------------------------------------------

    def _field(self, node: Node) -> Value | None:
        """A field of a table, which cannot have a metatable where the condition stands."""
        table, key = node.child_by_field_name("table"), node.child_by_field_name("field")
        if table is None or key is None or self.value(table) is None:
            return None
        if node.type == "bracket_index_expression" and self.value(key) is None:
            return None
        return "any" if self._is_table(table) else None

    def _is_table(self, node: Node) -> bool:
        """Whether it can be looked up that an expression gives a table without a metatable."""
        if node.type not in _PATHS:
            return False
        hidden = f"{SUPPORT}t{len(self.tables) + 1}"
        name, _ = self.tables.setdefault(self._text(node), (hidden, node))
        self._held[node.start_byte, node.end_byte] = name
        return True

    # Standard functions ----------------------------------------------------------------------

    def _call(self, node: Node) -> Value | None:
        name, arguments = node.child_by_field_name("name"), node.child_by_field_name("arguments")
        if name is None or arguments is None or not self._is_standard(name):
            return None
        function = FUNCTIONS.get(self._text(name))
        values = [child for child in arguments.named_children if child.type != "comment"]
        if function is None or len(values) < function.least or arguments.children[0].type != "(":
            return None
        for value in values:
            kind = None if value.type == "vararg_expression" else self.value(value)
            if kind is None or (function.numbers and not self._is_number(value, kind)):
                return None
        self._lend(name, f"{SUPPORT}.{Standard.field(self._text(name))}")
        return function.result

    def _global(self, node: Node) -> Value | None:
        if not self._is_standard(node):
            return None
        self._lend(node, f"{SUPPORT}[{GLOBALS}].{self._text(node)}")
        return "any"

    def _member(self, node: Node) -> Value | None:
        """A member of `math`, which may be none."""
        name = _MATH.fullmatch(self._text(node))
        if name is None or not self._is_standard(node):
            return None
        self._lend(node, f"{SUPPORT}.math_{name[1]}")
        return "number" if f"math.{name[1]}" in CONSTANTS else "any"

    def _is_standard(self, name: Node) -> bool:
        """Whether a name is that of a global of the program."""
        if name.type not in ("identifier", "dot_index_expression"):
            return False
        root = self._text(name).partition(".")[0].strip()
        return root not in self._scope.names and "_ENV" not in self._scope.names

    def _lend(self, name: Node, text: str) -> None:
        self.licence = "standard"
        self._lent[name.start_byte, name.end_byte] = text
