"""Objects and classes that functions make: `setmetatable({}, self)`, `local C = class()`.

What a method makes with its own object as the metatable is another object of that kind: the type of
such a result is `self`. A variable that gets a table from a call and then methods of its own is a
table of its own, which falls back to what the call gives.
"""

from __future__ import annotations

from attrs import define, field

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .flow import parents_of
from .writes import writes_of


@define(eq=False)
class Made:
    """What a function makes of its object: the expressions and locals that hold it.

    is_of_first: whether the object is the first parameter.
    """

    is_of_first: bool = True
    expressions: set[tree.Node] = field(factory=set)
    locals: set[Local] = field(factory=set)

    def holds(self, expression: tree.Node) -> bool:
        """Whether an expression gives what is made."""
        while isinstance(expression, tree.Paren):
            expression = expression.inner
        if isinstance(expression, tree.Name):
            return expression.local in self.locals
        return expression in self.expressions


@remembered
def made_by(piece: Piece) -> dict[tree.Function, Made]:
    """What the functions of a piece make with their own object as the metatable."""
    binding_of(piece)
    found: dict[tree.Function, Made] = {}
    for call in writes_of(piece).metatables:
        values = call.arguments.values
        function = _function_of(piece, call, values[1]) if len(values) > 1 else None
        if function is None:
            continue
        local = values[1].local if isinstance(values[1], tree.Name) else None
        is_of_first = local is None or local.kind in ("self", "parameter")
        made = found.setdefault(function, Made(is_of_first))
        made.expressions.add(call)
        table = values[0]
        if isinstance(table, tree.Name) and table.local is not None:
            made.locals.add(table.local)
        made.locals |= _locals_with(parents_of(piece).get(call), call)
    return found


def _function_of(piece: Piece, call: tree.Call, metatable: tree.Expression) -> tree.Function | None:
    """The function that makes objects like its own one, if a metatable is, or falls back to, that.

    Its own object is its first parameter, or a local table in which it is a field.
    """
    is_direct = isinstance(metatable, tree.Name)
    if isinstance(metatable, tree.Table):
        for entry in metatable.fields:
            if isinstance(entry, tree.Named) and entry.key.text == "__index":
                metatable = entry.value
    local = metatable.local if isinstance(metatable, tree.Name) else None
    if local is None or local.writes:
        return None
    if local.kind == "self" and isinstance(local.declaration, tree.Function):
        return local.declaration
    function = local.statement
    if isinstance(function, tree.Function):  # `class(base)` makes what is not like `base`
        is_object = is_direct and local.position == 0 and function.receiver is None
        return function if is_object else None
    return _field_of(piece, call, local)


def _field_of(piece: Piece, call: tree.Call, table: Local) -> tree.Function | None:
    """The function around a call, if it is put into a field of a table or called as the table."""
    parents = parents_of(piece)
    node = parents.get(call)
    while node is not None and not isinstance(node, tree.Function):
        node = parents.get(node)
    statement = parents.get(node) if node is not None else None
    target: tree.Node | None = None
    if isinstance(statement, tree.FunctionStatement):
        target = statement.target
    elif isinstance(statement, tree.Assignment) and len(statement.targets) == 1:
        target = statement.targets[0]
    match target:
        case tree.Member(base=tree.Name(local=local)) if local is table:
            return node
        case tree.Member(key=tree.Word(text="__call")):
            return node
    match statement:
        case tree.Named(key=tree.Word(text="__call")):
            return node
    return None


def _locals_with(statement: tree.Node | None, value: tree.Expression) -> set[Local]:
    """The locals to which a statement gives a value."""
    names: list[tree.Node] = []
    values: tuple[tree.Expression, ...] = ()
    if isinstance(statement, tree.LocalStatement):
        names, values = [declared.name for declared in statement.names], statement.values
    elif isinstance(statement, tree.Assignment):
        names, values = list(statement.targets), statement.values
    return {
        name.local
        for name, each in zip(names, values, strict=False)
        if each is value and isinstance(name, tree.Name) and name.local is not None
    }
