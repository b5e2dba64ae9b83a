"""The chunks that a program has loaded, as sources that a client can show."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from attrs import define

from llmspell.debugger.model import Source

_MAX_TEXTS = 500  # chunks from strings that are kept; a program may load any number


@define
class Chunk:
    """A loaded chunk: its name as Lua has it, its text before rewriting, its source."""

    name: str
    text: bytes
    source: Source


class Sources:
    """Chunks by their Lua names."""

    def __init__(self) -> None:
        self._chunks: dict[str, Chunk] = {}
        self._references: dict[int, str] = {}

    def add(self, name: str, text: bytes) -> tuple[Chunk, bool]:
        """Notes a chunk; gives it, and whether it is new."""
        known = self._chunks.get(name)
        if known is not None and known.text == text:
            return known, False
        if not name.startswith("@") and len(self._references) >= _MAX_TEXTS:
            oldest = next(iter(self._references))
            self._chunks.pop(self._references.pop(oldest), None)
        chunk = Chunk(name, text, known.source if known else self._describe(name))
        self._chunks[name] = chunk
        return chunk, known is None

    def _describe(self, name: str) -> Source:
        if name.startswith("@"):
            path = normalized(name[1:])
            return Source(Path(path).name, path)
        reference = len(self._references) + 1
        self._references[reference] = name
        shown = name[1:] if name.startswith("=") else name.split("\n", 1)[0][:40]
        return Source(shown, None, reference, "text given to load")

    def of(self, name: str) -> Source | None:
        """The source of a chunk name; for a file also if it was never seen here."""
        chunk = self._chunks.get(name)
        if chunk is not None:
            return chunk.source
        if name.startswith("@"):
            path = normalized(name[1:])
            return Source(Path(path).name, path)
        return None

    def chunk(self, name: str) -> Chunk | None:
        """The chunk with a name."""
        return self._chunks.get(name)

    def chunks(self, place: str | None) -> list[Chunk]:
        """The chunks of a file (its normalized path) or of a name; None gives all."""
        return [c for c in self._chunks.values() if place in (None, c.source.path, c.name)]

    def text(self, reference: int) -> str:
        """The text of a source without a file; raises KeyError."""
        return self._chunks[self._references[reference]].text.decode("utf-8", "replace")

    def name_of(self, reference: int) -> str:
        """The chunk name of a source without a file; raises KeyError."""
        return self._references[reference]

    def __iter__(self) -> Iterator[Source]:
        return iter([chunk.source for chunk in self._chunks.values()])


def normalized(path: str) -> str:
    """The absolute path by which files are compared."""
    return os.path.realpath(path)
