"""Type parameters: what they stand for in a call, and types with that put in."""

from __future__ import annotations

from typing import TypeAlias

from attrs import evolve

from . import model
from .model import Function, Type, Values

Bindings: TypeAlias = dict[str, Type]
"""What type parameters stand for, by their names; variadic ones for `Values`."""


def substituted(type_: Type, bindings: Bindings, self_type: Type | None = None) -> Type:
    """The type with parameters and `self` replaced; parameters without a binding stay."""
    if not bindings and self_type is None:
        return type_
    return _Substitution(bindings, self_type).type(type_)


def substituted_values(values: Values, bindings: Bindings, self_type: Type | None) -> Values:
    """The same for several values."""
    if not bindings and self_type is None:
        return values
    return _Substitution(bindings, self_type).values(values)


def function_with(
    function: Function, bindings: Bindings, self_type: Type | None = None
) -> Function:
    """The same for a function."""
    if not bindings and self_type is None:
        return function
    return _Substitution(bindings, self_type).function(function)


class _Substitution:
    def __init__(self, bindings: Bindings, self_type: Type | None) -> None:
        self._bindings, self._self = bindings, self_type

    def type(self, type_: Type) -> Type:
        if isinstance(type_, model.Basic):
            return self._self if type_ is model.SELF and self._self is not None else type_
        match type_:
            case model.Generic(name=name):
                found = self._bindings.get(name, type_)
                return found.at(0) if isinstance(found, Values) else found
            case model.NameOf(generic=generic):
                return model.STRING if generic.name in self._bindings else type_
            case model.Function():
                return self.function(type_)
            case model.Named(name=name, arguments=arguments) if arguments:
                return model.Named(name, tuple(map(self.type, arguments)))
        return self._built(type_)

    def _built(self, type_: Type) -> Type:
        match type_:
            case model.Union(members=members):
                return model.union(*map(self.type, members))
            case model.Array(item=item):
                return model.Array(self.type(item))
            case model.Tuple(items=items):
                return model.Tuple(tuple(map(self.type, items)))
            case model.Map(key=key, value=value):
                return model.Map(self.type(key), self.type(value))
            case model.Record():
                return model.Record(
                    tuple(evolve(each, type=self.type(each.type)) for each in type_.fields),
                    tuple((self.type(key), self.type(value)) for key, value in type_.indexers),
                )
        return type_

    def values(self, values: Values) -> Values:
        items = tuple(map(self.type, values.items))
        if values.rest is None:
            return Values(items)
        further = self._further(values.rest)
        return Values(items + further.items, further.rest)

    def _further(self, rest: Type) -> Values:
        """What stands for the rest of some values: several types for a variadic parameter."""
        if isinstance(rest, model.Generic) and rest.variadic:
            found = self._bindings.get(rest.name, rest)
            return found if isinstance(found, Values) else Values((), found)
        return Values((), self.type(rest))

    def function(self, function: Function) -> Function:
        returns = function.returns
        parameters = tuple(evolve(each, type=self.type(each.type)) for each in function.parameters)
        further = Values() if function.variadic is None else self._further(function.variadic)
        first = len(parameters) + 1
        return evolve(
            function,
            parameters=parameters
            + tuple(
                model.Parameter(f"value{number}", type_)
                for number, type_ in enumerate(further.items, first)
            ),
            variadic=further.rest,
            returns=self.values(returns) if returns is not None else None,
        )
