"""The arguments of the requests, as far as they mean something here (DAP 1.71).

Names are the protocol's in Python spelling. What a client adds beyond that is ignored.
"""

from __future__ import annotations

import shlex
from typing import Literal

from attrs import field, frozen

from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.protocol.meaning import means
from llmspell_debug_adapter.protocol.messages import BAD, Refused


@frozen
class NoArguments:
    """A request without arguments; any are ignored."""


# Starting and ending -----------------------------------------------------------------------


@frozen
class InitializeArguments:
    """What the client can, and how it counts."""

    adapter_id: str = field(metadata={"json": "adapterID"})
    client_name: str = ""
    lines_start_at1: bool = True
    columns_start_at1: bool = True
    path_format: str = "path"
    supports_variable_type: bool = False
    supports_run_in_terminal_request: bool = False
    supports_progress_reporting: bool = False
    supports_invalidated_event: bool = False
    supports_start_debugging_request: bool = False


@frozen
class Limits:
    """Limits of the run: seconds or `30s`, bytes or `64MB`."""

    timeout: float | str | None = field(
        default=None, metadata=means("seconds, or `30s`; standing still does not count")
    )
    max_memory: float | str | None = field(default=None, metadata=means("bytes, or `64MB`"))


@frozen
class LaunchArguments:
    """`launch.json` with `"request": "launch"`."""

    program: str = field(metadata=means("the spell; relative to `cwd`"))
    args: list[str] | str = field(
        factory=list,
        metadata=means("its arguments, in `ARGS`; one text is split as a shell splits it"),
    )
    cwd: str | None = field(
        default=None, metadata=means("working directory; by default the adapter's")
    )
    env: dict[str, str | None] = field(
        factory=dict, metadata=means("environment variables to add; `null` removes one")
    )
    config: str | None = field(
        default=None, metadata=means("configuration file; by default as for `llmspell run`")
    )
    profile: str | None = field(default=None, metadata=means("profile of the configuration"))
    security: Literal["safe", "standard", "trusted"] | None = field(
        default=None, metadata=means("what the spell may touch; by default as configured")
    )
    limits: Limits = field(
        factory=Limits, metadata=means("limits of the run; by default as configured")
    )
    stop_on_entry: bool = field(default=False, metadata=means("stop before the first line"))
    no_debug: bool = field(default=False, metadata=means("only run it"))
    console: Literal["internalConsole", "integratedTerminal", "externalTerminal"] = field(
        default="internalConsole",
        metadata=means("where input and output are; there is no input in `internalConsole`"),
    )
    just_my_code: bool = field(
        default=True,
        metadata=means("pass over code that is in no file, such as text given to `load`"),
    )
    breakpoints: Literal["auto", "compiled", "hook"] = field(
        default="auto",
        metadata=means(
            "how breakpoints are made: `compiled` into what is loaded from then on; by debug "
            "`hook`s, slower; `auto`: compiled in where that is possible"
        ),
    )
    python: bool = field(
        default=False,
        metadata=means(
            "debug the Python code that the spell calls, too: starts debugpy and asks the editor "
            "for a second session"
        ),
    )

    @property
    def words(self) -> list[str]:
        """The arguments one by one; raises Refused where a quotation does not end."""
        if not isinstance(self.args, str):
            return self.args
        try:
            return shlex.split(self.args)
        except ValueError as error:
            raise Refused(f"args: {str(error).lower()} in {self.args}", BAD) from None


@frozen
class PathMapping:
    """A folder here (where the editor is) and the same folder there (where the spell runs)."""

    local_root: str = field(metadata=means("the folder here"))
    remote_root: str = field(metadata=means("the folder there"))


@frozen
class AttachArguments:
    """`launch.json` with `"request": "attach"`."""

    port: int | None = field(
        default=None, metadata=means("the port that the spell was started with")
    )
    host: str = field(default="127.0.0.1", metadata=means("where it runs"))
    token: str | None = field(
        default=None,
        metadata=means("the secret of that spell; by default from the connection file"),
    )
    connection_file: str | None = field(
        default=None,
        metadata=means("a file with host, port and token; by default found by the port"),
    )
    path_mappings: list[PathMapping] = field(
        factory=list, metadata=means("folders that have another name where the spell runs")
    )
    just_my_code: bool = field(
        default=True,
        metadata=means("pass over code that is in no file, such as text given to `load`"),
    )


@frozen
class DisconnectArguments:
    """Whether the program ends too; by default one that was launched does."""

    restart: bool = False
    terminate_debuggee: bool | None = None


@frozen
class RestartArguments:
    """The launch arguments to use from now on, if they have changed."""

    arguments: Message | None = None


@frozen
class CancelArguments:
    """What to give up."""

    request_id: int | None = None
    progress_id: str | None = None


# Breakpoints -------------------------------------------------------------------------------


@frozen
class Source:
    """A source as the client names it: by path, or by a reference that it got from us."""

    name: str | None = None
    path: str | None = None
    source_reference: int = 0


@frozen
class SourceBreakpoint:
    """A wish for a breakpoint."""

    line: int
    column: int | None = None
    condition: str | None = None
    hit_condition: str | None = None
    log_message: str | None = None


@frozen
class SetBreakpointsArguments:
    """All breakpoints of one source."""

    source: Source
    breakpoints: list[SourceBreakpoint] | None = None
    lines: list[int] = field(factory=list)  # deprecated form


@frozen
class FunctionBreakpoint:
    """A wish for a breakpoint at a function's calls."""

    name: str
    condition: str | None = None
    hit_condition: str | None = None


@frozen
class SetFunctionBreakpointsArguments:
    """All function breakpoints."""

    breakpoints: list[FunctionBreakpoint]


@frozen
class FilterOptions:
    """An exception filter with its condition."""

    filter_id: str
    condition: str | None = None


@frozen
class SetExceptionBreakpointsArguments:
    """The exception filters that are on; both lists count."""

    filters: list[str] = field(factory=list)
    filter_options: list[FilterOptions] = field(factory=list)


@frozen
class DataBreakpointInfoArguments:
    """A variable of a container, or an expression in a frame."""

    name: str
    variables_reference: int | None = None
    frame_id: int | None = None


@frozen
class DataBreakpoint:
    """A wish for a breakpoint on data."""

    data_id: str
    access_type: Literal["read", "write", "readWrite"] = "write"
    condition: str | None = None
    hit_condition: str | None = None


@frozen
class SetDataBreakpointsArguments:
    """All data breakpoints."""

    breakpoints: list[DataBreakpoint]


@frozen
class BreakpointLocationsArguments:
    """A range of a source."""

    source: Source
    line: int
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None


# Running -----------------------------------------------------------------------------------


@frozen
class ThreadArguments:
    """A thread: of continue, next, stepOut, pause and exceptionInfo."""

    thread_id: int


@frozen
class TerminateThreadsArguments:
    """Threads to end."""

    thread_ids: list[int] = field(factory=list)


@frozen
class StepInArguments:
    """A thread, and one of the calls that stepInTargets gave."""

    thread_id: int
    target_id: int | None = None


@frozen
class FrameArguments:
    """A frame: of scopes and stepInTargets."""

    frame_id: int


# Looking -----------------------------------------------------------------------------------


@frozen
class StackFrameFormat:
    """What names of frames say beside the function: `parameters` shows these at all."""

    hex: bool = False
    parameters: bool = False
    parameter_types: bool = False
    parameter_names: bool = False
    parameter_values: bool = False
    line: bool = False
    module: bool = False


@frozen
class StackTraceArguments:
    """A part of a thread's stack; `levels` 0 is all of it."""

    thread_id: int
    start_frame: int = 0
    levels: int = 0
    format: StackFrameFormat | None = None


@frozen
class ValueFormat:
    """How values are written."""

    hex: bool = False


@frozen
class VariablesArguments:
    """A part of what is in a container; `count` 0 is all of it."""

    variables_reference: int
    filter: Literal["indexed", "named"] | None = None
    start: int = 0
    count: int = 0
    format: ValueFormat = field(factory=ValueFormat)


@frozen
class SetVariableArguments:
    """A new value, as an expression, for a variable in a container."""

    variables_reference: int
    name: str
    value: str
    format: ValueFormat = field(factory=ValueFormat)


@frozen
class SetExpressionArguments:
    """A new value, as an expression, for an assignable expression."""

    expression: str
    value: str
    frame_id: int | None = None
    format: ValueFormat = field(factory=ValueFormat)


@frozen
class EvaluateArguments:
    """An expression and what it is for."""

    expression: str
    frame_id: int | None = None
    context: str = "repl"
    format: ValueFormat = field(factory=ValueFormat)


@frozen
class CompletionsArguments:
    """A place in a text of the debug console."""

    text: str
    column: int
    frame_id: int | None = None
    line: int | None = None


@frozen
class SourceArguments:
    """A source whose text is wanted."""

    source_reference: int = 0
    source: Source | None = None


@frozen
class LocationsArguments:
    """A place that the client got a number for."""

    location_reference: int


@frozen
class ModulesArguments:
    """A part of the list of modules; `module_count` 0 is all of it."""

    start_module: int = 0
    module_count: int = 0
