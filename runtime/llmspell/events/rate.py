"""How many events may be published in a second."""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

BURST_SECONDS: Final = 2.0
"""A pause lets up to this many seconds' worth of events through at once (hooks-events §16)."""


class TokenBucket:
    """Lets `rate` events a second through, in bursts of twice as many; not thread safe."""

    __slots__ = ("_capacity", "_clock", "_filled_at", "_tokens", "rate")

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._capacity = max(rate * BURST_SECONDS, 1.0)
        self._tokens = self._capacity
        self._filled_at = clock()

    def take(self) -> bool:
        """Return whether one more event may pass now, and count it if so."""
        now = self._clock()
        self._tokens = min(self._capacity, self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
