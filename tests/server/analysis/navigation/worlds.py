"""Files in memory with marks in their texts: `|` is the cursor, `⟦…⟧` an expected range."""

from __future__ import annotations

from collections.abc import Iterable

from llmspell_server.analysis.inference.inference import Inference
from llmspell_server.analysis.navigation.places import Place
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.text import Text
from llmspell_server.analysis.workspace.index import Index
from llmspell_server.analysis.workspace.modules import ModuleFiles, SearchPath
from llmspell_server.analysis.workspace.occurrences import Live
from llmspell_server.analysis.workspace.summary import Facts, summary_of
from tests.server.marks import shown

ROOT = "/w"


class MemoryWorld:
    """Files of a workspace; `summarised`: whether closed files are known by their summaries."""

    def __init__(
        self, files: dict[str, str], library: Iterable[str] = (), summarised: bool = True
    ) -> None:
        self.marked = {f"{ROOT}/{name}": text for name, text in files.items()}
        self._library = {f"{ROOT}/{name}" for name in library}
        self._snapshots = {}
        self.file, self.offset = "", 0
        for name, marked in self.marked.items():
            plain = marked.replace("⟦", "").replace("⟧", "")
            if "|" in plain:
                self.file, self.offset = name, plain.index("|")
            self._snapshots[name] = Snapshot.of(Text(plain.replace("|", "")))
        lives: dict[str, Facts] = {}
        for name, snapshot in self._snapshots.items():
            live = Live(snapshot)
            lives[name] = summary_of(live) if summarised and name != self.file else live
        self.search = SearchPath((ROOT,))
        self._modules = ModuleFiles(lives, self.search)
        self.index = Index(lives.items(), self._modules)
        self._inference = Inference(self)

    # What inference asks

    @property
    def inference(self) -> Inference:
        return self._inference

    def files_with_global(self, name: str) -> Iterable[str]:
        return [file for file, facts in self.index.files.items() if name in facts.globals_written]

    def files_with_type(self, name: str) -> Iterable[str]:
        return [file for file, facts in self.index.files.items() if name in facts.types_declared]

    def files_using(self, name: str) -> Iterable[str]:
        return [file for file, snapshot in self._snapshots.items() if name in snapshot.text.source]

    def global_names(self) -> Iterable[str]:
        return sorted({n for facts in self.index.files.values() for n in facts.globals_written})

    def type_names(self) -> Iterable[str]:
        return sorted({n for facts in self.index.files.values() for n in facts.types_declared})

    def module(self, name: str, requirer: str) -> str | None:
        return self.module_file(name, requirer)

    def is_missing(self, name: str, requirer: str) -> bool:
        return self.module(name, requirer) is None

    @property
    def here(self) -> Snapshot:
        return self._snapshots[self.file]

    def snapshot(self, file: str) -> Snapshot | None:
        return self._snapshots.get(file)

    def is_library(self, file: str) -> bool:
        return file in self._library

    def module_file(self, module: str, requiring: str) -> str | None:
        return self._modules.file_of(module, requiring)

    def shown(self, places: Iterable[Place]) -> dict[str, str]:
        """All texts with places marked, for comparing with `expected`."""
        spans: dict[str, list[tuple[int, int]]] = {}
        for place in places:
            spans.setdefault(place.file, []).append((place.start, place.end))
        return {
            name: shown(snapshot.text, *spans.get(name, ()))
            for name, snapshot in self._snapshots.items()
        }

    @property
    def expected(self) -> dict[str, str]:
        return {name: text.replace("|", "") for name, text in self.marked.items()}
