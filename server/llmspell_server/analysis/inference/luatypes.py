"""Which of Lua's eight types a type is, and whether it is true in a condition."""

from __future__ import annotations

from llmspell_server.analysis.types import model
from llmspell_server.analysis.types.assignable import assignable
from llmspell_server.analysis.types.definitions import Definitions
from llmspell_server.analysis.types.model import Type

_BASIC = {
    model.NIL: "nil",
    model.BOOLEAN: "boolean",
    model.NUMBER: "number",
    model.INTEGER: "number",
    model.STRING: "string",
    model.THREAD: "thread",
    model.USERDATA: "userdata",
    model.LIGHTUSERDATA: "userdata",
    model.FUNCTION: "function",
    model.TABLE: "table",
}
_BUILT: dict[type[Type], str] = {
    model.BooleanLiteral: "boolean",
    model.IntegerLiteral: "number",
    model.NumberLiteral: "number",
    model.StringLiteral: "string",
    model.Array: "table",
    model.Tuple: "table",
    model.Map: "table",
    model.Record: "table",
    model.Shape: "table",
    model.Function: "function",
}
_PLAIN = {
    "nil": model.NIL,
    "boolean": model.BOOLEAN,
    "number": model.NUMBER,
    "string": model.STRING,
    "thread": model.THREAD,
    "userdata": model.USERDATA,
    "function": model.FUNCTION,
    "table": model.TABLE,
}


class LuaTypes:
    """Narrowing by truth and by `type(…)`, with the names of some definitions."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def truthy(self, type_: Type) -> Type:
        """What is left of a type when it is neither nil nor false."""
        if type_ is model.BOOLEAN:
            return model.TRUE
        if type_ is model.NIL or type_ == model.FALSE:
            return model.NEVER
        members = self._members(type_)
        if len(members) == 1 and members[0] is type_:
            return type_
        return model.choice(self.truthy(each) for each in members)

    def falsy(self, type_: Type) -> Type:
        """What is left of a type when it is nil or false."""
        if type_ is model.UNKNOWN or type_ is model.ANY:
            return type_
        if type_ is model.BOOLEAN:
            return model.FALSE
        if type_ is model.NIL or type_ == model.FALSE:
            return type_
        members = self._members(type_)
        if len(members) == 1 and members[0] is type_:
            return type_ if isinstance(type_, model.Generic) else model.NEVER
        return model.choice(self.falsy(each) for each in members)

    def of(self, type_: Type, name: str, truth: bool) -> Type:
        """What is left of a type when `type(…)` gives, or does not give, a name."""
        if type_ is model.UNKNOWN or type_ is model.ANY:
            return _PLAIN[name] if truth else type_
        kept: list[Type] = []
        for each in self._members(type_):
            own = self._name(each)
            if own is None or (own == name) == truth:
                kept.append(_PLAIN[name] if truth and own is None and _is_open(each) else each)
        return model.choice(kept)

    def guarded(self, type_: Type, wanted: Type, truth: bool) -> Type:
        """What is left of a type when a function says that it is, or is not, of another."""
        members = self._members(type_)
        if truth and (any(map(_is_open, members)) or not members):
            return wanted
        kept = [each for each in members if assignable(each, wanted, self._definitions) == truth]
        if kept or not truth:
            return model.choice(kept)
        narrower = assignable(wanted, type_, self._definitions)
        return wanted if narrower else model.NEVER

    def _members(self, type_: Type) -> tuple[Type, ...]:
        """The alternatives, with aliases replaced by what they stand for."""
        if isinstance(type_, model.Union):
            return tuple(each for member in type_.members for each in self._members(member))
        if isinstance(type_, model.Named):
            alias = self._definitions.alias_named(type_.name)
            if alias is not None and not alias.parameters and alias.type != type_:
                return self._members(alias.type)
        return (type_,)

    def _name(self, type_: Type) -> str | None:
        if isinstance(type_, model.Basic):
            return _BASIC.get(type_)
        if isinstance(type_, model.Named):
            enum = self._definitions.enum_named(type_.name)
            if enum is not None:
                return None
            return type_.name if type_.name in _PLAIN else "table"
        return _BUILT.get(type(type_))


def _is_open(type_: Type) -> bool:
    return type_ is model.UNKNOWN or type_ is model.ANY
