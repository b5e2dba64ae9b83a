"""A change that is offered."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

Kind = Literal[
    "quickfix", "refactor.extract", "refactor.inline", "refactor.rewrite", "source.fixAll.llmspell"
]


@frozen
class Change:
    """A text in place of what stands between two offsets. file: None for that of the action."""

    start: int
    end: int
    text: str
    file: str | None = None


@frozen
class Action:
    """What is offered, and what it changes.

    preferred: whether it is the obvious one.
    """

    title: str
    kind: Kind
    changes: tuple[Change, ...]
    preferred: bool = False
