"""Conditions that may stand in the program itself, because they cannot raise an error there.

Each kind of expression, and what a pass costs where it is false:

1. Nothing in it can raise (`==` with a literal, `and`, `or`, `not`, arithmetic on the variable of
   a numeric `for`): a few nanoseconds.
2. It compares or adds variables of which the text of the chunk shows that they always hold numbers
   (`facts`), reads global variables, or calls standard functions that raise nothing for such
   values (`standard`). The same, and a look whether these facts still hold: where they do not, the
   condition is of the fifth kind.
3. It reads fields of tables (`t.x == 1`, `a.b[i]`, `#list`), and is of the first or second kind
   otherwise. The same, where these tables are known to have no metatable: the debugger keeps a set
   of such tables, and takes a table out when the program gives it one. So are those that call
   standard functions by a field or a local variable (`os.clock()`, `local select = select`), where
   these have the function as it was. Elsewhere it is of the fifth kind.
4. It has one call of anything else, of which the value is only compared with `==` or taken for
   true or false, and is of the first, second or third kind otherwise (`i > 3 and check(i) == 2`).
   The program calls just that in protected mode, see `protected_call`; an error in it is said once
   and counts as false.
5. Any other: the program calls it in protected mode, as a function that gets the values of the
   variables it names.

Values of which nothing is known do not make a condition one of the fifth kind if the program
defines no operator (`__eq`, `__lt`, `__le`; see `standard`). Then `==` raises nothing. Numbers get
hidden metamethods for `<` and `<=`, which the VM calls where a number is compared with something
else. In the program, which must not look at the stack of an error then, they raise the error that
there would have been. In a condition, which they know by the hidden local FLAG of the frame, they
clear it: then the condition is evaluated again in protected mode. An operand of arithmetic has its
comparison with infinity put in front (`x > huge or x + 1 == y`): false for each number, and true
where the metamethod is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal, get_args

from attrs import frozen
from tree_sitter import Node

from llmspell.syntax.scopes import is_assigned

from .condition import Expression, Scope
from .facts import ARITHMETIC, Facts
from .lending import SUPPORT, lent, original
from .protected_call import ProtectedCall, is_settled, split
from .standard import CONSTANTS, FUNCTIONS, is_watched

_Span = tuple[int, int]  # bytes
Known = Literal["none", "facts", "standard"]
Operators = Literal["any", "no equality", "no order"]
Licence = tuple[Known, Operators]
"""What has to hold of the program: what is known of it ("standard" includes the facts), and which
operators it does not define ("no order" includes the other)."""
Value = Literal["number", "scalar", "any"]  # scalar: not a table or userdata, so without `__eq`

VALUE = f"{SUPPORT}value"
"""The hidden local with the value of a call in a condition."""

FLAG = f"{SUPPORT}ok"
"""The hidden local that says whether all comparisons of a condition were of numbers: the number of
its site as long as they were, and if they are for most passes."""

GLOBALS = 1
_LICENCES: tuple[Licence, ...] = tuple(
    (known, operators) for operators in get_args(Operators) for known in get_args(Known)
)
HOLDS: Mapping[Licence, int] = {licence: 1 + n for n, licence in enumerate(_LICENCES) if n > 0}
PLAIN: Mapping[Licence, int] = {licence: 10 + n for n, licence in enumerate(_LICENCES)}
FIRST_SITE = 19
"""Where things are that a chunk is lent, see `support` in breaking.lua, by the licence. Counters of
sites come after them."""

_LONGEST = 500
_COMPARISONS = frozenset(["==", "~=", "<", "<=", ">", ">="])
_ORDERS = _COMPARISONS - {"==", "~="}
_PATHS = frozenset(["identifier", "dot_index_expression", "bracket_index_expression"])
_HUGE = original("math.huge")
_MATH = re.compile(r"math\s*\.\s*(\w+)")


@frozen
class Look:
    """Something that the program looks at before the rest of a condition is computed.

    text: what it looks at. name: the hidden local for the value, which must be a table without a
    metatable. original: the standard function that the value must be instead.
    """

    text: str
    name: str = ""
    original: str = ""


@frozen
class InPlace:
    """A condition as it may stand in the program.

    relies_on: what has to hold for it. flagged: whether it needs FLAG. single: whether it is true
    by itself where an operand is no number, as it is nothing but one comparison. kept: what is
    computed first, to be found in the hidden local VALUE; "" if nothing is. guard: what is looked
    at before anything else, and must be true for the text to be; "" if nothing is. looks: in their
    order, each to be made before the next one is computed. tables: the expressions in the condition
    that must give tables without a metatable. call: what the program calls in protected mode; the
    text is not used then.
    """

    text: str
    relies_on: Licence
    flagged: bool = False
    single: bool = False
    kept: str = ""
    guard: str = ""
    looks: tuple[Look, ...] = ()
    tables: tuple[str, ...] = ()
    call: ProtectedCall | None = None


def in_place(expression: Expression, scope: Scope, facts: Facts) -> InPlace | None:
    """The condition of one of the first four kinds; None if it is of the fifth."""
    text = expression.text
    if len(text) > _LONGEST or "\n" in text or "\r" in text or "--" in text:
        return None
    reading = _Reading(expression, scope, facts)
    if reading.truth(expression.node) is None:
        return None
    if reading.tables and expression.varargs:
        return None
    call = reading.protected_call() if reading.called else None
    if reading.called and call is None:
        return None
    single = reading.flagged and reading.is_single()
    kept = reading.keep() if single and not (call or expression.varargs) else ""
    guard, rewritten = ("", "") if call else reading.split()
    rewritten, looks = rewritten or reading.rewritten(), reading.looks()
    if len(rewritten) > 2 * _LONGEST:
        return None
    return InPlace(
        rewritten,
        (reading.known, reading.operators),
        flagged=reading.flagged,
        single=single,
        kept=kept,
        guard=guard,
        looks=looks,
        tables=tuple(reading.tables),
        call=call,
    )


class _Reading:
    """What kind of value an expression gives; None where computing it could raise or call."""

    def __init__(self, expression: Expression, scope: Scope, facts: Facts) -> None:
        self.known: Known = "none"
        self.operators: Operators = "any"
        self.flagged = False
        self.called: Node | None = None  # the one call that may raise
        self.tables: dict[str, str] = {}  # text -> hidden local; inner ones first
        self._looks: dict[str, tuple[Node, str, str]] = {}  # the same: where, that, original
        self._expression = expression
        self._scope = scope
        self._facts = facts
        self._lent: dict[_Span, str] = {}  # what stands there instead
        self._held: dict[_Span, str] = {}  # the same, for tables
        self._tests: dict[
            _Span, list[Node]
        ] = {}  # what must be numbers for something to be computed
        self._untested: list[Node] = []  # the same, for what is being looked at

    def rewritten(self) -> str:
        """The text of the condition, with what stands in it instead."""
        # The first bytes wrap the expression, see `parse`.
        source = self._expression.chunk.source
        return self._written((source.index(b"(") + 1, len(source) - len(b"\n)")))

    def is_single(self) -> bool:
        """Whether the condition is one comparison for the order, with no other in its operands."""
        root = self._root()
        if _operator(root) not in _ORDERS:
            return False
        pending = _inside(root)
        while pending:
            node = pending.pop()
            if _operator(node) in _ORDERS:
                return False
            pending += node.named_children
        return True

    def keep(self) -> str:
        """Keeps the value of the first operand where it is used twice; gives its text."""
        root = self._root()
        left, span = root.child_by_field_name("left"), (root.start_byte, root.end_byte)
        if left is None or [node.id for node in self._tests.get(span, ())] != [left.id]:
            return ""
        operand = left.start_byte, left.end_byte
        text = self._written(operand)
        self._lent[operand] = VALUE
        return text

    def split(self) -> tuple[str, str]:
        """What `and` has in front of the first operand that needs a look, and the rest.

        Where that is false (`type(x) == 'table'`), nothing has to be looked at.
        """
        operands = [self._root()]
        while _operator(operands[0]) == "and":
            sides = (operands[0].child_by_field_name(side) for side in ("left", "right"))
            operands[:1] = [side for side in sides if side is not None]
        texts = [self._written((node.start_byte, node.end_byte)) for node in operands]
        needing = [number for number, node in enumerate(operands) if self._needs_look(node)]
        first = needing[0] if needing else 0
        return " and ".join(texts[:first]), " and ".join(texts[first:]) if first else ""

    def _needs_look(self, node: Node) -> bool:
        spans = [*self._held, *((n.start_byte, n.end_byte) for n, _, _ in self._looks.values())]
        return any(node.start_byte <= start and end <= node.end_byte for start, end in spans)

    def _root(self) -> Node:
        node = self._expression.node
        while node.type == "parenthesized_expression" and len(_inside(node)) == 1:
            (node,) = _inside(node)
        return node

    def looks(self) -> tuple[Look, ...]:
        """What is looked at before the rest is computed."""
        return tuple(
            Look(self._looked_at(node, not name), name, function)
            for node, name, function in self._looks.values()
        )

    def _looked_at(self, node: Node, is_function: bool) -> str:
        span = node.start_byte, node.end_byte
        expected = "" if is_function else self._lent.get(span)
        return expected or self._written(span, besides=span)

    def _written(self, span: _Span, besides: _Span | None = None) -> str:
        """A part of the text, with what stands in it instead of others than `besides`."""
        source, (position, end), parts = self._expression.chunk.source, span, list[bytes]()
        for start, stop in sorted(
            {*self._lent, *self._held, *self._tests} - {besides}, key=lambda s: (s[0], -s[1])
        ):
            if position <= start and stop <= end:
                parts += (source[position:start], self._instead((start, stop)).encode())
                position = stop
        return b"".join((*parts, source[position:end])).decode("utf-8", "surrogateescape")

    def _instead(self, span: _Span) -> str:
        if span in self._tests:
            nodes = self._tests[span]
            operands = dict.fromkeys(self._written((n.start_byte, n.end_byte)) for n in nodes)
            tests = "".join(f"({operand})>{_HUGE} or " for operand in operands)
            return f"({tests}{self._written(span, besides=span)})"
        return self._held.get(span) or self._lent[span]

    def truth(self, node: Node) -> Value | None:
        """The kind of value of an expression of which only matters whether it is true."""
        while node.type == "parenthesized_expression":
            inner = _inside(node)
            if len(inner) != 1:
                return None
            node = inner[0]
        operator = _operator(node)
        sides = [node.child_by_field_name("left"), node.child_by_field_name("right")]
        if node.type == "binary_expression" and operator in ("and", "or"):
            kinds = [self.truth(side) if side else None for side in sides]
            return None if None in kinds else "any"
        operand = node.child_by_field_name("operand")
        if node.type == "unary_expression" and operator == "not" and operand is not None:
            return "scalar" if self.truth(operand) else None
        return self._tested(node, lambda: self.value(node))

    def _tested(self, node: Node, look: Callable[[], Value | None]) -> Value | None:
        """Looks at something that may be true instead where operands are no numbers."""
        outer, self._untested = self._untested, []
        kind = look()
        if self._untested:
            self._tests[node.start_byte, node.end_byte] = self._untested
        self._untested = outer
        return kind

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
                inner = _inside(node)
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
            node = _inside(node)[0]
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
        if self.known == "none":
            self.known = "facts"
        return True

    def _must_be_number(self, node: Node, value: Value | None) -> bool:
        """The same, or that it can be tested in front."""
        if self._is_number(node, value):
            return True
        if not _may_be_number(node, value):
            return False
        self._untested.append(node)
        self.operators, self.flagged = "no order", True
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
                return "number" if self._must_be_number(operand, inner) else None
            case "#":
                return "number" if self._is_table(operand) else None
        return None

    def _binary(self, node: Node) -> Value | None:
        left_node = node.child_by_field_name("left")
        right_node = node.child_by_field_name("right")
        if left_node is None or right_node is None:
            return None
        operator = _operator(node)
        if operator in _COMPARISONS:
            return self._tested(node, lambda: self._comparison(left_node, operator, right_node))
        left, right = self.value(left_node), self.value(right_node)
        if left is None or right is None:
            return None
        if operator in ("and", "or"):
            return left if left == right else "any" if "any" in (left, right) else "scalar"
        if operator not in ARITHMETIC:
            return None
        if operator in ("%", "//") and not self._is_not_zero(right_node):
            return None
        numbers = self._must_be_number(left_node, left) and self._must_be_number(right_node, right)
        return "number" if numbers else None

    def _comparison(self, left_node: Node, operator: str, right_node: Node) -> Value | None:
        left, right = self.value(left_node), self.value(right_node)
        if left is None or right is None:
            return None
        if operator in ("==", "~=") and not left == right == "any":
            return "scalar"
        first, second = self._is_number(left_node, left), self._is_number(right_node, right)
        if operator in ("==", "~="):
            if self.operators == "any" and not (first or second):
                self.operators = "no equality"
            return "scalar"
        if first and second:
            return "scalar"
        if not (_may_be_number(left_node, left) and _may_be_number(right_node, right)):
            return None
        if not first and not second and not self._must_be_number(left_node, left):
            return None
        self.operators, self.flagged = "no order", True
        return "scalar"

    def _is_not_zero(self, node: Node) -> bool:
        return node.type == "number" and re.fullmatch(r"[1-9]\d*", self._text(node)) is not None

    # Tables ----------------------------------------------------------------------------------

    def _field(self, node: Node) -> Value | None:
        """A field of a table, which cannot have a metatable where the condition stands."""
        table, key = node.child_by_field_name("table"), node.child_by_field_name("field")
        if table is None or key is None or self.value(table) is None:
            return None
        if node.type == "bracket_index_expression":
            tests = len(self._untested), len(self._tests)
            if self.value(key) is None or tests != (len(self._untested), len(self._tests)):
                return None  # tables are looked up before anything is tested
        return "any" if self._is_table(table) else None

    def _is_table(self, node: Node) -> bool:
        """Whether it can be looked up that an expression gives a table without a metatable."""
        if node.type not in _PATHS:
            return False
        text = self._text(node)
        name = self.tables.setdefault(text, f"{SUPPORT}t{len(self.tables) + 1}")
        self._looks.setdefault(text, (node, name, ""))
        self._held[node.start_byte, node.end_byte] = name
        return True

    # Calls -----------------------------------------------------------------------------------

    def protected_call(self) -> ProtectedCall | None:
        """The call that may raise, and what stands around it; None where that must not stand."""
        call, names = self.called, self._scope.names
        found = split(self._expression.node, call) if call else None
        if call is None or found is None:
            return None
        guards, rest = found
        if not is_settled(rest, call, names, self._expression.chunk.source):
            return None
        guard = " and ".join(f"({self._written((g.start_byte, g.end_byte))})" for g in guards)
        arguments = ",".join(self._of_call(call))
        self._lent[call.start_byte, call.end_byte] = VALUE
        return ProtectedCall(guard, arguments, self._written((rest.start_byte, rest.end_byte)))

    def _of_call(self, call: Node) -> list[str]:
        """What is called, and with what, as text."""
        name, values = call.child_by_field_name("name"), _arguments(call)
        table = name.child_by_field_name("table") if name else None
        method = name.child_by_field_name("method") if name else None
        texts = [self._written((value.start_byte, value.end_byte)) for value in values or ()]
        if table is not None and method is not None:
            held = self._written((table.start_byte, table.end_byte))
            return [f"{held}.{self._text(method)}", held, *texts]
        return [self._written((name.start_byte, name.end_byte)), *texts] if name else texts

    def _protected(self, call: Node, name: Node) -> Value | None:
        """A call that may raise, of something that can be computed, with what can be computed."""
        values = _arguments(call)
        if values is None:
            return None
        before = self.flagged, len(self._untested), len(self._tests)
        table = name.child_by_field_name("table")
        if name.type == "method_index_expression":
            known = table is not None and self.value(table) is not None and self._is_table(table)
        else:
            known = name.type in _PATHS and not _MATH.fullmatch(self._text(name))
            known = known and self.value(name) is not None
        if not known or any(self.value(value) is None for value in values):
            return None
        if before != (self.flagged, len(self._untested), len(self._tests)):
            return None  # it would be called before it is known whether operands are numbers
        if self.called is not None:
            return None  # one that may raise stands in it
        self.called = call
        return "any"

    def _call(self, node: Node) -> Value | None:
        name, values = node.child_by_field_name("name"), _arguments(node)
        if name is None or values is None:
            return None
        text = self._text(name)
        function = FUNCTIONS.get(text)
        if function is None or not function.takes([self._text(value) for value in values]):
            return self._protected(node, name)
        is_settled = self._is_standard(name) and is_watched(text)
        if not is_settled and not self._can_be_looked_at(name):
            return self._protected(node, name)
        for value in values:
            kind = self.value(value)
            if kind is None or (function.numbers and not self._must_be_number(value, kind)):
                return None
        if is_settled:
            self._lend(name, original(text))
        else:
            self._lent[name.start_byte, name.end_byte] = original(text)
            self._looks.setdefault(f"{text}()", (name, "", original(text)))
        return function.result

    def _can_be_looked_at(self, name: Node) -> bool:
        """Whether a value of the program can be compared with the standard function of its name."""
        table = name.child_by_field_name("table")
        if table is not None:
            return self.value(table) is not None and self._is_table(table)
        return self._text(name) in self._scope.names

    def _global(self, node: Node) -> Value | None:
        if not self._is_standard(node):
            return None
        self._lend(node, f"{lent(GLOBALS)}.{self._text(node)}")
        return "any"

    def _member(self, node: Node) -> Value | None:
        """A member of `math`, which may be none."""
        name = _MATH.fullmatch(self._text(node))
        if name is None or not self._is_standard(node):
            return None
        self._lend(node, original(f"math.{name[1]}"))
        return "number" if f"math.{name[1]}" in CONSTANTS else "any"

    def _is_standard(self, name: Node) -> bool:
        """Whether a name is that of a global of the program."""
        if name.type not in ("identifier", "dot_index_expression"):
            return False
        root = self._text(name).partition(".")[0].strip()
        return root not in self._scope.names and "_ENV" not in self._scope.names

    def _lend(self, name: Node, text: str) -> None:
        self.known = "standard"
        self._lent[name.start_byte, name.end_byte] = text


def _may_be_number(node: Node, value: Value | None) -> bool:
    """Whether an expression is worth to be tested for a number (`tonumber(x)`)."""
    return value in ("number", "any") or (value == "scalar" and node.type == "function_call")


def _operator(node: Node) -> str:
    return next((child.type for child in node.children if not child.is_named), "")


def _arguments(call: Node) -> list[Node] | None:
    """The arguments of a call; None if it has no parentheses."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None or arguments.children[0].type != "(":
        return None
    return _inside(arguments)


def _inside(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]
