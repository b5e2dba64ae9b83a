"""Going on and stopping. Answers go out before the program moves, so `stopped` comes after them."""

from __future__ import annotations

from collections.abc import Callable

from llmspell_debug_adapter.protocol.arguments import (
    FrameArguments,
    StepInArguments,
    ThreadArguments,
)
from llmspell_debug_adapter.protocol.framing import Message
from llmspell_debug_adapter.protocol.messages import BAD, Refused
from llmspell_debug_adapter.session.registry import Phase, Reply, request
from llmspell_debug_adapter.session.session import Session

_RUNNING = frozenset({Phase.RUNNING})


def _go_on(
    session: Session, thread: int, move: Callable[[int], None], body: Message | None = None
) -> Reply:
    if not session.threads.knows(thread):
        raise Refused(f"there is no thread {thread}", BAD)

    def go() -> None:
        session.listener.expect_continue()
        move(thread)

    return Reply(body, then=go)


@request("continue", ThreadArguments, phases=_RUNNING, stopped=True)
def continue_(session: Session, arguments: ThreadArguments) -> Reply:
    """Runs on, with all coroutines: only one of them runs at a time anyway."""
    body = {"allThreadsContinued": True}
    return _go_on(session, arguments.thread_id, session.debugger.resume, body)


@request("next", ThreadArguments, phases=_RUNNING, stopped=True)
def next_(session: Session, arguments: ThreadArguments) -> Reply:
    """To the next line of this function, or of its caller."""
    return _go_on(session, arguments.thread_id, session.debugger.step_over)


@request("stepIn", StepInArguments, phases=_RUNNING, stopped=True)
def step_in(session: Session, arguments: StepInArguments) -> Reply:
    """Into the next call, or a chosen one."""
    target = arguments.target_id
    step = session.debugger.step_in
    if target is not None:
        session.debugger.step_in_target(target)  # fails before the client takes us to be running
    return _go_on(session, arguments.thread_id, lambda thread: step(thread, target))


@request("stepOut", ThreadArguments, phases=_RUNNING, stopped=True)
def step_out(session: Session, arguments: ThreadArguments) -> Reply:
    """Until this function has returned."""
    return _go_on(session, arguments.thread_id, session.debugger.step_out)


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
