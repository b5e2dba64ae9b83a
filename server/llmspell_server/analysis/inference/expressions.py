"""Types of expressions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from llmspell_server.analysis.annotations import meaning
from llmspell_server.analysis.annotations.attached import inline_types
from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.pace import checkpoint
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.literals import integer_value, string_value
from llmspell_server.analysis.syntax.pieces import Piece
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Type, Values

from .bound_methods import bound
from .flow import (
    Guard,
    conditioned,
    guards_of,
    is_about_to_write,
    is_before,
    is_behind,
    is_passed_over,
    reaching,
    replaced_in,
)
from .narrowing import Narrowing
from .sources import FileSources, Owner, Source
from .writes import Key, Path, Root, Write, literal_key, path_of, writes_of

if TYPE_CHECKING:
    from .inference import Inference

_COMPARISONS = frozenset(("==", "~=", "<", ">", "<=", ">="))
_FLOAT = frozenset(("/", "^"))
_BITWISE = frozenset(("&", "|", "~", "<<", ">>"))
_EVENTS = {
    **dict(zip("+-*/%^", ("add", "sub", "mul", "div", "mod", "pow"), strict=True)),
    "//": "idiv",
    "..": "concat",
    "&": "band",
    "|": "bor",
    "~": "bxor",
    "<<": "shl",
    ">>": "shr",
}


@frozen
class Where:
    """A piece of a document."""

    file: FileSources
    piece: Piece


class Expressions:
    """Types of the expressions of documents, with what `inference` knows about their variables."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def type(self, where: Where, node: tree.Node) -> Type:
        """The type of an expression's first value."""
        return self.values(where, node).at(0)

    def values(self, where: Where, node: tree.Node) -> Values:
        """The types of all values of an expression; `never` for one that depends on itself."""
        queries = self._inference.queries
        found = queries.notes.get(node)
        if type(found) is not Values:
            found = queries.noted(node, _CIRCLE, self._found, where, node)
        return found

    def _found(self, where: Where, node: tree.Node) -> Values:
        checkpoint()
        return self._as_said(where, node) or self._values(where, node)

    def list(self, where: Where, nodes: Sequence[tree.Expression]) -> Values:
        """The values of a list of expressions, of which the last may give several."""
        if not nodes:
            return model.NO_VALUES
        first = tuple(self.type(where, node) for node in nodes[:-1])
        last = self.values(where, nodes[-1])
        return Values((*first, *last.items), last.rest)

    def _as_said(self, where: Where, node: tree.Node) -> Values | None:
        """What `--[[@as T]]` behind an expression says."""
        tag = inline_types(where.piece).get(node.end)
        return Values((meaning.type_of(tag.types[0]),)) if tag is not None and tag.types else None

    def _values(self, where: Where, node: tree.Node) -> Values:
        match node:
            case tree.Call():
                return self._inference.calls.call(where, node)
            case tree.MethodCall():
                return self._inference.calls.method_call(where, node)
            case tree.Vararg():
                return self._vararg(where, node)
            case tree.Missing():
                return _UNKNOWN
        return Values((self._single(where, node),))

    def _single(self, where: Where, node: tree.Node) -> Type:
        match node:
            case tree.Name():
                return self._name(where, node)
            case tree.Member() | tree.Index():
                return self._field(where, node)
            case tree.Function():
                return self._inference.functions.type(where, node)
            case tree.Table():
                return self._table(where, node)
            case tree.Binary():
                return self._binary(where, node)
            case tree.Unary():
                return self._unary(where, node)
            case tree.Paren(inner=inner):
                return self.type(where, inner)
        return _literal(node)

    # Variables and fields

    def _name(self, where: Where, name: tree.Name) -> Type:
        local = where.file.local(where.piece, name)
        owner = where.file.owner(where.piece, Path(name.local or name.text))
        if local is None and name.text == "_ENV":
            return model.UNKNOWN  # the globals, or whatever a host's function made in their place
        if local is None:
            found = self._inference.variables.value(owner)
        else:
            found = self._assigned(where, name, owner)
        return self.narrowed(where, name, found)

    def _assigned(self, where: Where, use: tree.Name, owner: Owner) -> Type:
        """The type of a local at a use, by the assignments that lead there."""
        variables = self._inference.variables
        if not self._inference.has_several(owner):
            return variables.value(owner)
        declared = variables.declared(owner)
        sources = self._inference.values_of(owner)
        reached = self.reached(where, use, sources) if declared is None else None
        if reached is not None:
            return model.union(*self._arriving(where, use, owner, reached))
        found = variables.value(owner) if declared is None else declared
        if not model.is_optional(found):
            return found
        reached = self.reached(where, use, sources, from_declaration=True)
        if reached is None:
            return found
        is_absent = any(_may_be_nil(each) for each in self._arriving(where, use, owner, reached))
        return found if is_absent else model.without_nil(found)

    def _arriving(
        self, where: Where, use: tree.Name, owner: Owner, reached: Sequence[Source]
    ) -> Sequence[Type]:
        """What is left at a use of the values that it may have.

        Behind `if not x then x = … end` an earlier value of `x` is one that is true.
        """
        snapshot = where.file.snapshot
        replaced = [
            (source, found)
            for source in (reached if len(reached) > 1 else ())
            if (found := replaced_in(source.piece, source.key)) is not None
            and is_behind(snapshot, where.piece, use, found)
        ]
        types = []
        for source in reached:
            type_ = self._inference.variables.source(owner, source)
            for other, by in replaced:
                path = path_of(other.key, writes_of(other.piece).owners)
                if path is None or not is_before(snapshot, source.piece, source.key, by):
                    continue
                narrowing = self._narrowing(self._inference.where(other.file, other.piece), path)
                type_ = narrowing.narrowed(type_, by.guard.condition, by.guard.truth)
            types.append(type_)
        return types

    def reached(
        self,
        where: Where,
        use: tree.Name,
        sources: tuple[Source, ...],
        *,
        from_declaration: bool = False,
    ) -> Sequence[Source] | None:
        """From which of the sources of a local its value at a use may come; None: any of them.

        from_declaration: as of `reaching`.
        """
        if len(sources) < 2:
            return list(sources)
        places = [(source.piece, source.key) for source in sources]
        snapshot = where.file.snapshot
        found = reaching(snapshot, where.piece, use, places, from_declaration=from_declaration)
        return None if found is None else [sources[index] for index in found]

    def _field(self, where: Where, node: tree.Member | tree.Index) -> Type:
        base = self.type(where, node.base)
        if base is model.NEVER:
            return base
        key: Key | Type | None = (
            node.key.text if isinstance(node, tree.Member) else literal_key(node.key)
        )
        if key is None and isinstance(node, tree.Index):
            key = self.type(where, node.key)
            if key is model.NEVER:
                return key
        assert key is not None
        found = self._listed(base, key) if isinstance(key, int) else None
        if found is None:
            found = self._inference.field_type(base, key)
        if found is None:
            found = self._by_path(where, node)
        return self.narrowed(where, node, bound(found, base, self._inference))

    def _listed(self, base: Type, index: int) -> Type | None:
        """The value at an index of a list that is written out, and into which nothing else is."""
        if not isinstance(base, model.Shape) or index < 1:
            return None
        listed = self._inference.tables.listed(base)
        if listed is None or index > len(listed.items):
            return None
        return listed.items[index - 1]

    def _by_path(self, where: Where, node: tree.Member | tree.Index) -> Type:
        """What is written into a field whose table is unknown."""
        path = path_of(node, writes_of(where.piece).owners)
        if path is None:
            return model.UNKNOWN
        return self._inference.variables.value(where.file.owner(where.piece, path))

    def _table(self, where: Where, table: tree.Table) -> Type:
        return model.Shape(Owner(where.file.file, table, 0, where.piece))

    def _vararg(self, where: Where, node: tree.Vararg) -> Values:
        function = where.file.snapshot.binding(where.piece).in_function.get(node)
        if function is None:
            return Values((), _ARGUMENT)
        return Values((), self._inference.functions.variadic(where, function))

    # Conditions

    def narrowed(self, where: Where, node: tree.Expression, type_: Type) -> Type:
        """The type with what the conditions around a use say of it."""
        if type_ is model.NEVER:
            return type_
        path = path_of(node, writes_of(where.piece).owners)
        if path is None:
            return type_
        guards = list(self._guards(where, node, path))
        for place, guard, tested in reversed(guards):
            type_ = self._narrowing(place, tested).narrowed(type_, guard.condition, guard.truth)
        return self._inference.casts.cast(where, node, path, type_)

    def _narrowing(self, where: Where, path: Path) -> Narrowing:
        owners = writes_of(where.piece).owners
        return Narrowing(
            path,
            self._inference.lua_types,
            lambda each: path_of(each, owners),
            lambda each: self.type(where, each),
            lambda each, key: self._inference.field_type(each, key) or model.UNKNOWN,
        )

    def _guards(
        self, where: Where, node: tree.Expression, path: Path
    ) -> Iterator[tuple[Where, Guard, Path]]:
        """The guards that hold for a path, up to where it may have been written since.

        Each with its piece and the path as it is called there.
        """
        writes = [
            write
            for write in writes_of(where.piece).by_root.get(path.root, ())
            if write.changes(path)
        ]
        if path.root in conditioned(where.piece):
            for guard in guards_of(where.piece, node):
                if isinstance(guard, tree.Function):
                    if writes or path.keys:
                        return
                    continue
                if _is_written(where, node, writes, guard.condition.end):
                    return
                yield where, guard, path
        if not _is_written(where, node, writes, -1):
            yield from self._guards_above(where, node, path)

    def _guards_above(
        self, where: Where, node: tree.Expression, path: Path
    ) -> Iterator[tuple[Where, Guard, Path]]:
        """What statements of the chunk above have made sure of."""
        owner = where.file.owner(where.piece, path)
        if owner.piece is not None:
            return
        above = self._inference.guards_on(where.file.file, str(owner.root))
        if not above:
            return
        if path.keys and binding_of(where.piece).in_function.get(_root_of(node)) is not None:
            return
        begin = where.file.snapshot.pieces.start_of
        here = begin[where.piece]
        written = [
            begin[source.piece]
            for source in self._inference.values_of(owner)
            if source.write is not None and source.piece in begin
        ]
        for piece, guard in reversed(above):
            if begin[piece] >= here or any(begin[piece] < each <= here for each in written):
                continue
            place = self._inference.where(where.file.file, piece)
            root = next(
                (root for root in conditioned(piece) if self._is_root(place, root, owner)), None
            )
            if root is not None:
                yield place, guard, Path(root, path.keys)

    def _is_root(self, where: Where, root: Root, owner: Owner) -> bool:
        return where.file.owner(where.piece, Path(root)) == owner.variable

    # Operators

    def _binary(self, where: Where, node: tree.Binary) -> Type:
        operator = node.operator
        if operator == "and":
            left = self.type(where, node.left)
            return model.union(self._inference.lua_types.falsy(left), self.type(where, node.right))
        if operator == "or":
            return model.union(self._if_true(where, node.left), self.type(where, node.right))
        if operator in _COMPARISONS:
            return model.BOOLEAN
        left, right = self.type(where, node.left), self.type(where, node.right)
        if left is model.NEVER or right is model.NEVER:
            return model.NEVER
        result = self._inference.operator(_EVENTS[operator], left, right)
        if result is not None:
            return result
        if operator == "..":
            return model.STRING
        if operator in _FLOAT:
            return model.NUMBER
        if operator in _BITWISE or (_is_integer(left) and _is_integer(right)):
            return model.INTEGER
        return model.NUMBER

    def _if_true(self, where: Where, node: tree.Expression) -> Type:
        """What an expression gives where that is true: of `a and b` what `b` gives."""
        match node:
            case tree.Paren(inner=inner):
                return self._if_true(where, inner)
            case tree.Binary(operator="and", right=right):
                return self._if_true(where, right)
        return self._inference.lua_types.truthy(self.type(where, node))

    def _unary(self, where: Where, node: tree.Unary) -> Type:
        if node.operator == "not":
            return model.BOOLEAN
        operand = self.type(where, node.operand)
        if operand is model.NEVER:
            return operand
        if isinstance(operand, model.IntegerLiteral) and node.operator == "-":
            return model.IntegerLiteral(-operand.value)
        if isinstance(operand, model.NumberLiteral) and node.operator == "-":
            return model.NumberLiteral(-operand.value)
        event = {"-": "unm", "#": "len", "~": "bnot"}[node.operator]
        result = self._inference.operator(event, operand, None)
        if result is not None:
            return result
        if node.operator == "-":
            return model.INTEGER if _is_integer(operand) else model.NUMBER
        return model.INTEGER


_UNKNOWN = Values((model.UNKNOWN,))
# A spell gets its arguments, a module its name, and what `load` made anything.
_ARGUMENT = model.choice((model.STRING, model.UNKNOWN))
_CIRCLE = Values((model.NEVER,), model.NEVER)


def _may_be_nil(type_: Type) -> bool:
    """Whether a value may be nil, as far as that is known."""
    return any(
        each in (model.NIL, model.UNKNOWN, model.ANY, model.NEVER)
        for each in model.members_of(type_)
    )


def _literal(node: tree.Node) -> Type:
    match node:
        case tree.Nil():
            return model.NIL
        case tree.Boolean(value=value):
            return model.TRUE if value else model.FALSE
        case tree.String(text=text):
            return model.StringLiteral(string_value(text))
        case tree.Number(text=text):
            integer = integer_value(text)
            if integer is not None:
                return model.IntegerLiteral(integer)
            try:
                return model.NumberLiteral(float(text))
            except ValueError:
                return model.NUMBER
    return model.UNKNOWN


def _is_integer(type_: Type) -> bool:
    return type_ is model.INTEGER or isinstance(type_, model.IntegerLiteral)


def _root_of(node: tree.Expression) -> tree.Expression:
    """The variable that a path starts from."""
    while isinstance(node, (tree.Member, tree.Index)):
        node = node.base
    return node


def _is_written(where: Where, node: tree.Node, writes: Sequence[Write], since: int) -> bool:
    """Whether one of some writes may have been made on the way from an offset to a node."""
    return any(
        since < write.key.start < node.start
        and not is_passed_over(where.piece, node, write.key.start, since)
        and not is_about_to_write(where.piece, node, write.statement, since)
        for write in writes
    )
