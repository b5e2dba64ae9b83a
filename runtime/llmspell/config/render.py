"""Showing a configuration: as plain data, as TOML or JSON, and as a commented default file."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

import attrs
import tomli_w

from llmspell.config.schema import Config
from llmspell.config.schema.fields import Field, catch_all, describe

REDACTED = "<REDACTED>"

_SECRET_WORDS = (
    "api_key",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "hmac_key",
    "password",
    "private_key",
    "secret",
    "token",
)
_USER_INFO = re.compile(r"(?<=://)[^/@\s]*:[^/@\s]*@")


def to_plain(config: object) -> dict[str, Any]:
    """Give a configuration (or one of its tables) as a file would say it: plain data, no None.

    Nothing is masked; see `redact`.
    """
    plain: dict[str, Any] = {}
    cls: type = type(config)
    for field in describe(cls):
        value = getattr(config, field.name)
        if value is None:
            continue
        if field.kind == "table":
            plain[field.name] = to_plain(value)
        elif field.kind == "tables":
            plain |= {name: to_plain(entry) for name, entry in value.items()}
        elif field.setting.catch_all:
            plain |= _plain_value(value)
        else:
            plain[field.name] = _plain_value(value)
    return plain


def to_script(config: Config) -> dict[str, Any]:
    """Give what a spell sees as `Config.get()` (spec lua-globals.md §13): redacted plain data.

    Providers stand under `providers.providers`, and a limit that is not set shows the number that
    the documents give for it, since scripts calculate with it.
    """
    plain = _with_documented(config)
    tables = {name: _with_documented(entry) for name, entry in config.providers.providers.items()}
    plain["providers"] = {"providers": tables}
    if config.providers.default_provider is not None:
        plain["providers"]["default_provider"] = config.providers.default_provider
    return redact(plain)


def redact(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Give plain data with secrets shown as `<REDACTED>`, and passwords taken out of addresses.

    A string is a secret by the name of its key; a key that ends in `_env` names a variable.
    """
    return {key: _redacted(key, value) for key, value in plain.items()}


def to_toml(plain: Mapping[str, Any]) -> str:
    """Write plain data as TOML."""
    return tomli_w.dumps(plain)


def to_json(plain: Mapping[str, Any]) -> str:
    """Write plain data as indented JSON."""
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)


def default_toml() -> str:
    """Give a file with every setting at its default, commented out, each with its description."""
    lines = [
        "# llmspell configuration. Every setting is shown with its default (or, for a limit that",
        "# is off, with the documented number); remove the `#` to set it.",
        "",
        'default_engine = "lua"',
    ]
    for field in describe(Config):
        if field.table is not None:
            lines += _default_section(field, (field.name,), optional=False)
    return "\n".join(lines) + "\n"


def toml_value(value: object) -> str:
    """Write one value as it stands right of `=` in TOML."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(k)} = {toml_value(v)}" for k, v in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")


def _with_documented(config: object) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    cls: type = type(config)
    for field in describe(cls):
        value = getattr(config, field.name)
        if value is None:
            value = field.setting.documented
        if value is None:
            continue
        if field.setting.catch_all:
            plain |= (
                _plain_value(value)
                if field.kind == "mapping"
                else {name: _with_documented(entry) for name, entry in value.items()}
            )
        else:
            plain[field.name] = (
                _with_documented(value) if attrs.has(type(value)) else _plain_value(value)
            )
    return plain


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain_value(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain_value(item) for item in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _redacted(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return redact(value)
    if isinstance(value, list):
        return [_redacted(key, item) for item in value]
    if not isinstance(value, str) or not value:
        return value
    folded = key.lower().replace("-", "_")
    if not folded.endswith("_env") and any(word in folded for word in _SECRET_WORDS):
        return REDACTED
    return _USER_INFO.sub(f"{REDACTED}@", value)


def _default_section(field: Field, path: tuple[str, ...], *, optional: bool) -> Iterator[str]:
    cls = field.table
    if cls is None:
        return
    optional = optional or field.optional
    hidden = "# " if optional else ""
    rest = catch_all(cls)
    settings = [f for f in describe(cls) if f.table is None and not f.setting.catch_all]
    tables = [f for f in describe(cls) if f.kind == "table"]
    if settings:
        yield from ("", f"# {field.setting.description}", f"{hidden}[{'.'.join(path)}]")
    for setting in settings:
        yield f"#   {setting.setting.description}"
        yield f"# {setting.name} = {_default_value(setting)}"
    for table in tables:
        yield from _default_section(table, (*path, table.name), optional=optional)
    if rest is not None and rest.kind == "tables":
        yield from _default_section(rest, (*path, "NAME"), optional=True)


def _default_value(field: Field) -> str:
    shown = field.default if field.default is not None else field.setting.documented
    if shown is not None:
        return toml_value(shown)
    empty = {"bool": "false", "int": "1", "float": "1.0", "strings": "[]"}
    if field.kind == "choice":
        return toml_value(field.choices[0])
    return empty.get(field.kind, '""')
