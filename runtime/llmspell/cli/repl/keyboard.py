"""Where `io.read` gets its bytes from while an input runs.

A read that was interrupted must not go on afterwards: it would take the next line of the prompt.
So each execution has a source of its own, which ends with it.
"""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from typing import Protocol


class InputSource(Protocol):
    """Bytes for one execution."""

    def read(self, most: int) -> bytes:
        """The next bytes; nothing at the end. Called on a reader thread."""
        ...

    def end(self) -> None:
        """The execution is over: a read that still waits gives nothing, and takes nothing."""
        ...


class Keyboard:
    """The terminal, file descriptor 0: a line at a time."""

    def __init__(self) -> None:
        self._wake, self._waker = os.pipe()

    def read(self, most: int) -> bytes:
        """What was typed."""
        ready, _, _ = select.select([0, self._wake], [], [])
        return b"" if self._wake in ready else os.read(0, most)

    def end(self) -> None:
        """Wakes a read that waits, now or later."""
        os.write(self._waker, b"x")

    def __del__(self) -> None:
        os.close(self._wake)
        os.close(self._waker)


class Lines:
    """A stream that the session itself reads line by line."""

    def __init__(self, readline: Callable[[], bytes]) -> None:
        self._readline = readline

    def read(self, most: int) -> bytes:  # noqa: ARG002 - a line at a time, whatever is wanted
        """The next line."""
        return self._readline()

    def end(self) -> None:
        """Nothing to do: lines come, or the stream ends."""
