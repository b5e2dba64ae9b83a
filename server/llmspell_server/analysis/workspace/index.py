"""All files of a workspace, asked together.

There is no table from names to files: looking a name up in the summary of each file costs 50 ns a
file, and replacing a file costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from llmspell_server.analysis.pace import checkpoint

from .declarations import Declared
from .owners import Occurrence, Owner, Role
from .summary import Facts

_FURTHEST = 16  # how many tables are gone through for a field that is missing in all of them


class Found(NamedTuple):
    """An occurrence in a file."""

    file: str
    occurrence: Occurrence


class Modules(Protocol):
    """Which file a module is in."""

    def file_of(self, module: str, requiring: str) -> str | None:
        """The file that a file gets by `require(module)`."""


class Index:
    """What the files say to each other. files: by their name, in the order of their names."""

    def __init__(self, files: Iterable[tuple[str, Facts]], modules: Modules) -> None:
        self._files = dict(sorted(files, key=lambda pair: pair[0]))
        self._modules = modules
        self._canonical: dict[tuple[Owner, str], Owner] = {}
        self._holders: dict[tuple[Owner, str], Owner] = {}
        self._links: dict[Owner, Owner] | None = None
        self._tables: dict[str, tuple[Owner, str]] | None = None

    @property
    def files(self) -> dict[str, Facts]:
        """The files with what they say."""
        return self._files

    def canonical(self, owner: Owner, file: str) -> Owner:
        """The same table by the one name that all files can use."""
        known = self._canonical.get((owner, file))
        if known is None:
            known = self._canonical[owner, file] = self._followed(owner, file)
        return known

    def _followed(self, owner: Owner, file: str) -> Owner:
        seen: set[tuple[Owner, str]] = set()
        while (owner, file) not in seen and len(seen) < _FURTHEST:
            seen.add((owner, file))
            following = self._next(owner, file)
            if following is None:
                break
            owner, file = following
        return owner

    def _next(self, owner: Owner, file: str) -> tuple[Owner, str] | None:
        """Another name of a table, nearer to the one that all use."""
        kind, root, keys = owner
        if kind == "module":
            target = self._modules.file_of(str(root), file)
            return None if target is None else (Owner("file", target, keys), target)
        if kind == "file":
            place = str(root) or file
            facts = self._files.get(place)
            returned = facts.returned if facts is not None else None
            if returned is not None:
                return Owner(returned.kind, returned.root, returned.keys + keys), place
            return (Owner("file", place, keys), place) if not root else None
        if kind == "class":
            table = self._class_tables.get(str(root))
            if table is not None:
                above, place = table
                return Owner(above.kind, above.root, above.keys + keys), place
        return None

    def holder(self, owner: Owner, name: str) -> Owner:
        """The table in which a field is found: the one given, or one that it falls back to.

        owner: canonical.
        """
        known = self._holders.get((owner, name))
        if known is None:
            known = self._holders[owner, name] = self._held(owner, name)
        return known

    def _held(self, owner: Owner, name: str) -> Owner:
        chain = self._chain(owner)
        if len(chain) == 1:
            return owner
        written = {
            self.canonical(found.occurrence.owner, found.file)
            for found in self.named(name)
            if found.occurrence.role and found.occurrence.owner is not None
        }
        return next((table for table in chain if table in written), owner)

    def _chain(self, owner: Owner) -> list[Owner]:
        """A table, and those that it falls back to, the nearest first."""
        chain = [owner]
        while len(chain) < _FURTHEST:
            above = self._parents.get(chain[-1])
            if above is None or above in chain:
                break
            chain.append(above)
        return chain

    def overriding(self, owner: Owner, name: str) -> list[Owner]:
        """The tables whose method of a name is called in place of a table's, or the other way.

        Those that it falls back to, those that fall back to it, and so on; itself first.
        """
        methods = {
            self.canonical(found.occurrence.owner, found.file): None
            for found in self.named(name)
            if found.occurrence.role is Role.METHOD and found.occurrence.owner is not None
        }
        family = [owner]
        if owner not in methods:
            return family
        chains = {table: self._chain(table) for table in methods}
        for each in family:  # which grows
            family += [
                other
                for other in chains
                if other not in family and (other in chains[each] or each in chains[other])
            ]
        return family

    @property
    def _parents(self) -> dict[Owner, Owner]:
        if self._links is None:
            self._links = {}
            for file, facts in self._files.items():
                for child, parent in facts.links().items():
                    table = self.canonical(child, file)
                    self._links.setdefault(table, self.canonical(parent, file))
                for declared in facts.declared():
                    if declared.parent is not None:
                        table = self.canonical(Owner("class", declared.name), file)
                        parent = self.canonical(Owner("class", declared.parent), file)
                        self._links.setdefault(table, parent)
        return self._links

    @property
    def _class_tables(self) -> dict[str, tuple[Owner, str]]:
        if self._tables is None:
            self._tables = {
                declared.name: (declared.table, file)
                for file, facts in reversed(self._files.items())
                for declared in facts.declared()
                if declared.table is not None
            }
        return self._tables

    def named(self, name: str) -> Iterator[Found]:
        """All globals and fields of a name, whatever they belong to."""
        for file, facts in self._files.items():
            checkpoint()
            for occurrence in facts.find(name):
                yield Found(file, occurrence)

    def uses(self, owner: Owner, name: str) -> Iterator[Found]:
        """Where a field of a table is read or written. owner: the canonical one that holds it."""
        for found in self.named(name):
            if found.occurrence.owner is not None:
                table = self.canonical(found.occurrence.owner, found.file)
                if table == owner or self.holder(table, name) == owner:
                    yield found

    def writes(self, owner: Owner, name: str) -> list[Found]:
        """Where a field of a table is written."""
        return [found for found in self.uses(owner, name) if found.occurrence.role != Role.READ]

    def declared(self, name: str) -> Iterator[tuple[str, Declared]]:
        """The annotations that declare a type of that name."""
        for file, facts in self._files.items():
            for declared in facts.declared():
                if declared.name == name:
                    yield file, declared

    def mentioned(self, name: str) -> Iterator[tuple[str, int, int]]:
        """Where annotations mention a type of that name, beside where they declare it."""
        for file, facts in self._files.items():
            checkpoint()
            for start in facts.mentions(name):
                yield file, start, start + len(name)

    def requiring(self, file: str) -> Iterator[tuple[str, int, int, str]]:
        """Where a file is required: file, range and module name."""
        for each, facts in self._files.items():
            checkpoint()
            for module, start, end in facts.requires():
                if self._modules.file_of(module, each) == file:
                    yield each, start, end, module
