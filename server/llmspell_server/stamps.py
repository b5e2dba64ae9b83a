"""By what a change of a file on the disk is noticed."""

from __future__ import annotations

import os
from typing import NamedTuple


class Stamp(NamedTuple):
    """The state of a file on the disk: its size in bytes and its time of change in nanoseconds."""

    size: int
    modified: int


def stamp_of(path: str) -> Stamp | None:
    """The state of a file; None for one that is gone."""
    try:
        state = os.stat(path)  # noqa: PTH116  # thousands of them: a path object costs more
    except OSError:
        return None
    return Stamp(state.st_size, state.st_mtime_ns)
