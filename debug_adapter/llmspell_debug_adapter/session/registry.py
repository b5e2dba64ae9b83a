"""Requests are registered by a decorator; what the adapter can is computed from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

from llmspell_debug_adapter.protocol.arguments import NoArguments
from llmspell_debug_adapter.protocol.framing import Message

if TYPE_CHECKING:
    from llmspell_debug_adapter.session.session import Session


class Phase(IntEnum):
    """How far a session has come."""

    NEW = 0
    READY = 1
    """initialized: launch or attach comes next."""
    CONFIGURING = 2
    """There is a program; breakpoints come, and then configurationDone."""
    RUNNING = 3
    ENDED = 4
    """The program has ended, or the client has taken its leave."""


WITH_PROGRAM = frozenset({Phase.CONFIGURING, Phase.RUNNING})


@frozen
class Reply:
    """The body of an answer, and what happens once it is on its way."""

    body: Message | None = None
    then: Callable[[], None] | None = None


Answer = Message | Reply | None
Function = Callable[["Session", Any], Answer]
F = TypeVar("F", bound=Callable[..., Answer])


@frozen
class Handler:
    """A request that is understood.

    phases: when. stopped: only while the program stands still. capabilities: what the adapter may
    say of itself because of this handler.
    """

    command: str
    arguments: type
    function: Function
    phases: frozenset[Phase]
    stopped: bool
    capabilities: Message = field(factory=dict)


_HANDLERS: dict[str, Handler] = {}


def request(
    command: str,
    arguments: type = NoArguments,
    *,
    phases: frozenset[Phase] = WITH_PROGRAM,
    stopped: bool = False,
    capabilities: Message | None = None,
) -> Callable[[F], F]:
    """Registers a handler, which gets the session and the arguments and gives the answer."""

    def register(function: F) -> F:
        assert command not in _HANDLERS, f"{command} has two handlers"
        _HANDLERS[command] = Handler(
            command, arguments, function, phases, stopped, capabilities or {}
        )
        return function

    return register


def handlers() -> Mapping[str, Handler]:
    """All requests that are understood, by their commands."""
    import llmspell_debug_adapter.requests  # noqa: F401 - registers them

    return _HANDLERS


def capabilities() -> Message:
    """What a session can, by what is registered."""
    found: Message = {}
    for handler in handlers().values():
        found |= handler.capabilities
    return found
