"""What a request about a place in a document is about."""

from __future__ import annotations

from attrs import frozen

from .analysis.inference.expressions import Where
from .analysis.inference.inference import Inference
from .analysis.snapshot import Snapshot
from .analysis.syntax import tree
from .documents import Document


@frozen
class Subject:
    """A place in a document.

    file: what the document is called in the world. path: the nodes around the place, from the
    statement of the chunk in; empty in comments and white space between statements.
    """

    inference: Inference
    document: Document
    file: str
    offset: int
    where: Where
    path: tuple[tree.Node, ...]

    @classmethod
    def at(cls, inference: Inference, document: Document, file: str, offset: int) -> Subject:
        """What stands at an offset."""
        source = inference.file(file)
        piece, path = source.snapshot.path_at(offset)
        source.snapshot.binding(piece)
        return cls(inference, document, file, offset, Where(source, piece), path)

    @property
    def snapshot(self) -> Snapshot:
        """The document for the analysis."""
        return self.where.file.snapshot

    @property
    def inside(self) -> int:
        """The place, counted from the beginning of its piece."""
        return self.offset - self.snapshot.pieces.start_of[self.where.piece]
