"""disconnect, terminate and terminateThreads."""

from __future__ import annotations

from llmspell_debug_adapter.protocol.arguments import (
    DisconnectArguments,
    NoArguments,
    TerminateThreadsArguments,
)
from llmspell_debug_adapter.protocol.messages import Refused
from llmspell_debug_adapter.session.registry import Phase, Reply, request
from llmspell_debug_adapter.session.session import Session
from llmspell_debug_adapter.session.thread_events import MAIN


@request(
    "disconnect",
    DisconnectArguments,
    phases=frozenset(Phase),
    capabilities={"supportTerminateDebuggee": True},
)
def disconnect(session: Session, arguments: DisconnectArguments) -> Reply:
    """Ends the session; a launched program ends with it unless the client wants it to go on."""
    terminate = arguments.terminate_debuggee
    if terminate is None:
        terminate = session.program.started_by == "launch"

    def leave() -> None:
        if session.phase != Phase.ENDED:
            session.take_leave(terminate=terminate)
        session.close()

    return Reply(then=leave)


@request(
    "terminate",
    NoArguments,
    phases=frozenset({Phase.CONFIGURING, Phase.RUNNING, Phase.ENDED}),
    capabilities={"supportsTerminateRequest": True},
)
def terminate(session: Session, _: NoArguments) -> Reply:
    """Ends the program; `exited` and `terminated` follow when it has ended."""
    if session.phase == Phase.ENDED:
        return Reply()
    return Reply(then=session.program.terminate)


@request(
    "terminateThreads",
    TerminateThreadsArguments,
    phases=frozenset({Phase.RUNNING}),
    capabilities={"supportsTerminateThreadsRequest": True},
)
def terminate_threads(session: Session, arguments: TerminateThreadsArguments) -> Reply:
    """Ends coroutines, for which the program has to stand still; thread 1 is the program itself."""
    wanted = arguments.thread_ids
    if MAIN in wanted:
        return Reply(then=session.program.terminate)
    unknown = set(wanted) - {thread.id for thread in session.debugger.threads()}
    if not session.debugger.is_stopped:
        raise Refused.not_stopped()
    if unknown:
        raise Refused(f"there is no thread {min(unknown)}")

    def end() -> None:
        for thread in wanted:
            if session.debugger.end_thread(thread):
                session.threads.ended(thread)

    return Reply(then=end)
