"""What remains of a project's file that nobody trusts (design invariant 7).

A cloned repository may carry a hostile `llmspell.toml`. Until the user trusts it, it can only
narrow what spells may do, it can send no key from outside to a place of its choice, and it can
have nothing written outside its own folder. Each setting says in its description which rule holds
for it (`Setting.untrusted`); providers have rules of their own. What is left out is reported.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from llmspell.config.canonical import DROPPED, change_values
from llmspell.config.credentials import KEYLESS_TYPES, STANDARD_VARIABLES, key_variables
from llmspell.config.places import inside, join, resolve, temporary_folders
from llmspell.config.problems import KeyPath, Note, dotted
from llmspell.config.schema.fields import Field, Untrusted
from llmspell.config.schema.root import LEVEL_OF_ENGINE, LEVELS

_HINT = "; if you trust this file, run `llmspell config trust`"

_PLAIN_PROVIDER_KEYS = frozenset(
    {"name", "enabled", "default_model", "max_tokens", "timeout_seconds", "rate_limit", "retry"}
    | {"max_retries", "api_key"}
)
_PLAIN_OPTIONS = frozenset(
    {"temperature", "top_p", "top_k", "seed", "stop", "num_predict", "presence_penalty"}
    | {"frequency_penalty", "context_size", "batch_size", "cpu_threads", "device"}
    | {"max_concurrent", "default_quantization", "use_flash_attention"}
)
"""Options of a provider that say how a model answers, not where or to whom."""


@attrs.frozen
class Place:
    """Where an untrusted file stands, and what holds without it.

    `base` is what the trusted files and the environment say, in the shape of the schema.
    """

    folder: str
    base: Mapping[str, Any]
    environ: Mapping[str, str]

    def own_folders(self) -> tuple[str, ...]:
        """Give the folders that the file may name: its own, and those for temporary files."""
        return (resolve(self.folder), *temporary_folders(self.environ))

    def before(self, field: Field, path: KeyPath) -> object:
        """Give the value that a setting has without the file."""
        held: object = self.base
        for key in path:
            held = held.get(key, DROPPED) if isinstance(held, Mapping) else DROPPED
        return field.default if held is DROPPED else held


def restrict(data: Mapping[str, Any], place: Place) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """Give what an untrusted file may say, and a warning for each thing it may not."""
    notes: list[Note] = []

    def change(field: Field | None, value: Any, path: KeyPath) -> Any:
        if field is None or field.setting.untrusted == "free":
            return value
        rule = _RULES[field.setting.untrusted]
        kept, reason = rule(value, place.before(field, path), place)
        if reason:
            notes.append(Note("warning", dotted(path), f"ignored: {reason}{_HINT}"))
        return kept

    kept = change_values({k: v for k, v in data.items() if k != "providers"}, change)
    providers = data.get("providers")
    if isinstance(providers, Mapping):
        kept["providers"] = _providers(providers, place, notes)
    return kept, tuple(notes)


Kept = tuple[Any, str]
"""The value that remains, and why it is not the one that was given (empty when it is)."""


def _allow(value: Any, before: object, _: Place) -> Kept:
    wider = value is not False and before is False
    return (DROPPED, "it would allow more") if wider else (value, "")


def _protect(value: Any, before: object, _: Place) -> Kept:
    weaker = value is not True and before is not False
    return (DROPPED, "it would switch a protection off") if weaker else (value, "")


def _limit(value: Any, before: object, _: Place) -> Kept:
    numbers = isinstance(value, int | float) and isinstance(before, int | float)
    if numbers and value > before:
        return DROPPED, f"it would raise a limit from {before}"
    return value, ""


def _level(value: Any, _: object, place: Place) -> Kept:
    wanted = LEVEL_OF_ENGINE.get(value, value) if isinstance(value, str) else value
    if wanted not in LEVELS:
        return value, ""
    held = base_level(place.base)
    if LEVELS.index(wanted) > LEVELS.index(held):
        return DROPPED, f"it would widen the security level from '{held}'"
    return value, ""


def _allow_list(value: Any, before: object, _: Place) -> Kept:
    if not isinstance(value, list | tuple) or not isinstance(before, list | tuple):
        return value, ""
    if "*" in before:
        return value, ""
    kept = [item for item in value if item in before]
    wider = [str(item) for item in value if item not in before]
    return (kept, f"{', '.join(wider)} would be allowed") if wider else (value, "")


def _deny_list(value: Any, before: object, _: Place) -> Kept:
    if not isinstance(value, list | tuple) or not isinstance(before, list | tuple):
        return value, ""
    return [*before, *(item for item in value if item not in before)], ""


def _path(value: Any, _: object, place: Place) -> Kept:
    if not isinstance(value, str) or _is_own(value, place.folder, place.own_folders()):
        return value, ""
    return DROPPED, "it names a place outside its own folder"


def _paths(value: Any, before: object, place: Place) -> Kept:
    if not isinstance(value, list | tuple):
        return value, ""
    allowed = before if isinstance(before, list | tuple) else ()
    if "*" in allowed:
        return value, ""
    roots = [*place.own_folders(), *(resolve(str(p)) for p in allowed)]
    kept = [p for p in value if not isinstance(p, str) or _is_own(p, place.folder, roots)]
    wider = [str(p) for p in value if p not in kept]
    reason = f"{', '.join(wider)} would be allowed" if wider else ""
    return (kept or DROPPED), reason


def _never(_: Any, __: object, ___: Place) -> Kept:
    return DROPPED, "only a trusted file may say where data are sent"


_RULES: dict[Untrusted, Callable[[Any, object, Place], Kept]] = {
    "allow": _allow,
    "allow-list": _allow_list,
    "deny-list": _deny_list,
    "level": _level,
    "limit": _limit,
    "never": _never,
    "path": _path,
    "paths": _paths,
    "protect": _protect,
}


def base_level(data: Mapping[str, Any]) -> str:
    """Give the security level that data in the shape of the schema ask for."""
    level = _get(data, "security", "level")
    if level in LEVELS:
        return str(level)
    return LEVEL_OF_ENGINE.get(str(_get(data, "engines", "lua", "security_level")), "standard")


def _providers(providers: Mapping[str, Any], place: Place, notes: list[Note]) -> dict[str, Any]:
    """Keep what cannot send a key from outside to a place that the file chooses."""
    result = dict(providers)
    tables = providers.get("providers")
    if not isinstance(tables, Mapping):
        return result
    result["providers"] = {
        name: _provider(name, table, place, notes) if isinstance(table, Mapping) else table
        for name, table in tables.items()
    }
    return result


def _provider(
    name: str, table: Mapping[str, Any], place: Place, notes: list[Note]
) -> dict[str, Any]:
    kind = str(table.get("provider_type") or name).casefold()
    reasons: dict[str, str] = {}
    if not _own_key_only(name, kind, table, place):
        redirect = "it would send a key from outside this file elsewhere"
        same = _same_type(name, kind, place)
        plain = _PLAIN_PROVIDER_KEYS | ({"provider_type"} if same else set())
        reasons = {key: redirect for key in table if key not in plain and key != "options"}
        reasons |= {
            f"options.{key}": redirect
            for key in _mapping(table.get("options"))
            if key not in _PLAIN_OPTIONS
        }
    variable = table.get("api_key_env")
    if variable is not None:
        reasons.pop("api_key_env", None)
        elsewhere = _get(place.base, "providers", "providers", name, "base_url") is not None
        if elsewhere or variable not in STANDARD_VARIABLES.get(kind, ()):
            reasons["api_key_env"] = "it names a variable that is not this provider's usual one"
    for key, reason in reasons.items():
        path = dotted(("providers", name, key.removeprefix("options.")))
        notes.append(Note("warning", path, f"ignored: {reason}{_HINT}"))
    kept = {key: value for key, value in table.items() if key not in reasons}
    if "options" in kept:
        options = _mapping(kept["options"])
        kept["options"] = {k: v for k, v in options.items() if f"options.{k}" not in reasons}
    return kept


def _own_key_only(name: str, kind: str, table: Mapping[str, Any], place: Place) -> bool:
    """Tell whether no key but one written in the file itself can reach this provider."""
    if _outside_key(name, place):
        return False
    own = table.get("api_key")
    if isinstance(own, str) and own.strip():
        return True
    keyless = kind in KEYLESS_TYPES and table.get("api_key_env") is None
    return keyless and not any(place.environ.get(v) for v in key_variables(name, kind))


def _outside_key(name: str, place: Place) -> bool:
    """Tell whether a trusted file or the environment gives the provider of this name a key."""
    held = _mapping(_get(place.base, "providers", "providers", name))
    return bool(held.get("api_key") or held.get("api_key_env"))


def _same_type(name: str, kind: str, place: Place) -> bool:
    """Tell whether the file leaves the vendor alone that a key from outside goes to."""
    if not _outside_key(name, place):
        return True
    held = _mapping(_get(place.base, "providers", "providers", name)).get("provider_type")
    return kind == str(held or name).casefold()


def _get(data: object, *keys: str) -> object:
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_own(path: str, folder: str, roots: Sequence[str]) -> bool:
    if path == "*" or "\0" in path:
        return False
    try:
        return inside(resolve(join(folder, path)), roots)
    except OSError:
        return False
