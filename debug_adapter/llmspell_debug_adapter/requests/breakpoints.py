"""Breakpoints on lines, functions and errors, and where they may be."""

from __future__ import annotations

from collections.abc import Sequence

from llmspell.debugger import model
from llmspell_debug_adapter.protocol.arguments import (
    BreakpointLocationsArguments,
    SetBreakpointsArguments,
    SetExceptionBreakpointsArguments,
    SetFunctionBreakpointsArguments,
    Source,
    SourceBreakpoint,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.protocol.messages import BAD, Refused
from llmspell_debug_adapter.session.filters import ALIASES, exception_filters
from llmspell_debug_adapter.session.registry import request
from llmspell_debug_adapter.session.session import Session


@request(
    "setBreakpoints",
    SetBreakpointsArguments,
    capabilities={
        "supportsConditionalBreakpoints": True,
        "supportsHitConditionalBreakpoints": True,
        "supportsLogPoints": True,
    },
)
def set_breakpoints(session: Session, arguments: SetBreakpointsArguments) -> Message:
    """Replaces those of one source; they come back in the order of the wishes."""
    wishes = arguments.breakpoints
    if wishes is None:
        wishes = [SourceBreakpoint(line) for line in arguments.lines]
    specs = [_spec(session, wish) for wish in wishes]
    source = arguments.source
    if source.source_reference > 0:
        known = model.Source(source.name or "", None, source.source_reference)
        found = session.debugger.set_breakpoints_in(known, specs)
        shown: Message = {"sourceReference": source.source_reference}
    else:
        found = session.debugger.set_breakpoints(_path(session, source), specs)
        shown = {"path": source.path}
    if source.name is not None:
        shown["name"] = source.name
    return {"breakpoints": [session.render.breakpoint(item, shown) for item in found]}


def _spec(session: Session, wish: SourceBreakpoint) -> model.BreakpointSpec:
    """Empty conditions count as none: editors send them when a field was cleared."""
    return model.BreakpointSpec(
        session.client.line_of(wish.line),
        session.client.column_of(wish.column),
        wish.condition or None,
        wish.hit_condition or None,
        wish.log_message or None,
    )


def _path(session: Session, source: Source) -> str:
    if not source.path:
        raise Refused("the source has neither a path nor a reference", BAD)
    return session.client.path_of(source.path)


@request(
    "setFunctionBreakpoints",
    SetFunctionBreakpointsArguments,
    capabilities={"supportsFunctionBreakpoints": True},
)
def set_function_breakpoints(
    session: Session, arguments: SetFunctionBreakpointsArguments
) -> Message:
    """Replaces all of them."""
    specs = [
        model.FunctionBreakpointSpec(wish.name, wish.condition or None, wish.hit_condition or None)
        for wish in arguments.breakpoints
    ]
    return _answer(session, session.debugger.set_function_breakpoints(specs))


@request(
    "setExceptionBreakpoints",
    SetExceptionBreakpointsArguments,
    capabilities={
        "supportsExceptionFilterOptions": True,
        "exceptionBreakpointFilters": exception_filters(),
    },
)
def set_exception_breakpoints(
    session: Session, arguments: SetExceptionBreakpointsArguments
) -> Message:
    """Replaces all of them; `filters` come back before `filterOptions`."""
    wanted: list[tuple[str, str | None]] = [(name, None) for name in arguments.filters]
    wanted += [(option.filter_id, option.condition or None) for option in arguments.filter_options]
    filters = [
        model.ExceptionFilter(filter_, condition)
        for name, condition in wanted
        for filter_ in ALIASES.get(name, (name,))
    ]
    found = iter(session.debugger.set_exception_filters(filters))
    answers = []
    for name, _ in wanted:
        parts = [next(found) for _ in ALIASES.get(name, (name,))]
        answers.append(next((part for part in parts if not part.verified), parts[0]))
    return _answer(session, answers)


def _answer(session: Session, found: Sequence[model.Breakpoint]) -> Message:
    return {"breakpoints": [session.render.breakpoint(item) for item in found]}


@request(
    "breakpointLocations",
    BreakpointLocationsArguments,
    capabilities={"supportsBreakpointLocationsRequest": True},
)
def breakpoint_locations(session: Session, arguments: BreakpointLocationsArguments) -> Message:
    """The places in a range where one can stop."""
    client = session.client
    first = client.line_of(arguments.line)
    last = first if arguments.end_line is None else client.line_of(arguments.end_line)
    from_column = client.column_of(arguments.column) or 0
    to_column = client.column_of(arguments.end_column)
    if to_column is None:
        to_column = 1 << 31
    path = _path(session, arguments.source)
    found = [
        {"line": client.line(line), "column": client.column(column)}
        for line, column in session.debugger.breakpoint_locations(path, first, last)
        if (first, from_column) <= (line, column) <= (last, to_column)
    ]
    return {"breakpoints": found}
