"""Going on and stopping. Answers go out before the program moves, so `stopped` comes after them."""

from __future__ import annotations

from collections.abc import Callable

from llmspell_debug_adapter.protocol.arguments import (
    FrameArguments,
    StepInArguments,
    ThreadArguments,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.session.registry import Phase, Reply, request
from llmspell_debug_adapter.session.session import Session

_RUNNING = frozenset({Phase.RUNNING})


def _go_on(session: Session, move: Callable[[], None], body: Message | None = None) -> Reply:
    def go() -> None:
        session.listener.expect_continue()
        move()

    return Reply(body, then=go)


@request("continue", ThreadArguments, phases=_RUNNING, stopped=True)
def continue_(session: Session, arguments: ThreadArguments) -> Reply:
    """Runs on, with all coroutines: only one of them runs at a time anyway."""
    thread = arguments.thread_id
    move = session.debugger.resume
    return _go_on(session, lambda: move(thread), {"allThreadsContinued": True})


@request("next", ThreadArguments, phases=_RUNNING, stopped=True)
def next_(session: Session, arguments: ThreadArguments) -> Reply:
    """To the next line of this function, or of its caller."""
    return _go_on(session, lambda: session.debugger.step_over(arguments.thread_id))


@request("stepIn", StepInArguments, phases=_RUNNING, stopped=True)
def step_in(session: Session, arguments: StepInArguments) -> Reply:
    """Into the next call, or a chosen one."""
    thread, target = arguments.thread_id, arguments.target_id
    return _go_on(session, lambda: session.debugger.step_in(thread, target))


@request("stepOut", ThreadArguments, phases=_RUNNING, stopped=True)
def step_out(session: Session, arguments: ThreadArguments) -> Reply:
    """Until this function has returned."""
    return _go_on(session, lambda: session.debugger.step_out(arguments.thread_id))


@request(
    "stepInTargets",
    FrameArguments,
    phases=_RUNNING,
    stopped=True,
    capabilities={"supportsStepInTargetsRequest": True},
)
def step_in_targets(session: Session, arguments: FrameArguments) -> Message:
    """The calls on the line of a frame."""
    targets = session.debugger.step_in_targets(arguments.frame_id)
    return {"targets": [session.render.step_target(target) for target in targets]}


@request("pause", ThreadArguments, phases=_RUNNING)
def pause(session: Session, arguments: ThreadArguments) -> Reply:
    """Stops as soon as possible; when the program stands still, `stopped` has said so already."""
    if session.debugger.is_stopped:
        return Reply()
    return Reply(then=lambda: session.debugger.pause(arguments.thread_id))
