"""Files that are not open: what their summaries say, and their trees where these are needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Mapping
from pathlib import Path

from .analysis.pace import checkpoint
from .analysis.snapshot import Snapshot
from .analysis.text import Text
from .analysis.workspace.summary import Summary

_KEPT = 64  # files whose trees are kept


class ClosedFiles:
    """The files of the workspace, by `key_of` their URI, in the order of their names.

    known: definition files that count already, by name and length; copies of them in a workspace,
    to which configurations of other servers point, would define all things twice. revision:
    another number after each change.
    """

    def __init__(self, known: frozenset[tuple[str, int]] = frozenset()) -> None:
        self._known = known
        self.summaries: dict[str, Summary] = {}
        self.revision = 0
        self._read: OrderedDict[str, Snapshot] = OrderedDict()
        self._texts: OrderedDict[str, Text] = OrderedDict()  # of files without a tree

    def put(self, summaries: Mapping[str, Summary]) -> None:
        """Takes note of what files say."""
        ours = {
            file: summary
            for file, summary in summaries.items()
            if not summary.is_meta or (file.rpartition("/")[2], summary.size) not in self._known
        }
        self.summaries = dict(sorted({**self.summaries, **ours}.items()))
        for file in summaries:
            self._forget(file)
        self.revision += 1

    def remove(self, file: str) -> None:
        """Takes note that a file is gone."""
        self.summaries.pop(file, None)
        self._forget(file)
        self.revision += 1

    def snapshot(self, file: str) -> Snapshot | None:
        """A file of the workspace as it is on the disk; None for one that cannot be read."""
        if file not in self.summaries:
            return None
        kept = self._read.get(file)
        if kept is None:
            text = self.text(file)
            if text is None:
                return None
            kept = Snapshot.of(text)
            self._read[file] = kept
            del self._texts[file]
        self._read.move_to_end(file)
        return kept

    def text(self, file: str) -> Text | None:
        """The text of a file, for those who need no tree; None for one that cannot be read."""
        if file in self._read:
            return self._read[file].text
        text = self._texts.get(file)
        if text is None and file in self.summaries:
            try:
                data = Path(file.removeprefix("file://")).read_bytes()
            except OSError:
                return None
            text = self._texts[file] = Text(data.decode("utf-8", "replace"))
            if len(self._texts) > _KEPT:
                self._texts.popitem(last=False)
        return text

    def saying(self, text: str) -> list[str]:
        """The files that hold a text, as they are on the disk."""
        wanted, found = text.encode(), []
        for file in self.summaries:
            checkpoint()
            try:
                if wanted in Path(file.removeprefix("file://")).read_bytes():
                    found.append(file)
            except OSError:
                continue
        return found

    def _forget(self, file: str) -> None:
        self._read.pop(file, None)
        self._texts.pop(file, None)

    @property
    def has_trees(self) -> bool:
        """Whether any tree is kept."""
        return bool(self._read)

    def forget_trees(self) -> list[str]:
        """Drops the trees that were not needed for longest, beyond a number; gives their files.

        Not while somebody works with them: another tree of the same text is made of other nodes.
        """
        dropped = []
        while len(self._read) > _KEPT:
            dropped.append(self._read.popitem(last=False)[0])
        return dropped

    def keep_trees(self, needed: Container[object]) -> list[str]:
        """Drops the trees of files that are not needed; gives those files."""
        dropped = [file for file in self._read if file not in needed]
        for file in dropped:
            del self._read[file]
        return dropped
