"""What is wrong with a file that is being written, as `llmspell config validate` would say it.

Unlike loading, this takes the table of one file, stops at nothing, and tries all its profiles.
"""

from collections.abc import Mapping
from typing import Any

import attrs

from llmspell.config.advice import advice
from llmspell.config.canonical import canonical, leaves, merged
from llmspell.config.check import build
from llmspell.config.interpolate import interpolate
from llmspell.config.load import LoadedConfig, completed, located
from llmspell.config.problems import Note, Violation, dotted
from llmspell.config.profiles import take_profile
from llmspell.config.schema import Config
from llmspell.errors import ConfigError


@attrs.frozen
class Findings:
    """Rules that are broken, keys that nothing knows, and the other notes."""

    violations: tuple[Violation, ...] = ()
    unknown: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()


def examine(
    table: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    folder: str = "",
    below: Mapping[str, Any] | None = None,
) -> Findings:
    """Examine the table of a file.

    `below` is that of the file it extends, with all below that; relative paths refer to `folder`.
    """
    below = below or {}
    own = {key: value for key, value in table.items() if key not in {"profiles", "extends"}}
    found = _examined(own, below, environ, folder)
    profiles = table.get("profiles")
    if profiles is None:
        return found
    if not isinstance(profiles, Mapping):
        return _with(found, Violation("profiles", "must be a table"))
    for name in profiles:
        found = _merged(found, _profile(name, {**table, "profiles": profiles}, below, environ))
    return found


def _examined(
    own: Mapping[str, Any],
    below: Mapping[str, Any],
    environ: Mapping[str, str],
    folder: str | None = None,
) -> Findings:
    """What is wrong with a table. folder: None leaves the advice out."""
    filled, notes = interpolate(own, environ, trusted=True, skip=Config.KNOWN_UNUSED)
    shaped = canonical(filled)
    data = completed([canonical(_settings(below, environ)).data, shaped.data])
    config, violations, warnings = build(data)
    advised: tuple[Note, ...] = ()
    if folder is not None and not violations:
        config, _, _ = build(located(data, folder, environ))
        advised = advice(_loaded(config, data), environ)
    return Findings(violations, shaped.unknown, (*notes, *shaped.notes, *warnings, *advised))


def _loaded(config: Config, data: Mapping[str, Any]) -> LoadedConfig:
    return LoadedConfig(
        config=config,
        path=None,
        origin="project",
        trusted=True,
        notes=(),
        project=None,
        layers=(),
        sources={dotted(path): "" for path in leaves(data)},
    )


def _settings(below: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    settings = {key: value for key, value in below.items() if key not in {"profiles", "extends"}}
    return interpolate(settings, environ, trusted=True, skip=Config.KNOWN_UNUSED)[0]


def _profile(
    name: str, table: Mapping[str, Any], below: Mapping[str, Any], environ: Mapping[str, str]
) -> Findings:
    """What the changes of a profile bring, beyond what is wrong without it."""
    whole = merged(below, table)
    try:
        document, _ = take_profile(whole, name)
    except ConfigError as error:
        return Findings((Violation(f"profiles.{name}", str(error)),))
    before = take_profile(whole, "")[0]
    changes = {key: value for key, value in document.items() if before.get(key) != value}
    without = _examined({}, before, environ)
    found = _examined(changes, before, environ)
    mine = table["profiles"][name]
    inner = _examined({k: v for k, v in mine.items() if k != "extends"}, {}, environ)
    prefix = f"profiles.{name}"
    return Findings(
        tuple(
            Violation(f"{prefix}.{each.key}", each.message)
            for each in found.violations
            if each not in without.violations
        ),
        tuple(Note(n.level, f"{prefix}.{n.key}", n.message) for n in inner.unknown),
        tuple(Note(n.level, f"{prefix}.{n.key}", n.message) for n in inner.notes),
    )


def _merged(one: Findings, other: Findings) -> Findings:
    return Findings(
        (*one.violations, *other.violations),
        (*one.unknown, *other.unknown),
        (*one.notes, *other.notes),
    )


def _with(found: Findings, *violations: Violation) -> Findings:
    return _merged(found, Findings(violations))
