"""Workspaces in memory, and what an expression in them is."""

from __future__ import annotations

from collections.abc import Iterable

from llmspell_server.analysis.inference.annotated import declared_types
from llmspell_server.analysis.inference.expressions import Where
from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.inference.sources import FileSources
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.text import Text
from llmspell_server.analysis.types.display import display
from tests.server.marks import cursor


class MemoryWorld:
    """Documents by name; `require "a.b"` runs `a/b.lua`."""

    def __init__(self, **files: str) -> None:
        self.snapshots: dict[str, Snapshot] = {}
        for name, source in files.items():
            self.set(f"{name}.lua", source)

    def set(self, name: str, source: str) -> None:
        self.snapshots[name] = Snapshot.of(Text(source))

    def snapshot(self, file: str) -> Snapshot | None:
        return self.snapshots.get(file)

    def files_with_global(self, name: str) -> Iterable[str]:
        return [
            file
            for file, snapshot in self.snapshots.items()
            if name in set(FileSources(file, snapshot).global_names())
        ]

    def files_with_type(self, name: str) -> Iterable[str]:
        return [
            file for file, snapshot in self.snapshots.items() if name in declared_types(snapshot)
        ]

    def files_using(self, name: str) -> Iterable[str]:
        return [file for file, snapshot in self.snapshots.items() if name in snapshot.text.source]

    def global_names(self) -> Iterable[str]:
        return dict.fromkeys(
            name
            for file, snapshot in self.snapshots.items()
            for name in FileSources(file, snapshot).global_names()
        )

    def type_names(self) -> Iterable[str]:
        return dict.fromkeys(
            name for snapshot in self.snapshots.values() for name in declared_types(snapshot)
        )

    def module(self, name: str, requirer: str) -> str | None:
        file = f"{name.replace('.', '/')}.lua"
        return file if file in self.snapshots else None

    def is_missing(self, name: str, requirer: str) -> bool:
        return self.module(name, requirer) is None


def type_at(marked: str, **files: str) -> str:
    """The type of the expression at the cursor of `main.lua`, as hover shows it.

    The cursor is `|`, or `‸` where annotations need the other.
    """
    text, offset = cursor(marked, "‸" if "‸" in marked else "|")
    world = MemoryWorld(main=text.source, **files)
    return shown_type(Inference(world), "main.lua", offset)


def shown_type(inference: Inference, file: str, offset: int) -> str:
    source = inference.file(file)
    piece, path = source.snapshot.path_at(offset)
    node = path[-1]
    if isinstance(node, tree.Word):
        node = path[-2]
    assert isinstance(node, tree.Expression), path
    return display(inference.type(Where(source, piece), node))
