"""What is written, by the spell and by the debugger: one line after the other."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from llmspell.lua.streams import fd_writer


class Screen:
    """Standard output, shared by the spell (on its own thread) and the debugger.

    What the debugger says begins on a line of its own, also behind a spell that left one open.
    colored: whether it may use colours.
    """

    def __init__(self, *, colored: bool) -> None:
        self.colored = colored
        self._lock = threading.Lock()
        self._at_line_start = True

    def of_spell(self, descriptor: int) -> Callable[[bytes], None]:
        """Where the spell writes its standard output (1) or errors (2)."""
        write = fd_writer(descriptor)

        def wrote(data: bytes) -> None:
            with self._lock:
                write(data)
                self._at_line_start = data.endswith(b"\n")

        return wrote

    def say(self, text: str) -> None:
        """Writes a line, or several."""
        with self._lock:
            start = b"" if self._at_line_start else b"\n"
            fd_writer(1)(start + text.encode("utf-8", "replace") + b"\n")
            self._at_line_start = True

    def was_typed_on(self) -> None:
        """A key such as Ctrl-C has left its echo on the line, where this is a terminal."""
        if os.isatty(1):
            self._at_line_start = False

    def end_line(self) -> None:
        """Ends a line that was left open."""
        with self._lock:
            if not self._at_line_start:
                fd_writer(1)(b"\n")
                self._at_line_start = True
