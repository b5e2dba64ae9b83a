"""What inference asks of the workspace around it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from llmspell_server.analysis.snapshot import Snapshot


class World(Protocol):
    """The documents that belong together. Files are named by their URI."""

    def snapshot(self, file: str) -> Snapshot | None:
        """A document; None for one that is gone."""

    def files_with_global(self, name: str) -> Iterable[str]:
        """Which documents write a global or its fields, always in the same order."""

    def files_with_type(self, name: str) -> Iterable[str]:
        """Which documents declare a class, an enum or an alias, always in the same order."""

    def module(self, name: str, requirer: str) -> str | None:
        """The document that `require(name)` in another one runs."""

    def files_using(self, name: str) -> Iterable[str]:
        """Which documents may read a field of that name, open ones first, in a certain order."""

    def global_names(self) -> Iterable[str]:
        """The globals that any document writes, in a certain order."""

    def type_names(self) -> Iterable[str]:
        """The classes, aliases and enums that any document declares, in a certain order."""

    def is_missing(self, name: str, requirer: str) -> bool:
        """Whether it is certain that `require(name)` in a document finds nothing."""
