"""Whether a value of one type may be given where another is wanted.

Lenient: what is not known goes with everything, and what is only found in code is not held against
anybody. A mismatch says what does not fit, down to the field or parameter.
"""

from __future__ import annotations

from attrs import frozen

from . import model
from .definitions import Definitions
from .fields import (
    OPEN,
    ancestry,
    field_type,
    is_undeclared,
    members,
    resolved,
    table_of,
)
from .model import Function, Type

_DEEPEST = 12
_TABLES = (model.Array, model.Tuple, model.Map, model.Record, model.Shape)


@frozen
class Mismatch:
    """What does not fit. path: the fields that lead there (`options.size`), empty for the whole."""

    source: Type
    target: Type
    path: tuple[str, ...] = ()
    missing: bool = False
    unknown: bool = False


def assignable(source: Type, target: Type, definitions: Definitions) -> bool:
    """Whether a value of the source type fits."""
    return mismatch(source, target, definitions) is None


def mismatch(source: Type, target: Type, definitions: Definitions) -> Mismatch | None:
    """What does not fit; None if all does."""
    return _Comparison(definitions).compare(source, target)


class _Comparison:
    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._open: set[tuple[Type, Type]] = set()

    def compare(self, source: Type, target: Type) -> Mismatch | None:
        if source is target or source == target or source in OPEN or target in OPEN:
            return None
        pair = (source, target)
        if pair in self._open or len(self._open) > _DEEPEST:
            return None  # so far nothing speaks against it
        self._open.add(pair)
        try:
            return self._alternatives(source, target)
        finally:
            self._open.discard(pair)

    def _alternatives(self, source: Type, target: Type) -> Mismatch | None:
        wanted = members(target, self._definitions)
        given = members(source, self._definitions)
        if any(each in OPEN for each in (*wanted, *given)):
            return None
        for each in given:
            found = self._one_of(each, wanted)
            if found is not None:
                whole = len(given) > 1 or len(wanted) > 1
                return Mismatch(source, target) if whole and not found.path else found
        return None

    def _one_of(self, source: Type, wanted: tuple[Type, ...]) -> Mismatch | None:
        """Whether a type fits one of several; the reason, if only one of them is near."""
        if source is model.BOOLEAN and model.TRUE in wanted and model.FALSE in wanted:
            return None
        reasons = []
        for target in wanted:
            found = self._single(source, target)
            if found is None:
                return None
            reasons.append(found)
        deep = [reason for reason in reasons if reason.path]
        if len(deep) == 1:
            return deep[0]
        return reasons[0] if reasons else Mismatch(source, model.NEVER)

    def _single(self, source: Type, target: Type) -> Mismatch | None:
        if source == target or model.SELF in (source, target) or _covers(target, source):
            return None
        if isinstance(source, model.Generic) or isinstance(target, (model.Generic, model.NameOf)):
            return self._generic(source, target)
        if is_undeclared(source, self._definitions) or is_undeclared(target, self._definitions):
            return None  # which is another diagnostic's subject
        base = model.BASE_OF_LITERAL.get(type(source))
        if base is not None:
            return self._literal(source, base, target)
        if isinstance(source, Function) or source is model.FUNCTION:
            return self._function(source, target)
        if target is model.TABLE:
            return None if self._is_table(source) else Mismatch(source, target)
        if isinstance(target, model.Named):
            return self._named(source, target)
        values = self._values_of_enum(source)
        if values is not None:
            return self.compare(values, target)
        if isinstance(target, _TABLES):
            return self._table(source, target)
        is_one = isinstance(source, model.Named) and target in ancestry(source, self._definitions)
        return None if is_one else Mismatch(source, target)

    def _values_of_enum(self, type_: Type) -> Type | None:
        enum = self._definitions.enum_named(type_.name) if isinstance(type_, model.Named) else None
        return model.choice(enum.members.values()) if enum is not None else None

    def _generic(self, source: Type, target: Type) -> Mismatch | None:
        if isinstance(target, model.NameOf):
            return self.compare(source, model.STRING)
        if isinstance(target, model.Generic):
            return None if target.constraint is None else self.compare(source, target.constraint)
        assert isinstance(source, model.Generic)
        return None if source.constraint is None else self.compare(source.constraint, target)

    def _literal(self, source: Type, base: model.Basic, target: Type) -> Mismatch | None:
        if target is base or _covers(target, base):
            return None
        if isinstance(target, model.Named):
            enum = self._definitions.enum_named(target.name)
            if enum is not None:
                values = enum.members.values()
                return None if source in values else Mismatch(source, target)
            return self._named(source, target)
        if isinstance(source, model.NumberLiteral) and target is model.INTEGER:
            return None if source.value.is_integer() else Mismatch(source, target)
        return Mismatch(source, target)

    def _named(self, source: Type, target: model.Named) -> Mismatch | None:
        enum = self._definitions.enum_named(target.name)
        if enum is not None:
            values = tuple(enum.members.values())
            is_base = any(model.widened(value) is source for value in values)
            return None if is_base or not values else self._one_of(source, values)
        definition = self._definitions.class_named(target.name)
        assert definition is not None
        for ancestor in ancestry(source, self._definitions):
            if isinstance(ancestor, model.Named) and ancestor.name == target.name:
                return self._arguments(ancestor, target)
        if source in (model.STRING, model.NUMBER, model.INTEGER, model.BOOLEAN):
            return Mismatch(source, target)
        if isinstance(source, model.Named) and not definition.is_interface:
            return Mismatch(source, target)
        if not self._is_table(source):
            return Mismatch(source, target)
        return self._fields(source, target)

    def _arguments(self, source: model.Named, target: model.Named) -> Mismatch | None:
        """Whether the type arguments of a class fit, one by one."""
        for given, wanted in zip(source.arguments, target.arguments, strict=False):
            if self.compare(given, wanted) is not None:
                return Mismatch(source, target)
        return None

    def _fields(self, source: Type, target: model.Named) -> Mismatch | None:
        """Whether a table has the fields of a class; what is missing is told elsewhere."""
        wanted = table_of(target, self._definitions)
        given = table_of(source, self._definitions)
        names: list[str] = []
        if isinstance(source, model.Record):
            names = [field.name for field in source.fields]
        elif given is not None:
            names = list(given.fields)
        for name in names if wanted is not None else ():
            key = model.StringLiteral(name)
            target_type = field_type(target, key, self._definitions)
            source_type = field_type(source, key, self._definitions)
            if target_type is None or source_type is None:
                continue
            found = self.compare(source_type, target_type)
            if found is not None:
                return Mismatch(found.source, found.target, (name, *found.path))
        return None

    def _table(self, source: Type, target: Type) -> Mismatch | None:
        if not self._is_table(source):
            return Mismatch(source, target)
        match target:
            case model.Record():
                return self._record(source, target)
            case model.Array(item=item):
                return self._items(source, target, item)
            case model.Map(key=key, value=value):
                return self._map(source, key, value)
            case model.Tuple(items=items):
                return self._tuple(source, target, items)
        return None

    def _tuple(self, source: Type, target: Type, items: tuple[Type, ...]) -> Mismatch | None:
        """Items that nobody knows of are not held against a table, but a tuple has just its own."""
        for position, wanted in enumerate(items, 1):
            key = model.IntegerLiteral(position)
            given = field_type(source, key, self._definitions)
            if given is None and isinstance(source, model.Tuple):
                given = model.NIL
            if given is not None and self.compare(given, wanted) is not None:
                return Mismatch(source, target)
        return None

    def _record(self, source: Type, target: model.Record) -> Mismatch | None:
        for field in target.fields:
            given = field_type(source, model.StringLiteral(field.name), self._definitions)
            if given is None:
                if not field.optional and isinstance(source, model.Record):
                    return Mismatch(source, field.type, (field.name,), missing=True)
                continue
            wanted = model.optional(field.type) if field.optional else field.type
            found = self.compare(given, wanted)
            if found is not None:
                return Mismatch(found.source, found.target, (field.name, *found.path))
        return None

    def _items(self, source: Type, target: Type, item: Type) -> Mismatch | None:
        match source:
            case model.Array(item=given):
                return self.compare(given, item)
            case model.Tuple(items=items):
                return next((found for each in items if (found := self.compare(each, item))), None)
            case model.Map(key=key, value=value):
                is_list = model.widened(key) in (model.INTEGER, model.NUMBER)
                return self.compare(value, item) if is_list else Mismatch(source, target)
        given_item = field_type(source, model.INTEGER, self._definitions)
        return None if given_item is None else self.compare(given_item, item)

    def _map(self, source: Type, key: Type, value: Type) -> Mismatch | None:
        match source:
            case model.Map(key=given_key, value=given_value):
                return self.compare(given_key, key) or self.compare(given_value, value)
            case model.Array(item=item):
                return self.compare(model.INTEGER, key) or self.compare(item, value)
            case model.Record(fields=fields):
                for field in fields:
                    found = self.compare(model.STRING, key) or self.compare(field.type, value)
                    if found is not None:
                        return Mismatch(found.source, found.target, (field.name, *found.path))
        return None

    def _function(self, source: Type, target: Type) -> Mismatch | None:
        if target is model.FUNCTION or (source is model.FUNCTION and isinstance(target, Function)):
            return None
        if not isinstance(source, Function) or not isinstance(target, Function):
            callable_class = isinstance(target, model.Named) and self._is_function_class(target)
            return None if callable_class else Mismatch(source, target)
        needed = [p for p in source.parameters if not p.optional and not _takes_nothing(p.type)]
        if len(needed) > len(target.parameters) and target.variadic is None:
            return Mismatch(source, target)
        for given, wanted in zip(source.parameters, target.parameters, strict=False):
            type_ = model.optional(given.type) if given.optional else given.type
            if self.compare(wanted.type, type_) is not None:
                return Mismatch(source, target)
        if source.returns is None or target.returns is None:
            return None
        for position, wanted_type in enumerate(target.returns.items):
            if self.compare(source.returns.at(position), wanted_type) is not None:
                return Mismatch(source, target)
        return None

    def _is_function_class(self, target: model.Named) -> bool:
        return any(
            ancestor is model.FUNCTION or isinstance(ancestor, Function)
            for ancestor in ancestry(target, self._definitions)
        )

    def _is_table(self, type_: Type) -> bool:
        type_ = resolved(type_, self._definitions)
        if isinstance(type_, model.Named):
            return self._definitions.enum_named(type_.name) is None and type_.name != "string"
        return type_ is model.TABLE or isinstance(type_, _TABLES)


def _covers(wide: Type, narrow: Type) -> bool:
    """Whether one basic type is a part of another."""
    return (wide is model.NUMBER and narrow is model.INTEGER) or (
        wide is model.USERDATA and narrow is model.LIGHTUSERDATA
    )


def _takes_nothing(type_: Type) -> bool:
    return type_ in OPEN or model.is_optional(type_)
