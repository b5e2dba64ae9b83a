"""The `Tool` global (spec lua-globals §4, tools §2 and §4)."""

from __future__ import annotations

from llmspell.errors import LLMSpellError, ValidationError
from llmspell.globals.describe import DependentSchema, member, namespace
from llmspell.globals.ordering import in_order
from llmspell.lua.waiting import Waiting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Future
    from typing import Annotated, Any

    from llmspell.globals.kinds import ToolName
    from llmspell.globals.services import Services
    from llmspell.globals.tool_shapes import (
        ToolCall,
        ToolDefinition,
        ToolEntry,
        ToolInfo,
        ToolOutput,
        ToolSchema,
    )
    from llmspell.globals.types import Called, Gives, Json, LuaFunction
    from llmspell.tools.calling import Handle
    from llmspell.tools.registry import Entry


class ToolCallError(LLMSpellError):
    """A call failed; the message has the words that the original puts before the reason."""

    prefix = ""


@namespace("Tool")
class Tool:
    """Finds and calls tools; `Tool["base64-encoder"]` is the tool of that name.

    Underscores may stand for hyphens in names.
    """

    def __init__(self, services: Services) -> None:
        self._tools = services.tools

    def __getitem__(self, name: ToolName) -> ToolInfo:
        """The tool of a name, nil if there is none."""
        raise NotImplementedError

    def debug_view(self) -> dict[str, Any]:
        """How `Tool` shows itself: its tools by category."""
        found: dict[str, list[str]] = {}
        for entry in self._tools.available():
            found.setdefault(entry.category, []).append(entry.name)
        return found

    # What there is --------------------------------------------------------------------------

    @member("list")
    def list_all(self) -> list[ToolEntry]:
        """Gives all tools, by name."""
        return [entry.told() for entry in self._tools.available()]  # type: ignore[misc]

    @member()
    def discover(self, *, category: str | None = None, tag: str | None = None) -> list[ToolEntry]:
        """Gives the tools of a category, or those whose description has a word in it.

        Args:
            category: as `Tool.categories` names them.
            tag: a piece of the description, in any case.

        Example:
            for _, tool in ipairs(Tool.discover({ category = "utility" })) do
              print(tool.name, tool.description)
            end
        """
        return [
            entry.told()  # type: ignore[misc]
            for entry in self._tools.available()
            if (category is None or entry.category == category)
            and (tag is None or tag.lower() in entry.description.lower())
        ]

    @member()
    def exists(self, name: ToolName) -> bool:
        """Tells whether there is a tool of a name that can be called.

        Args:
            name: name of a tool.
        """
        return self._tools.info(name) is not None

    @member()
    def is_available(self, name: ToolName) -> bool:
        """Tells whether there is a tool of a name that can be called.

        Args:
            name: name of a tool.
        """
        return self.exists(name)

    @member()
    def categories(self) -> list[str]:
        """Gives the categories that tools have."""
        return self._tools.categories()

    @member(lua=True)
    def get(self, name: ToolName) -> ToolInfo | None:
        """Gives a tool, or nil if there is none of that name.

        Args:
            name: name of a tool.

        Example:
            local tool = Tool.get("base64-encoder")
            print(tool:execute({ operation = "encode", input = "Hello" }).text) --> SGVsbG8=
        """
        raise NotImplementedError

    @member(lua=True)
    def get_info(self, name: ToolName) -> ToolInfo | None:
        """Gives a tool, or nil if there is none of that name.

        Args:
            name: name of a tool.
        """
        raise NotImplementedError

    @member()
    def get_schema(self, name: ToolName) -> ToolSchema | None:
        """Gives the parameters of a tool, or nil if there is none of that name.

        Args:
            name: name of a tool.
        """
        entry = self._tools.info(name)
        return None if entry is None else _schema(entry)

    # Calls ----------------------------------------------------------------------------------

    @member(lua=True)
    def execute(
        self,
        name: ToolName,
        params: Annotated[
            dict[str, Json], DependentSchema("name", kind="tool-name", empty_without=True)
        ]
        | None = None,
        *,
        timeout: float | None = None,
    ) -> ToolOutput:
        """Calls a tool and waits for its result.

        Args:
            name: name of a tool.
            params: its parameters (see `Tool.get_schema`).
            timeout: seconds that it may take, instead of the tool's own limit.

        Raises:
            Tool '...' not found: there is no such tool.
            Tool execution failed: the reason follows, with its category in front.

        Example:
            local answer = Tool.execute("base64-encoder", { operation = "encode", input = "Hello" })
            print(answer.result.output) --> SGVsbG8=
        """
        raise NotImplementedError

    @member(lua=True)
    def batch(self, calls: list[ToolCall]) -> list[ToolOutput]:
        """Calls several tools at once; gives their results in the same order.

        A call that fails has `success = false` and an `error`; nothing is raised.

        Args:
            calls: the calls.

        Example:
            local answers = Tool.batch({
              { tool = "base64-encoder", params = { operation = "encode", input = "a" } },
              { tool = "base64-encoder", params = { operation = "encode", input = "b" } },
            })
            print(#answers) --> 2
        """
        raise NotImplementedError

    @member(lua=True)
    def register(
        self,
        name: ToolName | ToolDefinition,
        execute: Annotated[LuaFunction, Called({"params": dict[str, Json]}, Json)] | None = None,
        *,
        description: str = "",
        category: str = "custom",
        security_level: str = "restricted",
        parameters: Json = None,
        timeout: float | None = None,
    ) -> bool:
        """Makes a tool of a function; gives true.

        The function gets the table of parameters and gives the result.

        Args:
            name: name of the new tool, or a table with all of this instead.
            execute: the function.
            description: one sentence; models choose tools by it.
            category: what it is about.
            security_level: `safe`, `restricted` or `privileged`.
            parameters: a list of `{ name, type, description, required, default }`, or a JSON
                Schema.
            timeout: seconds that a call may take; 30 otherwise.

        Raises:
            Validation error: the name is taken, or the parameters are described wrongly.

        Example:
            Tool.register("greeter", function(params)
              return { greeting = "Hello, " .. params.who }
            end, {
              description = "Greets somebody",
              parameters = { { name = "who", type = "string", required = true } },
            })
            print(Tool.execute("greeter", { who = "Ada" }).result.greeting) --> Hello, Ada
        """
        raise NotImplementedError

    # Behind the prelude ---------------------------------------------------------------------

    @member(private=True)
    def look_up(self, name: str) -> dict[str, Json] | None:
        """Gives what `get` shows but the function, None if there is no such tool."""
        entry = self._tools.info(name)
        return None if entry is None else {**entry.told(), "schema": _schema(entry)}

    @member(private=True)
    def call(
        self, name: str, params: Json, failure: str, seconds: float | None = None
    ) -> Annotated[Waiting, Gives(Json)]:
        """Calls a tool. failure: what stands before the reason of a failure."""
        try:
            handle = self._tools.submit(name, _fields(params), seconds=seconds)
        except LLMSpellError as error:
            raise _told(error, failure) from error
        return CallWait(handle, failure)

    @member(private=True)
    def call_all(self, calls: Json) -> Annotated[Waiting, Gives(Json)]:
        """Calls several tools; gives a list of their tables."""
        if not isinstance(calls, list):
            raise ValidationError("Tool.batch takes a list of { tool, params }", field="calls")
        return BatchWait([self._begun(each) for each in calls])

    @member(private=True)
    def register_function(
        self,
        name: str,
        function: LuaFunction,
        description: str,
        category: str,
        security: str,
        parameters: Json,
        seconds: float | None = None,
    ) -> bool:
        """Makes a tool of a function."""
        from llmspell.tools.scripted import SECONDS, FunctionTool

        if seconds is not None and not seconds > 0:
            raise ValidationError("a tool's time-out is above 0 seconds", field="timeout")
        tool = FunctionTool(
            name,
            function,
            description=description,
            category=category,
            security=security,
            parameters=in_order(parameters),
            seconds=SECONDS if seconds is None else seconds,
            within=function.within,
        )
        self._tools.register(tool, source="spell")
        return True

    def _begun(self, call: Any) -> Handle | LLMSpellError:
        name = call.get("tool", call.get("name")) if isinstance(call, dict) else None
        if not isinstance(name, str):
            return ValidationError("a call is a table { tool = …, params = … }", field="tool")
        try:
            return self._tools.submit(name, _fields(call.get("params", call.get("parameters"))))
        except LLMSpellError as error:
            return error


class CallWait(Waiting):
    """Waits for one call; gives its table."""

    __slots__ = ("_failure", "_handle")

    def __init__(self, handle: Handle, failure: str) -> None:
        super().__init__(handle.call.seconds_left)
        self._handle = handle
        self._failure = failure
        handle.future.add_done_callback(self._arrived)

    def _arrived(self, future: Future[Any]) -> None:
        error = None if future.cancelled() else future.exception()
        if future.cancelled():
            self.fail(_told(self._handle.overdue(), self._failure))
        elif isinstance(error, LLMSpellError):
            self.fail(_told(error, self._failure))
        elif error is not None:
            self.fail(error)
        else:
            self.complete(future.result().table())

    def give_up(self) -> None:
        """Ends the wait, and cancels the call."""
        if not self.done:
            self.fail(_told(self._handle.overdue(), self._failure))


class BatchWait(Waiting):
    """Waits for several calls; gives a list of their tables, with failures among them."""

    __slots__ = ("_begun", "_open")

    def __init__(self, begun: list[Handle | LLMSpellError]) -> None:
        handles = [each for each in begun if not isinstance(each, LLMSpellError)]
        super().__init__(max((each.call.seconds_left for each in handles), default=0))
        self._begun = begun
        self._open = len(handles)
        if not handles:
            self.complete(self._tables())
        import threading

        lock = threading.Lock()

        def arrived(_: object) -> None:
            with lock:
                self._open -= 1
                last = self._open == 0
            if last:
                self.complete(self._tables())

        for handle in handles:
            handle.future.add_done_callback(arrived)

    def give_up(self) -> None:
        """Ends the wait, and cancels what is still under way."""
        if not self.done:
            for each in self._begun:
                if not isinstance(each, LLMSpellError) and not each.future.done():
                    each.cancel()
            self.complete(self._tables())

    def _tables(self) -> list[dict[str, Any]]:
        return [_table(each) for each in self._begun]


def _table(begun: Handle | LLMSpellError) -> dict[str, Any]:
    if isinstance(begun, LLMSpellError):
        return _failure(begun)
    future = begun.future
    if future.cancelled() or not future.done():
        return _failure(begun.overdue())
    error = future.exception()
    if isinstance(error, LLMSpellError):
        return _failure(error)
    if error is not None:
        raise error
    table: dict[str, Any] = future.result().table()
    return table


def _failure(error: LLMSpellError) -> dict[str, Any]:
    return {"success": False, "error": error.told(), "metadata": {}}


def _told(error: LLMSpellError, failure: str) -> LLMSpellError:
    from llmspell.tools.registry import UnknownToolError

    if isinstance(error, UnknownToolError):
        return error
    return ToolCallError(failure + error.lua_message, **error.details)


def _fields(params: Any) -> dict[str, Any]:
    """Parameters as named fields; an empty table is none. Raises ValidationError for a list."""
    if not params:
        return {}
    if not isinstance(params, dict):
        raise ValidationError("the parameters must be a table with named fields")
    return params


def _schema(entry: Entry) -> Any:
    return {
        "name": entry.name,
        "description": entry.description,
        "parameters": entry.parameters,
    }
