"""Places in files."""

from __future__ import annotations

from typing import NamedTuple

from llmspell_server.analysis.workspace.owners import Role


class Place(NamedTuple):
    """A word in a file. role: what is done there with what it means."""

    file: str
    start: int
    end: int
    role: Role = Role.READ
