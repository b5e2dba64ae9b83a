"""Type hints of descriptions as `model.Type`, with the classes and kinds they mention."""

from __future__ import annotations

import ast
import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

from llmspell.docstrings import parse
from llmspell.globals.describe import DependentSchema, Kind, SchemaAt, TableSchema
from llmspell.globals.generator.model import Class, Parameter, Type
from llmspell.globals.types import Called, Gives, JsonMark, LuaFunction, Shape, Waiting

_SIMPLE = {
    None: "nil",
    type(None): "nil",
    Any: "value",
    typing.Self: "self",
    LuaFunction: "function",
    str: "string",
    bytes: "bytes",
    int: "integer",
    float: "number",
    bool: "boolean",
}


class TypeReader:
    """Reads hints; collects the table classes and string kinds that it meets."""

    def __init__(self) -> None:
        self.classes: dict[str, Class] = {}
        self.kinds: dict[str, Kind] = {}
        self.names: dict[str, Any] = {}  # what the hints of the module at hand may use

    def read(self, hint: Any) -> Type:
        """The type that a resolved hint stands for."""
        if hint in _SIMPLE:
            return Type(_SIMPLE[hint])
        origin = get_origin(hint)
        if origin is Annotated:
            return self._annotated(hint)
        if origin in (typing.Union, types.UnionType):
            return self._union(get_args(hint))
        if origin is Literal:
            return Type("literal", values=[str(value) for value in get_args(hint)])
        if origin in (list, tuple):
            return Type("array", items=self.read(get_args(hint)[0]))
        if origin is dict:
            return Type("map", items=self.read(get_args(hint)[1]))
        if origin is Callable or origin is typing.get_origin(Callable[..., Any]):
            return Type("function")
        if isinstance(hint, type):
            return self._class(hint)
        raise TypeError(f"the script API cannot describe the type {hint!r}")

    def waited(self, hint: Any) -> Gives | None:
        """The `Gives` of a `Waiting` result, or None if the hint is no wait."""
        if get_origin(hint) is Annotated and get_args(hint)[0] is Waiting:
            return next((mark for mark in get_args(hint)[1:] if isinstance(mark, Gives)), None)
        return None

    def _annotated(self, hint: Any) -> Type:
        base, *marks = get_args(hint)
        for mark in marks:
            if isinstance(mark, JsonMark):
                places = [each for one in marks if isinstance(one, SchemaAt) for each in one.places]
                return Type("json" if mark.text else "any", schema_at=places)
            if isinstance(mark, Shape):
                return self.read(mark.type)
        type_ = self.read(base)
        for mark in marks:
            if isinstance(mark, Kind):
                self.kinds[mark.name] = mark
                type_.kind = mark.name
            elif isinstance(mark, Called):
                type_.takes = [Parameter(k, self.read(v)) for k, v in mark.parameters.items()]
                type_.gives = None if mark.gives is None else self.read(mark.gives)
            elif isinstance(mark, TableSchema):
                type_.schema = {"argument": None, "kind": None, "schemas": {"": mark.schema}}
            elif isinstance(mark, DependentSchema):
                type_.schema = {
                    "argument": mark.argument,
                    "kind": mark.kind,
                    "schemas": mark.schemas,
                    "empty_without": mark.empty_without,
                }
        return type_

    def _union(self, arms: tuple[Any, ...]) -> Type:
        members = [self.read(arm) for arm in arms if arm is not type(None)]
        optional = len(members) < len(arms)
        if len(members) == 1:
            members[0].optional = optional
            return members[0]
        return Type("union", members=members, optional=optional)

    def _class(self, cls: type) -> Type:
        if hasattr(cls, "__lua_instance__"):
            return Type("instance", ref=cls.__lua_instance__)
        name = str(getattr(cls, "__lua_name__", cls.__name__))
        if typing.is_typeddict(cls) or hasattr(cls, "__attrs_attrs__"):
            self._table_class(name, cls)
            return Type("class", ref=name)
        if cls is dict:
            return Type("map", items=Type("any"))
        if cls is list:
            return Type("array", items=Type("any"))
        raise TypeError(f"the script API cannot describe the class {cls!r}")

    def _table_class(self, name: str, cls: type) -> None:
        if name in self.classes:
            return
        doc = parse(cls.__doc__)
        for base in _extended(cls):
            doc.entries = parse(base.__doc__).entries | doc.entries
        described = Class(name, doc.summary, doc.details)
        described.others = next(_others(cls), "")
        described.extends = vars(cls).get("__lua_extends__", "")
        for base in _extended(cls):
            # A closed table has no further keys, so one that has more keys is none of its class.
            if next(_others(base), ""):
                described.extends = self._class(base).ref or ""
                break
        self.classes[name] = described  # first, since shapes may contain themselves
        # Names that are imported for type checking only are not in the class's own module.
        hints = typing.get_type_hints(cls, localns=self.names, include_extras=True)
        required = getattr(cls, "__required_keys__", frozenset(hints))
        for key, hint in hints.items():
            type_ = self.read(_without_required(hint))
            # Of annotations that are strings, TypedDict itself does not see NotRequired.
            not_required = key not in required or get_origin(hint) is typing.NotRequired
            type_.optional = type_.optional or not_required
            described.fields.append(Parameter(key, type_, doc.entries.get(key, "")))


def _extended(cls: type) -> Iterator[type]:
    """The shapes that a shape extends, the nearest first.

    A TypedDict is a plain dict afterwards, which knows them in its source only.
    """
    if not typing.is_typeddict(cls):
        yield from cls.__mro__[1:-1]
        return
    module = sys.modules[cls.__module__]
    for statement in ast.parse(inspect.getsource(module)).body:
        if isinstance(statement, ast.ClassDef) and statement.name == cls.__name__:
            for base in statement.bases:
                found = vars(module).get(ast.unparse(base))
                if isinstance(found, type) and typing.is_typeddict(found):
                    yield found
                    yield from _extended(found)


def _others(cls: type) -> Iterator[str]:
    return (
        vars(each)["__lua_others__"]
        for each in (cls, *_extended(cls))
        if "__lua_others__" in vars(each)
    )


def _without_required(hint: Any) -> Any:
    if get_origin(hint) in (typing.NotRequired, typing.Required):
        return get_args(hint)[0]
    return hint
