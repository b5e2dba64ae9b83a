"""Finds what the type parameters of a function stand for in a call."""

from __future__ import annotations

from . import model
from .definitions import Definitions
from .fields import ancestry, generics_of, members, resolved, table_of
from .generics import Bindings, substituted
from .model import Function, Type, Values


def bind_call(function: Function, arguments: Values, definitions: Definitions) -> Bindings:
    """The bindings that the arguments of a call give.

    Parameters of which nothing is said stand for what they must be, or for something unknown.
    """
    bindings: Bindings = {}
    binder = _Binder(bindings, definitions)
    for position, parameter in enumerate(function.parameters):
        if position < len(arguments.items) or arguments.rest is not None:
            binder.bind(parameter.type, arguments.at(position))
    further = Values(arguments.items[len(function.parameters) :], arguments.rest)
    if function.variadic is not None:
        binder.bind_rest(function.variadic, further)
    for generic in function.generics:
        bindings.setdefault(generic.name, generic.constraint or model.UNKNOWN)
    return bindings


_MOST_FIELDS = 100  # of a table, from which the type of its values is told


class _Binder:
    def __init__(self, bindings: Bindings, definitions: Definitions) -> None:
        self._bindings, self._definitions = bindings, definitions
        self._depth = 0

    def bind(self, pattern: Type, type_: Type) -> None:
        """Compares a pattern with parameters in it with the type that is given for it."""
        if isinstance(pattern, (model.Basic, *model.BASE_OF_LITERAL)) or self._depth > 10:
            return
        self._depth += 1
        pattern = resolved(pattern, self._definitions)
        try:
            match pattern:
                case model.Generic(name=name):
                    self._found(name, model.widened(type_))
                case model.NameOf(generic=generic):
                    self._named(generic, type_)
                case model.Union(members=alternatives):
                    self._alternatives(alternatives, type_)
                case model.Function():
                    self._function(pattern, type_)
                case _:
                    self._table(pattern, type_)
        finally:
            self._depth -= 1

    def bind_rest(self, pattern: Type, values: Values) -> None:
        """Compares the pattern of all further values with those that are given.

        A variadic parameter stands for all of them, as the first place that knows them has them.
        """
        if isinstance(pattern, model.Generic) and pattern.variadic:
            if self._bindings.get(pattern.name, model.UNKNOWN) is model.UNKNOWN:
                self._bindings[pattern.name] = Values(
                    tuple(map(model.widened, values.items)), values.rest
                )
            return
        for type_ in values.items:
            self.bind(pattern, type_)

    def _found(self, name: str, type_: Type) -> None:
        before = self._bindings.get(name)
        if before is None or before is model.NEVER:
            self._bindings[name] = type_
        elif before is model.UNKNOWN:  # what is only being worked out says less than that
            self._bindings[name] = before if type_ is model.NEVER else type_
        elif type_ is not model.UNKNOWN:
            self._bindings[name] = model.union(before, type_)

    def _named(self, generic: model.Generic, type_: Type) -> None:
        for each in members(type_, self._definitions):
            if isinstance(each, model.StringLiteral):
                basic = model.BASICS.get(each.value)
                self._found(generic.name, basic or model.Named(each.value))

    def _alternatives(self, alternatives: tuple[Type, ...], type_: Type) -> None:
        if model.NIL in alternatives:
            type_ = model.without_nil(type_)
            if type_ is model.NEVER:
                return
        plain = [each for each in alternatives if not isinstance(each, model.Generic)]
        for each in plain:
            before = dict(self._bindings)
            self.bind(each, type_)
            if self._bindings != before:
                return
        left = [each for each in members(type_, self._definitions) if each not in plain]
        for generic in alternatives:
            if isinstance(generic, model.Generic):
                self.bind(generic, model.choice(left) if left else type_)

    def _function(self, pattern: Function, type_: Type) -> None:
        for each in members(type_, self._definitions):
            if not isinstance(each, Function):
                continue
            for wanted, given in zip(pattern.parameters, each.parameters, strict=False):
                if given.type is not model.UNKNOWN:
                    self.bind(wanted.type, given.type)
            if pattern.returns is not None and each.returns is not None:
                for position, wanted_type in enumerate(pattern.returns.items):
                    self.bind(wanted_type, each.returns.at(position))
                if pattern.returns.rest is not None:
                    further = each.returns.items[len(pattern.returns.items) :]
                    self.bind_rest(pattern.returns.rest, Values(further, each.returns.rest))

    def _table(self, pattern: Type, type_: Type) -> None:
        for each in members(type_, self._definitions):
            match pattern:
                case model.Array(item=item):
                    self._items(item, each)
                case model.Map(key=wanted, value=wanted_value):
                    for key, value in self._entries(each):
                        self.bind(wanted, key)
                        self.bind(wanted_value, value)
                case model.Record():
                    self._record(pattern, each)
                case model.Named():
                    self._arguments(pattern, each)

    def _items(self, item: Type, type_: Type) -> None:
        for key, value in self._entries(type_):
            if model.widened(key) in (model.INTEGER, model.NUMBER, model.UNKNOWN):
                self.bind(item, value)

    def _arguments(self, pattern: model.Named, type_: Type) -> None:
        for ancestor in ancestry(type_, self._definitions):
            if isinstance(ancestor, model.Named) and ancestor.name == pattern.name:
                for wanted, given in zip(pattern.arguments, ancestor.arguments, strict=False):
                    self.bind(wanted, given)

    def _record(self, pattern: model.Record, type_: Type) -> None:
        for wanted_key, wanted_value in pattern.indexers:
            for key, value in self._entries(type_):
                if isinstance(wanted_key, model.Basic) and model.widened(key) is not wanted_key:
                    continue
                self.bind(wanted_key, key)
                self.bind(wanted_value, value)
        given = type_ if isinstance(type_, model.Record) else None
        for field in pattern.fields:
            found = given.field(field.name) if given is not None else None
            if found is not None:
                self.bind(field.type, found.type)

    def _entries(self, type_: Type) -> list[tuple[Type, Type]]:
        """The keys and values of a table type; of what may be any table they may be anything."""
        if type_ is model.UNKNOWN:
            return [(type_, type_)]
        match type_:
            case model.Array(item=item):
                return [(model.INTEGER, item)]
            case model.Tuple(items=items):
                return [(model.INTEGER, each) for each in items]
            case model.Map(key=key, value=value):
                return [(key, value)]
            case model.Record():
                named = [(model.StringLiteral(each.name), each.type) for each in type_.fields]
                return [*named, *type_.indexers]
        definition = table_of(type_, self._definitions)
        if definition is None or type_ is model.STRING:
            return []
        bindings = generics_of(type_, self._definitions)
        found: list[tuple[Type, Type]] = [
            (indexer.key, substituted(indexer.value, bindings)) for indexer in definition.indexers
        ]
        names = list(definition.fields)[:_MOST_FIELDS]
        return found + [(model.STRING, definition.fields[name].type) for name in names]
