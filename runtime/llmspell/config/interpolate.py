"""`${VAR}` and `${VAR:-default}` in strings (spec config.md §2). `$${` stands for `${` itself."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from llmspell.config.problems import KeyPath, Note, dotted

HARMLESS_VARIABLES = frozenset(
    {"HOME", "USER", "LOGNAME", "LANG", "PWD", "TMPDIR", "TZ", "HOSTNAME"}
    | {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"}
)
"""What a project's file may read before anybody trusts it."""

_REFERENCE = re.compile(r"\$?\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class _UnusableError(Exception):
    """A reference has no value; the argument says why."""


def interpolate(
    document: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    trusted: bool,
    skip: frozenset[str] = frozenset(),
) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Replace the references in every string below `document`, but not in the root keys `skip`.

    A key whose variable is not set and has no default is left out, with a warning. In a file that
    is not trusted only harmless variables are read: such a file could send others away.
    """
    notes: list[Note] = []
    lookup = _lookup(environ, trusted=trusted)
    result = {
        key: value if key in skip else _value(value, (key,), lookup, notes)
        for key, value in document.items()
    }
    return {key: value for key, value in result.items() if value is not _DROPPED}, tuple(notes)


_DROPPED = object()


def _value(
    value: object, path: KeyPath, lookup: "Callable[[re.Match[str]], str]", notes: list[Note]
) -> object:
    if isinstance(value, str) and "${" in value:
        try:
            return _REFERENCE.sub(lookup, value)
        except _UnusableError as reason:
            notes.append(Note("warning", dotted(path), f"ignored: {reason}"))
            return _DROPPED
    if isinstance(value, Mapping):
        pairs = ((k, _value(v, (*path, k), lookup, notes)) for k, v in value.items())
        return {key: item for key, item in pairs if item is not _DROPPED}
    if isinstance(value, list):
        items = (_value(v, (*path, str(i)), lookup, notes) for i, v in enumerate(value))
        return [item for item in items if item is not _DROPPED]
    return value


def _lookup(environ: Mapping[str, str], *, trusted: bool) -> "Callable[[re.Match[str]], str]":
    def replace(match: "re.Match[str]") -> str:
        if match[0].startswith("$$"):
            return match[0][1:]
        name, default = match[1], match[2]
        allowed = trusted or name in HARMLESS_VARIABLES
        value = environ.get(name) if allowed else None
        if value:
            return value
        if default is not None:
            return str(default)
        if allowed:
            raise _UnusableError(f"the environment variable {name} is not set")
        raise _UnusableError(
            f"a file that is not trusted may not read the environment variable {name}; "
            "if you trust it, run `llmspell config trust`"
        )

    return replace
