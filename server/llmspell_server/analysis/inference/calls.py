"""What calls give.

That is said by the signature of what is called, and for the functions of Lua that make objects,
modules and protected calls by what these do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.binding import bind_call
from llmspell_server.analysis.types.generics import function_with
from llmspell_server.analysis.types.model import Function, Type, Values

from .expressions import Where
from .sources import Owner, constructor_of
from .writes import path_of

if TYPE_CHECKING:
    from .inference import Inference

_UNKNOWN = Values((), model.UNKNOWN)


class Calls:
    """Results of calls, and what they want of their arguments."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference
        self._special: dict[str, Callable[[Where, tree.Call], Values | None]] = {
            "require": self._require,
            "setmetatable": self._setmetatable,
            "pcall": self._pcall,
            "xpcall": self._pcall,
            "select": self._select,
            "rawget": self._rawget,
        }

    def call(self, where: Where, node: tree.Call) -> Values:
        """The results of `f(…)`."""
        callee = node.callee
        special = self._special.get(callee.text) if isinstance(callee, tree.Name) else None
        if special is not None and _is_global(where, callee):
            results = special(where, node)
            if results is not None:
                return results
        arguments = self._inference.expressions.list(where, node.arguments.values)
        type_ = self._inference.type(where, callee)
        if isinstance(type_, model.Shape) and not self._inference.signatures(type_):
            return self._of_class(where, callee, type_)
        holder = None
        if isinstance(callee, tree.Member):
            holder = self._inference.type(where, callee.base)
        return self._inference.called(type_, arguments, holder=holder)

    def method_call(self, where: Where, node: tree.MethodCall) -> Values:
        """The results of `a:b(…)`."""
        base = self._inference.type(where, node.base)
        method = self._inference.field_type(base, node.method.text)
        if method is None:
            return self._of_class(where, node.base, base)
        arguments = self._inference.expressions.list(where, node.arguments.values)
        with_self = Values((base, *arguments.items), arguments.rest)
        return self._inference.called(method, with_self, base)

    def _of_class(self, where: Where, node: tree.Expression, type_: Type) -> Values:
        """What is given by a class that something unknown made: likely an object of it."""
        path = path_of(node)
        owner = type_.identity if isinstance(type_, model.Shape) else None
        if (
            path is None
            or not isinstance(owner, Owner)
            or owner != where.file.owner(where.piece, path)
        ):
            return _UNKNOWN
        made = self._inference.variables.made_from(owner)
        if made is None or model.UNKNOWN not in model.members_of(made):
            return _UNKNOWN
        return Values((model.choice((type_, model.UNKNOWN)),), model.UNKNOWN)

    def signatures(self, where: Where, node: tree.Call | tree.MethodCall) -> tuple[Function, ...]:
        """The signatures of what is called."""
        if isinstance(node, tree.Call):
            return self._inference.signatures(self._inference.type(where, node.callee))
        base = self._inference.type(where, node.base)
        method = self._inference.field_type(base, node.method.text)
        return self._inference.signatures(method) if method is not None else ()

    def argument(
        self, where: Where, node: tree.Call | tree.MethodCall, position: int
    ) -> Type | None:
        """The type that is wanted of an argument, counted as written; None if nobody says."""
        described = self._inference.described.argument(where, node, position)
        if described is not None:
            return described
        wanted: list[Type] = []
        for known in self.signatures(where, node):
            place = position + shift(node)
            signature = known
            if known.generics:
                signature = self._with_generics(where, node, known, position)
            if 0 <= place < len(signature.parameters):
                wanted.append(self._bound(where, node, signature.parameters[place].type))
            elif signature.variadic is not None:
                wanted.append(signature.variadic)
        types = [type_ for type_ in wanted if type_ is not model.UNKNOWN]
        return model.choice(types) if types else None

    def _with_generics(
        self,
        where: Where,
        node: tree.Call | tree.MethodCall,
        signature: Function,
        position: int,
    ) -> Function:
        """A signature with what the other arguments say of its type parameters.

        Functions among them are left out: what their parameters are is what this is asked for.
        """
        given = [
            model.UNKNOWN
            if index == position or isinstance(value, tree.Function)
            else self._inference.type(where, value)
            for index, value in enumerate(node.arguments.values)
        ]
        if isinstance(node, tree.MethodCall):
            given.insert(0, self._inference.type(where, node.base))
        bindings = bind_call(signature, Values(tuple(given)), self._inference)
        return function_with(signature, bindings)

    def _bound(self, where: Where, node: tree.Call | tree.MethodCall, type_: Type) -> Type:
        if type_ is model.SELF and isinstance(node, tree.MethodCall):
            return self._inference.type(where, node.base)
        return type_

    def iteration(self, where: Where, statement: tree.GenericFor) -> Values:
        """What the variables of a `for … in` get."""
        given = self._inference.expressions.list(where, statement.values)
        iterator = given.at(0)
        results = self._inference.called(iterator, Values((given.at(1), given.at(2))))
        if not results.items:
            return results
        # The loop ends where the first value is nil.
        return Values((model.without_nil(results.items[0]), *results.items[1:]), results.rest)

    # Functions that are known by what they do

    def _require(self, where: Where, node: tree.Call) -> Values | None:
        name = node.arguments.values[0] if node.arguments.values else None
        if not isinstance(name, tree.String):
            return None
        return Values((self._inference.module(where, string_value(name.text)),))

    def _setmetatable(self, where: Where, node: tree.Call) -> Values | None:
        if len(node.arguments.values) < 2:
            return None
        made = self.class_of_metatable(where, node)
        if made is not None:
            return Values((made,))
        table = constructor_of(node.arguments.values[0])
        if table is not None:
            return Values((model.Shape(Owner(where.file.file, table, 0, where.piece)),))
        return Values((self._inference.type(where, node.arguments.values[0]),))

    def class_of_metatable(self, where: Where, node: tree.Call) -> Type | None:
        """The declared class that a new table with a metatable is an object of."""
        if len(node.arguments.values) < 2:
            return None
        metatable = self._inference.type(where, node.arguments.values[1])
        if isinstance(metatable, model.Named):
            return metatable
        index = self._inference.field_type(metatable, "__index")
        return index if isinstance(index, model.Named) else None

    def _select(self, where: Where, node: tree.Call) -> Values | None:
        """`select(n, …)` with a number that is written out; `"#"` is a signature of its own."""
        if not node.arguments.values:
            return None
        given = self._inference.expressions.list(where, node.arguments.values[1:])
        match self._inference.type(where, node.arguments.values[0]):
            case model.IntegerLiteral(value=first) if first > 0:
                return Values(given.items[first - 1 :], given.rest)
        return None

    def _rawget(self, where: Where, node: tree.Call) -> Values | None:
        if len(node.arguments.values) < 2:
            return None
        table, key = (self._inference.type(where, each) for each in node.arguments.values[:2])
        found = self._inference.field_type(table, key)
        return None if found is None else Values((found,))

    def _pcall(self, where: Where, node: tree.Call) -> Values | None:
        if not node.arguments.values:
            return None
        callee = node.callee
        skipped = 2 if isinstance(callee, tree.Name) and callee.text == "xpcall" else 1
        function = self._inference.type(where, node.arguments.values[0])
        arguments = self._inference.expressions.list(where, node.arguments.values[skipped:])
        results = self._inference.called(function, arguments)
        return Values((model.BOOLEAN, *results.items), results.rest)


def shift(node: tree.Call | tree.MethodCall) -> int:
    """How far the parameters of a signature are ahead of the arguments as written."""
    return int(isinstance(node, tree.MethodCall))


def _is_global(where: Where, callee: tree.Expression) -> bool:
    """Whether a name means the global of that name: by itself, or by `local name = name`."""
    if not isinstance(callee, tree.Name):
        return False
    local = where.file.snapshot.local(where.piece, callee)
    statement = local.statement if local is not None else None
    if local is None or not isinstance(statement, tree.LocalStatement):
        return local is None
    value = statement.values[local.position] if local.position < len(statement.values) else None
    return isinstance(value, tree.Name) and value.text == callee.text and value.local is None
