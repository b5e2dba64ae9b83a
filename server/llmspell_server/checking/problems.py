"""What is found in files that are checked."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from ..analysis.checks.catalogue import Severity
from .trace import Answers


@frozen
class Problem:
    """What is wrong at a place. Lines and columns begin at 1; the end is behind the last column."""

    line: int
    column: int
    end_line: int
    end_column: int
    severity: Severity
    code: str
    message: str


@frozen
class Checked:
    """A file with its problems. unreadable: why it could not be read."""

    path: Path
    problems: tuple[Problem, ...] = ()
    unreadable: str | None = None


@frozen
class Part:
    """Files that were checked together. asked: what was asked for it; None: that cannot be told."""

    files: tuple[Checked, ...]
    asked: Answers | None
