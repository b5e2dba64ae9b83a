"""What may be written at a place of `llmspell.toml`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from attrs import frozen

from llmspell.config.render import toml_value
from llmspell.config.schema.fields import Field

from .description import described, summary
from .place import Writing, writing_at
from .schema import Slot, offers, slot_of, tables
from .tree import Document

_NAMED_TABLES = {
    ("providers", "default_provider"): ("providers",),
    ("default_engine",): ("engines",),
}
"""Settings whose value is the name of a table in another one."""


@frozen
class Candidate:
    """A text that may be written. text: what is inserted, by default the label."""

    label: str
    kind: Literal["table", "setting", "value"]
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


def complete(document: Document, offset: int) -> Completions:
    """All that may stand at an offset."""
    writing = writing_at(document, offset)
    if writing is None:
        return Completions(offset, offset, ())
    makers = {"header": _tables, "key": _keys, "value": _values}
    found = tuple(makers[writing.what](document, writing))
    return Completions(writing.start, writing.end, found)


def _tables(document: Document, writing: Writing) -> Iterator[Candidate]:
    slot = slot_of(writing.path)
    if slot is None:
        return
    for path, description in tables(slot):
        yield Candidate(".".join(path), "table", description)
    for name in _written_names(document, writing.path):
        if all(path != (name,) for path, _ in tables(slot, 0)):
            yield Candidate(_key(name), "table", slot.description)


def _keys(_: Document, writing: Writing) -> Iterator[Candidate]:
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


def _values(document: Document, writing: Writing) -> Iterator[Candidate]:
    slot = slot_of(writing.path)
    if slot is None or slot.field is None:
        return
    field = slot.field
    default = field.default if field.default is not None else field.setting.documented
    for text in _texts(field):
        note = "the default" if default is not None and text == toml_value(default) else ""
        yield Candidate(text, "value", note)
    for table in [_NAMED_TABLES[slot.path]] if slot.path in _NAMED_TABLES else []:
        known = [field.name for field in _named_fields(table)]
        for name in dict.fromkeys([*known, *_written_names(document, table)]):
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


def _written_names(document: Document, path: tuple[str, ...]) -> Iterator[str]:
    """The tables of a table that the document has, in other places."""
    found: dict[str, None] = {}
    for section in document.sections:
        if section.path[: len(path)] == path and len(section.path) > len(path):
            found.setdefault(section.path[len(path)])
    yield from found


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() else toml_value(name)
