"""Types as LuaCATS writes them, kept short enough to be read."""

from __future__ import annotations

import re

from . import model
from .model import Function, Type, Values

_IDENTIFIER = re.compile(r"(?!\d)\w+")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\x00"}
_LONGEST = 160
_DEEPEST = 3
_WIDEST = 8


def display(type_: Type, longest: int = _LONGEST, deepest: int = _DEEPEST) -> str:
    """A type on one line, cut where it grows longer than some characters, or deeper."""
    text = _Display(deepest).type(type_)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def display_values(values: Values, longest: int = _LONGEST) -> str:
    """Several values, with commas."""
    text = _Display().values(values)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def display_call(name: str, function: Function, skip_self: bool = False) -> str:
    """A function as it is called: `name(a: T, b?: U): R`."""
    return name + _Display().call(function, skip_self)


def display_parameters(function: Function, skip_self: bool = False) -> list[str]:
    """The parameters of a function, each as its signature shows it."""
    return _Display().parameters(function, skip_self)


def _key(name: str) -> str:
    """A key of a table type."""
    return name if _IDENTIFIER.fullmatch(name) else f"[{quoted(name)}]"


def quoted(text: str) -> str:
    """A string as Lua writes it, so that annotations take no further pair of quotes off."""
    written = "".join(_ESCAPES.get(character, character) for character in text)
    if len(text) > 1 and text[0] == text[-1] == "'":
        written = f"\\{written}"
    return f'"{written}"'


_VARIANT = re.compile(r" \(\d+\)")  # numbers of classes that schemas describe, of no interest


class _Display:
    def __init__(self, deepest: int = _DEEPEST) -> None:
        self._depth, self._deepest = 0, deepest

    def type(self, type_: Type) -> str:
        if self._depth >= self._deepest and not isinstance(type_, (model.Basic, model.Named)):
            return "…"
        self._depth += 1
        try:
            return self._whole(type_)
        finally:
            self._depth -= 1

    def _whole(self, type_: Type) -> str:
        match type_:
            case model.Basic(name=name):
                return name
            case model.BooleanLiteral(value=value):
                return "true" if value else "false"
            case model.IntegerLiteral(value=number) | model.NumberLiteral(value=number):
                return str(number)
            case model.StringLiteral(value=text):
                return quoted(text)
            case model.Union(members=members):
                return self._union(members)
            case model.Named(name=name, arguments=arguments):
                inside = ", ".join(map(self._member, arguments))
                name = _VARIANT.sub("", name)
                return f"{name}<{inside}>" if inside else name
            case model.Generic(name=name, variadic=variadic):
                return f"{name}..." if variadic else name
            case model.NameOf(generic=generic):
                return f"`{generic.name}`"
        return self._built(type_)

    def _built(self, type_: Type) -> str:
        match type_:
            case model.Array(item=item):
                inside = self.type(item)
                simple = not isinstance(item, (model.Union, Function))
                return f"{inside}[]" if simple else f"({inside})[]"
            case model.Tuple(items=items):
                return f"[{', '.join(map(self._member, items))}]"
            case model.Map(key=key, value=value):
                return f"table<{self._member(key)}, {self._member(value)}>"
            case model.Record():
                return self._record(type_)
            case model.Shape():
                return "table"
            case Function():
                return "async " * type_.is_async + "fun" + self.call(type_)
            case Values():
                return f"({self.values(type_)})"
        return "unknown"

    def _union(self, members: tuple[Type, ...]) -> str:
        others = [each for each in members if each is not model.NIL]
        shown = list(dict.fromkeys(self._member(each) for each in others[:_WIDEST]))
        if len(others) > _WIDEST:
            shown.append("…")
        if len(others) == len(members):
            return "|".join(shown)
        if len(shown) == 1:
            simple = not isinstance(others[0], Function)
            return f"{shown[0]}?" if simple else f"({shown[0]})?"
        return "|".join([*shown, "nil"])

    def _member(self, type_: Type) -> str:
        text = self.type(type_)
        returns = isinstance(type_, Function) and type_.returns not in (None, model.NO_VALUES)
        return f"({text})" if returns else text

    def _record(self, record: model.Record) -> str:
        shown = [
            f"{_key(field.name)}{'?' * field.optional}: {self.type(field.type)}"
            for field in record.fields[:_WIDEST]
        ]
        shown += [f"[{self.type(key)}]: {self.type(value)}" for key, value in record.indexers]
        if len(record.fields) > _WIDEST:
            shown.append("…")
        return "{ " + ", ".join(shown) + " }" if shown else "{}"

    def call(self, function: Function, skip_self: bool = False) -> str:
        text = f"({', '.join(self.parameters(function, skip_self))})"
        returns = function.returns
        if returns is None or all(
            each is None or each is model.UNKNOWN for each in (*returns.items, returns.rest)
        ):
            return text
        results = self.values(returns, function.return_names)
        several = len(returns.items) + (returns.rest is not None) > 1 or results.startswith("...:")
        return f"{text}: ({results})" if several else f"{text}: {results}"

    def parameters(self, function: Function, skip_self: bool = False) -> list[str]:
        shown = []
        for position, each in enumerate(function.parameters):
            if skip_self and position == 0:
                continue
            name = each.name + "?" * each.optional
            known = each.type is not model.UNKNOWN and each.type is not model.SELF
            shown.append(f"{name}: {self.type(each.type)}" if known else name)
        if function.variadic is not None:
            known = function.variadic is not model.UNKNOWN
            shown.append(f"...: {self.type(function.variadic)}" if known else "...")
        return shown

    def _rest(self, type_: Type) -> str:
        """Any number of values; only behind a name can the dots stand."""
        text = self._member(type_)
        if isinstance(type_, model.Generic) and type_.variadic:
            return text
        simple = isinstance(type_, (model.Basic, model.Named))
        return f"{text}..." if simple else f"...: {text}"

    def values(self, values: Values, names: tuple[str, ...] = ()) -> str:
        several = len(values.items) + (values.rest is not None) > 1
        shown = []
        for position, each in enumerate(values.items):
            name = names[position] if position < len(names) and several else ""
            shown.append(f"{name}: {self._member(each)}" if name else self._member(each))
        if values.rest is not None:
            shown.append(self._rest(values.rest))
        return ", ".join(shown) if shown else "nil"
