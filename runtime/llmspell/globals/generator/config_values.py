"""The paths that `Config.get` takes, with a line about each, from the configuration's schema."""

from __future__ import annotations

from collections.abc import Iterator

from llmspell.config.render import toml_value
from llmspell.config.schema import Config
from llmspell.config.schema.fields import Field, describe, known_unused
from llmspell.config.schema.providers import Provider


def config_paths() -> dict[str, str]:
    """Path -> what stands there; `<name>` is any one key, `<…>` all that may follow.

    Spells see the tables of providers under `providers.providers`.
    """
    found = dict(_paths(Config, ""))
    providers = dict(_paths(Provider, "providers.providers.<name>."))
    own = {path: text for path, text in found.items() if not path.startswith("providers.<name>")}
    own["providers.providers"] = "The configured providers."
    own["providers.providers.<name>"] = "One provider."
    return dict(sorted((own | providers).items()))


def _paths(cls: type, prefix: str) -> Iterator[tuple[str, str]]:
    for field in describe(cls):
        if field.setting.catch_all:
            if cls is not Config:
                yield from _others(field, prefix)
            continue
        path = prefix + field.name
        yield path, _line(field)
        if field.table is not None:
            yield from _paths(field.table, f"{path}.")
        elif field.kind == "mapping":
            yield f"{path}.<…>", field.setting.description
    for name in sorted(known_unused(cls)) if cls is Config else ():
        yield name, "Known, but not used by this version."
        yield f"{name}.<…>", "Known, but not used by this version."


def _others(field: Field, prefix: str) -> Iterator[tuple[str, str]]:
    yield f"{prefix}<name>", field.setting.description
    if field.table is not None:
        yield from _paths(field.table, f"{prefix}<name>.")
    else:
        yield f"{prefix}<name>.<…>", field.setting.description


def _line(field: Field) -> str:
    if field.default is None or field.table is not None:
        return field.setting.description
    return f"{field.setting.description} Default: `{toml_value(field.default)}`."
