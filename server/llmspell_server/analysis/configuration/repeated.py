"""Keys and tables that a configuration has twice; TOML's reader only says where it gave up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from .tree import Document, Entry, Key

_Path = tuple[str | int, ...]


@frozen
class Repeated:
    """A key that stands a second time. first: where it stood before. is_table: in a header."""

    key: Key
    first: Key
    is_table: bool


def repeated(document: Document) -> Repeated | None:
    """The first key or header that stands a second time."""
    return next(_all(document), None)


def _all(document: Document) -> Iterator[Repeated]:
    counts: dict[tuple[str, ...], int] = {}  # of the tables in arrays
    keys: dict[_Path, Key] = {}
    tables: dict[_Path, Key] = {}
    for section in document.sections:
        header, path = section.header, section.path
        if header is not None and header.is_array:
            counts[path] = counts.get(path, 0) + 1
        where = _numbered(path, counts)
        if header is not None and header.keys and not header.is_array:
            first = tables.setdefault(where, header.keys[-1])
            if first is not header.keys[-1]:
                yield Repeated(header.keys[-1], first, is_table=True)
        yield from _in_entries(where, section.entries, keys)


def _in_entries(
    where: _Path, entries: Iterable[Entry], seen: dict[_Path, Key]
) -> Iterator[Repeated]:
    for entry in entries:
        if not entry.keys or entry.value is None:
            continue
        path = (*where, *entry.path)
        first = seen.setdefault(path, entry.keys[-1])
        if first is not entry.keys[-1]:
            yield Repeated(entry.keys[-1], first, is_table=False)
        yield from _in_entries(path, entry.value.entries, seen)
        for number, item in enumerate(entry.value.items):
            yield from _in_entries((*path, number), item.entries, seen)


def _numbered(path: tuple[str, ...], counts: dict[tuple[str, ...], int]) -> _Path:
    """A path in which the tables of arrays have numbers."""
    found: list[str | int] = []
    for length, key in enumerate(path, 1):
        found.append(key)
        if path[:length] in counts:
            found.append(counts[path[:length]])
    return tuple(found)
