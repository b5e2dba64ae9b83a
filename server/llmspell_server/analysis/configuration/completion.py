"""What may be written at a place of `llmspell.toml`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Literal

from attrs import field, frozen

from llmspell.config.render import toml_value
from llmspell.config.schema.fields import Field
from llmspell_server.analysis.spells.kind import StringKind
from llmspell_server.analysis.spells.sources import Listing, unlisted

from .description import described, summary
from .place import Writing, writing_at
from .schema import Slot, names_file, offers, slot_of, tables
from .tree import Document

_NAMED_TABLES = {
    ("providers", "default_provider"): ("providers",),
    ("default_engine",): ("engines",),
}
"""Settings whose value is the name of a table in another one."""


@frozen
class World:
    """What is known around a configuration.

    folder: of its file, empty if it has none. listing: what is in folders. kinds: the kinds of
    strings by their names.
    """

    folder: str = ""
    listing: Listing = unlisted
    kinds: Mapping[str, StringKind] = field(factory=dict)


ALONE = World()


@frozen
class Candidate:
    """A text that may be written. text: what is inserted, by default the label."""

    label: str
    kind: Literal["table", "setting", "value", "file", "folder"]
    detail: str = ""
    documentation: str = ""
    text: str = ""
    deprecated: bool = False

    @property
    def inserted(self) -> str:
        """What is put in place."""
        return self.text or self.label


@frozen
class Completions:
    """Candidates for what stands between two offsets."""

    start: int
    end: int
    candidates: tuple[Candidate, ...]


def complete(document: Document, offset: int, world: World = ALONE) -> Completions:
    """All that may stand at an offset."""
    writing = writing_at(document, offset)
    if writing is None:
        return Completions(offset, offset, ())
    if writing.what == "value" and names_file(writing.path):
        files = _files(writing, offset, world)
        if files is not None:
            return files
    if writing.what == "header":
        found = tuple(_tables(document, writing, world))
    else:
        makers = {"key": _keys, "value": _values}
        found = tuple(makers[writing.what](document, writing, world))
    return Completions(writing.start, writing.end, found)


def _files(writing: Writing, offset: int, world: World) -> Completions | None:
    """What may follow in the path that a string is; None outside of strings."""
    value = writing.value
    if value is None or value.kind != "string" or not isinstance(value.data, str):
        return None
    start = value.start + 1
    end = value.end - (1 if value.closed else 0)
    if not start <= offset <= end or end - start != len(value.data):  # with escapes
        return None
    before, slash, _ = value.data[: offset - start].rpartition("/")
    begin = start + len(before) + len(slash)
    following = value.data.find("/", offset - start)
    end = end if following < 0 else start + following
    folder = posixpath.join(world.folder, before + slash)
    names = world.listing(posixpath.normpath(folder)) if world.folder else None
    wanted = ".toml" if writing.path[-1:] == ("extends",) else ""
    return Completions(
        begin,
        end,
        tuple(
            Candidate(name, "folder" if is_folder else "file")
            for name, is_folder in sorted((names or {}).items())
            if is_folder or name.endswith(wanted)
        ),
    )


def _tables(document: Document, writing: Writing, world: World) -> Iterator[Candidate]:
    slot = slot_of(writing.path)
    if slot is None:
        return
    for path, description in tables(slot):
        yield Candidate(".".join(path), "table", description)
    known = {path for path, _ in tables(slot, 0)}
    if slot.path == ("kinds",):
        known |= {(name,) for name in world.kinds}
        for name, string_kind in world.kinds.items():
            yield Candidate(_key(name), "table", string_kind.description)
    for name in _written_names(document, writing):
        if (name,) not in known:
            yield Candidate(_key(name), "table", slot.description)


def _keys(_: Document, writing: Writing, __: World) -> Iterator[Candidate]:
    slot = slot_of(writing.path)
    if slot is None:
        return
    profile = len(writing.path) == 2 and writing.path[0] == "profiles"
    for offer in offers(slot, profile=profile):
        if offer.name in writing.taken:
            continue
        kind: Literal["table", "setting"] = "table" if offer.is_table else "setting"
        ending = "" if writing.equals else "." if offer.is_table else " = "
        below = Slot((*slot.path, offer.name), offer.description, offer.field)
        yield Candidate(
            offer.name, kind, summary(offer.field), described(below), offer.name + ending
        )


def _values(document: Document, writing: Writing, world: World) -> Iterator[Candidate]:
    slot = slot_of(writing.path)
    if slot is None or slot.field is None:
        return
    field = slot.field
    default = field.default if field.default is not None else field.setting.documented
    for text in _texts(field):
        note = "the default" if default is not None and text == toml_value(default) else ""
        yield Candidate(text, "value", note)
    string_kind = world.kinds.get(field.setting.string_kind)
    for value, description in string_kind.values.items() if string_kind is not None else ():
        yield Candidate(toml_value(value), "value", description)
    for table in [_NAMED_TABLES[slot.path]] if slot.path in _NAMED_TABLES else []:
        known = [field.name for field in _named_fields(table)]
        for name in dict.fromkeys([*known, *_names_below(document, table)]):
            yield Candidate(toml_value(name), "value", f"the table [{'.'.join(table)}.{name}]")
    if (
        default is not None
        and field.kind in {"int", "float", "str", "strings"}
        and not writing.value
    ):
        yield Candidate(toml_value(default), "value", "the default")


def _texts(field: Field) -> tuple[str, ...]:
    if field.kind == "bool":
        return ("true", "false")
    if field.kind == "choice":
        return tuple(toml_value(choice) for choice in field.choices)
    return ()


def _named_fields(table: tuple[str, ...]) -> Iterator[Field]:
    slot = slot_of(table)
    for offer in offers(slot) if slot else ():
        if offer.is_table and offer.field is not None:
            yield offer.field


def _written_names(document: Document, writing: Writing) -> Iterator[str]:
    """The tables of a table that the document has in other places."""
    yield from _names_below(document, writing.path, without=writing.start)


def _names_below(
    document: Document, path: tuple[str, ...], without: int | None = None
) -> Iterator[str]:
    """The tables of a table. without: the offset of a key in a header that is left out."""
    found: dict[str, None] = {}
    for section in document.sections:
        header = section.header
        if header is not None and any(key.start == without for key in header.keys):
            continue
        if section.path[: len(path)] == path and len(section.path) > len(path):
            found.setdefault(section.path[len(path)])
    yield from found


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() else toml_value(name)
