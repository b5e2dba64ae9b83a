"""threads, stackTrace, scopes, exceptionInfo."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell.debugger.model import Frame
from llmspell_debug_adapter.protocol.arguments import (
    FrameArguments,
    NoArguments,
    StackFrameFormat,
    StackTraceArguments,
    ThreadArguments,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session.registry import request
from llmspell_debug_adapter.session.session import Session


@request("threads")
def threads(session: Session, _: NoArguments) -> Message:
    """The program and its coroutines."""
    found = session.debugger.threads()
    session.threads.listed(found)
    return {"threads": [session.render.thread(thread) for thread in found]}


@request(
    "stackTrace",
    StackTraceArguments,
    stopped=True,
    capabilities={"supportsDelayedStackTraceLoading": True},
)
def stack_trace(session: Session, arguments: StackTraceArguments) -> Message:
    """A part of a thread's stack."""
    frames, total = session.debugger.stack(
        arguments.thread_id, max(arguments.start_frame, 0), max(arguments.levels, 0)
    )
    shown = [session.render.frame(frame) for frame in frames]
    if arguments.format is not None:
        for frame, item in zip(frames, shown, strict=True):
            item["name"] = _named(session, frame, arguments.format)
    return {"stackFrames": shown, "totalFrames": total}


def _named(session: Session, frame: Frame, wanted: StackFrameFormat) -> str:
    """The name of a frame with what else is wanted (DAP, "StackFrameFormat")."""
    name = frame.name
    if wanted.parameters:
        name += f"({', '.join(_parameters(session, frame, wanted))})"
    if wanted.module and frame.source is not None:
        name = f"{frame.source.name}!{name}"
    return f"{name} line {frame.line}" if wanted.line else name


def _parameters(session: Session, frame: Frame, wanted: StackFrameFormat) -> Iterator[str]:
    for scope in session.debugger.scopes(frame.id):
        if scope.kind != "arguments":
            continue
        for each in session.debugger.variables(scope.reference, hex=wanted.hex):
            words = [each.name] if wanted.parameter_names else []
            if wanted.parameter_types:
                words.append(each.type)
            if wanted.parameter_values:
                words.append(f"= {each.value}" if words else each.value)
            yield " ".join(words) or each.name


@request("scopes", FrameArguments, stopped=True)
def scopes(session: Session, arguments: FrameArguments) -> Message:
    """The scopes of a frame."""
    found = session.debugger.scopes(arguments.frame_id)
    return {"scopes": [session.render.scope(scope) for scope in found]}


@request(
    "exceptionInfo",
    ThreadArguments,
    stopped=True,
    capabilities={"supportsExceptionInfoRequest": True},
)
def exception_info(session: Session, arguments: ThreadArguments) -> Message:
    """The error at which a thread stands."""
    return session.render.exception(session.debugger.exception_info(arguments.thread_id))
