"""What the configuration's schema says of a key path as a file spells it."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from llmspell.config.schema import Config
from llmspell.config.schema.fields import Field, catch_all, describe, known_unused

_ROOT_KEYS = {
    "extends": "A file whose settings hold where this one is silent.",
    "profiles": "Named changes of this file, chosen with `--config-profile`.",
    "$schema": "The JSON Schema of this file, for other editors.",
}
_PROFILE_KEYS = {"extends": "The profile that this one changes; the file itself when unset."}


@frozen
class Slot:
    """What a path means.

    path: without `profiles.NAME`. field: the setting there, None for what is no setting (an entry
    of a free table, `extends`). table: the class whose keys may follow. free: whether any key may.
    renamed: the name that an alias stands for. unused: whether it is known but has no effect.
    """

    path: tuple[str, ...]
    description: str = ""
    field: Field | None = None
    table: type | None = None
    free: bool = False
    renamed: str = ""
    unused: bool = False


@frozen
class Offer:
    """A key that may be written in a table."""

    name: str
    description: str
    field: Field | None
    is_table: bool


def slot_of(path: tuple[str, ...]) -> Slot | None:
    """What a path means; None for one that the schema has not."""
    in_profile = len(path) > 1 and path[0] == "profiles"
    path = path[2:] if in_profile else path
    keys = _PROFILE_KEYS if in_profile else _ROOT_KEYS
    if len(path) == 1 and path[0] in keys:
        return Slot(path, keys[path[0]], free=path[0] == "profiles")
    found = Slot((), table=Config)
    for key in path:
        following = _following(found, key)
        if following is None:
            return None
        found = following
    return found


def names_file(path: tuple[str, ...]) -> bool:
    """Whether the strings of a setting name files or folders."""
    slot = slot_of(path)
    return path == ("extends",) or (
        slot is not None and slot.field is not None and slot.field.setting.path
    )


def heading_of(path: tuple[str, ...]) -> tuple[str, ...]:
    """The table of a path as the reference of the configuration calls it.

    Names that a user gives are `NAME` there; a setting is described with its table.
    """
    found: list[str] = []
    slot = slot_of(())
    whole = slot_of(path)
    for key in whole.path if whole is not None else ():
        known = {offer.name: offer for offer in offers(slot)} if slot is not None else {}
        if key in known and not known[key].is_table:
            break
        found.append(key if key in known else "NAME")
        slot = slot_of((*(slot.path if slot is not None else ()), key))
    return tuple(found)


def offers(slot: Slot, *, profile: bool = False) -> Iterator[Offer]:
    """The keys that may be written in a table."""
    cls = slot.table
    if cls is None:
        return
    for field in describe(cls):
        if not field.setting.catch_all:
            is_table = field.table is not None
            yield Offer(field.name, field.setting.description, field, is_table)
    if cls is Config:
        keys = _PROFILE_KEYS if profile else _ROOT_KEYS
        for name, description in keys.items():
            yield Offer(name, description, None, name == "profiles")


def tables(slot: Slot, depth: int = 4) -> Iterator[tuple[tuple[str, ...], str]]:
    """The tables in a table, and those in these: path and description."""
    for offer in offers(slot):
        if not offer.is_table:
            continue
        yield (offer.name,), offer.description
        below = _following(slot, offer.name)
        if below is not None and depth:
            for path, description in tables(below, depth - 1):
                yield (offer.name, *path), description


def _following(slot: Slot, key: str) -> Slot | None:
    path = (*slot.path, key)
    if slot.free:
        return Slot(path, slot.description, free=True)
    if slot.table is None:
        return None
    for field in describe(slot.table):
        if field.setting.catch_all:
            continue
        if key == field.name or key in field.setting.aliases:
            free = field.kind == "mapping"
            description = field.setting.description
            renamed = "" if key == field.name else field.name
            return Slot(path, description, field, field.table, free, renamed)
    if key in known_unused(slot.table):
        text = "Known, but not used by this version."
        return Slot(path, text, free=True, unused=True)
    rest = catch_all(slot.table)
    if rest is None or slot.table is Config:
        return None
    return Slot(path, rest.setting.description, None, rest.table, rest.table is None)
