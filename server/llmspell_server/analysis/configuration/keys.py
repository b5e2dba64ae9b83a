"""Which keys a configuration sets, and where: for kinds of strings that name them."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, field, frozen

from llmspell_server.analysis.spells.sources import Known, Place

from .tree import Document


@frozen
class ConfiguredKeys:
    """places: every key and table that is written, with dots. tables: which of them are tables."""

    places: Mapping[str, Known] = field(factory=dict)
    tables: frozenset[str] = frozenset()

    def tables_below(self, table: str) -> dict[str, Known]:
        """The names of the tables in a table ("" for the root), each with its place."""
        prefix = f"{table}." if table else ""
        found: dict[str, Known] = {}
        for path in self.tables:
            if path.startswith(prefix):
                name = path.removeprefix(prefix)
                if "." not in name:
                    found[name] = self.places[path]
        return found

    def paths(self, renamed: str) -> dict[str, Known]:
        """All keys. renamed: `seen=written`; keys below `written` are seen below `seen`."""
        seen, _, written = renamed.partition("=")
        found = {}
        for path, known in self.places.items():
            rest = path.removeprefix(f"{written}.") if written else path
            moved = rest != path and f"{written}.{rest.partition('.')[0]}" in self.tables
            found[f"{seen}.{rest}" if moved else path] = known
        return found


NO_KEYS = ConfiguredKeys()


def configured_keys(document: Document, path: str) -> ConfiguredKeys:
    """The keys of a document that is the file at `path`."""
    places: dict[str, Known] = {}
    tables: set[str] = set()
    known = Known("set in the project's configuration")

    def note(keys: tuple[str, ...], start: int, end: int) -> None:
        for length in range(1, len(keys) + 1):
            dotted = ".".join(keys[:length])
            places.setdefault(dotted, evolve(known, place=Place(path, start, end)))
            if length < len(keys):
                tables.add(dotted)

    for section in document.sections:
        header = section.header
        if header is not None and header.keys:
            note(header.path, header.keys[0].start, header.keys[-1].end)
            tables.add(".".join(header.path))
    for table, entry in document.entries():
        if entry.keys:
            note((*table, *entry.path), entry.keys[0].start, entry.keys[-1].end)
            if entry.value is not None and entry.value.kind == "table":
                tables.add(".".join((*table, *entry.path)))
    return ConfiguredKeys(places, frozenset(tables))
