"""Which file `require` finds, and by which name a file is required.

As the runtime's loader does (`llmspell.lua.loader.package_path`): beside the requiring script, in
the configured folders, in the roots of the workspace. A module that is found nowhere there but
whose path ends a file's path is taken to be that file: the script that is run may lie elsewhere.
"""

from __future__ import annotations

import heapq
import posixpath
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property

from attrs import frozen

PATTERNS = ("?.lua", "?/init.lua")


@frozen
class SearchPath:
    """Where modules are looked for. patterns: of `runtime.path`, `?` for the module."""

    roots: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    patterns: tuple[str, ...] = PATTERNS


class ModuleFiles:
    """The modules among some files, which are absolute paths or URIs, as the folders are."""

    def __init__(self, files: Collection[str], search: SearchPath) -> None:
        self._files, self._search = files, search
        self._known: dict[tuple[str, str], str | None] = {}

    def file_of(self, module: str, requiring: str) -> str | None:
        """The file that a file gets by `require(module)`."""
        folder = posixpath.dirname(requiring)
        key = (module, folder)
        if key not in self._known:
            self._known[key] = self._find(module, folder)
        return self._known[key]

    def places(self, module: str, requiring: str) -> Iterator[str]:
        """Where a file's `require(module)` looks, in that order, whether a file is there or not."""
        path = module.replace(".", "/").strip("/")
        yield from self._candidates(path, posixpath.dirname(requiring)) if path else ()

    def exact(self, module: str, requiring: str) -> str | None:
        """The file that `require` finds where it looks, and not only by the end of its path."""
        return next((each for each in self.places(module, requiring) if each in self._files), None)

    def names_of(self, file: str, requiring: str) -> Sequence[str]:
        """The names by which a file can require another, the one it would use first."""
        found = sorted(
            dict.fromkeys(self._names(file, posixpath.dirname(requiring))),
            key=lambda name: name.endswith(".init"),
        )
        return [name for name in found if self.file_of(name, requiring) in (file, None)]

    def nearest(self, requiring: str, most: int) -> list[str]:
        """The files that are the fewest folders away from a file, the nearest first."""
        return heapq.nsmallest(most, self._files, _distance_from(requiring))

    def like(self, word: str, requiring: str) -> list[str]:
        """The files of modules whose name has all letters of a word, in their order.

        Those first whose name begins with the word, and of these the nearest to a file.
        """
        wanted, distance = word.lower(), _distance_from(requiring)
        found = [
            (not stem.lower().startswith(wanted), *distance(file))
            for stem, files in self._files_by_end.items()
            if _has_letters(stem.lower(), wanted)
            for file in files
        ]
        return [file for _, _, file in sorted(found)]

    def ending_in(self, word: str) -> Sequence[str]:
        """The files of modules whose name has a word at its end."""
        return self._files_by_end.get(word, ())

    def _find(self, module: str, folder: str) -> str | None:
        path = module.replace(".", "/").strip("/")
        if not path:
            return None
        for candidate in self._candidates(path, folder):
            if candidate in self._files:
                return candidate
        return self._ending(path)

    def _candidates(self, path: str, folder: str) -> Iterator[str]:
        for base in (folder, *self._search.roots, *self._search.libraries):
            for pattern in self._search.patterns:
                yield f"{base}/{pattern.removeprefix('./').replace('?', path)}"

    def _ending(self, path: str) -> str | None:
        """The file with the shortest path that ends so."""
        ends = tuple("/" + pattern.replace("?", path) for pattern in self._search.patterns)
        found = [
            file
            for file in self.ending_in(path.rpartition("/")[2])
            if file.endswith(ends) and any(file.startswith(root + "/") for root in self._bases)
        ]
        return min(found, key=lambda file: (file.count("/"), file), default=None)

    @cached_property
    def _files_by_end(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for file in self._files:
            found.setdefault(_stem(file), []).append(file)
        return found

    @property
    def _bases(self) -> tuple[str, ...]:
        return (*self._search.roots, *self._search.libraries)

    def _names(self, file: str, folder: str) -> Iterator[str]:
        for base in (*self._search.roots, *self._search.libraries, folder):
            for pattern in self._search.patterns:
                head, _, tail = f"{base}/{pattern.removeprefix('./')}".partition("?")
                inside = file[len(head) : len(file) - len(tail)]
                if file == head + inside + tail and inside and "." not in inside:
                    yield inside.replace("/", ".")


def _distance_from(requiring: str) -> Callable[[str], tuple[int, str]]:
    """How many folders a file is away; of files that are as near, the first by its path."""
    folder = posixpath.dirname(requiring)

    def distance(file: str) -> tuple[int, str]:
        shared = posixpath.commonprefix((folder + "/", file)).rpartition("/")[0]
        return folder.count("/") + file.count("/") - 2 * shared.count("/"), file

    return distance


def _has_letters(name: str, wanted: str) -> bool:
    letters = iter(name)
    return all(each in letters for each in wanted)


def _stem(file: str) -> str:
    """The last word of the name by which a file is required."""
    folder, name = posixpath.split(file)
    stem = posixpath.splitext(name)[0]
    return posixpath.basename(folder) if stem == "init" else stem
