"""What is being written at a place of a configuration."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from .tree import Document, Entry, Header, Key, Section, Value


@frozen
class Writing:
    """What an offset is in.

    what: a `header`'s key, the `key` of an entry, a `value`. table: the path of the table around
    it. before: the parts of the dotted key before the one at the offset; for a value the whole
    key. start, end: what would be replaced. value: the value there, if one is. equals: whether the
    key has its equals sign. taken: the keys that the table has beside this one.
    """

    what: Literal["header", "key", "value"]
    table: tuple[str, ...]
    before: tuple[str, ...]
    start: int
    end: int
    value: Value | None = None
    equals: bool = False
    taken: frozenset[str] = frozenset()

    @property
    def path(self) -> tuple[str, ...]:
        """The table in which the next key stands, or the path of the value."""
        return (*self.table, *self.before)


def writing_at(document: Document, offset: int) -> Writing | None:
    """What is written at an offset; None in comments and behind what is complete."""
    if any(comment.start < offset <= comment.end for comment in document.comments):
        return None
    section = _section(document, offset)
    header = section.header
    if header is not None and header.start < offset <= _header_end(document, header):
        return _in_header(header, offset)
    return _in_entries(document, section.path, section.entries, offset) or _new_key(
        document, section, offset
    )


def _section(document: Document, offset: int) -> Section:
    found = document.sections[0]
    for section in document.sections:
        if section.start > offset or (section.header is not None and section.start == offset):
            break
        found = section
    return found


def _header_end(document: Document, header: Header) -> int:
    if header.closed:
        return header.inside[1]
    return _line_end(document.source, header.inside[1])


def _line_end(source: str, offset: int) -> int:
    end = source.find("\n", offset)
    return len(source) if end < 0 else end


def _in_header(header: Header, offset: int) -> Writing | None:
    if offset < header.inside[0]:
        return None
    before, start, end = _key_at(header.keys, offset)
    return Writing("header", (), before, start, end)


def _key_at(keys: tuple[Key, ...], offset: int) -> tuple[tuple[str, ...], int, int]:
    """The parts before the one at an offset, and where that one is."""
    before: list[str] = []
    for key in keys:
        if offset <= key.end:
            return tuple(before), min(key.start, offset), key.end
        before.append(key.text)
    return tuple(before), offset, offset


def _in_entries(
    document: Document, table: tuple[str, ...], entries: tuple[Entry, ...], offset: int
) -> Writing | None:
    for entry in entries:
        reach = _reach(document.source, entry)
        if entry.start <= offset <= reach:
            if entry.equals is None or offset <= entry.equals:
                return _in_key(entry, table, entries, offset)
            return _in_value(document, (*table, *entry.path), entry.value, table, entry, offset)
    return None


def _reach(source: str, entry: Entry) -> int:
    """How far an entry that is not complete goes on: over the blanks that follow."""
    value = entry.value
    if value is not None and value.kind != "missing" and value.closed:
        return entry.end
    end = entry.end
    while end < len(source) and source[end] in " \t":
        end += 1
    return end if entry.equals is not None or entry.open_key else entry.end


def _in_key(
    entry: Entry, table: tuple[str, ...], entries: tuple[Entry, ...], offset: int
) -> Writing | None:
    if entry.equals is not None and entry.keys and offset > entry.keys[-1].end + entry.open_key:
        return None  # between key and equals sign
    before, start, end = _key_at(entry.keys, offset)
    taken = frozenset(each.path[0] for each in entries if each is not entry and each.keys)
    return Writing(
        "key",
        table,
        before,
        start,
        end,
        None,
        entry.equals is not None,
        frozenset() if before else taken,
    )


def _in_value(
    document: Document,
    path: tuple[str, ...],
    value: Value | None,
    table: tuple[str, ...],
    entry: Entry,
    offset: int,
) -> Writing | None:
    key = path[len(table) :]
    if value is None or value.kind == "missing":
        return Writing("value", table, key, offset, offset)
    if value.kind == "table":
        if not value.start < offset or (value.closed and offset >= value.end):
            return None
        inner = _in_entries(document, path, value.entries, offset)
        taken = frozenset(each.path[0] for each in value.entries if each.keys)
        return inner or Writing("key", path, (), offset, offset, None, False, taken)
    if value.kind == "array":
        for item in value.items:
            if item.start <= offset <= item.end:
                return _in_value(document, path, item, table, entry, offset)
        if not value.start < offset or (value.closed and offset >= value.end):
            return None
        return Writing("value", table, key, offset, offset)
    if value.start <= offset <= value.end:
        return Writing("value", table, key, value.start, value.end, value)
    return None


def _new_key(document: Document, section: Section, offset: int) -> Writing | None:
    """A key that begins on a line where nothing else is."""
    line = document.source[document.source.rfind("\n", 0, offset) + 1 : offset]
    if line.strip(" \t"):
        return None
    if any(entry.start < offset < entry.end for entry in section.entries):
        return None
    taken = frozenset(entry.path[0] for entry in section.entries if entry.keys)
    return Writing("key", section.path, (), offset, offset, None, False, taken)
