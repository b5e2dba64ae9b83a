"""threads, stackTrace, scopes, exceptionInfo."""

from __future__ import annotations

from llmspell_debug_adapter.protocol.arguments import (
    FrameArguments,
    NoArguments,
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
    return {
        "stackFrames": [session.render.frame(frame) for frame in frames],
        "totalFrames": total,
    }


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
