"""Settings in words: what hover and completion show."""

from __future__ import annotations

from functools import cache

from attrs import frozen

from llmspell.config.environment import REGISTRY
from llmspell.config.render import toml_value
from llmspell.config.schema.fields import Field

from .place import writing_at
from .schema import Slot, slot_of
from .tree import Document, Key

_TYPES = {
    "bool": "boolean",
    "int": "integer",
    "float": "number",
    "str": "string",
    "strings": "array of strings",
    "mapping": "table",
    "table": "table",
    "tables": "tables",
}


@frozen
class Hover:
    """Markdown about what stands between two offsets. path: the setting or table that it is."""

    start: int
    end: int
    text: str
    path: tuple[str, ...] = ()


def hover(document: Document, offset: int) -> Hover | None:
    """What is known of the key or value at an offset."""
    found = _key_under(document, offset)
    if found is not None:
        path, key = found
        slot = slot_of(path)
        return None if slot is None else Hover(key.start, key.end, _titled(slot), path)
    writing = writing_at(document, offset)
    if writing is None or writing.what != "value" or writing.value is None:
        return None
    slot = slot_of(writing.path)
    return None if slot is None else Hover(writing.start, writing.end, _titled(slot), writing.path)


def described(slot: Slot) -> str:
    """All that is known of a setting, as Markdown."""
    parts = [slot.description]
    if slot.renamed:
        parts.insert(0, f"**Deprecated:** another name of `{slot.renamed}`.")
    field = slot.field
    if field is not None:
        parts += [part for part in (_facts(field), _accepted(field), _restriction(field)) if part]
    variables = _variables().get(".".join(_own(slot)), ())
    if variables:
        parts.append("Environment: " + ", ".join(f"`{name}`" for name in variables))
    return "\n\n".join(part for part in parts if part)


def summary(field: Field | None) -> str:
    """Type and default in a few words."""
    if field is None:
        return ""
    type_ = " | ".join(field.choices) if field.kind == "choice" else _TYPES[field.kind]
    if field.default is None or field.table is not None:
        return type_
    return f"{type_} = {toml_value(field.default)}"


def _titled(slot: Slot) -> str:
    title = ".".join(slot.path)
    shown = summary(slot.field)
    return f"```toml\n{title}{f'  # {shown}' if shown else ''}\n```\n\n{described(slot)}"


def _facts(field: Field) -> str:
    facts = []
    if field.default is not None and field.table is None:
        facts.append(f"Default: `{toml_value(field.default)}`.")
    elif field.setting.documented is not None:
        documented = toml_value(field.setting.documented)
        facts.append(f"Not set by default; the documented value is `{documented}`.")
    if field.kind in {"int", "float"}:
        if field.setting.minimum:
            facts.append(f"At least {field.setting.minimum:g}.")
        if field.setting.maximum is not None:
            facts.append(f"At most {field.setting.maximum:g}.")
    return " ".join(facts)


def _accepted(field: Field) -> str:
    aliases = [f"`{name}`" for name in field.setting.aliases]
    values = [f"`{other}` for `{value}`" for other, value in field.setting.value_aliases.items()]
    parts = [f"Also written {', '.join(aliases)}."] if aliases else []
    parts += [f"Accepted: {', '.join(values)}."] if values else []
    return " ".join(parts)


def _restriction(field: Field) -> str:
    if field.setting.untrusted == "free":
        return ""
    return "Restricted in a project file that is not trusted (`llmspell config trust`)."


def _own(slot: Slot) -> tuple[str, ...]:
    return (*slot.path[:-1], slot.renamed) if slot.renamed else slot.path


@cache
def _variables() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for variable in REGISTRY:
        for setting in variable.settings:
            found[setting] = (*found.get(setting, ()), variable.name)
    return found


def _key_under(document: Document, offset: int) -> tuple[tuple[str, ...], Key] | None:
    """The key at an offset, and its whole path."""
    for section in document.sections:
        if section.header is not None:
            found = _in_keys((), section.header.keys, offset)
            if found is not None:
                return found
    for table, entry in document.entries():
        found = _in_keys(table, entry.keys, offset)
        if found is not None:
            return found
    return None


def _in_keys(
    table: tuple[str, ...], keys: tuple[Key, ...], offset: int
) -> tuple[tuple[str, ...], Key] | None:
    for index, key in enumerate(keys):
        if key.start <= offset <= key.end:
            return (*table, *(each.text for each in keys[: index + 1])), key
    return None
