"""How formatted text looks, as far as that can be chosen."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

LineEnd = Literal["\n", "\r\n"]

BLANK_LINES = 2
"""How many blank lines may follow each other."""


@frozen
class Style:
    """What one step of indentation is, and what ends a line.

    tabs: whether steps are tabs. width: columns of a step. line_end: None keeps what most lines of
    the text have.
    """

    tabs: bool = False
    width: int = 2
    line_end: LineEnd | None = None

    @property
    def step(self) -> str:
        """The text of one step."""
        return "\t" if self.tabs else " " * self.width
