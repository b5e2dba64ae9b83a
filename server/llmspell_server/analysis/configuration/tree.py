"""The parts of a TOML document (TOML 1.0) with their places. Offsets count characters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

ValueKind = Literal["string", "number", "boolean", "date", "array", "table", "other", "missing"]


@frozen
class Key:
    """One part of a key. text: what it means, without quotes."""

    text: str
    start: int
    end: int


@frozen
class Value:
    """A value. data: what it means, None where that cannot be told.

    items: of an array. entries: of an inline table. closed: whether its end is there. `missing` is
    the place behind an equals sign where nothing stands.
    """

    kind: ValueKind
    start: int
    end: int
    data: object = None
    items: tuple[Value, ...] = ()
    entries: tuple[Entry, ...] = ()
    closed: bool = True


@frozen
class Entry:
    """`keys = value`. equals: where the sign is; None, like the value, for a key that stands alone.

    open_key: whether the key ends with a dot, so that a part is still to come.
    """

    keys: tuple[Key, ...]
    value: Value | None
    start: int
    end: int
    equals: int | None = None
    open_key: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The key's parts as they are meant."""
        return tuple(key.text for key in self.keys)


@frozen
class Header:
    """`[keys]`, or `[[keys]]` of an array of tables. inside: where the keys may stand."""

    keys: tuple[Key, ...]
    is_array: bool
    start: int
    end: int
    inside: tuple[int, int]
    closed: bool = True
    open_key: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """The table's path."""
        return tuple(key.text for key in self.keys)


@frozen
class Section:
    """What stands below a header (or before the first one), up to the next header."""

    header: Header | None
    entries: tuple[Entry, ...]
    start: int
    end: int

    @property
    def path(self) -> tuple[str, ...]:
        """The path of the table; empty for the document's own."""
        return self.header.path if self.header is not None else ()

    @property
    def last(self) -> int:
        """Where the last thing in it ends."""
        ends = [self.header.end if self.header else self.start]
        return max([*ends, *(entry.end for entry in self.entries)])


@frozen
class Comment:
    """`# …` to the end of its line."""

    start: int
    end: int


@frozen
class Document:
    """A whole document. sections: the first one has no header."""

    source: str
    sections: tuple[Section, ...]
    comments: tuple[Comment, ...] = ()

    def entries(self) -> Iterator[tuple[tuple[str, ...], Entry]]:
        """Every entry with the path of the table around it, those of inline tables included."""
        for section in self.sections:
            for entry in section.entries:
                yield from _within(section.path, entry)


def _within(path: tuple[str, ...], entry: Entry) -> Iterator[tuple[tuple[str, ...], Entry]]:
    yield path, entry
    if entry.value is not None:
        yield from _in_value((*path, *entry.path), entry.value)


def _in_value(path: tuple[str, ...], value: Value) -> Iterator[tuple[tuple[str, ...], Entry]]:
    for inner in value.entries:
        yield from _within(path, inner)
    for item in value.items:
        yield from _in_value(path, item)


def data_of(document: Document) -> dict[str, object]:
    """What the document says as plain data; of what is said twice or wrongly, the first counts."""
    root: dict[str, object] = {}
    for section in document.sections:
        table = _table(root, section.header)
        if table is not None:
            _put_all(table, section.entries)
    return root


def _table(root: dict[str, object], header: Header | None) -> dict[str, object] | None:
    if header is None:
        return root
    if not header.keys:
        return None
    table = _descend(root, header.path[:-1])
    if table is None:
        return None
    name = header.path[-1]
    if header.is_array:
        tables = table.setdefault(name, [])
        if not isinstance(tables, list):
            return None
        tables.append({})
    return _descend(table, (name,))


def _descend(table: dict[str, object], path: tuple[str, ...]) -> dict[str, object] | None:
    for name in path:
        below = table.setdefault(name, {})
        if isinstance(below, list) and below:
            below = below[-1]
        if not isinstance(below, dict):
            return None
        table = below
    return table


def _put_all(table: dict[str, object], entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        if entry.value is None or entry.value.kind == "missing" or not entry.keys:
            continue
        holder = _descend(table, entry.path[:-1])
        if holder is not None and entry.path[-1] not in holder:
            holder[entry.path[-1]] = plain(entry.value)


def plain(value: Value) -> object:
    """A value as data."""
    if value.kind == "array":
        return [plain(item) for item in value.items if item.kind != "missing"]
    if value.kind == "table":
        table: dict[str, object] = {}
        _put_all(table, value.entries)
        return table
    return value.data
