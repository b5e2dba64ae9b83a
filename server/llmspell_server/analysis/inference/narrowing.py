"""What a condition says about the type of a variable or field."""

from __future__ import annotations

from collections.abc import Callable

from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Type

from .luatypes import LuaTypes
from .writes import Key, Path

TypeOf = Callable[[tree.Expression], Type]
PathOf = Callable[[tree.Expression], Path | None]
FieldOf = Callable[[Type, Key], Type]

_LUA_TYPES = frozenset(
    ("nil", "boolean", "number", "string", "function", "table", "thread", "userdata")
)


class Narrowing:
    """Narrows the type of one path.

    path_of: gives the path of an expression. type_of: gives the type of an operand. field_of:
    gives the type of a field of a type.
    """

    def __init__(
        self,
        path: Path,
        lua_types: LuaTypes,
        path_of: PathOf,
        type_of: TypeOf,
        field_of: FieldOf,
    ) -> None:
        self._path, self._lua_types, self._path_of = path, lua_types, path_of
        self._type_of, self._field_of = type_of, field_of

    def narrowed(self, type_: Type, condition: tree.Expression, truth: bool) -> Type:
        """The type when the condition holds (truth) or does not."""
        match condition:
            case tree.Paren(inner=inner):
                return self.narrowed(type_, inner, truth)
            case tree.Unary(operator="not", operand=operand):
                return self.narrowed(type_, operand, not truth)
            case tree.Binary(operator="and" | "or" as operator, left=left, right=right):
                return self._connected(type_, operator, left, right, truth)
            case tree.Binary(operator="==" | "~=" as operator, left=left, right=right):
                return self._compared(type_, left, right, truth == (operator == "=="))
            case tree.Name() | tree.Member() | tree.Index():
                return self._tested(type_, condition, truth)
            case tree.Call() | tree.MethodCall():
                return self._guarded(type_, condition, truth)
            case tree.Table() | tree.Function() | tree.String() | tree.Number():
                return type_ if truth else model.NEVER  # `x and {x} or …`
        return type_

    def _guarded(self, type_: Type, call: tree.Call | tree.MethodCall, truth: bool) -> Type:
        """What the function says of an argument that is called (`@return_cast`)."""
        given = list(call.arguments.values)
        if isinstance(call, tree.MethodCall):
            given.insert(0, call.base)
        if not any(self._path_of(each) == self._path for each in given):
            return type_
        called = self._called(call)
        if not isinstance(called, model.Function):
            return type_
        for guard in called.guards:
            names = [each.name for each in called.parameters]
            index = names.index(guard.name) if guard.name in names else len(given)
            if index < len(given) and self._path_of(given[index]) == self._path:
                if truth or guard.otherwise is None:
                    return self._lua_types.guarded(type_, guard.type, truth)
                return self._lua_types.guarded(type_, guard.otherwise, True)
        return type_

    def _called(self, call: tree.Call | tree.MethodCall) -> Type:
        if isinstance(call, tree.Call):
            return self._type_of(call.callee)
        return self._field_of(self._type_of(call.base), call.method.text)

    def _connected(
        self, type_: Type, operator: str, left: tree.Expression, right: tree.Expression, truth: bool
    ) -> Type:
        both = truth == (operator == "and")
        first = self.narrowed(type_, left, truth)
        if both:
            return self.narrowed(first, right, truth)
        other = self.narrowed(self.narrowed(type_, left, not truth), right, truth)
        return model.union(first, other)

    def _tested(self, type_: Type, tested: tree.Expression, truth: bool) -> Type:
        path = self._path_of(tested)
        if path == self._path:
            return self._part(type_, truth)
        key = self._below(path)
        if key is None:
            return type_
        return self._with(
            type_, lambda each: self._part(self._field_of(each, key), truth) is not model.NEVER
        )

    def _part(self, type_: Type, truth: bool) -> Type:
        return self._lua_types.truthy(type_) if truth else self._lua_types.falsy(type_)

    def _compared(
        self, type_: Type, left: tree.Expression, right: tree.Expression, equal: bool
    ) -> Type:
        for tested, other in ((left, right), (right, left)):
            asked = _asked_type(tested)
            if asked is not None and self._path_of(asked) == self._path:
                name = self._literal(other)
                return type_ if name is None else self._lua_types.of(type_, name, equal)
            path = self._path_of(tested)
            if path is None:
                continue
            if path == self._path:
                return self._equal(type_, self._type_of(other), equal)
            key = self._below(path)
            if key is not None:
                return self._discriminated(type_, key, self._type_of(other), equal)
        return type_

    def _discriminated(self, type_: Type, key: Key, value: Type, equal: bool) -> Type:
        """The alternatives whose field can, or need not, equal a value."""
        return self._with(
            type_,
            lambda each: self._equal(self._field_of(each, key), value, equal) is not model.NEVER,
        )

    def _literal(self, expression: tree.Expression) -> str | None:
        type_ = self._type_of(expression)
        found = type_.value if isinstance(type_, model.StringLiteral) else None
        return found if found in _LUA_TYPES else None

    def _below(self, path: Path | None) -> Key | None:
        """The key of a field of the narrowed path."""
        if path is None or path.root != self._path.root or path.keys[:-1] != self._path.keys:
            return None
        return path.keys[-1] if path.keys else None

    def _with(self, type_: Type, fits: Callable[[Type], bool]) -> Type:
        """The alternatives of a union that fit; the type where none or all do."""
        if not isinstance(type_, model.Union):
            return type_
        kept = [each for each in type_.members if fits(each)]
        return model.choice(kept) if kept else type_

    @staticmethod
    def _equal(type_: Type, value: Type, equal: bool) -> Type:
        """The type of what does, or does not, equal a value."""
        if not isinstance(value, (*model.BASE_OF_LITERAL, model.Basic)):
            return type_
        single = value is model.NIL or type(value) in model.BASE_OF_LITERAL
        if not equal:
            return _without(type_, value) if single else type_
        if not single:
            return type_
        if type_ is model.UNKNOWN or type_ is model.ANY:
            return value
        base = model.BASE_OF_LITERAL.get(type(value), value)
        wide = (base, model.NUMBER) if base is model.INTEGER else (base,)
        members = model.members_of(type_)
        if value in members or any(each in wide for each in members):
            return value
        unclear = [each for each in members if not _is_plain(each)]
        return model.choice(unclear) if unclear else model.NEVER


def _asked_type(expression: tree.Expression) -> tree.Expression | None:
    """The argument of `type(…)`."""
    match expression:
        case tree.Call(callee=tree.Name(text="type"), arguments=tree.Arguments(values=(value,))):
            return value
    return None


def _without(type_: Type, value: Type) -> Type:
    if isinstance(value, model.BooleanLiteral):
        other = model.FALSE if value.value else model.TRUE
        type_ = model.choice(
            other if each is model.BOOLEAN else each for each in model.members_of(type_)
        )
    if not isinstance(type_, model.Union):
        return model.NEVER if type_ == value else type_
    return model.choice(each for each in type_.members if each != value)


def _is_plain(type_: Type) -> bool:
    """Whether a type is known well enough to exclude that it equals a literal of another."""
    if isinstance(type_, model.Basic):
        return type_ not in (model.UNKNOWN, model.ANY)
    return not isinstance(type_, (model.Named, model.Generic))
