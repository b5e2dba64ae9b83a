"""What a tool says of itself: parameters, operations, limits, examples, and their JSON Schema.

Plain data, with no library behind it: everything here is also written to `catalogue.json`, from
which lists, schemas and completion come without importing a single tool.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal

    Security = Literal["safe", "restricted", "privileged"]
    ResultClass = Literal["envelope", "nested", "message", "data"]
    Permission = Literal["read", "write", "network", "mail", "database", "command", "variable"]

PERMISSIONS: Mapping[Permission, str] = {
    "read": "reads files (`tools.file_operations.allowed_paths`)",
    "write": "writes files (`tools.file_operations.allowed_paths`)",
    "network": "asks servers (`tools.http_request.allowed_hosts`)",
    "mail": "sends mail (`tools.email.allowed_recipients`)",
    "database": "asks databases (`tools.database.allowed_hosts`)",
    "command": "runs programs (`tools.system.allowed_commands`)",
    "variable": "reads environment variables (`tools.system.allowed_env_vars`)",
}
"""What a tool may ask the policy for, and the key of the configuration that allows it."""

MIB = 1024 * 1024


class Parameter:
    """One parameter of a tool.

    type: a JSON Schema type, or several; choices: the values it may have; aliases: other names that
    scripts use for it; schema: further JSON Schema keywords (`items`, `minimum`, `properties`);
    kind: the kind of string it holds, such as `file-path` (see docs/string-kinds.md).
    """

    def __init__(
        self,
        name: str,
        type: str | tuple[str, ...],  # noqa: A002 - the word of JSON Schema
        description: str,
        *,
        required: bool = False,
        default: Any = None,
        choices: tuple[Any, ...] = (),
        aliases: tuple[str, ...] = (),
        kind: str = "",
        schema: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.type = type
        self.description = description
        self.required = required
        self.default = default
        self.choices = choices
        self.aliases = aliases
        self.kind = kind
        self.schema = dict(schema or {})

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the value; `x-kind` and `x-aliases` are ours."""
        type_: Any = self.type if isinstance(self.type, str) else list(self.type)
        found: dict[str, Any] = {"type": type_, "description": self.description}
        if self.choices:
            found["enum"] = list(self.choices)
        if self.default is not None:
            found["default"] = self.default
        if self.kind:
            found["x-kind"] = self.kind
        if self.aliases:
            found["x-aliases"] = list(self.aliases)
        return found | self.schema


class Operation:
    """One thing that a tool does: a line about it, the parameters it needs, those it may take too.

    takes: None where an operation takes all parameters of the tool. aliases: other names of it.
    """

    def __init__(
        self,
        description: str,
        *,
        needs: tuple[str, ...] = (),
        takes: tuple[str, ...] | None = None,
        aliases: tuple[str, ...] = (),
    ) -> None:
        self.description = description
        self.needs = needs
        self.takes = takes
        self.aliases = aliases


class Example:
    """A call that works offline and what it gives: `llmspell tool test` runs it.

    gives: what the result's table has to contain (of nested tables, the keys that are given).
    fails: a piece of the error instead. files: name -> text, put into a folder of its own first; a
    parameter that begins with `@/` stands for a path in that folder.
    """

    def __init__(
        self,
        params: Mapping[str, Any],
        gives: Mapping[str, Any] | None = None,
        *,
        title: str = "",
        fails: str = "",
        files: Mapping[str, str] | None = None,
    ) -> None:
        self.title = title
        self.params = dict(params)
        self.gives = dict(gives or {})
        self.fails = fails
        self.files = dict(files or {})


class Limits:
    """What one call may use; all of it is enforced.

    seconds: from the call to its result. output_bytes: of the result as text. calls_per_minute: of
    this tool in one runtime.
    """

    def __init__(
        self,
        seconds: float = 30,
        output_bytes: int = 100 * MIB,
        calls_per_minute: int | None = None,
    ) -> None:
        self.seconds = seconds
        self.output_bytes = output_bytes
        self.calls_per_minute = calls_per_minute


def json_schema(
    parameters: tuple[Parameter, ...],
    operations: Mapping[str, Operation],
    default_operation: str = "",
) -> dict[str, Any]:
    """The JSON Schema of a tool's parameters.

    Where a tool has operations, the property `operation` names them, `allOf` says what each needs,
    and `x-operations` (ours) which parameters each takes.
    """
    properties = {each.name: each.json_schema() for each in parameters}
    required = [each.name for each in parameters if each.required]
    if operations:
        properties = {"operation": _operation_schema(operations, default_operation)} | properties
        if not default_operation:
            required.insert(0, "operation")
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    rules = [_rule(name, each.needs) for name, each in operations.items() if each.needs]
    if rules:
        schema["allOf"] = rules
    return schema


def _operation_schema(
    operations: Mapping[str, Operation], default_operation: str
) -> dict[str, Any]:
    told = "; ".join(f"{name}: {each.description}" for name, each in operations.items())
    found: dict[str, Any] = {"type": "string", "description": told, "enum": list(operations)}
    if default_operation:
        found["default"] = default_operation
    found["x-operations"] = {
        name: {
            "description": each.description,
            "needs": list(each.needs),
            "takes": None if each.takes is None else list(each.takes),
            "aliases": list(each.aliases),
        }
        for name, each in operations.items()
    }
    return found


def _rule(operation: str, needs: tuple[str, ...]) -> dict[str, Any]:
    return {
        "if": {"properties": {"operation": {"const": operation}}, "required": ["operation"]},
        "then": {"required": list(needs)},
    }


def parameter_list(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parameters of a schema as `Tool.get(name).schema` shows them (spec tools §4)."""
    required = schema.get("required", ())
    found = []
    for name, value in schema.get("properties", {}).items():
        type_ = value.get("type", "object")
        entry = {
            "name": name,
            "type": type_ if isinstance(type_, str) else type_[0],
            "description": value.get("description", ""),
            "required": name in required,
        }
        if "default" in value:
            entry["default"] = value["default"]
        found.append(entry)
    return found
