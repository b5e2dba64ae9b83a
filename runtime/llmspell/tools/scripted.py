"""Tools that spells and programs make of a function, by `Tool.register` or `functions.tool`."""

from __future__ import annotations

from llmspell.errors import ToolError, ValidationError
from llmspell.tools.answer import Answer
from llmspell.tools.description import Limits
from llmspell.tools.tool import Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from llmspell.tools.call import Call

SECONDS = 30.0
"""What a call of a function may take where nothing else is said."""

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})


class FunctionTool(Tool):
    """A tool whose calls are calls of one function.

    function: gets the parameters, gives plain data. What it gives becomes the result; a table with
    `success = false` is a failure, with `error` as the reason. parameters: see `schema_of`. within:
    calls the function and ends it after so many seconds, by TimeoutError, where that can be done.
    """

    waits = True

    def __init__(
        self,
        name: str,
        function: Callable[[dict[str, Any]], Any],
        *,
        description: str = "",
        category: str = "custom",
        security: str = "restricted",
        parameters: Any = None,
        seconds: float = SECONDS,
        within: Callable[[float, dict[str, Any]], Any] | None = None,
    ) -> None:
        # Class variables of other tools; each of these has its own.
        vars(self).update(
            name=name, category=category, security=_level(security), limits=Limits(seconds)
        )
        self.function = function
        self.within = within
        self._description = description or f"The tool {name} of a spell."
        self._schema = schema_of(parameters)

    @property
    def description(self) -> str:
        """One sentence, as the spell gave it."""
        return self._description

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the parameters."""
        return self._schema

    def run(self, call: Call) -> Answer:
        """Calls the function."""
        if self.within is None:
            return self.answer(self.function(call.params))
        try:
            return self.answer(self.within(call.seconds_left, call.params))
        except TimeoutError:
            raise call.overdue() from None

    def answer(self, value: Any) -> Answer:
        """What a value of the function means."""
        if isinstance(value, dict) and value.get("success") is False:
            return Answer("execute", value.get("result"), error=ToolError(_reason(value)))
        if isinstance(value, dict) and value.get("success") is True and "result" in value:
            value = value["result"]
        return Answer("execute", value, text=value if isinstance(value, str) else None)


def schema_of(parameters: Any) -> dict[str, Any]:
    """The JSON Schema that a description of parameters stands for.

    It is a schema already, a list of `{name, type, description, required, default}`, or a table
    name -> such a description or a type. Raises ValidationError for anything else.
    """
    if parameters is None or parameters in ({}, []):
        return {"type": "object", "properties": {}}
    if isinstance(parameters, dict) and isinstance(parameters.get("properties"), dict):
        return {"type": "object", **parameters}
    if isinstance(parameters, dict):
        entries: list[Any] = [
            {"name": name, **({"type": told} if isinstance(told, str) else told)}
            for name, told in parameters.items()
            if isinstance(told, str | dict)
        ]
    else:
        entries = parameters if isinstance(parameters, list) else []
    if not entries or any(not isinstance(each, dict) or not each.get("name") for each in entries):
        raise ValidationError(
            "parameters are a JSON Schema or a list of { name, type, description, required }",
            field="parameters",
        )
    required = [each["name"] for each in entries if each.get("required")]
    schema = {"type": "object", "properties": {each["name"]: _property(each) for each in entries}}
    return schema | ({"required": required} if required else {})


def _property(told: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in told.items() if key not in {"name", "required"}}
    found.setdefault("type", "string")
    if found["type"] not in TYPES:
        raise ValidationError(
            f"'{told['name']}' has the type '{found['type']}'; "
            f"types are {', '.join(sorted(TYPES))}",
            field="parameters",
        )
    return found


def _level(security: str) -> Any:
    if security not in {"safe", "restricted", "privileged"}:
        raise ValidationError(
            f"'{security}' is no security level; use safe, restricted or privileged",
            field="security_level",
        )
    return security


def _reason(value: Mapping[str, Any]) -> str:
    error = value.get("error") or value.get("message") or "the tool failed"
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)
