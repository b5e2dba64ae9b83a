"""Reads the description of the script API from the namespaces that implement it."""

from __future__ import annotations

import ast
import importlib
import inspect
import typing
from pathlib import Path
from types import ModuleType
from typing import Any

from llmspell.docstrings import parse
from llmspell.globals.describe import Kind, MemberMark, Variable
from llmspell.globals.generator.model import Api, Class, Member, Namespace, Parameter, Type
from llmspell.globals.generator.types import TypeReader


def read_api(
    modules: typing.Iterable[str],
    variables: typing.Iterable[Variable] = (),
    kinds: typing.Iterable[Kind] = (),
) -> Api:
    """The API that the namespaces of some modules describe. kinds: those that none mentions."""
    reader = TypeReader()
    namespaces = [_namespace(importlib.import_module(name), reader) for name in modules]
    named = reader.kinds | {kind.name: kind for kind in kinds}
    described = [Parameter(v.name, Type(v.type), v.description) for v in variables]
    return Api(namespaces, described, [kind.described() for _, kind in sorted(named.items())])


def _namespace(module: ModuleType, reader: TypeReader) -> Namespace:
    names = reader.names = _names_for_hints(module)
    namespace: type | None = None
    instances: list[type] = []
    for value in vars(module).values():
        # The classes of a large namespace stand in modules beside it (`agent_instance.py`).
        if not isinstance(value, type) or not value.__module__.startswith(module.__name__):
            continue
        if "__lua_namespace__" in vars(value):
            namespace = value
        elif "__lua_instance__" in vars(value):
            instances.append(value)
    if namespace is None:
        raise TypeError(f"{module.__name__} describes no namespace")
    before = set(reader.classes)
    members = _members(namespace, names, reader)
    index = _index(namespace, names, reader)
    objects = []
    for cls in instances:
        reader.names = _names_for_hints(importlib.import_module(cls.__module__))
        objects.append(_instance_class(cls, reader.names, reader))
    tables = [cls for name, cls in reader.classes.items() if name not in before]
    doc = parse(namespace.__doc__)
    only, files = namespace.__dict__["__lua_only__"]
    return Namespace(
        namespace.__dict__["__lua_namespace__"],
        module.__name__,
        namespace.__name__,
        doc.summary,
        doc.details,
        members,
        objects + tables,
        debug_view=hasattr(namespace, "debug_view"),
        index=index,
        only=only,
        files=list(files),
    )


def _index(cls: type, names: dict[str, Any], reader: TypeReader) -> tuple[Parameter, Type] | None:
    """What `__getitem__` says of the keys of a namespace and of what is behind them."""
    function = vars(cls).get("__getitem__")
    if function is None:
        return None
    hints = typing.get_type_hints(function, names, names, include_extras=True)
    (key,) = list(inspect.signature(function).parameters)[1:]
    doc = parse(function.__doc__)
    return Parameter(key, reader.read(hints[key]), doc.summary), reader.read(hints["return"])


def _names_for_hints(module: ModuleType) -> dict[str, Any]:
    """The module's names, with those that it imports or defines under TYPE_CHECKING."""
    names = dict(vars(module))
    assert module.__file__ is not None
    for node in ast.parse(Path(module.__file__).read_text()).body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            block = ast.Module(body=node.body, type_ignores=[])
            exec(compile(block, module.__file__, "exec"), names)  # noqa: S102 - our own source
    return names


def _members(cls: type, names: dict[str, Any], reader: TypeReader) -> list[Member]:
    members = []
    for python_name, value in vars(cls).items():
        target = value.fget if isinstance(value, property) else value
        mark = getattr(target, "__lua_member__", None)
        if isinstance(mark, MemberMark):
            members.append(
                _member(python_name, target, mark, names, reader, isinstance(value, property))
            )
    return members


def _member(
    python_name: str,
    function: Any,
    mark: MemberMark,
    names: dict[str, Any],
    reader: TypeReader,
    is_property: bool,
) -> Member:
    hints = typing.get_type_hints(function, names, names, include_extras=True)
    doc = parse(function.__doc__)
    positional: list[Parameter] = []
    options: list[Parameter] = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        type_ = reader.read(hints[parameter.name])
        has_default = parameter.default is not parameter.empty
        type_.optional = type_.optional or has_default
        described = Parameter(
            parameter.name.rstrip("_"),
            type_,
            doc.entries.get(parameter.name, ""),
            repr(parameter.default) if has_default else None,
        )
        (options if parameter.kind is parameter.KEYWORD_ONLY else positional).append(described)
    waited = reader.waited(hints["return"])
    return Member(
        mark.name,
        python_name,
        doc.summary,
        "\n\n".join(part for part in (doc.details, _example(doc.example)) if part),
        positional,
        options,
        reader.read(hints["return"] if waited is None else waited.type),
        doc.returns,
        doc.raises,
        waits=waited is not None,
        lua=mark.lua,
        private=mark.private,
        is_property=is_property,
        orders=[list(order) for order in mark.orders],
        deprecated=mark.deprecated,
        adds=mark.adds,
    )


def _example(text: str) -> str:
    return f"```lua\n{text}\n```" if text else ""


def _instance_class(cls: type, names: dict[str, Any], reader: TypeReader) -> Class:
    doc = parse(cls.__doc__)
    described = Class(
        cls.__dict__["__lua_instance__"],
        doc.summary,
        doc.details,
        instance=True,
        debug_view=list(cls.__dict__["__lua_debug_view__"]),
    )
    described.methods = _members(cls, names, reader)
    return described
