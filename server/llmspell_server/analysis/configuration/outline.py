"""The parts of a configuration as editors list and fold them, and what in it names files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, cast, get_args

from attrs import frozen

from .schema import names_file
from .tree import Document, Entry, Value

SymbolKind = Literal["table", "array", "string", "number", "boolean", "key"]


@frozen
class Symbol:
    """A table or key. name_start, name_end: where its name is; the rest is all of it."""

    name: str
    kind: SymbolKind
    start: int
    end: int
    name_start: int
    name_end: int
    children: tuple[Symbol, ...] = ()


@frozen
class Fold:
    """What can be folded between two offsets."""

    start: int
    end: int
    is_comment: bool = False


@frozen
class Link:
    """A string that names a file or folder. text: the path as it is written."""

    start: int
    end: int
    text: str


def symbols(document: Document) -> tuple[Symbol, ...]:
    """The document's own keys, then its tables with theirs."""
    found: list[Symbol] = []
    for section in document.sections:
        inner = tuple(_symbol(entry) for entry in section.entries if entry.keys)
        header = section.header
        if header is None:
            found += inner
        else:
            name = ".".join(header.path) or "…"
            found.append(
                Symbol(
                    name,
                    "array" if header.is_array else "table",
                    header.start,
                    section.last,
                    header.start,
                    header.end,
                    inner,
                )
            )
    return tuple(found)


def folds(document: Document) -> Iterator[Fold]:
    """Sections, values over several lines, and blocks of comments."""
    for section in document.sections:
        if section.header is not None and section.entries:
            yield Fold(section.header.start, section.last)
    for _, entry in document.entries():
        if entry.value is not None and entry.value.kind in {"array", "table", "string"}:
            yield Fold(entry.value.start, entry.value.end)
    yield from _comment_blocks(document)


def links(document: Document) -> Iterator[Link]:
    """The strings that name files or folders by what the schema says of them."""
    for table, entry in document.entries():
        if names_file((*table, *entry.path)) and entry.value is not None:
            yield from _strings(entry.value)


def _strings(value: Value) -> Iterator[Link]:
    for item in (value, *value.items):
        if item.kind == "string" and item.closed and isinstance(item.data, str) and item.data:
            yield Link(item.start + 1, item.end - 1, item.data)


def _symbol(entry: Entry) -> Symbol:
    value = entry.value
    kind: SymbolKind = "key"
    if value is not None and value.kind in get_args(SymbolKind):
        kind = cast(SymbolKind, value.kind)
    inner = tuple(_symbol(each) for each in value.entries if each.keys) if value else ()
    start, end = entry.keys[0].start, entry.keys[-1].end
    return Symbol(".".join(entry.path), kind, entry.start, max(entry.end, end), start, end, inner)


def _comment_blocks(document: Document) -> Iterator[Fold]:
    start = end = -1
    for comment in document.comments:
        between = document.source[end : comment.start] if end >= 0 else "x"
        alone = not document.source[
            document.source.rfind("\n", 0, comment.start) + 1 : comment.start
        ].strip()
        if alone and not between.strip() and between.count("\n") == 1:
            end = comment.end
            continue
        if start >= 0:
            yield Fold(start, end, True)
        start, end = (comment.start, comment.end) if alone else (-1, -1)
    if start >= 0:
        yield Fold(start, end, True)
