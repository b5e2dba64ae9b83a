"""The types that descriptions of the script API are written in.

Imported under TYPE_CHECKING by the namespaces, and for real by the generator only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from llmspell.lua.border import LuaCallback
from llmspell.lua.waiting import Waiting

JsonValue: TypeAlias = bool | int | float | str | list[Any] | dict[str, Any] | None


class JsonMark:
    """Marks plain data (`Json`) and plain data kept as JSON text (`JsonText`)."""

    def __init__(self, *, text: bool) -> None:
        self.text = text


Json = Annotated[JsonValue, JsonMark(text=False)]
"""Any plain data: nil, booleans, numbers, strings and tables of them."""

JsonText = Annotated[str, JsonMark(text=True)]
"""Plain data, handed over as JSON text because the service stores or sends it as it is."""

LuaFunction: TypeAlias = LuaCallback
"""A Lua function: call it, or `submit` it, from any thread."""

LuaValue: TypeAlias = Any
"""Any Lua value; only for members whose body is in the prelude."""


class Gives:
    """The type of the value that a `Waiting` result will give."""

    def __init__(self, type_: Any) -> None:
        self.type = type_


class Shape:
    """The table that plain data is, where the code behind it only says `dict`."""

    def __init__(self, type_: Any) -> None:
        self.type = type_


class Called:
    """How a function of a script is called: the types of what it gets, by name, and of its result.

    gives: None where the result means nothing.
    """

    def __init__(self, parameters: Mapping[str, Any], gives: Any = None) -> None:
        self.parameters = dict(parameters)
        self.gives = gives


__all__ = [
    "Called",
    "Gives",
    "Json",
    "JsonText",
    "JsonValue",
    "LuaFunction",
    "LuaValue",
    "Shape",
    "Waiting",
]
