"""What comments say about diagnostics: `---@diagnostic disable-next-line: code`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from llmspell_server.analysis.annotations.attached import all_blocks
from llmspell_server.analysis.annotations.nodes import DiagnosticTag
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax.pieces import Piece


@frozen
class Suppression:
    """A comment that disables (or enables) diagnostics.

    codes: which; empty for all. first, last: the lines that it is about; last is None for all that
    follow.
    """

    codes: frozenset[str]
    first: int
    last: int | None
    enables: bool = False

    def concerns(self, code: str, line: int) -> bool:
        """Whether it says something about a diagnostic on a line."""
        if self.codes and code not in self.codes:
            return False
        return line >= self.first and (self.last is None or line <= self.last)


class Suppressions:
    """All such comments of a document."""

    def __init__(self, snapshot: Snapshot | None) -> None:
        self._all = tuple(suppressions(snapshot)) if snapshot is not None else ()

    def suppresses(self, code: str, line: int) -> bool:
        """Whether a comment disables a diagnostic that begins on a line."""
        result = False
        for each in self._all:
            if each.concerns(code, line):
                if each.last is not None:
                    return True
                result = not each.enables
        return result


NONE = Suppressions(None)
"""No such comments."""


def suppressions(snapshot: Snapshot) -> Iterator[Suppression]:
    """What the comments of a document say, in the order of its text."""
    for piece, start in snapshot.pieces.placed():
        for tag in diagnostic_tags(piece):
            line = snapshot.text.line_at(start + tag.start)
            codes = frozenset(word.text for word in tag.codes)
            match tag.action.text if tag.action is not None else "":
                case "disable-next-line":
                    yield Suppression(codes, line + 1, line + 1)
                case "disable-line":
                    yield Suppression(codes, line, line)
                case "disable":
                    yield Suppression(codes, line, None)
                case "enable":
                    yield Suppression(codes, line, None, enables=True)


@remembered
def diagnostic_tags(piece: Piece) -> tuple[DiagnosticTag, ...]:
    """The `@diagnostic` comments of a piece."""
    if "@diagnostic" not in piece.text:
        return ()
    return tuple(
        tag for block in all_blocks(piece) for tag in block.tags if isinstance(tag, DiagnosticTag)
    )
