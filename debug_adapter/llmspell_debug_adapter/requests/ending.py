"""disconnect and terminate."""

from __future__ import annotations

from llmspell_debug_adapter.protocol.arguments import DisconnectArguments, NoArguments
from llmspell_debug_adapter.session.registry import Phase, Reply, request
from llmspell_debug_adapter.session.session import Session


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
