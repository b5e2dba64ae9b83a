"""Inputs from a pipe or a file, or from a terminal as it is."""

from __future__ import annotations

import sys

from llmspell.cli.debug.loop import PROMPT


class PlainReader:
    """Reads standard input line by line. Prompts are shown only where somebody types."""

    def __init__(self) -> None:
        self.repeats = sys.stdin.isatty()

    def read(self) -> str | None:
        """The next line; what the spell reads comes from the same place, in turn."""
        if self.repeats:
            sys.stdout.write(PROMPT)
            sys.stdout.flush()
        line = sys.stdin.buffer.readline()
        return line.decode("utf-8", "surrogateescape") if line else None
