"""Ctrl-C and SIGTERM while a spell runs: both stop it, and its output is still flushed."""

from __future__ import annotations

import signal
import threading

from llmspell.lua.outcome import Interrupted, Stopped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Self


class Terminated(Stopped):
    """The process was asked to end (SIGTERM)."""

    def __init__(self) -> None:
        super().__init__("terminated")


class StopSignals:
    """Turns the first SIGINT or SIGTERM into KeyboardInterrupt; later ones change nothing.

    The engine answers within its grace time anyway, and a second KeyboardInterrupt would leave
    it without a watcher. Outside the main thread, where no handler can be set, it does nothing.
    """

    def __init__(self) -> None:
        self.caught: int | None = None
        self._earlier: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._earlier[number] = signal.signal(number, self._catch)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)

    def stop(self) -> Stopped:
        """The error that stands for the signal that came."""
        return Terminated() if self.caught == signal.SIGTERM else Interrupted()

    def _catch(self, number: int, _: FrameType | None) -> None:
        if self.caught is None:
            self.caught = number
            raise KeyboardInterrupt
