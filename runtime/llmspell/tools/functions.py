"""Tools that are Python functions, described by their type hints and docstrings::

    from llmspell.tools.functions import tool

    @tool(category="text")
    def word_counter(text: str, shortest: int = 1) -> dict[str, int]:
        '''Counts words.'''
        return {"words": sum(len(word) >= shortest for word in text.split())}

What stands under `Args:` in the docstring describes the parameters. A package makes it a tool of
every spell by an entry point in the group `llmspell.tools`, such as
`word-counter = "my_package:word_counter"`, a program by `Runtime().tools.register(word_counter)`.
"""

from __future__ import annotations

import asyncio
import inspect
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal

from llmspell.docstrings import parse
from llmspell.tools.scripted import FunctionTool

if typing.TYPE_CHECKING:
    from llmspell.tools.answer import Answer
    from llmspell.tools.call import Call

_TYPES = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    tuple: "array",
    dict: "object",
    type(None): "null",
}


class PythonTool(FunctionTool):
    """A tool that is a Python function, which can still be called as one."""

    def __init__(
        self, name: str, function: Callable[..., Any], category: str, security: str
    ) -> None:
        doc = parse(function.__doc__)
        super().__init__(
            name,
            lambda params: function(**self._known(params)),
            description=doc.summary,
            category=category,
            security=security,
            parameters=schema_of_function(function),
        )
        self._python = function
        self._takes = set(inspect.signature(function).parameters)

    @property
    def written(self) -> str:
        """Where the function is."""
        return f"{self._python.__module__}:{self._python.__qualname__}"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function itself."""
        return self._python(*args, **kwargs)

    def _known(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in params.items() if name in self._takes}


class AsyncPythonTool(PythonTool):
    """The same for an `async def`, which runs on the loop."""

    async def run(self, call: Call) -> Answer:  # type: ignore[override]
        """Awaits the function."""
        return self.answer(await self.function(call.params))


def tool(
    name: str | None = None, *, category: str = "custom", security: str = "restricted"
) -> Callable[[Callable[..., Any]], PythonTool]:
    """Makes a tool of a function.

    name: by default the function's, with hyphens. Its parameters are those of the function; their
    types are str, int, float, bool, list, dict, Literal, unions of them and None. What it gives is
    the result; an `LLMSpellError` that it raises is a failure. Raises TypeError for other types.
    """

    def make(function: Callable[..., Any]) -> PythonTool:
        cls = AsyncPythonTool if asyncio.iscoroutinefunction(function) else PythonTool
        return cls(name or function.__name__.replace("_", "-"), function, category, security)

    return make


def schema_of_function(function: Callable[..., Any]) -> dict[str, Any]:
    """The JSON Schema of a function's parameters, by its type hints and docstring."""
    hints = typing.get_type_hints(function)
    described = parse(function.__doc__).entries
    properties: dict[str, Any] = {}
    required = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            raise TypeError(f"{function.__name__}: a tool has named parameters only")
        told = _schema(hints.get(parameter.name, str), f"{function.__name__}: {parameter.name}")
        told["description"] = described.get(parameter.name, "")
        if parameter.default is parameter.empty:
            required.append(parameter.name)
        elif parameter.default is not None:
            told["default"] = parameter.default
        properties[parameter.name] = told
    schema = {"type": "object", "properties": properties}
    return schema | ({"required": required} if required else {})


def _schema(hint: Any, place: str) -> dict[str, Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        names = {_TYPES[type(value)] for value in arguments}
        return {"type": _one_or_all(sorted(names)), "enum": list(arguments)}
    if origin in {typing.Union, types.UnionType}:
        arms = [_schema(each, place) for each in arguments if each is not type(None)]
        if len(arms) == 1:
            return arms[0]
        return {"type": sorted({str(arm["type"]) for arm in arms})}
    plain = origin or hint
    if plain is Any:
        return {"type": ["string", "number", "boolean", "array", "object"]}
    if plain not in _TYPES:
        raise TypeError(f"{place}: a tool's parameter cannot be a {hint}")
    found: dict[str, Any] = {"type": _TYPES[plain]}
    if plain in {list, tuple} and arguments:
        found["items"] = _schema(arguments[0], place)
    return found


def _one_or_all(names: list[str]) -> str | list[str]:
    return names[0] if len(names) == 1 else names
