"""A finding among the nodes of its text, for fixes that have to look around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.flow import parents_of
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .action import Change
from .fixing import Reported

if TYPE_CHECKING:
    from llmspell_server.analysis.completion.complete import Place

N = TypeVar("N", bound=tree.Node)


class Scene:
    """Offsets of nodes are those of the piece; changes are told in offsets of the text."""

    def __init__(self, place: Place, finding: Reported) -> None:
        self.place, self.finding = place, finding
        self.where: Where = place.where
        self.piece: Piece = place.where.piece
        self.snapshot: Snapshot = place.where.file.snapshot
        self.inference: Inference = place.inference
        self.begin = self.snapshot.pieces.start_of[self.piece]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong with the syntax here and right below."""
        index = self.snapshot.pieces.all.index(self.piece)
        return not any(each.problems for each in self.snapshot.pieces.all[index : index + 2])

    def node(self, kind: type[N]) -> N | None:
        """The outermost node of a kind that is exactly where the finding is."""
        start, end = self.finding.start - self.begin, self.finding.end - self.begin
        for node in tree.walk(self.piece.statement) if self.piece.statement is not None else ():
            if isinstance(node, kind) and (node.start, node.end) == (start, end):
                return node
        return None

    def around(self, node: tree.Node) -> Iterator[tree.Node]:
        """The nodes around a node, the nearest first."""
        parents = parents_of(self.piece)
        parent = parents.get(node)
        while parent is not None:
            yield parent
            parent = parents.get(parent)

    def parent(self, node: tree.Node) -> tree.Node | None:
        """The node around a node."""
        return parents_of(self.piece).get(node)

    def statement(self, node: tree.Node) -> tree.Statement | None:
        """The statement that holds a node."""
        around = (node, *self.around(node))
        return next((each for each in around if isinstance(each, tree.Statement)), None)

    def text(self, node: tree.Node) -> str:
        """What is written there."""
        return self.piece.text[node.start : node.end]

    # Changes

    def replaced(self, start: int, end: int, text: str) -> Change:
        """A text in place of what stands between two offsets of the piece."""
        return Change(self.begin + start, self.begin + end, text)

    def inserted(self, at: int, text: str) -> Change:
        """A text more at an offset of the piece."""
        return self.replaced(at, at, text)

    def line_above(self, node: tree.Node, line: str) -> Change:
        """A line above that on which a node begins, indented like it."""
        start = self._line(node)[0]
        return Change(start, start, f"{self.indent(node)}{line}\n")

    def indent(self, node: tree.Node) -> str:
        """The white space before the line on which a node begins."""
        line = self.snapshot.text.source[self._line(node)[0] : self.begin + node.start]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def begins_line(self, node: tree.Node) -> bool:
        """Whether nothing stands before a node on its line."""
        start = self._line(node)[0]
        return not self.snapshot.text.source[start : self.begin + node.start].strip()

    def without(self, node: tree.Node) -> Change:
        """A node gone, with its lines if nothing else stands on them."""
        source = self.snapshot.text.source
        first, last = self._line(node)
        start, end = self.begin + node.start, self.begin + node.end
        if source[first:start].strip() or source[end:last].strip():
            return Change(start, end, "")
        return Change(first, self.snapshot.text.next_line(end), "")

    def _line(self, node: tree.Node) -> tuple[int, int]:
        """Where the first line of a node begins and its last line ends, in the text."""
        text = self.snapshot.text
        first = text.line_start(text.line_at(self.begin + node.start))
        return first, text.line_end(text.line_at(self.begin + node.end))

    def without_item(self, items: tuple[tree.Node, ...], first: int, last: int) -> Change:
        """Items of a list gone, from one index to before another, with the comma between."""
        if first > 0:
            return self.replaced(items[first - 1].end, items[last - 1].end, "")
        end = items[last].start if last < len(items) else items[last - 1].end
        return self.replaced(items[0].start, end, "")
