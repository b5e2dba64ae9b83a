"""Types of variables and of the fields that code writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.model import Type

from .expressions import Where
from .sources import Owner, Source, constructor_of
from .writes import Path, is_require, is_setmetatable, writes_of

if TYPE_CHECKING:
    from .inference import Inference

_INTEGERS = (model.INTEGER, model.NEVER)
_MADE = (model.UNKNOWN, model.TABLE, model.NIL, model.NEVER)


class Variables:
    """What is in variables and fields, by their annotations or else by what is written there."""

    def __init__(self, inference: Inference) -> None:
        self._inference = inference

    def value(self, owner: Owner) -> Type:
        """The type of a variable or field."""
        if owner.piece is None:
            found: Type = self._inference.queries.get("value", owner)
            return found
        kept: Type = self._inference.queries.noted(owner, model.NEVER, self.answer, owner)
        return kept

    def answer(self, owner: Owner) -> Type:
        """The type of a variable or field, worked out."""
        sources = self._inference.values_of(owner)
        declared = self.declared(owner)
        if declared is not None:
            return declared
        types = [self.source(owner, source) for source in sources]
        if not types and (self._inference.keys_of(owner) or self._inference.items_of(owner)):
            return model.Shape(owner, owner_name(owner))
        if len(types) == 1 and self.is_class(owner, sources[0], types[0]):
            return model.Shape(owner, owner_name(owner))
        if types and all(type_ is model.NEVER for type_ in types):
            return model.NEVER
        types = [type_ for type_ in types if type_ is not model.NEVER]  # depends on itself
        known = [type_ for type_ in types if type_ is not model.UNKNOWN]
        if len(sources) > 1:  # set to nil somewhere means no more than that it may be absent
            known = [model.widened(type_) for type_ in known]
        found = model.union(*known) if known else model.UNKNOWN
        return found if len(known) == len(types) else _with_unknown(found)

    def is_class(self, owner: Owner, source: Source, type_: Type) -> bool:
        """Whether a variable holds a table that a call made and that gets functions of its own.

        source: where it gets its value. type_: what the call gives.
        """
        value = source.value
        if not isinstance(value, (tree.Call, tree.MethodCall)) or source.position:
            return False
        if constructor_of(value) is not None or is_require(value):
            return False
        if not all(
            isinstance(each, model.Shape) or each in _MADE for each in model.members_of(type_)
        ):
            return False
        if any(
            isinstance(each.statement, tree.FunctionStatement)
            for key in self._inference.keys_of(owner)
            for each in self._inference.values_of(owner.down(key))[:1]
        ):
            return True
        # An object of the class above that becomes one of this: `Base.new()` with a metatable.
        if isinstance(value, tree.Call) and is_setmetatable(value):
            given = value.arguments.values[:1]
            return bool(given) and isinstance(given[0], (tree.Call, tree.MethodCall))
        return self._inference.tables.gets_metatable(owner)

    def made_from(self, owner: Owner) -> Type | None:
        """What the call gives that made the table in a variable; None where no call did."""
        sources = self._inference.values_of(owner)
        if len(sources) != 1 or sources[0].value is None:
            return None
        if not isinstance(sources[0].value, (tree.Call, tree.MethodCall)):
            return None
        type_ = self.source(owner, sources[0])
        return type_ if self.is_class(owner, sources[0], type_) else None

    def declared(self, owner: Owner) -> Type | None:
        """The type that annotations give a variable or field; None without any."""
        if owner.piece is not None:
            return self.find_declared(owner)
        found: Type | None = self._inference.queries.get("declared", owner)
        return None if found is model.NEVER else found  # it is being worked out

    def find_declared(self, owner: Owner) -> Type | None:
        """The same, worked out."""
        for source in self._inference.values_of(owner):
            found = self._inference.annotated.declared(self._where(source), source)
            if found is not None:
                return found
        return self._declared_field(owner)

    def _declared_field(self, owner: Owner) -> Type | None:
        """The type that the class of a table declares for a field."""
        if not owner.keys or not isinstance(owner.keys[-1], str):
            return None
        table = Owner(owner.file, owner.root, owner.ordinal, owner.piece, owner.keys[:-1])
        declared = self.declared(table)
        if not isinstance(declared, model.Named):
            return None
        return self._inference.annotated.class_field(declared.name, owner.keys[-1])

    def is_declared(self, owner: Owner) -> bool:
        """Whether an annotation says the type of a variable."""
        return self.declared(owner) is not None

    def source(self, owner: Owner, source: Source) -> Type:
        """The type of one of the values of an owner."""
        where, value = self._where(source), source.value
        if value is None:
            return self._without_value(where, owner, source)
        if source.position == 0 and constructor_of(value) is not None:
            if isinstance(value, tree.Call) and is_setmetatable(value):
                made = self._inference.calls.class_of_metatable(where, value)
                if made is not None:
                    return made
            left = [self._inference.type(where, each) for each in _preferred(value)]
            made = model.Shape(owner, owner_name(owner))
            return model.union(*map(self._inference.lua_types.truthy, left), made)
        found = self._inference.expressions.values(where, value).at(source.position)
        return found if self._is_constant(source) else model.widened(found)

    def _is_constant(self, source: Source) -> bool:
        """Whether the value can never be another one."""
        name = source.key
        return (
            isinstance(name, tree.Name)
            and isinstance(source.statement, tree.LocalStatement)
            and name.local is not None
            and (name.local.attribute == "const" or _is_set_once(name.local))
        )

    def _without_value(self, where: Where, owner: Owner, source: Source) -> Type:
        statement = source.statement
        local = owner.root if isinstance(owner.root, Local) else None
        match statement:
            case tree.Function() if local is not None:
                return self._parameter(where, statement, local)
            case tree.NumericFor():
                types = [self._inference.type(where, value) for value in statement.values]
                integers = all(model.widened(type_) in _INTEGERS for type_ in types)
                return model.INTEGER if integers else model.NUMBER
            case tree.GenericFor() if local is not None:
                return self._inference.calls.iteration(where, statement).at(local.position)
            case tree.LocalStatement():
                return model.NIL
        return model.UNKNOWN

    def _parameter(self, where: Where, function: tree.Function, local: Local) -> Type:
        if local.position >= 0:
            found = self._inference.functions.parameter(where, function, local.position)
            if found is not model.UNKNOWN:
                return found
        supposed: Type | None = self._inference.queries.notes.get(local)
        if supposed is not None:
            return supposed
        path = writes_of(where.piece).owners.get(local)
        return model.UNKNOWN if path is None else self.owner_of_self(where, path)

    def owner_of_self(self, where: Where, path: Path) -> Type:
        """The type of `self` in a method of a table."""
        return self.value(where.file.owner(where.piece, path))

    def _where(self, source: Source) -> Where:
        return self._inference.where(source.file, source.piece)


def owner_name(owner: Owner) -> str:
    """What to call the table that an owner holds."""
    root = owner.root
    name = root if isinstance(root, str) else root.name if isinstance(root, Local) else ""
    return ".".join([name, *map(str, owner.keys)])


def _preferred(value: tree.Expression) -> Iterator[tree.Expression]:
    """What is taken in place of a new table where it is there: `x` of `x or {}`."""
    match value:
        case tree.Paren(inner=inner):
            yield from _preferred(inner)
        case tree.Call(arguments=tree.Arguments(values=[first, *_])):
            yield from _preferred(first)
        case tree.Binary(left=left, right=right):
            yield left
            yield from _preferred(right)


def _is_set_once(local: Local) -> bool:
    return not local.writes and not local.is_of_chunk


def _with_unknown(type_: Type) -> Type:
    """A type of which not all alternatives are known."""
    return model.choice((type_, model.UNKNOWN)) if type_ is not model.UNKNOWN else type_
