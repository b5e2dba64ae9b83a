"""The states of an agent and what leads from one to another (spec lua-globals §3.6)."""

from __future__ import annotations

import time
from typing import Any

from attrs import frozen

from llmspell.errors import ComponentError

MOVES: dict[str, tuple[str, ...]] = {
    "Uninitialized": ("Initializing", "Error"),
    "Initializing": ("Ready", "Error", "Terminating"),
    "Ready": ("Running", "Paused", "Terminating", "Error"),
    "Running": ("Ready", "Paused", "Terminating", "Error"),
    "Paused": ("Ready", "Running", "Terminating", "Error"),
    "Error": ("Recovering", "Terminating", "Terminated"),
    "Recovering": ("Ready", "Error", "Terminating"),
    "Terminating": ("Terminated", "Error"),
    "Terminated": (),
}
"""State -> the states that may follow it."""


class LifecycleError(ComponentError):
    """An agent cannot do this in its state."""


@frozen
class Move:
    """A change of state. at: Unix seconds; elapsed: seconds in the state that was left."""

    before: str
    after: str
    at: float
    elapsed: float
    reason: str = ""

    def told(self) -> dict[str, Any]:
        """The move as plain data."""
        told = {"from": self.before, "to": self.after, "timestamp": self.at}
        return {**told, "elapsed": self.elapsed, **({"reason": self.reason} if self.reason else {})}


class Lifecycle:
    """The state of one agent."""

    def __init__(self) -> None:
        self.state = "Uninitialized"
        self.history: list[Move] = []
        self.last_error: str | None = None
        self.recoveries = 0
        self.begun = self._since = time.time()

    @property
    def healthy(self) -> bool:
        """Whether it can be asked, now or after `resume`."""
        return self.state in ("Ready", "Running", "Paused")

    def seconds_by_state(self) -> dict[str, float]:
        """How long it was in each of its states, until now."""
        found = {self.state: time.time() - self._since}
        for move in self.history:
            found[move.before] = found.get(move.before, 0.0) + move.elapsed
        return found

    def initialize(self) -> None:
        """Uninitialized -> Ready."""
        self._go("initialize", ("Uninitialized",), "Initializing", "Ready")

    def start(self) -> None:
        """Ready or Paused -> Running."""
        self._go("start", ("Ready", "Paused"), "Running")

    def pause(self) -> None:
        """Running -> Paused."""
        self._go("pause", ("Running",), "Paused")

    def resume(self) -> None:
        """Paused -> Running."""
        self._go("resume", ("Paused",), "Running")

    def stop(self) -> None:
        """Running -> Ready."""
        self._go("stop", ("Running",), "Ready")

    def terminate(self) -> None:
        """Any state but Uninitialized -> Terminated."""
        allowed = tuple(state for state, moves in MOVES.items() if "Terminating" in moves)
        self._go("terminate", allowed, "Terminating", "Terminated")

    def fail(self, message: str) -> None:
        """Any state but Terminated -> Error; the message is kept."""
        allowed = tuple(state for state in MOVES if state != "Terminated")
        self._go("set_error", allowed, "Error", reason=message)
        self.last_error = message

    def recover(self) -> None:
        """Error -> Ready."""
        self._go("recover", ("Error",), "Recovering", "Ready")
        self.recoveries += 1
        self.last_error = None

    def check_usable(self, name: str) -> None:
        """Raises LifecycleError where the agent cannot be asked."""
        if self.state not in ("Ready", "Running"):
            hint = {"Paused": "resume", "Error": "recover"}.get(self.state)
            what_to_do = f"; call `{hint}` first" if hint else ""
            raise LifecycleError(f"agent '{name}' is {self.state}{what_to_do}")

    def _go(self, verb: str, allowed: tuple[str, ...], *states: str, reason: str = "") -> None:
        if self.state == states[-1]:
            return
        if self.state not in allowed:
            raise LifecycleError(
                f"Failed to {verb} agent: it is {self.state}; possible from {', '.join(allowed)}"
            )
        for state in states:
            now = time.time()
            self.history.append(Move(self.state, state, now, now - self._since, reason))
            self.state, self._since = state, now
