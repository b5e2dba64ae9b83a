"""From a parsed TOML document to the shape of the schema.

Aliases become the names they stand for, choices get their exact spelling, keys that no field
claims go where the schema keeps such keys, and everything unknown is reported. No value is checked
here: that is done once everything is merged (`config.check`).
"""

import difflib
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from llmspell.config.problems import KeyPath, Note, dotted
from llmspell.config.quirks import untangle
from llmspell.config.schema import Config
from llmspell.config.schema.fields import Field, catch_all, describe, known_unused

IGNORED_ROOT_KEYS = frozenset({"$schema"})


@attrs.frozen
class Canonical:
    """A document in the shape of the schema.

    `unknown` are the notes about keys that nothing knows (errors in strict mode), `notes` the
    rest.
    """

    data: dict[str, Any]
    unknown: tuple[Note, ...]
    notes: tuple[Note, ...]


def canonical(document: Mapping[str, Any]) -> Canonical:
    """Bring a document into the shape of the schema; `profiles` and `extends` are gone before."""
    reader = _Reader()
    rest = {key: value for key, value in document.items() if key not in IGNORED_ROOT_KEYS}
    data = reader.table(Config, untangle(rest), ())
    return Canonical(data, tuple(reader.unknown), tuple(reader.notes))


class _Reader:
    """One walk over a document."""

    def __init__(self) -> None:
        self.unknown: list[Note] = []
        self.notes: list[Note] = []

    def table(self, cls: type, raw: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        fields = {f.name: f for f in describe(cls) if not f.setting.catch_all}
        aliases = {alias: f for f in fields.values() for alias in f.setting.aliases}
        result: dict[str, Any] = {}
        for key, value in raw.items():
            here = (*path, key)
            if key in fields:
                result[key] = self.value(fields[key], value, here)
            elif key in aliases:
                field = aliases[key]
                if field.name not in raw:
                    result[field.name] = self.value(field, value, (*path, field.name))
            else:
                self.other(cls, key, value, here, result)
        return result

    def other(
        self, cls: type, key: str, value: object, here: KeyPath, result: dict[str, Any]
    ) -> None:
        """Take a key that is no field: an entry of the catch-all, known but unused, or unknown."""
        rest = catch_all(cls)
        if key in known_unused(cls):
            message = "known, but not used by this version"
            self.notes.append(Note("note", dotted(here), message))
            if cls is Config and rest is not None:
                result.setdefault(rest.name, {})[key] = value
            return
        if (
            rest is None
            or cls is Config
            or (rest.kind == "tables" and not isinstance(value, Mapping))
        ):
            self.unknown.append(Note("warning", dotted(here), _unknown(cls, key)))
            return
        held = result.setdefault(rest.name, {})
        if rest.table is not None and isinstance(value, Mapping):
            held[key] = self.table(rest.table, value, here)
            return
        held[key] = value

    def value(self, field: Field, value: object, here: KeyPath) -> object:
        setting = field.setting
        if field.table is not None and isinstance(value, Mapping):
            return self.table(field.table, value, here)
        if setting.scalar_key and not isinstance(value, Mapping):
            return {setting.scalar_key: value}
        if field.kind == "choice" and isinstance(value, str):
            return self.choice(field, value, here)
        if setting.comma_list and isinstance(value, str):
            return split_commas(value)
        return value

    def choice(self, field: Field, value: str, here: KeyPath) -> str:
        folded = value.casefold()
        for spelling in field.choices:
            if spelling.casefold() == folded:
                return spelling
        meant = field.setting.value_aliases.get(folded)
        if meant is None:
            return value
        if field.setting.value_note:
            message = f"{value!r} is accepted; {field.setting.value_note}"
            self.notes.append(Note("note", dotted(here), message))
        return meant


DROPPED: Any = object()
"""What a `Change` gives for a value that shall vanish."""

Change = Callable[[Field | None, Any, KeyPath], Any]
"""Gives the new value of a setting; the field is None for a key that the schema keeps unread."""


def change_values(
    data: Mapping[str, Any], change: Change, cls: type = Config, path: KeyPath = ()
) -> dict[str, Any]:
    """Give the data with every value that is no table replaced by what `change` gives for it.

    `change` gets the path as a file spells it.
    """
    result: dict[str, Any] = {}
    for field in describe(cls):
        if field.name not in data:
            continue
        held, table = data[field.name], field.table
        here = path if field.setting.catch_all else (*path, field.name)
        if not isinstance(held, Mapping):
            new = change(field, held, here)
        elif field.kind == "table" and table is not None:
            new = change_values(held, change, table, here)
        elif field.setting.catch_all:
            new = _change_entries(held, change, table, here)
        else:
            new = change(field, held, here)
        if new is not DROPPED:
            result[field.name] = new
    return result


def leaves(data: Mapping[str, Any]) -> tuple[KeyPath, ...]:
    """Give the path of every value that is no table, as a file spells it."""
    found: list[KeyPath] = []

    def note(_: Field | None, value: object, path: KeyPath) -> object:
        found.append(path)
        return value

    change_values(data, note)
    return tuple(found)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Give `base` with what `over` says on top; tables are merged, all else is replaced."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = merged(below, value)
        else:
            result[key] = value
    return result


def _change_entries(
    held: Mapping[str, Any], change: Change, table: type | None, path: KeyPath
) -> dict[str, Any]:
    """Change the entries of a catch-all: tables of the schema, or values it does not read."""
    entries: dict[str, Any] = {}
    for name, entry in held.items():
        if table is not None and isinstance(entry, Mapping):
            entries[name] = change_values(entry, change, table, (*path, name))
        else:
            entries[name] = change(None, entry, (*path, name))
    return {name: entry for name, entry in entries.items() if entry is not DROPPED}


def split_commas(text: str) -> list[str]:
    """Split a comma-separated list; blanks around entries and empty entries vanish."""
    return [part for part in (piece.strip() for piece in text.split(",")) if part]


def nearest(word: str, known: list[str]) -> str:
    """Give `; did you mean 'x'?` for the nearest known word, or nothing when none is near."""
    match = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean '{match[0]}'?" if match else ""


def _unknown(cls: type, key: str) -> str:
    names = [f.name for f in describe(cls) if not f.setting.catch_all]
    names += [alias for f in describe(cls) for alias in f.setting.aliases]
    return f"unknown key, ignored{nearest(key, names)}"
