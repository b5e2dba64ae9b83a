"""Where globals and fields occur in a document: the live counterpart of a `Summary`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import itemgetter

from llmspell_server.analysis.binding.binder import binding_of
from llmspell_server.analysis.binding.variables import Local
from llmspell_server.analysis.inference.annotated import declared_types
from llmspell_server.analysis.inference.sources import FileSources
from llmspell_server.analysis.outline import Entry, entries_of
from llmspell_server.analysis.remembering import remembered
from llmspell_server.analysis.snapshot import Snapshot
from llmspell_server.analysis.syntax import tree
from llmspell_server.analysis.syntax.pieces import Piece

from .declarations import Declared, declarations_of
from .given import Given, given_strings
from .mentions import Mention, mentions_of, name_span, plain_string
from .naming import Naming, naming_of
from .owners import GLOBALS, Occurrence, Owner, Require, Role
from .type_mentions import type_mentions

_META = re.compile(r"---+[ \t]*@meta\b")
_THIS = "this file"  # an owner without a file is a global
_start = itemgetter(0)


class Live:
    """What an open document says to others. Looks only at what it is asked for."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @property
    def naming(self) -> Naming:
        """The names of the tables of the document."""
        return naming_of(self.snapshot)

    def find(self, name: str) -> Iterator[Occurrence]:
        """The fields and globals of that name, in the order of the text."""
        for piece, start in self.snapshot.pieces.placed():
            fields = mentions_of(piece).fields.get(name, ())
            found = [self._occurrence(piece, start, mention) for mention in fields]
            if name in binding_of(piece).free:
                found += self._globals(piece, start, name)
            yield from sorted(found, key=_start)

    def all(self) -> Iterator[tuple[str, Occurrence]]:
        """All fields and globals with their names, those of a name in the order of the text."""
        for piece, start in self.snapshot.pieces.placed():
            fields = mentions_of(piece).fields
            free = binding_of(piece).free
            for name in fields.keys() | free.keys():
                found = [self._occurrence(piece, start, each) for each in fields.get(name, ())]
                if name in free:
                    found += self._globals(piece, start, name)
                for each in sorted(found, key=_start) if len(found) > 1 else found:
                    yield name, each

    def links(self) -> dict[Owner, Owner]:
        """In which table another looks for what it lacks."""
        found: dict[Owner, Owner] | None = self.snapshot.facts.get("links")
        if found is None:
            found = {}
            for piece in self.snapshot.pieces.all:
                for table, parent in mentions_of(piece).links:
                    child, above = self.naming.owner(piece, table), self.naming.owner(piece, parent)
                    if child is not None and above is not None and child != above:
                        found.setdefault(child, above)
            self.snapshot.facts["links"] = found
        return found

    def requires(self) -> Iterator[Require]:
        """The modules that are required."""
        for piece, start in self.snapshot.pieces.placed():
            strings = mentions_of(piece).requires
            known = self.snapshot.chunk_locals(piece) if strings else {}
            if "require" in known and not _is_require(known["require"]):
                continue
            for string in strings:
                first, last = name_span(string)
                yield Require(plain_string(string) or "", start + first, start + last)

    def given(self) -> tuple[Given, ...]:
        """The strings that are given to functions of others."""
        return given_of(self.snapshot)

    def declared(self) -> tuple[Declared, ...]:
        """Classes, aliases and enums of annotations."""
        return declarations_of(self.snapshot)

    def mentions(self, name: str) -> Iterator[int]:
        """Where annotations mention the type of that name, beside where they declare it."""
        return (start for each, start in type_mentions(self.snapshot) if each == name)

    def entries(self) -> tuple[Entry, ...]:
        """The symbols of the file."""
        return _entries(self.snapshot)

    @property
    def globals_written(self) -> frozenset[str]:
        """The globals that get a value, or whose fields do."""
        return frozenset(FileSources(_THIS, self.snapshot).global_names())

    @property
    def types_declared(self) -> frozenset[str]:
        """The names of the types of annotations that it declares."""
        return frozenset(declared_types(self.snapshot))

    @property
    def is_meta(self) -> bool:
        """Whether the file only describes (`---@meta`)."""
        first = self.snapshot.pieces.all[0]
        return any(_META.match(comment.text) for comment in first.comments)

    @property
    def returned(self) -> Owner | None:
        """What the file returns, where that has a name of its own."""
        return self.naming.returned

    def _occurrence(self, piece: Piece, start: int, mention: Mention) -> Occurrence:
        first, last = name_span(mention.node)
        owner = self.naming.owner(piece, mention.base)
        return Occurrence(start + first, start + last, owner, mention.role)

    def _globals(self, piece: Piece, start: int, name: str) -> Iterator[Occurrence]:
        if name in self.snapshot.chunk_locals(piece):
            return
        binding, roles = binding_of(piece), mentions_of(piece).roles
        for node in binding.free[name]:
            if node not in binding.environments:
                role = roles.get(node, Role.READ)
                yield Occurrence(start + node.start, start + node.end, GLOBALS, role)


def _is_require(local: Local) -> bool:
    """Whether a local has the function of Lua: `local require = require`."""
    match local.statement:
        case tree.LocalStatement(values=values) if local.position < len(values):
            value = values[local.position]
            return isinstance(value, tree.Name) and value.text == "require"
    return False


@remembered
def given_of(snapshot: Snapshot) -> tuple[Given, ...]:
    """The strings that a document gives to functions of others, found once."""
    return tuple(given_strings(snapshot))


@remembered
def _entries(snapshot: Snapshot) -> tuple[Entry, ...]:
    return tuple(entries_of(snapshot))
