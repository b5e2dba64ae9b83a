"""What calls give.

That is said by the signature of what is called, and for the functions of Lua that make objects,
modules and protected calls by what these do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import string_value
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.binding import bind_call
from llmspell_server.analysis.types.calls import together, with_first
from llmspell_server.analysis.types.echoes import body_of, packed
from llmspell_server.analysis.types.generics import function_with
from llmspell_server.analysis.types.model import Function, Type, Values

from .expressions import Where
from .guessed_calls import SKIPPED
from .sources import Owner, constructor_of
from .writes import Path, path_of

if TYPE_CHECKING:
    from .inference import Inference

_UNKNOWN = Values((), model.UNKNOWN)
_NEVER = Values((model.NEVER,), model.NEVER)
_KNOWN = frozenset(
    (
        *("require", "setmetatable", "pcall", "xpcall", "select", "rawget", "assert", "next"),
        *(
            "table.unpack",
            "table.pack",
            "pairs",
            "coroutine.wrap",
            "coroutine.yield",
            "coroutine.create",
        ),
        "coroutine.resume",
    )
)
"""Functions that are known by what they do."""
_NEXT = Owner("", "next")
_FIRST = model.IntegerLiteral(1)
_CALLED = {
    **{name.rpartition(".")[2]: name for name in _KNOWN},
    **dict.fromkeys(("tunpack", "_unpack", "table_unpack"), "table.unpack"),
}
"""Their names as globals (`unpack` in Lua 5.1) and as those of locals."""


@frozen
class Protected:
    """A call that another one makes. skipped: how many arguments of that are before those of it."""

    call: tree.Call
    skipped: int


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
            "table.unpack": self._unpack,
            "table.pack": self._pack,
            "pairs": self._pairs,
            "coroutine.wrap": self._wrap,
            "coroutine.resume": self._resume,
        }

    def call(self, where: Where, node: tree.Call) -> Values:
        """The results of `f(…)`."""
        callee = node.callee
        special = self._special.get(self.name_of(where, node) or "")
        if special is not None:
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
        results = self._inference.called(type_, arguments, holder=holder)
        return self._inference.given_schemas.of_call(where, node, results)

    def name_of(self, where: Where, call: tree.Call) -> str | None:
        """Which function of Lua is called, if that is one that is known by what it does.

        By its name, or by that of a local that holds it: `local unpack = table.unpack or unpack`.
        """
        return self._known_name(where, call.callee)

    def _known_name(self, where: Where, callee: tree.Expression) -> str | None:
        match callee:
            case tree.Member(base=tree.Name(text=library) as base, key=tree.Word(text=name)):
                dotted = f"{library}.{name}"
                is_known = dotted in _KNOWN and where.file.local(where.piece, base) is None
                return dotted if is_known else None
            case tree.Binary(operator="or", left=left, right=right):
                return self._known_name(where, left) or self._known_name(where, right)
            case tree.Name(text=name) if name in _CALLED:
                local = where.file.local(where.piece, callee)
                if local is None:
                    return _CALLED[name]
                owner = where.file.owner(where.piece, Path(local))
                if owner.piece is not None:
                    return self.find_known_name(owner)
                found: str | None = self._inference.queries.get("known function", owner)
                return found
        return None

    def find_known_name(self, owner: Owner) -> str | None:
        """Which function of Lua a local holds, if nothing else is ever put there."""
        sources = self._inference.values_of(owner)
        if len(sources) != 1 or sources[0].value is None or sources[0].position:
            return None
        where = self._inference.where(sources[0].file, sources[0].piece)
        return self._known_name(where, sources[0].value)

    def method_call(self, where: Where, node: tree.MethodCall) -> Values:
        """The results of `a:b(…)`."""
        base = self._inference.type(where, node.base)
        if base is model.NEVER:
            return _NEVER
        method = self._inference.field_type(base, node.method.text)
        if method is None:
            return self._of_class(where, node.base, base)
        arguments = self._inference.expressions.list(where, node.arguments.values)
        with_self = Values((base, *arguments.items), arguments.rest)
        results = self._inference.called(method, with_self, base)
        return self._inference.given_schemas.of_call(where, node, results)

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

    def protected(self, where: Where, node: tree.Call | tree.MethodCall) -> Protected | None:
        """The call that `pcall(f, …)` or `xpcall(f, handler, …)` makes; None for other calls."""
        name = self.name_of(where, node) if isinstance(node, tree.Call) else None
        skipped = SKIPPED.get(name or "")
        values = node.arguments.values
        if skipped is None or len(values) < skipped:
            return None
        kept: dict[tree.Node, Protected] = where.piece.facts.setdefault("protected", {})
        if node not in kept:
            given = tree.Arguments(node.arguments.start, node.arguments.end, values[skipped:])
            kept[node] = Protected(tree.Call(node.start, node.end, values[0], given), skipped)
        return kept[node]

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
        made = self.protected(where, node)
        if made is not None and position >= made.skipped:
            return self.argument(where, made.call, position - made.skipped)
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
                type_ = self._bound(where, node, signature.parameters[place].type)
                wanted.append(self._inference.given_schemas.of_function(where, node, type_))
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
        # The loop ends where the first value is nil, and others that come with that are not seen.
        body = iterator.body if isinstance(iterator, Function) else None
        there = (0, *body.with_first) if body is not None else (0,)
        is_next = self._known_name(where, statement.values[0]) == "next" or (
            model.is_optional(results.at(1)) and iterator == self._inference.variables.value(_NEXT)
        )
        items = tuple(
            model.without_nil(item) if is_next or position in there else item
            for position, item in enumerate(results.items)
        )
        return Values(items, results.rest)

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
        given = self._inference.type(where, node.arguments.values[0])
        # What it falls back to is all that is known, or what an object of a class above becomes.
        is_made = isinstance(node.arguments.values[0], (tree.Call, tree.MethodCall))
        if is_made or model.UNKNOWN in model.members_of(given):
            metatable = self._inference.type(where, node.arguments.values[1])
            index = self._inference.field_type(metatable, "__index")
            if isinstance(index, model.Shape):
                given = model.choice((index, given))
        return Values((given,))

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
            case model.IntegerLiteral(value=last) if last < 0 and given.rest is None:
                return Values(given.items[last:])
            case model.StringLiteral():
                return None
        return _UNKNOWN if given.rest is model.UNKNOWN else None

    def _rawget(self, where: Where, node: tree.Call) -> Values | None:
        if len(node.arguments.values) < 2:
            return None
        table, key = (self._inference.type(where, each) for each in node.arguments.values[:2])
        found = self._inference.field_type(table, key)
        if found is None and key is model.UNKNOWN:
            return Values((model.UNKNOWN,))
        return None if found is None else Values((found,))

    def _unpack(self, where: Where, node: tree.Call) -> Values | None:
        """`table.unpack(t)` and `table.unpack(t, n)` of a list that is written out."""
        values = node.arguments.values
        if len(values) == 3 and _is_length(where.piece, values[2], values[0]):
            values = values[:2]
        if not 1 <= len(values) <= 2:
            return None
        listed = self._inference.tables.listed(self._inference.type(where, values[0]))
        first = self._inference.type(where, values[1]) if len(values) == 2 else _FIRST
        if listed is None or not isinstance(first, model.IntegerLiteral) or first.value < 1:
            return None
        return Values(listed.items[first.value - 1 :], listed.rest)

    def _pack(self, where: Where, node: tree.Call) -> Values | None:
        """`table.pack(…)` has each argument under its number."""
        given = self._inference.expressions.list(where, node.arguments.values)
        if not given.items and given.rest is None:
            return None
        return Values((packed(given, True),))

    def _pairs(self, where: Where, node: tree.Call) -> Values | None:
        """`pairs(t)` of a table whose metatable has `__pairs` gives what that gives."""
        given = node.arguments.values
        type_ = self._inference.type(where, given[0]) if given else None
        if type_ is None:
            return None
        handler = self._inference.operator("pairs", type_, None)
        return self._inference.called(handler, Values((type_,))) if handler is not None else None

    def _wrap(self, where: Where, node: tree.Call) -> Values | None:
        """`coroutine.wrap(f)` gives what `f` yields, and at the end what it returns."""
        rows = self._given_by_coroutine(where, node)
        if not rows:
            return None
        made = body_of(with_first=with_first(rows))
        return Values((Function((), model.UNKNOWN, together(rows), body=made),))

    def _resume(self, where: Where, node: tree.Call) -> Values | None:
        """`coroutine.resume(co)` of a local that holds `coroutine.create(f)`, and nothing else."""
        thread = node.arguments.values[0] if node.arguments.values else None
        local = where.file.local(where.piece, thread) if isinstance(thread, tree.Name) else None
        if local is None:
            return None
        sources = self._inference.values_of(where.file.owner(where.piece, Path(local)))
        made = sources[0].value if len(sources) == 1 else None
        if not isinstance(made, tree.Call) or sources[0].position:
            return None
        place = self._inference.where(sources[0].file, sources[0].piece)
        rows: list[Values] = []
        if self.name_of(place, made) == "coroutine.create":
            rows = self._given_by_coroutine(place, made)
        results = together(rows) if rows else None
        return results and Values((model.BOOLEAN, *results.items), results.rest)

    def _given_by_coroutine(self, where: Where, made: tree.Call) -> list[Values]:
        """What a coroutine gives each time; nothing where its function itself never yields."""
        values = made.arguments.values
        function = self._inference.type(where, values[0]) if values else None
        body = function.body if isinstance(function, Function) else None
        if not isinstance(function, Function) or body is None or not body.yields:
            return []
        return [*body.yields, function.returns or _UNKNOWN]

    def _pcall(self, where: Where, node: tree.Call) -> Values | None:
        if not node.arguments.values:
            return None
        skipped = SKIPPED[self.name_of(where, node) or "pcall"]
        function = self._inference.type(where, node.arguments.values[0])
        arguments = self._inference.expressions.list(where, node.arguments.values[skipped:])
        results = self._inference.called(function, arguments)
        return Values((model.BOOLEAN, *results.items), results.rest)


def _is_length(piece: Piece, number: tree.Expression, table: tree.Expression) -> bool:
    """Whether a number is how many values a table has, by its text: `#t`, `t.n`."""
    match number:
        case tree.Unary(operator="#", operand=counted):
            pass
        case tree.Member(base=counted, key=tree.Word(text="n")):
            pass
        case _:
            return False
    text = piece.text
    return path_of(table) is not None and (
        text[counted.start : counted.end] == text[table.start : table.end]
    )


def shift(node: tree.Call | tree.MethodCall) -> int:
    """How far the parameters of a signature are ahead of the arguments as written."""
    return int(isinstance(node, tree.MethodCall))
