"""What the debugger takes and gives, as plain records. Lines and columns count from 1."""

from __future__ import annotations

from typing import Literal

from attrs import define, field, frozen

StopReason = Literal[
    "entry", "breakpoint", "function breakpoint", "data breakpoint", "step", "pause", "exception"
]


@frozen
class BreakpointSpec:
    """A breakpoint as a client wishes it.

    condition: a Lua expression over the frame's names. hit_condition: a number, or a comparison
    such as `>= 3` or `% 2`. log_message: text with `{expressions}`; then it does not stop.
    """

    line: int
    column: int | None = None
    condition: str | None = None
    hit_condition: str | None = None
    log_message: str | None = None


@define
class Breakpoint:
    """A breakpoint as it is: `line` may have moved to the next statement.

    message says why it is not verified, or what is odd about it.
    """

    id: int
    source: str
    line: int
    column: int | None = None
    verified: bool = True
    message: str | None = None


@frozen
class FunctionBreakpointSpec:
    """Stop at each call of a function of this name (`name`, `table.name` or `table:name`)."""

    name: str
    condition: str | None = None
    hit_condition: str | None = None


Access = Literal["read", "write", "readWrite"]


@frozen
class DataBreakpointSpec:
    """Stop when what `data_id` names is written (or read)."""

    data_id: str
    access: Access = "write"
    condition: str | None = None
    hit_condition: str | None = None


EXCEPTION_FILTERS = {
    "uncaught": ("Uncaught errors", "Errors that end the spell.", True),
    "pcall": ("Errors caught by pcall", "Stops where the error is raised.", False),
    "xpcall": ("Errors caught by xpcall", "Stops where the error is raised.", False),
    "coroutine": ("Errors that end a coroutine", "Stops when the coroutine has died.", False),
}
"""Filter -> label, description, whether it is on at the start."""


@frozen
class ExceptionFilter:
    """Stop at errors of one kind: one of EXCEPTION_FILTERS.

    condition: a Lua expression in which `err` is the error value.
    """

    filter: str
    condition: str | None = None


@frozen
class Source:
    """Where a chunk comes from: a file (`path`), or text that `reference` asks for."""

    name: str
    path: str | None = None
    reference: int = 0
    origin: str | None = None


@frozen
class Thread:
    """The main program (id 1) or a coroutine: `running`, `suspended`, `normal` or `dead`."""

    id: int
    name: str
    status: str


@frozen
class Frame:
    """One level of a thread's stack."""

    id: int
    name: str
    source: Source | None
    line: int
    column: int = 1
    end_line: int | None = None
    subtle: bool = False  # not the user's own code


@frozen
class Scope:
    """A group of variables of a frame; `reference` opens it."""

    name: str
    reference: int
    kind: Literal["locals", "arguments", "registers", ""] = ""
    expensive: bool = False
    named: int | None = None
    indexed: int | None = None


@frozen
class Variable:
    """A value under a name. `reference` opens it, 0 where there is nothing inside.

    type: for what has an identity with that, whatever `__tostring` says (`table: 0x55d0c8a2f3e0`).
    evaluate_name: an expression that gives the value in the frame. location: where a function is
    defined, source and line. attributes: of
    `static constant readOnly rawString hasObjectId canHaveObjectId hasSideEffects lazy`.
    """

    name: str
    value: str
    type: str
    reference: int = 0
    named: int | None = None
    indexed: int | None = None
    evaluate_name: str | None = None
    kind: str = "data"
    attributes: list[str] = field(factory=list)
    location: tuple[Source, int] | None = None


@frozen
class ExceptionInfo:
    """The error at which a thread stands."""

    id: str
    description: str
    mode: Literal["always", "unhandled", "userUnhandled", "never"]
    traceback: str
    type: str


@frozen
class Stop:
    """Why the program stands still."""

    reason: StopReason
    thread: int
    description: str = ""
    text: str = ""
    hit_ids: list[int] = field(factory=list)


@frozen
class Completion:
    """A proposal for the debug console; `start` and `length` are what it replaces."""

    label: str
    text: str
    kind: str = "variable"
    detail: str = ""
    start: int = 0
    length: int = 0


@frozen
class StepTarget:
    """A call on the current line that can be stepped into."""

    id: int
    label: str
    line: int
    column: int
    end_column: int
