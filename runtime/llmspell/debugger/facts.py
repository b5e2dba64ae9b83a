"""Which variables of a chunk always hold a number, whatever the program does.

A comparison or a sum of numbers cannot raise an error, so a condition on such variables may stand
in the program itself. What is held to be a number: a variable all of whose assignments are
numbers; a parameter of a local function that is only ever called by its name, with numbers; the
result of such a function. Strings that look like numbers, and operators that a metatable could
define, do not count. The answer is cautious: a variable that hides another one of the same name
can spoil the answer for it.

What the text cannot show (a debugger or `debug.setlocal` assigns a variable, `debug.getinfo` gives
a function away) makes the engine give up all these facts while it runs, see `disturb` in
breaking.lua.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from tree_sitter import Node

from llmspell.syntax.chunk import Block, Chunk, Function
from llmspell.syntax.scopes import Local, visible_in

ARITHMETIC = frozenset(["+", "-", "*", "/", "//", "%", "^"])
_MOST_SCOPES = 200  # places whose names are looked up before it becomes too dear
_MEMBERS = frozenset(["attribute", "label_statement", "goto_statement"])


_Claim = tuple[str, Local]  # "holds" a number, or "returns" one


class _TooMuch(Exception):
    """There is too much to look at."""


class Facts:
    """What is known of the variables of a chunk.

    mentioned: names that expressions of breakpoints use; they may call functions in their own ways.
    """

    def __init__(self, chunk: Chunk, mentioned: frozenset[str] = frozenset()) -> None:
        self._chunk = chunk
        self._mentioned = mentioned
        self._refuted: set[_Claim] = set()
        self._assumed: set[_Claim] = set()
        self._scopes: dict[int, Mapping[str, Local]] = {}

    def is_number(self, local: Local) -> bool:
        """Whether a variable always holds a number."""
        # Variables depend on each other in circles (`n = n + 1`): all are assumed to be numbers
        # until one turns out not to be; then it begins anew, with one variable less.
        claim = ("holds", local)
        while claim not in self._refuted:
            self._assumed = set()
            before = len(self._refuted)
            try:
                if self._holds(local) and len(self._refuted) == before:
                    return True
            except _TooMuch:
                self._refuted.add(claim)
        return False

    def _holds(self, local: Local) -> bool:
        return self._is_true(
            ("holds", local),
            lambda: self._starts_as_number(local) and self._is_assigned_numbers(local),
        )

    def _is_true(self, claim: _Claim, check: Callable[[], bool]) -> bool:
        if claim in self._refuted:
            return False
        if claim in self._assumed:
            return True
        self._assumed.add(claim)
        if check():
            return True
        self._refuted.add(claim)
        return False

    def _starts_as_number(self, local: Local) -> bool:
        match local.kind:
            case "numeric for" | "local":  # the declaration of a `local` is one of its assignments
                return True
            case "parameter":
                return self._gets_numbers(local)
        return False

    def _is_assigned_numbers(self, local: Local) -> bool:
        for node in self._occurrences(local.name, local.block):
            parent = node.parent
            if parent is None:
                return False
            if parent.type == "function_declaration" and not _is_local(parent):
                return False
            if parent.type != "variable_list" or parent.parent is None:
                continue
            assignment, declaration = parent.parent, parent.parent
            if assignment.type == "for_generic_clause":
                continue  # another variable
            if assignment.parent is not None and assignment.parent.type == "variable_declaration":
                declaration = assignment.parent
            if declaration.type == "variable_declaration" and not self._declares(
                declaration, local
            ):
                continue
            if not self._assigns_number(assignment, parent, node):
                return False
        return True

    @staticmethod
    def _declares(declaration: Node, local: Local) -> bool:
        return local.kind == "local" and declaration.end_byte == local.visible

    def _assigns_number(self, assignment: Node, targets: Node, target: Node) -> bool:
        values = next((n for n in assignment.children if n.type == "expression_list"), None)
        if values is None:  # `local n`
            return False
        variables = targets.children_by_field_name("name")
        index = next(i for i, node in enumerate(variables) if node.id == target.id)
        found = _expressions(values)
        return index < len(found) and self._gives_number(found[index])

    # Functions -----------------------------------------------------------------------------

    def _gets_numbers(self, parameter: Local) -> bool:
        """Whether each call of a parameter's function hands a number over for it."""
        function = parameter.function
        callee = self._binding(function)
        if callee is None or callee.name in self._mentioned:
            return False
        parameters = function.node.child_by_field_name("parameters")
        names = parameters.children_by_field_name("name") if parameters else []
        index = [self._chunk.text(name) for name in names].index(parameter.name)
        for node in self._occurrences(callee.name, callee.block):
            call = node.parent
            if call is not None and call.type == "function_declaration" and _is_local(call):
                continue
            name = call.child_by_field_name("name") if call is not None else None
            if call is None or call.type != "function_call" or name is None or name.id != node.id:
                return False
            arguments = call.child_by_field_name("arguments")
            values = _expressions(arguments) if arguments else []
            if index >= len(values) or not self._gives_number(values[index]):
                return False
        return True

    def _returns_number(self, callee: Local) -> bool:
        """Whether a local function gives one number whenever it returns."""
        function = next(
            (f for f in self._chunk.functions[1:] if self._binding(f) == callee),
            None,
        )
        if function is None or not self._is_constant(callee):
            return False
        statements = function.body.statements
        if not statements or statements[-1].kind != "return_statement":
            return False
        for statement in self._chunk.statements:
            if statement.kind == "return_statement" and statement.function is function:
                lists = [n for n in statement.node.children if n.type == "expression_list"]
                values = _expressions(lists[0]) if lists else []
                if len(values) != 1 or not self._gives_number(values[0]):
                    return False
        return True

    def _binding(self, function: Function) -> Local | None:
        """The local variable that a `local function` declares."""
        node, block = function.node, function.body.parent
        name = node.child_by_field_name("name")
        if block is None or name is None or name.type != "identifier" or not _is_local(node):
            return None
        return Local(self._chunk.text(name), "function", "", name.end_byte, block)

    def _is_constant(self, local: Local) -> bool:
        for node in self._occurrences(local.name, local.block):
            parent = node.parent
            if parent is None or parent.type == "variable_list":
                return False
            if parent.type == "function_declaration" and parent.start_byte != _start(local, node):
                return False
        return True

    # Expressions ---------------------------------------------------------------------------

    def _gives_number(self, node: Node) -> bool:
        """Whether an expression of the program, if it gives anything, gives a number."""
        match node.type:
            case "number":
                return True
            case "identifier":
                local = self._names_at(node).get(self._chunk.text(node))
                return local is not None and self._holds(local)
            case "parenthesized_expression":
                inner = _expressions(node)
                return len(inner) == 1 and self._gives_number(inner[0])
            case "unary_expression":
                operand = node.child_by_field_name("operand")
                minus = node.children[0].type == "-"
                return minus and operand is not None and self._gives_number(operand)
            case "binary_expression":
                operator = next((c.type for c in node.children if not c.is_named), "")
                sides = [node.child_by_field_name("left"), node.child_by_field_name("right")]
                known = operator in ARITHMETIC or operator in ("and", "or")
                return known and all(side and self._gives_number(side) for side in sides)
            case "function_call":
                name = node.child_by_field_name("name")
                if name is None or name.type != "identifier":
                    return False
                callee = self._names_at(name).get(self._chunk.text(name))
                return callee is not None and self._is_true(
                    ("returns", callee), lambda: self._returns_number(callee)
                )
        return False

    def _names_at(self, node: Node) -> Mapping[str, Local]:
        if node.start_byte not in self._scopes:
            if len(self._scopes) >= _MOST_SCOPES:
                raise _TooMuch
            block = self._chunk.block_at(node.start_byte)
            self._scopes[node.start_byte] = visible_in(self._chunk, block, node.start_byte)
        return self._scopes[node.start_byte]

    def _occurrences(self, name: str, block: Block) -> Iterator[Node]:
        """Where a name is used as a variable in a block and what belongs to its statement."""
        start, end = block.node.start_byte, block.node.end_byte
        word = re.compile(rb"(?<![\w])" + name.encode() + rb"(?![\w])")
        for found in word.finditer(self._chunk.source, start, end):
            node = self._chunk.root.named_descendant_for_byte_range(*found.span())
            if node is not None and node.type == "identifier" and not _is_member(node):
                yield node


def _start(local: Local, name: Node) -> int:
    """Where the declaration of a local function begins, if this is its name."""
    is_own = name.end_byte == local.visible and name.parent is not None
    return name.parent.start_byte if is_own and name.parent is not None else -1


def _is_local(declaration: Node) -> bool:
    return declaration.children[0].type == "local"


def _is_member(node: Node) -> bool:
    """Whether an identifier is the name of a field, a method, a label or an attribute."""
    parent = node.parent
    if parent is None or parent.type in _MEMBERS:
        return True
    if parent.type == "parameters":
        return True
    if parent.type == "field":
        name = parent.child_by_field_name("name")
        return name is not None and name.id == node.id and parent.children[0].type != "["
    if parent.type in ("dot_index_expression", "method_index_expression"):
        table = parent.child_by_field_name("table")
        return table is None or table.id != node.id
    return False


def _expressions(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]
