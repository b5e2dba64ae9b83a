"""From data in the shape of the schema to a `Config`, with every broken rule collected.

cattrs builds the attrs classes; its hooks here are strict, since a configuration that says
`timeout = "30"` or `max_tokens = 1.5` is a mistake worth a sentence (spec config.md §1, §3).
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import attrs
import cattrs
from cattrs.errors import ClassValidationError, IterableValidationError
from cattrs.gen import make_dict_structure_fn

from llmspell.config.canonical import nearest
from llmspell.config.problems import KeyPath, Note, Violation, dotted
from llmspell.config.schema import Config
from llmspell.config.schema.fields import Field, describe, walk

_ENGINES = ("lua", "javascript", "js")


def build(data: Mapping[str, Any]) -> tuple[Config, tuple[Violation, ...], tuple[Note, ...]]:
    """Give the configuration that the data describe, the rules it breaks, and warnings.

    Values of a wrong type are replaced by their defaults in the configuration that is given, so
    that the rest can be checked in the same go: use it only when there are no violations.
    """
    config, wrong_types = _structure(data)
    violations = [*wrong_types, *_ranges(config), *_rules(config)]
    return config, tuple(violations), tuple(_large_values(config))


def range_error(field: Field, value: object) -> str:
    """Say which bound of the setting a number breaks; empty when it breaks none."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    least, most = field.minimum, field.setting.maximum
    if value != value or (least is not None and value < least):
        return f"{value} is too small: the least is {least:g}" if least else "must not be negative"
    if most is not None and value > most:
        return f"{value} is too large: the most is {most:g}"
    return ""


def _strict(cls: type, words: str) -> "Callable[[Any, Any], Any]":
    def structure(value: Any, _: object) -> Any:
        fits = isinstance(value, cls) and (cls is bool or not isinstance(value, bool))
        if cls is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not fits:
            raise ValueError(f"must be {words}, not {_shown(value)}")
        return value

    return structure


def _strings(value: Any, _: object) -> tuple[str, ...]:
    items = value if isinstance(value, list | tuple) else [value]
    odd = [item for item in items if not isinstance(item, str)]
    if odd or items is not value:
        raise ValueError(f"must be an array of strings, not {_shown((odd or items)[0])}")
    return tuple(items)


def _mapping(value: Any, _: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(  # noqa: TRY004 - cattrs and the caller collect ValueError
            f"must be a table, not {_shown(value)}"
        )
    return dict(value)


def _table(converter: cattrs.Converter, cls: type) -> "Callable[[Any, Any], Any]":
    fill: Callable[[Any, Any], Any] = make_dict_structure_fn(cls, converter)

    def structure(value: Any, _: object) -> Any:
        return fill(_mapping(value, None), cls)

    return structure


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    converter.register_structure_hook(bool, _strict(bool, "true or false"))
    converter.register_structure_hook(int, _strict(int, "a whole number"))
    converter.register_structure_hook(float, _strict(float, "a number"))
    converter.register_structure_hook(str, _strict(str, "a string"))
    converter.register_structure_hook_factory(attrs.has, lambda cls: _table(converter, cls))
    converter.register_structure_hook_func(lambda t: t == tuple[str, ...], _strings)
    converter.register_structure_hook_func(lambda t: t == dict[str, Any], _mapping)
    return converter


def _structure(data: Mapping[str, Any]) -> tuple[Config, list[Violation]]:
    converter, remaining = _converter(), copy.deepcopy(dict(data))
    violations: list[Violation] = []
    while True:
        try:
            return converter.structure(remaining, Config), violations
        except ClassValidationError as group:
            for path, error in _leaves(group, ()):
                violations.append(_violation(path, error, _value_at(remaining, path)))
                _remove(remaining, path)


def _leaves(error: Exception, path: KeyPath) -> Iterator[tuple[KeyPath, Exception]]:
    """Go over the innermost errors of a cattrs group, each with its path in the data."""
    if isinstance(error, ClassValidationError):
        named, others = error.group_exceptions()
        for inner, note in named:
            yield from _leaves(inner, (*path, note.name))
    elif isinstance(error, IterableValidationError):
        indexed, others = error.group_exceptions()
        for inner, index in indexed:
            yield from _leaves(inner, (*path, str(index.index)))
    else:
        yield path, error
        return
    for inner in others:
        yield path, inner


def _locate(path: KeyPath) -> tuple[KeyPath, Field | None]:
    """Give a path in the data as the file spells it, and the setting there.

    The names of catch-alls are in the data but not in the file; where an entry of one stands
    (a provider's table), there is no setting.
    """
    cls: type | None = Config
    entry: type | None = None
    field: Field | None = None
    spelled: list[str] = []
    for part in path:
        if entry is not None:
            spelled.append(part)
            cls, entry, field = entry, None, None
            continue
        field = None if cls is None else next((f for f in describe(cls) if f.name == part), None)
        if field is None or not field.setting.catch_all:
            spelled.append(part)
        cls = field.table if field is not None else None
        entry = field.table if field is not None and field.kind == "tables" else None
    return tuple(spelled), field


def _violation(path: KeyPath, error: Exception, value: object) -> Violation:
    """Say what is wrong with a value; for choices and tables cattrs' own words say too little."""
    spelled, field = _locate(path)
    message = f"must be a table, not {_shown(value)}"
    if field is not None and field.kind == "choice":
        near = nearest(value, list(field.choices)) if isinstance(value, str) else ""
        message = f"{_shown(value)} is not one of {', '.join(field.choices)}{near}"
    elif field is not None and field.table is None:
        message = str(error)
        if field.setting.sensitive:
            message = message.partition(", not ")[0]
    return Violation(dotted(spelled), message)


def _value_at(data: Any, path: KeyPath) -> Any:
    for part in path:
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


def _remove(data: dict[str, Any], path: KeyPath) -> None:
    parent = _value_at(data, path[:-1])
    parent.pop(path[-1], None)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "an array"
    return f"the string {value!r}" if isinstance(value, str) else repr(value)


def _ranges(config: Config) -> Iterator[Violation]:
    for path, field, value in walk(config):
        message = range_error(field, value)
        if message:
            yield Violation(dotted(path), message)


def _large_values(config: Config) -> Iterator[Note]:
    for path, field, value in walk(config):
        above = field.setting.warn_above
        if above is not None and isinstance(value, int | float) and value > above:
            yield Note("warning", dotted(path), f"{value} is unusually large (more than {above:g})")


def _rules(config: Config) -> Iterator[Violation]:
    """Check what concerns more than one number (spec config.md §3)."""
    yield from _engine_rules(config)
    default = config.providers.default_provider
    if default is not None and default not in config.providers.providers:
        known = ", ".join(config.providers.providers) or "there is none"
        yield Violation(
            "providers.default_provider", f"no table [providers.{default}] (tables: {known})"
        )
    for name, provider in config.providers.providers.items():
        if not provider.provider_type:
            yield Violation(f"providers.{name}.provider_type", "must not be empty")
    yield from _event_rules(config)
    hnsw = config.rag.vector_storage.hnsw
    if hnsw.ef_construction < hnsw.m:
        yield Violation(
            "rag.vector_storage.hnsw.ef_construction",
            f"{hnsw.ef_construction} is less than m ({hnsw.m})",
        )
    if config.tools.file_operations.allowed_paths == ():
        yield Violation("tools.file_operations.allowed_paths", "must not be empty")


def _engine_rules(config: Config) -> Iterator[Violation]:
    engine, custom = config.default_engine, config.engines.custom
    if not engine:
        yield Violation("default_engine", "must not be empty")
    elif engine not in _ENGINES and engine not in custom:
        known = [*_ENGINES, *custom]
        yield Violation(
            "default_engine", f"engine '{engine}' is not configured{nearest(engine, known)}"
        )


def _event_rules(config: Config) -> Iterator[Violation]:
    filtering, export = config.events.filtering, config.events.export
    pairs = (
        ("types", filtering.include_types, filtering.exclude_types),
        ("components", filtering.include_components, filtering.exclude_components),
    )
    for name, included, excluded in pairs:
        both = sorted(set(included) & set(excluded))
        if both:
            message = f"{', '.join(both)} is both included and excluded"
            yield Violation(f"events.filtering.exclude_{name}", message)
    if export.file == "":
        yield Violation("events.export.file", "must not be empty")
    if export.webhook is not None and not export.webhook.startswith(("http://", "https://")):
        yield Violation("events.export.webhook", "must start with http:// or https://")
