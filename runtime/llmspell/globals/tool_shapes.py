"""The tables that tools are described by, called with and answer; for the generator only."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from llmspell.globals.describe import like_string, open_table
from llmspell.globals.kinds import ToolName
from llmspell.globals.types import Called, Json, LuaFunction


class ToolEntry(TypedDict):
    """A tool in a list.

    Fields:
        name: what `Tool.execute` takes.
        description: one sentence.
        category: `utility`, `data`, `filesystem`, `system`, `media`, `api`, `web` or another.
        security_level: `safe`, `restricted` or `privileged`.
        version: of the tool.
    """

    name: str
    description: str
    category: str
    security_level: str
    version: str


class ToolParameter(TypedDict):
    """A parameter of a tool.

    Fields:
        name: the key in the table of parameters.
        type: `string`, `number`, `integer`, `boolean`, `array` or `object`.
        description: what it means.
        required: whether it must be given.
        default: what it is when it is not given.
    """

    name: str
    type: str
    description: str
    required: bool
    default: NotRequired[Json]


class ToolSchema(TypedDict):
    """The parameters of a tool.

    Fields:
        name: of the tool.
        description: one sentence.
        parameters: in the order of the documentation.
    """

    name: str
    description: str
    parameters: list[ToolParameter]


class ToolInfo(TypedDict):
    """All that is known of a tool.

    Fields:
        name: what `Tool.execute` takes.
        description: one sentence.
        category: what it is about.
        security_level: `safe`, `restricted` or `privileged`.
        version: of the tool.
        schema: its parameters.
        execute: calls it with a table of parameters, with a dot or a colon.
    """

    name: str
    description: str
    category: str
    security_level: str
    version: str
    schema: ToolSchema
    execute: LuaFunction


@like_string
class ToolFailure(TypedDict):
    """Why a call failed; may also be used like a string.

    Fields:
        message: the reason, with its category in front.
        field: the parameter that is wrong, if one is.
    """

    message: str
    field: NotRequired[str]


@open_table("those of an answer that is an object with `success`, `result` or `operation`.")
class ToolOutput(TypedDict):
    """What a call of a tool gives.

    Fields:
        success: whether it did what it was asked for.
        operation: what it did.
        result: its payload.
        message: one line for people.
        text: the text it is about, else the message, else the whole answer as JSON; nil when
            it failed.
        data: the payload of tools that answer with plain data.
        error: why it failed.
        metadata: further data about the call.
    """

    success: bool
    operation: str
    result: NotRequired[Json]
    message: NotRequired[str]
    text: NotRequired[str]
    data: NotRequired[Json]
    error: NotRequired[ToolFailure]
    metadata: dict[str, Json]


class ToolCall(TypedDict):
    """A call for `Tool.batch`.

    Fields:
        tool: name of the tool.
        params: its parameters.
        name: the same as `tool`.
        parameters: the same as `params`.
    """

    tool: NotRequired[ToolName]
    params: NotRequired[dict[str, Json]]
    name: NotRequired[ToolName]
    parameters: NotRequired[dict[str, Json]]


class ToolDefinition(TypedDict):
    """A tool for `Tool.register`, as one table.

    Fields:
        name: name of the new tool.
        execute: the function.
        description: one sentence; models choose tools by it.
        category: what it is about.
        security_level: `safe`, `restricted` or `privileged`.
        parameters: a list of `{ name, type, description, required, default }`, or a JSON
            Schema.
        timeout: seconds that a call may take; 30 otherwise.
    """

    name: ToolName
    execute: Annotated[LuaFunction, Called({"params": dict[str, Json]}, Json)]
    description: NotRequired[str]
    category: NotRequired[str]
    security_level: NotRequired[str]
    parameters: NotRequired[Json]
    timeout: NotRequired[float]
