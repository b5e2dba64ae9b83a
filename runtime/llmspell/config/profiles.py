"""`[profiles.NAME]`: named changes of a configuration (spec config.md §5.1)."""

from collections.abc import Mapping
from typing import Any

from llmspell.config.canonical import merged, nearest
from llmspell.config.problems import Note
from llmspell.errors import ConfigError

BASE = "default"
"""The profile that every other one extends: the file itself."""

SHIPPED = frozenset({"development", "fleet", "production", "service"})
"""Documented names; what they set belongs to sections that this version does not use."""


def take_profile(document: Mapping[str, Any], name: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give a document with the named profile's changes, and the names of all its profiles.

    A document without that profile stays as it is: another layer may have it.
    """
    result = dict(document)
    profiles = result.pop("profiles", {})
    if not isinstance(profiles, Mapping):
        raise ConfigError("Configuration validation failed in field 'profiles': must be a table")
    if name and name in profiles:
        result = merged(result, _changes(profiles, name))
    return result, tuple(profiles)


def check_known(name: str, known: frozenset[str]) -> tuple[Note, ...]:
    """Give a note about a shipped profile that no file defines; raise for an unknown one."""
    if not name or name == BASE or name in known:
        return ()
    if name in SHIPPED:
        message = f"the profile '{name}' changes nothing that this version uses"
        return (Note("note", "profiles", message),)
    names = ", ".join(sorted(known)) or "there is none"
    near = nearest(name, sorted(known | SHIPPED))
    raise ConfigError(f"Unknown profile '{name}' (profiles: {names}){near}")


def _changes(profiles: Mapping[str, Any], name: str) -> dict[str, Any]:
    result: dict[str, Any] = {}
    seen: list[str] = []
    current: object = name
    while current != BASE:
        if not isinstance(current, str) or not isinstance(profiles.get(current), Mapping):
            raise ConfigError(f"Profile '{name}' extends '{current}', which is not there")
        if current in seen:
            raise ConfigError(f"Profile '{name}' extends itself: {', '.join([*seen, current])}")
        seen.append(current)
        table = dict(profiles[current])
        current = table.pop("extends", BASE)
        result = merged(table, result)
    return result
