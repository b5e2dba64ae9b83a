"""How often tools are called: at most so many calls in any minute."""

from __future__ import annotations

import time
from collections import deque
from threading import Lock

from llmspell.errors import RateLimitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Rates:
    """Counts calls by name, in a window of a minute that moves along; thread safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recent: dict[str, deque[float]] = {}
        self._lock = Lock()

    def count(self, name: str, allowed: int | None, who: str) -> None:
        """Counts a call. allowed: in a minute, None for any number; who: as the error names it.

        Raises RateLimitError, with the seconds to wait in `retry_after`.
        """
        if allowed is None:
            return
        now = self._clock()
        with self._lock:
            recent = self._recent.setdefault(name, deque())
            while recent and recent[0] <= now - 60:
                recent.popleft()
            if len(recent) >= allowed:
                wait = recent[0] + 60 - now
                raise RateLimitError(
                    f"{who} may be called {allowed} times a minute; try again in {wait:.0f} s",
                    retry_after=round(wait, 1),
                )
            recent.append(now)
