"""What a session needs from the process that it runs in: a debugger, and a program around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from llmspell.debugger.debugger import Listener
from llmspell.debugger.model import (
    Breakpoint,
    BreakpointSpec,
    Completion,
    DataBreakpointSpec,
    ExceptionFilter,
    ExceptionInfo,
    Frame,
    FunctionBreakpointSpec,
    Scope,
    Source,
    StepTarget,
    Thread,
    Variable,
)
from llmspell_debug_adapter.protocol.arguments import AttachArguments, LaunchArguments

Context = Literal["watch", "hover", "repl", "clipboard", "variables"]
Kind = Literal["indexed", "named"]


class Debugger(Protocol):
    """`llmspell.debugger`, as far as a session uses it. Called on any thread but the Lua thread.

    Failures are `LLMSpellError`s whose text is for the user.
    """

    listener: Listener
    stop_on_entry: bool

    @property
    def is_stopped(self) -> bool:
        """Whether the program stands still."""

    def set_breakpoints(self, path: str, specs: Sequence[BreakpointSpec]) -> list[Breakpoint]:
        """Replaces those of a file."""

    def set_breakpoints_in(
        self, source: Source, specs: Sequence[BreakpointSpec]
    ) -> list[Breakpoint]:
        """Replaces those of a source that has no file."""

    def set_function_breakpoints(self, specs: Sequence[FunctionBreakpointSpec]) -> list[Breakpoint]:
        """Replaces all of them."""

    def set_exception_filters(self, filters: Sequence[ExceptionFilter]) -> list[Breakpoint]:
        """Replaces all of them."""

    def data_breakpoint_info(
        self, name: str, reference: int | None, frame: int | None
    ) -> tuple[str | None, str, list[str]]:
        """The id for a data breakpoint (None: none possible), what it is, its access types."""

    def set_data_breakpoints(self, specs: Sequence[DataBreakpointSpec]) -> list[Breakpoint]:
        """Replaces all of them."""

    def breakpoint_locations(self, path: str, line: int, end_line: int) -> list[tuple[int, int]]:
        """Lines and columns where one can stop."""

    def resume(self, thread: int | None = None) -> None:
        """Runs on."""

    def step_over(self, thread: int) -> None:
        """To the next line."""

    def step_in(self, thread: int, target: int | None = None) -> None:
        """Into a call."""

    def step_out(self, thread: int) -> None:
        """Out of the function."""

    def pause(self, thread: int | None = None) -> None:
        """Stops as soon as possible."""

    def threads(self) -> list[Thread]:
        """The program and its coroutines."""

    def stack(self, thread: int, start: int = 0, levels: int = 0) -> tuple[list[Frame], int]:
        """Frames, innermost first, and how many there are in all."""

    def scopes(self, frame: int) -> list[Scope]:
        """The scopes of a frame."""

    def variables(
        self,
        reference: int,
        filter: Kind | None = None,  # noqa: A002 - the protocol's name
        start: int = 0,
        count: int = 0,
        hex: bool = False,  # noqa: A002 - the protocol's name
    ) -> list[Variable]:
        """A part of what is in a scope or value."""

    def set_variable(
        self,
        reference: int,
        name: str,
        value_expression: str,
        hex: bool = False,  # noqa: A002 - the protocol's name
    ) -> Variable:
        """Assigns to a variable of a scope or value."""

    def set_expression(
        self,
        expression: str,
        value: str,
        frame: int | None,
        hex: bool = False,  # noqa: A002 - the protocol's name
    ) -> Variable:
        """Assigns to an expression."""

    def evaluate(
        self,
        expression: str,
        frame: int | None,
        context: Context,
        hex: bool = False,  # noqa: A002 - the protocol's name
        given_up: Callable[[], bool] | None = None,
    ) -> Variable:
        """The value of an expression; fails as soon as `given_up` says so."""

    def completions(self, text: str, column: int, frame: int | None) -> list[Completion]:
        """Proposals at a column of a text."""

    def step_in_targets(self, frame: int) -> list[StepTarget]:
        """The calls on a frame's line."""

    def step_in_target(self, target: int) -> str:
        """The function that a target calls; fails where there is no such target."""

    def exception_info(self, thread: int) -> ExceptionInfo:
        """The error at which a thread stands."""

    def source_text(self, reference: int) -> str:
        """The text of a source that has no file."""

    def loaded_sources(self) -> list[Source]:
        """All sources so far."""

    def end_thread(self, thread: int) -> bool:
        """Ends a coroutine, or the program (thread 1); whether it is over at once."""

    def attach(self, listener: Listener) -> None:
        """Stops for a client, from now on or again."""

    def detach(self) -> None:
        """Removes every breakpoint and runs on; stops no more until `attach`."""

    def terminate(self) -> None:
        """Ends the program."""


class PythonDebugger(Protocol):
    """A debugpy that listens in this process."""

    address: tuple[str, int]

    def wait_for_client(self, seconds: float) -> bool:
        """Waits until somebody has attached to it; whether somebody has."""

    def give_up(self) -> None:
        """Ends the wait."""


class Program(Protocol):
    """The program that a session debugs: a launched spell, a running process, a kernel."""

    name: str
    started_by: Literal["launch", "attach"]
    writes_itself: bool
    """Whether its output can be seen elsewhere already (a terminal), and is not wanted twice."""

    @property
    def python(self) -> PythonDebugger | None:
        """What debugs the Python side, where that is wanted."""

    @property
    def debugger(self) -> Debugger | None:
        """Its debugger; None until `launch` has made one."""

    def launch(self, arguments: LaunchArguments) -> None:
        """Makes the program ready; raises Refused or LLMSpellError."""

    def attach(self, arguments: AttachArguments) -> None:
        """Takes a client in; raises Refused where nothing is running."""

    def start(self) -> None:
        """Lets it run: the client has set its breakpoints."""

    def terminate(self) -> None:
        """Ends it."""

    def leave(self) -> None:
        """Lets it run on without a client."""
