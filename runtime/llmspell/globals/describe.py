"""How a part of the script API is described: in the Python that implements it.

A *namespace* is a class whose exported methods become the functions of a Lua global; an
*instance class* is one whose objects scripts hold (`timer:stop()`). Both are ordinary typed
Python; the marks here only say what is exported and under which Lua name. Everything else is
read from type hints and docstrings when `llmspell.globals.generate` runs, never at start-up:

* parameters by position; keyword-only parameters are fields of a trailing options table;
* `Json` is any plain data, `JsonText` the same kept as JSON text, `LuaFunction` a function;
* `Annotated[str, Kind(...)]` is a string with a subject that editors can complete and check;
* `Annotated[T, DependentSchema(...)]` is a table whose schema depends on an earlier argument;
* TypedDicts and attrs classes describe the shape of tables, with a docstring for each field;
* a result `Annotated[Waiting, Gives(T)]` is waited for: the engine keeps jobs going meanwhile.

The types themselves stand in `llmspell.globals.types`; modules import them under TYPE_CHECKING,
and the generator looks there. This module is imported by every script that uses the API: it
must stay cheap.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any] | property)
    C = TypeVar("C", bound=type)


class Kind:
    """A kind of string with a subject, such as a tool name or an event pattern.

    values: the fixed candidates with one line about each. source: where further candidates come
    from, as data: `"config:<dotted path>"` (keys of that table in the project's configuration),
    `"entry-points:<group>"`, `"script:<Global.member>"` (literals given to that parameter in the
    script itself), `"files"` or `"modules"`. closed: whether other strings are mistakes.
    """

    def __init__(
        self,
        name: str,
        description: str,
        values: Mapping[str, str] | None = None,
        *,
        sources: tuple[str, ...] = (),
        closed: bool = False,
        pattern: str | None = None,
    ) -> None:
        self.name = name
        self.description = description
        self.values = dict(values or {})
        self.sources = sources
        self.closed = closed
        self.pattern = pattern


class DependentSchema:
    """The JSON Schema of a table argument, chosen by the value of an earlier argument.

    argument: name of the earlier parameter. schemas: value of that argument -> JSON Schema.
    kind: where editors find schemas of values that are not listed (a named kind's candidates).
    """

    def __init__(
        self, argument: str, schemas: Mapping[str, Any] | None = None, *, kind: str | None = None
    ) -> None:
        self.argument = argument
        self.schemas = dict(schemas or {})
        self.kind = kind


class MemberMark:
    """What `member` knows of an exported function."""

    def __init__(self, name: str, *, lua: bool, private: bool, deprecated: str | None) -> None:
        self.name = name
        self.lua = lua
        self.private = private
        self.deprecated = deprecated


def member(
    name: str | None = None,
    *,
    lua: bool = False,
    private: bool = False,
    deprecated: str | None = None,
) -> Callable[[F], F]:
    """Exports a method (or, above it, a property of an instance class) to scripts.

    name: the Lua name, by default the Python one. lua: the body is in the namespace's prelude
    (`globals/prelude/*.lua`), because a Python callback cannot yield or hold Lua values; the
    Python method is its signature and documentation. private: for that prelude only, not for
    scripts. deprecated: what to use instead.
    """

    def mark(function: F) -> F:
        target: Any = function.fget if isinstance(function, property) else function
        target.__lua_member__ = MemberMark(
            name or target.__name__, lua=lua, private=private, deprecated=deprecated
        )
        return function

    return mark


def namespace(name: str) -> Callable[[C], C]:
    """Makes a class the Lua global `name`."""

    def mark(cls: C) -> C:
        setattr(cls, "__lua_namespace__", name)  # noqa: B010 - mypy knows no such attribute
        return cls

    return mark


def instance(name: str, *, debug_view: tuple[str, ...] = ()) -> Callable[[C], C]:
    """Makes objects of a class tables of the Lua class `name`.

    debug_view: the exported properties that show what such a value means (debugger, REPL).
    """

    def mark(cls: C) -> C:
        setattr(cls, "__lua_instance__", name)  # noqa: B010
        setattr(cls, "__lua_debug_view__", debug_view)  # noqa: B010
        return cls

    return mark


class Variable:
    """A global that is a plain value: its name, its type in LuaCATS terms, and what it holds."""

    def __init__(self, name: str, type_: str, description: str) -> None:
        self.name = name
        self.type = type_
        self.description = description
