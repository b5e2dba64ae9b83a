"""Small edits of TOML that leave comments and the form of the rest as they are."""

from __future__ import annotations

from attrs import frozen

from llmspell.config.canonical import split_commas
from llmspell.config.render import toml_value

from .reader import read
from .tree import Document, Entry, Section, Value


@frozen
class Edit:
    """A text in place of what stands between two offsets."""

    start: int
    end: int
    text: str


def applied(source: str, edits: tuple[Edit, ...]) -> str:
    """The text after edits that do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        source = source[: edit.start] + edit.text + source[edit.end :]
    return source


def adding(
    source: str, path: tuple[str, ...], item: object, default: tuple[object, ...] = ()
) -> tuple[Edit, ...]:
    """Adds an item to the array at a key path, which is made if it is not there.

    default: what holds as long as nothing is there, and has to stay.
    A string there is a list with commas, as the configuration takes it. No edit for an item that is
    there already, and where another value stands in the way.
    """
    entry = _entry_at(read(source), path)
    made = list(dict.fromkeys([*default, item]))
    if entry is None or entry.value is None:
        return setting(source, path, made)
    value = entry.value
    if value.kind == "array" and value.closed:
        return () if any(each.data == item for each in value.items) else _added(source, value, item)
    if value.kind == "string" and isinstance(value.data, str):
        items = split_commas(value.data)
        return () if item in items else (Edit(value.start, value.end, toml_value([*items, item])),)
    if value.kind == "missing":
        return setting(source, path, made)
    return ()


def setting(source: str, path: tuple[str, ...], value: object) -> tuple[Edit, ...]:
    """Gives the setting at a key path a value; tables are made where they are missing."""
    document = read(source)
    text = toml_value(value)
    entry = _entry_at(document, path)
    if entry is not None and entry.value is not None:
        blank = " " if entry.value.kind == "missing" and source[entry.end - 1] == "=" else ""
        return (Edit(entry.value.start, entry.value.end, blank + text),)
    for length in range(len(path) - 1, 0, -1):
        table, rest = path[:length], path[length:]
        within = _entry_at(document, table)
        if within is not None and within.value is not None:
            return _into_inline(within.value, rest, text)
        beside = _dotted_beside(document, table)
        if beside is not None:
            section, neighbour = beside
            key = _written(path[len(section.path) :])
            return (_line_after(source, neighbour.end, f"{key} = {text}"),)
        if any(section.path == table for section in document.sections) and length == len(path) - 1:
            section = next(each for each in document.sections if each.path == table)
            return (_line_after(source, section.last, f"{_written(rest)} = {text}"),)
    if len(path) == 1:
        return _at_root(source, document, f"{_written(path)} = {text}")
    gap = "" if not source else "\n" if source.endswith("\n") else "\n\n"
    new = f"{gap}[{_written(path[:-1])}]\n{_written(path[-1:])} = {text}\n"
    return (Edit(len(source), len(source), new),)


def _added(source: str, array: Value, item: object) -> tuple[Edit, ...]:
    text = toml_value(item)
    if not array.items:
        return (Edit(array.start + 1, array.start + 1, text),)
    last = array.items[-1]
    line = source.rfind("\n", 0, last.start) + 1
    indent = source[line : last.start]
    if indent.strip() or line <= array.start:
        return (Edit(last.end, last.end, f", {text}"),)
    end = source.find("\n", last.end)
    behind = source[last.end : min(end if end >= 0 else array.end, array.end - 1)]
    if behind.endswith("\r"):
        end -= 1
    is_last = "\n" not in source[last.end : array.end]  # the bracket stands on the same line
    if is_last or not behind.strip():
        return (Edit(last.end, last.end, f",\n{indent}{text}"),)
    comma = behind.partition("#")[0].strip() == ","
    new_line = Edit(end, end, f"\n{indent}{text}" + "," * comma)
    return (new_line,) if comma else (Edit(last.end, last.end, ","), new_line)


def _into_inline(table: Value, rest: tuple[str, ...], text: str) -> tuple[Edit, ...]:
    if table.kind != "table" or not table.closed:
        return ()
    new = f"{_written(rest)} = {text}"
    if table.entries:
        end = table.entries[-1].end
        return (Edit(end, end, f", {new}"),)
    return (Edit(table.start, table.end, f"{{ {new} }}"),)


def _at_root(source: str, document: Document, line: str) -> tuple[Edit, ...]:
    first = document.sections[0]
    if first.entries:
        return (_line_after(source, first.last, line),)
    return (Edit(0, 0, f"{line}\n\n" if source else f"{line}\n"),)


def _line_after(source: str, offset: int, line: str) -> Edit:
    """A line below the one that holds an offset."""
    end = source.find("\n", offset)
    if end < 0:
        return Edit(len(source), len(source), f"\n{line}\n")
    return Edit(end + 1, end + 1, f"{line}\n")


def _entry_at(document: Document, path: tuple[str, ...]) -> Entry | None:
    for table, entry in document.entries():
        if (*table, *entry.path) == path and entry.keys:
            return entry
    return None


def _dotted_beside(document: Document, table: tuple[str, ...]) -> tuple[Section, Entry] | None:
    """The last entry that makes a table by a dotted key; a header of it would be a mistake."""
    for section in document.sections:
        for entry in reversed(section.entries):
            path = (*section.path, *entry.path)
            if len(path) > len(table) > len(section.path) and path[: len(table)] == table:
                return section, entry
    return None


def _written(path: tuple[str, ...]) -> str:
    bare = (key.replace("-", "").replace("_", "") for key in path)
    return ".".join(
        key if plain.isalnum() and plain.isascii() else toml_value(key)
        for key, plain in zip(path, bare, strict=True)
    )
