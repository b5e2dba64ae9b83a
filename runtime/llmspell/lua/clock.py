"""The clock that time limits go by: it can be held while a debugger looks at the program."""

from __future__ import annotations

import time


class Clock:
    """Counts seconds, except while it is held. Any thread may read it; one thread holds it."""

    __slots__ = ("_state",)

    def __init__(self) -> None:
        # What was counted before, and since when it counts again; one object, so that it can be
        # read while it changes.
        self._state: tuple[float, float | None] = (0.0, time.monotonic())

    @property
    def seconds(self) -> float:
        """What was counted so far."""
        counted, since = self._state
        return counted if since is None else counted + time.monotonic() - since

    @property
    def held(self) -> bool:
        """Whether it does not count at the moment."""
        return self._state[1] is None

    def hold(self) -> None:
        """Stops counting."""
        self._state = (self.seconds, None)

    def go_on(self) -> None:
        """Counts again."""
        self._state = (self.seconds, time.monotonic())
