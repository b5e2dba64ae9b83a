"""cancel: gives up requests that wait for their turn, and evaluations under way."""

from __future__ import annotations

from llmspell_debug_adapter.protocol.arguments import CancelArguments
from llmspell_debug_adapter.session.registry import Phase, request
from llmspell_debug_adapter.session.session import Session


@request(
    "cancel",
    CancelArguments,
    phases=frozenset(Phase) - {Phase.NEW},
    capabilities={"supportsCancelRequest": True},
)
def cancel(session: Session, arguments: CancelArguments) -> None:
    """They are answered `cancelled`; what else is under way takes no time, and is finished."""
    if arguments.request_id is not None:
        session.cancel(arguments.request_id)
    if arguments.progress_id is not None:
        session.progress.cancel(arguments.progress_id)
