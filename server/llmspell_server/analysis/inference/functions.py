"""Types of functions, by their annotations, by what they are given to, or by their bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.calls import with_first
from llmspell_server.analysis.types.echoes import Body, body_of
from llmspell_server.analysis.types.model import Function, Parameter, Type, Values

from .callbacks import Callbacks
from .echoing import Echoing
from .expressions import Where
from .filling import Filling
from .flow import leaves, parents_of
from .making import Made, made_by
from .writes import Path, key_of_field, literal_key

if TYPE_CHECKING:
    from .inference import Inference


class Functions:
    """What functions take and give."""

    def __init__(self, inference: Inference) -> None:
        self._inference, self._echoing = inference, Echoing(inference)
        self._filling = Filling(inference, self._echoing)
        self._callbacks = Callbacks(inference, self._echoing)

    def type(self, where: Where, node: tree.Function) -> Function:
        """The type of a function that is written out."""
        annotated = self._inference.annotated.function(where, node)
        if annotated is not None and annotated.returns is not None:
            return annotated
        returns, body = self._inferred(where, node)
        if annotated is not None:
            return evolve(annotated, returns=returns, body=body)
        parameters = [
            Parameter(name.text, self.parameter(where, node, position))
            for position, name in enumerate(node.parameters)
        ]
        is_method = node.receiver is not None
        if is_method:
            parameters.insert(0, Parameter("self", model.SELF))
        elif node in made_by(where.piece):
            is_method = made_by(where.piece)[node].is_of_first
        variadic = model.UNKNOWN if node.vararg is not None else None
        return Function(tuple(parameters), variadic, returns, is_method=is_method, body=body)

    def parameter(self, where: Where, node: tree.Function, position: int) -> Type:
        """The type of a parameter, counted without an implicit `self`."""
        annotated = self._inference.annotated.function(where, node)
        if annotated is not None:
            shift = int(node.receiver is not None)
            if position + shift < len(annotated.parameters):
                found = annotated.parameters[position + shift]
                if found.type is not model.UNKNOWN:
                    return model.optional(found.type) if found.optional else found.type
        expected = self._expected_function(where, node)
        if expected is not None and position < len(expected.parameters):
            found = expected.parameters[position]
            return model.optional(found.type) if found.optional else found.type
        return model.UNKNOWN

    def variadic(self, where: Where, node: tree.Function) -> Type:
        """The type of each value in the `...` of a function."""
        annotated = self._inference.annotated.function(where, node)
        if annotated is not None and annotated.variadic is not None:
            return annotated.variadic
        expected = self._expected_function(where, node)
        return expected.variadic or model.UNKNOWN if expected is not None else model.UNKNOWN

    def _expected_function(self, where: Where, node: tree.Function) -> Function | None:
        expected = self.expected(where, node)
        if expected is None:
            return self._callbacks.wanted(where, node)
        signatures = self._inference.signatures(expected)
        return signatures[0] if signatures else None

    # Results

    def inferred_returns(self, where: Where, node: tree.Function) -> Values:
        """What the `return`s of a function give together."""
        return _together(self._rows(where, node))

    def _inferred(self, where: Where, node: tree.Function) -> tuple[Values, Body | None]:
        """What the code of a function says of its results."""
        rows = self._rows(where, node)
        returns = returns_of(where.piece).get(node, [])
        results = _together(rows)
        yields = tuple(
            _together([self._inference.expressions.list(where, call.arguments.values)])
            for call in yields_of(where.piece).get(node, ())
            if self._inference.calls.name_of(where, call) == "coroutine.yield"
        )
        echoes = self._echoing.of(where, node, returns, results)
        spread = self._echoing.spread(where, node, returns)
        fields = self._filling.of(where, node, returns)
        given = self._filling.given(where, node, returns)
        callbacks = self._callbacks.of(where, node)
        return results, body_of(echoes, spread, yields, with_first(rows), fields, given, callbacks)

    def _rows(self, where: Where, node: tree.Function) -> list[Values]:
        """What each `return` of a function gives, and the end of its body."""
        made = made_by(where.piece).get(node)
        found = [
            self._returned(where, each.values, made)
            for each in returns_of(where.piece).get(node, ())
        ]
        if not leaves(node.body):
            found.append(model.NO_VALUES)
        return found

    def _returned(
        self, where: Where, values: tuple[tree.Expression, ...], made: Made | None
    ) -> Values:
        found = self._inference.expressions.list(where, values)
        if made is None or not any(made.holds(each) for each in values):
            return found
        items = tuple(
            model.SELF if position < len(values) and made.holds(values[position]) else item
            for position, item in enumerate(found.items)
        )
        return Values(items, found.rest)

    # What is wanted

    def expected(self, where: Where, node: tree.Node) -> Type | None:
        """The type that is wanted of an expression where it stands; None if nobody says.

        What is wanted of a table is asked for each of its fields, and for each of those of the
        tables in it, so it is found once for each question.
        """
        if not isinstance(node, tree.Table):
            return self._expected(where, node)
        notes, key = self._inference.queries.notes, ("expected", node)
        if key not in notes:
            self._inference.queries.note(key, self._expected(where, node))
        found: Type | None = notes[key]
        return found

    def _expected(self, where: Where, node: tree.Node) -> Type | None:
        parent = parents_of(where.piece).get(node)
        match parent:
            case tree.Arguments():
                return self._expected_argument(where, parent, node)
            case tree.Named() | tree.Keyed() | tree.Item():
                return self._expected_field(where, parent)
            case tree.LocalStatement() | tree.Assignment():
                return self._expected_value(where, parent, node)
            case tree.Return():
                return self._expected_return(where, parent, node)
            case tree.Paren() | tree.Binary(operator="or" | "and"):
                return self.expected(where, parent)
        return None

    def _expected_argument(
        self, where: Where, arguments: tree.Arguments, node: tree.Node
    ) -> Type | None:
        call = parents_of(where.piece)[arguments]
        position = next(i for i, each in enumerate(arguments.values) if each is node)
        if isinstance(call, (tree.Call, tree.MethodCall)):
            return self._inference.calls.argument(where, call, position)
        return None

    def _expected_field(self, where: Where, field: tree.Field) -> Type | None:
        table = parents_of(where.piece)[field]
        expected = self.expected(where, table)
        if expected is None or not isinstance(table, tree.Table):
            return None
        if isinstance(field, tree.Item):
            return self._inference.field_type(expected, model.INTEGER)
        if isinstance(field, tree.Named | tree.Keyed):
            described = self._inference.described.field(where, expected, field, table)
            if described is not None:
                return described
        key = key_of_field(field)
        return self._inference.field_type(expected, key) if key is not None else None

    def _expected_value(
        self, where: Where, statement: tree.LocalStatement | tree.Assignment, node: tree.Node
    ) -> Type | None:
        position = next((i for i, each in enumerate(statement.values) if each is node), None)
        if position is None:
            return None
        if isinstance(statement, tree.LocalStatement):
            if position >= len(statement.names):
                return None
            local = statement.names[position].name.local
            if local is None:
                return None
            owner = where.file.owner(where.piece, Path(local))
            declared = self._inference.variables.declared(owner)
            if declared is None and isinstance(node, tree.Table):
                return self._inference.described.of_local(where, local, node)
            return declared
        if position >= len(statement.targets):
            return None
        target = statement.targets[position]
        if isinstance(target, (tree.Member, tree.Index)):
            base = self._inference.type(where, target.base)
            key = target.key.text if isinstance(target, tree.Member) else literal_key(target.key)
            return self._inference.declared_field(base, key) if key is not None else None
        if not isinstance(target, tree.Name):
            return None
        owner = where.file.owner(where.piece, Path(target.local or target.text))
        return self._inference.variables.declared(owner)

    def _expected_return(self, where: Where, node: tree.Return, value: tree.Node) -> Type | None:
        function = binding_of(where.piece).in_function.get(node)
        if function is None:
            return None
        annotated = self._inference.annotated.function(where, function)
        if annotated is None or annotated.returns is None:
            return None
        position = next(i for i, each in enumerate(node.values) if each is value)
        items = annotated.returns.items
        return items[position] if position < len(items) else annotated.returns.rest


@remembered
def returns_of(piece: Piece) -> dict[tree.Function | None, list[tree.Return]]:
    """The `return`s of each function of a piece; None: of the chunk."""
    found: dict[tree.Function | None, list[tree.Return]] = {}
    for node, function in binding_of(piece).in_function.items():
        if isinstance(node, tree.Return):
            found.setdefault(function, []).append(node)
    return found


@remembered
def yields_of(piece: Piece) -> dict[tree.Function, list[tree.Call]]:
    """The calls in each function of a piece that may be of `coroutine.yield`."""
    found: dict[tree.Function, list[tree.Call]] = {}
    if "yield" not in piece.text or piece.statement is None:
        return found
    parents = parents_of(piece)
    for node in tree.walk(piece.statement):
        match node:
            case tree.Call(callee=tree.Name(text="yield")):
                pass
            case tree.Call(callee=tree.Member(key=tree.Word(text="yield"))):
                pass
            case _:
                continue
        above: tree.Node | None = node
        while above is not None and not isinstance(above, tree.Function):
            above = parents.get(above)
        if above is not None:
            found.setdefault(above, []).append(node)
    return found


def _together(rows: list[Values]) -> Values:
    """Values that are those of one row or another."""
    if not rows or all(not row.items and row.rest is None for row in rows):
        return model.NO_VALUES
    width = max(len(row.items) for row in rows)
    items = tuple(
        _known(model.union(*(_widened(row.at(position)) for row in rows)))
        for position in range(width)
    )
    rests = [row.rest for row in rows if row.rest is not None]
    return Values(items, model.union(*rests) if rests else None)


def _known(type_: Type) -> Type:
    """`never` is what a function gives that only calls itself."""
    return model.UNKNOWN if type_ is model.NEVER else type_


def _widened(type_: Type) -> Type:
    """Booleans stay as they are, so that `return nil, …` and `return false` can be told apart."""
    return type_ if isinstance(type_, model.BooleanLiteral) else model.widened(type_)
